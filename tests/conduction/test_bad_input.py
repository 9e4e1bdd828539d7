"""The issue's list of bad input, line by line, through the command: refused or flagged by name, with what would be right."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from ranvier.cli import main

HEADER = "nerve,side,kind,record_at,stimulate_at,distance_mm,onset_latency_ms,amplitude_mv,area_mv_ms,duration_ms\n"
WRIST = "median,right,motor,APB,wrist,70,3.4,9.1,28.0,5.6\n"
ELBOW = "median,right,motor,APB,elbow,220,7.5,8.8,27.0,5.8\n"
ULNAR = "ulnar,right,motor,ADM,wrist,70,2.9,10.2,30.0,5.7\nulnar,right,motor,ADM,below elbow,210,6.6,9.9,29.5,5.9\n"
TIME = np.arange(300) / 10.0
CMAP = 8 * np.exp(-0.5 * ((TIME - 7) / 1.3) ** 2) - 3 * np.exp(-0.5 * ((TIME - 12) / 2.2) ** 2)


@dataclass(frozen=True)
class Bad:
    """One line of the list: what is given, the words that say what is wrong, and those that say what would be right."""

    name: str
    study: str
    wrong: str
    right: str
    traces: str | None = None


def table(columns: dict[str, np.ndarray], time: np.ndarray = TIME) -> str:
    rows = [",".join(["time_ms", *columns])]
    rows += [",".join([f"{t:g}", *(f"{c[i]:.4f}" for c in columns.values())]) for i, t in enumerate(time)]
    return "\n".join(rows) + "\n"


GOOD = HEADER + WRIST + ELBOW
UNSORTED = TIME.copy()
UNSORTED[[10, 11]] = UNSORTED[[11, 10]]
TWO_BASES = np.concatenate([TIME[:150], TIME[149] + 0.05 * np.arange(1, 151)])
TEXT = "\n".join(
    "2,abc" if row.startswith("2,") else row for row in table({"median/right/APB/wrist": CMAP}).split("\n")
)
SPOILT = CMAP.copy()
SPOILT[40] = np.nan

REFUSED = [
    Bad("missing columns", "nerve,side,kind,record_at\nmedian,right,motor,APB\n", "no column stimulate_at", "are needed"),
    Bad("wrong units: uV as mV", HEADER + WRIST.replace("9.1", "9100"), '"9100" cannot be real', "8400 uV"),
    Bad("negative latency", HEADER + WRIST.replace("3.4", "-3.4"), "below zero", "kept in ms after the stimulus"),
    Bad("duplicate site", GOOD + WRIST, "the same response as row 2", "once"),
    Bad("NaN", HEADER + WRIST.replace("28.0", "NaN"), '"NaN" is not a number', "or empty"),
    Bad("text in numbers", HEADER + WRIST.replace("28.0", "twenty"), '"twenty" is not a number', "mV*ms"),
    Bad("one sample", GOOD, "1 sample", "At least two samples", "time_ms,median/right/APB/wrist\n0,1\n"),
    Bad("constant trace", GOOD, "nothing was recorded here", "Leave it out", table({"median/right/APB/wrist": np.zeros(300)})),
    Bad("unsorted time", GOOD, "comes after", "Times that rise", table({"median/right/APB/wrist": CMAP}, UNSORTED)),
    Bad("two time bases", GOOD, "a step of", "One time base", table({"median/right/APB/wrist": CMAP}, TWO_BASES)),
    Bad("two time columns", GOOD, "a second time column", "One time base",
        "time_ms,median/right/APB/wrist,time_ms,median/right/APB/elbow\n0,1,0,1\n1,2,1,2\n"),
    Bad("traces in uV as mV", GOOD, "it reaches", "[uV]", table({"median/right/APB/wrist": 1000 * CMAP})),
    Bad("NaN in a trace", GOOD, "a gap, or NaN", "Every sample", table({"median/right/APB/wrist": SPOILT})),
    Bad("text in a trace", GOOD, '"abc" is not a number', "A number",
        TEXT),
]  # fmt: skip


@pytest.mark.parametrize("bad", REFUSED, ids=[bad.name for bad in REFUSED])
def test_what_cannot_be_used_is_refused_with_what_would_be_right(
    bad: Bad, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    study, traces = tmp_path / "study.csv", tmp_path / "traces.csv"
    study.write_text(bad.study, encoding="utf-8")
    arguments = ["ncs", str(study), "--json"]
    if bad.traces is not None:
        traces.write_text(bad.traces, encoding="utf-8")
        arguments += ["--traces", str(traces)]
    assert main(arguments) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert bad.wrong in err
    assert bad.right in err
    assert "Traceback" not in err


@pytest.mark.parametrize("bad", REFUSED, ids=[bad.name for bad in REFUSED])
def test_a_study_with_one_bad_nerve_still_reports_the_others(
    bad: Bad, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The same faults beside a sound ulnar nerve. Those of the whole table refuse it; those of one nerve take that one out."""
    whole = {"missing columns", "one sample", "unsorted time", "two time bases"}
    study, traces = tmp_path / "study.csv", tmp_path / "traces.csv"
    study.write_text(bad.study + ULNAR, encoding="utf-8")
    arguments = ["ncs", str(study), "--json"]
    if bad.traces is not None:
        lines = bad.traces.rstrip("\n").split("\n")
        values = ["ulnar/right/ADM/wrist", *(f"{value:.4f}" for value in np.resize(CMAP, len(lines) - 1))]
        traces.write_text("\n".join(f"{a},{b}" for a, b in zip(lines, values, strict=True)), encoding="utf-8")
        arguments += ["--traces", str(traces)]
    if bad.name in whole or bad.name == "two time columns":
        assert main(arguments) == 2
        return
    assert main(arguments) == 0
    out, err = capsys.readouterr()
    document = json.loads(out)
    assert document["left_out"] == ["right median"]
    assert {r["nerve"] for r in document["recordings"]} == {"ulnar"}
    assert [s["verdicts"]["efns_pns_2010"] for s in document["segments"]] == ["none"]
    assert any(bad.wrong in fault["given"] for fault in document["faults"])
    assert bad.wrong in err
    assert main([*arguments, "--strict"]) == 2


def test_proximal_earlier_than_distal_is_flagged_and_the_grade_is_unknown(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    study = tmp_path / "study.csv"
    study.write_text(HEADER + WRIST + ELBOW.replace("7.5,8.8,27.0", "2.5,3.0,9.0"), encoding="utf-8")
    assert main(["ncs", str(study), "--json"]) == 0
    (segment,) = json.loads(capsys.readouterr().out)["segments"]
    assert "proximal_earlier_than_distal" in segment["flags"]
    assert segment["verdicts"]["efns_pns_2010"] == "unknown"
    assert segment["velocity_m_per_s"] is None
    (told,) = [f for f in segment["flag_details"] if f["id"] == "proximal_earlier_than_distal"]
    assert "swapped" in told["because"]


def test_a_swapped_unit_that_could_be_real_is_flagged(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    study = tmp_path / "study.csv"
    study.write_text(
        HEADER + WRIST + ELBOW.replace("27.0", "2.7"), encoding="utf-8"
    )  # the area in another unit
    assert main(["ncs", str(study), "--json"]) == 0
    (segment,) = json.loads(capsys.readouterr().out)["segments"]
    assert "implausible_area" in segment["flags"]
    assert segment["verdicts"]["efns_pns_2010"] == "unknown"


def test_every_fault_of_a_study_is_told_at_once(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    study = tmp_path / "study.csv"
    study.write_text("".join(bad.study.removeprefix(HEADER) if i else bad.study for i, bad in enumerate(REFUSED[1:6])), encoding="utf-8")  # fmt: skip
    assert main(["ncs", str(study)]) == 2
    err = capsys.readouterr().err
    for part in (
        '"9100" cannot be real',
        "below zero",
        '"NaN" is not a number',
        '"twenty" is not a number',
        "the same response",
    ):
        assert part in err
