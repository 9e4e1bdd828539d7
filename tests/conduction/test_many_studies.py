"""`ranvier ncs --jsonl`: many studies, one line each, in order; a bad one never stops the rest. And the keys of interfaces.md."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from ranvier.cli import main
from ranvier.exchange.excel import write_excel
from ranvier.exchange.study_csv import read_study

FOLDER = Path(__file__).parents[2] / "examples" / "studies"


def study(name: str) -> Path:
    return FOLDER / name / "study.csv"


def alone(capsys: pytest.CaptureFixture[str], *arguments: str) -> dict[str, Any]:
    assert main(["ncs", *arguments, "--json"]) == 0
    document: dict[str, Any] = json.loads(capsys.readouterr().out)
    return document


def test_many_studies_are_answered_in_order_and_a_bad_one_stops_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    book = tmp_path / "book.xlsx"
    book.write_bytes(write_excel(read_study(study("carpal_tunnel").read_bytes())))
    traces = str(FOLDER / "mmn_definite" / "traces.csv")
    lines: list[Any] = [
        {"id": 1, "text": study("normal").read_text(encoding="utf-8")},
        {"id": "b", "path": str(study("mmn_definite")), "traces": traces},
        {"id": 3, "text": "a,b\n1,2\n"},
        "this is no JSON",
        {"id": 5, "path": str(tmp_path / "nowhere.csv")},
        {"id": 6, "path": str(book)},
        {"id": 7},
        {"id": 8, "path": str(study("normal")), "traces": 5},
        {"id": 9, "path": str(study("cidp"))},
    ]
    file = tmp_path / "many.jsonl"
    file.write_text(
        "\n".join(line if isinstance(line, str) else json.dumps(line) for line in lines), encoding="utf-8"
    )
    assert main(["ncs", "--jsonl", str(file)]) == 0
    out, err = capsys.readouterr()
    rows = [json.loads(line) for line in out.splitlines()]
    assert err == ""  # no terminal, no progress
    assert [row["id"] for row in rows] == [1, "b", 3, None, 5, 6, 7, 8, 9]
    assert [i for i, row in enumerate(rows) if "error" in row] == [2, 3, 4, 6, 7]
    for row in rows:
        if "error" in row:
            assert set(row["error"]) == {"path", "given", "expected"}
            assert all(row["error"].values())
    assert "no column nerve" in rows[2]["error"]["given"]
    # Each is what the command says of it alone.
    del rows[1]["id"], rows[8]["id"]
    assert rows[1] == alone(capsys, str(study("mmn_definite")), "--traces", traces)
    assert rows[8] == alone(capsys, str(study("cidp")))
    assert rows[5]["summary"]["pattern"] == "entrapment"


RECORDING = {
    "nerve": str, "side": str, "kind": str, "muscle": str | None, "site": str, "onset_latency_ms": float | None,
    "peak_amplitude_mv": float | None, "negative_area_mv_ms": float | None, "negative_duration_ms": float | None, "flags": list,
}  # fmt: skip
SEGMENT = {
    "nerve": str, "side": str, "muscle": str, "distal_site": str, "proximal_site": str, "velocity_m_per_s": float | None,
    "area_reduction_fraction": float | None, "amplitude_reduction_fraction": float | None, "duration_increase_fraction": float | None,
    "at_entrapment_site": bool, "verdicts": dict, "blocked_fraction": dict | None, "flags": list,
}  # fmt: skip


@pytest.mark.parametrize("name", ["mmn_definite", "martin_gruber", "cidp"])
def test_the_document_has_every_key_of_interfaces(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    document = alone(capsys, str(study(name)), "--traces", str(FOLDER / name / "traces.csv"))
    assert {"recordings", "segments", "sensory"} <= set(document)
    for row in document["recordings"]:
        for key, kind in RECORDING.items():
            assert isinstance(row[key], kind), key
        assert row["side"] in ("left", "right")
        assert row["kind"] in ("motor", "sensory", "f_wave")
        if row["kind"] == "sensory":  # sensory amplitudes are in uV, and never in mV
            assert row["peak_amplitude_mv"] is None
            assert row["peak_amplitude_uv"] > 1
    for row in document["segments"]:
        for key, kind in SEGMENT.items():
            assert isinstance(row[key], kind), key
        assert {"efns_pns_2010", "aaem_1999"} <= set(row["verdicts"])
        assert set(row["verdicts"].values()) <= {"none", "probable", "definite", "unknown"}
        assert row["verdicts"]["aaem_1999"] == "unknown"  # its table is only recalled: off unless asked for
    assert set(document["not_judged"]) == {"aaem_1999", "aaem_2003"}
    assert {row["verdict"] for row in document["sensory"]} <= {"normal", "abnormal", "unknown"}


def test_unverified_editions_are_judged_when_asked_for(capsys: pytest.CaptureFixture[str]) -> None:
    document = alone(capsys, str(study("mmn_definite")), "--unverified")
    assert {row["verdicts"]["aaem_1999"] for row in document["segments"]} == {"none", "definite"}
    assert not document["editions"]["aaem_1999"]["verified"]


def test_negative_is_up_and_amplitude_is_from_the_baseline(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    """Electronegative positive, baseline to negative peak, first negative phase: against plain arithmetic on the sweep."""
    lines = [line.split(",") for line in (FOLDER / "mmn_definite" / "traces.csv").read_text().splitlines()]
    column = lines[0].index("median/right/apb/elbow")
    sweep = [float(row[column]) for row in lines[31:]]  # from 3 ms on: past the artefact
    bare = tmp_path / "study.csv"
    bare.write_text(
        "nerve,side,kind,record_at,stimulate_at\nmedian,right,motor,apb,wrist\nmedian,right,motor,apb,elbow\n",
        encoding="utf-8",
    )
    document = alone(capsys, str(bare), "--traces", str(FOLDER / "mmn_definite" / "traces.csv"))
    (row,) = [
        r for r in document["recordings"]
        if (r["nerve"], r["side"], r["muscle"], r["site"], r["kind"]) == ("median", "right", "apb", "elbow", "motor")
    ]  # fmt: skip
    assert row["peak_amplitude_mv"] == pytest.approx(max(sweep), rel=0.03)
    above = 0.1 * sum(value for value in sweep if value > 0.05)
    assert row["negative_area_mv_ms"] == pytest.approx(above, rel=0.05)


def test_the_benchmark_gives_the_rows_of_interfaces(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["bench", "conduction", "--short", "--json"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert document["name"] == "conduction"
    assert document["machine"]
    keys = {"case", "ours", "unit", "peer", "peers", "ratio", "error"}
    assert all(keys <= set(row) for row in document["rows"])
    sweeps, study_ms, studies = document["rows"]
    assert (sweeps["unit"], study_ms["unit"], studies["unit"]) == ("sweeps/s", "ms", "studies/s")
    assert sweeps["peer"] == "plain NumPy/SciPy loop"
    assert sweeps["ratio"] == pytest.approx(sweeps["ours"] / sweeps["peers"])
    assert sweeps["ratio"] > 2
    assert sweeps["error"] < 0.1  # mV: the two measure the same thing
