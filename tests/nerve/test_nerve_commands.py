"""`ranvier nerve ...`: the documents, the files, the exit codes, the pictures."""

from __future__ import annotations

import csv
import json
import re
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import pytest

from ranvier.cli import main

ROOT = Path(__file__).parents[2]
LESION = ROOT / "examples" / "nerve" / "forearm_block.toml"


def run(capsys, *words: str) -> tuple[int, str, str]:
    code = main(["nerve", *words])
    captured = capsys.readouterr()
    return code, captured.out, captured.err


def test_fibre_reports_the_keys_of_the_interface(capsys, tmp_path: Path) -> None:
    code, out, _ = run(capsys, "fibre", "--diameter-um", "10", "--length-mm", "40", "--json")
    document = json.loads(out)
    assert code == 0
    assert document["conduction_velocity_m_per_s"] == pytest.approx(56.2, rel=0.02)
    assert document["blocked"] is False
    assert document["blocked_at_mm"] is None
    assert len(document["arrival_ms"]) == len(document["node_position_mm"])
    lesion = tmp_path / "bare.toml"
    lesion.write_text('[[lesion]]\nkind = "bare_internodes"\nfrom_mm = 20\nto_mm = 24')
    _, out, _ = run(
        capsys, "fibre", "--diameter-um", "10", "--length-mm", "40", "--lesion", str(lesion), "--json"
    )
    blocked = json.loads(out)
    assert blocked["blocked"] is True
    assert 15 < blocked["blocked_at_mm"] <= 20
    assert blocked["conduction_velocity_m_per_s"] is None
    assert blocked["arrival_ms"][-1] is None


def test_fibre_says_how_soon_a_second_impulse_passes_when_asked(capsys, tmp_path: Path) -> None:
    words = ["fibre", "--diameter-um", "10", "--length-mm", "30", "--dt-us", "5", "--trains"]
    document = json.loads(run(capsys, *words, "--json")[1])
    assert document["refractory_period_ms"] == pytest.approx(0.94, rel=0.05)
    assert 300.0 < document["maximal_frequency_hz"] < 1000.0 / document["refractory_period_ms"]
    assert "A second impulse passes from 0.9" in run(capsys, *words)[1]
    lesion = tmp_path / "bare.toml"
    lesion.write_text('[[lesion]]\nkind = "bare_internodes"\nfrom_mm = 14\nto_mm = 18')
    blocked = json.loads(run(capsys, *words, "--lesion", str(lesion), "--json")[1])
    assert blocked["refractory_period_ms"] is None
    assert blocked["maximal_frequency_hz"] is None


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["--diameter-um", "1"], "2 to 16"),
        (["--diameter-um", "nan"], "diameter"),
        (["--diameter-um", "10", "--dt-us", "500"], "Conduction time is off by about 100 %"),
        (["--diameter-um", "10", "--dt-us", "nan"], "time_step_us"),
        (["--diameter-um", "10", "--dt-us", "-5"], "time_step_us"),
        (["--diameter-um", "10", "--temperature-celsius", "60"], "temperature"),
        (["--diameter-um", "10", "--length-mm", "-5"], "length_mm"),
        (["--diameter-um", "10", "--model", "mgr_2002"], "Nearest match: mrg_2002"),
        (["--diameter-um", "10", "--lesion", "/nowhere.toml"], "cannot be read"),
        (["--diameter-um", "10", "--lesion", str(LESION)], "from_mm and to_mm"),
        (["--diameter-um", "10", "--current-na", "nan"], "stimulus"),
    ],
)
def test_fibre_refuses_with_exit_code_2_and_says_what_would_be_right(capsys, words, says) -> None:
    code, out, err = run(capsys, "fibre", *words)
    assert code == 2
    assert out == ""
    assert says in err


def test_a_weak_stimulus_is_a_described_outcome_not_an_error(capsys) -> None:
    code, out, _ = run(
        capsys, "fibre", "--diameter-um", "10", "--length-mm", "30", "--current-na", "0.05", "--json"
    )
    assert code == 0
    document = json.loads(out)
    assert document["outcome"] == "not_started"
    assert document["blocked"] is False
    assert "threshold" in document["outcome_text"]


def test_check_writes_one_row_a_row_and_leaves_a_bad_one_empty(capsys, tmp_path: Path) -> None:
    conditions, out_path = tmp_path / "conditions.csv", tmp_path / "rows.csv"
    conditions.write_text(
        "id,kind,group,D,T,lesion,N,factor,stim_node,pulse_ms,dt_us\n"
        "a,propagation,,10,37,,,,,,5\nb,propagation,,ten,37,,,,,,5\nc,propagation,,10,37,myelin,1,0,,,5\n"
        "d,propagation,,99,37,,,,,,5\ne,threshold,,10,37,,,,0,0.1,5\n"
    )
    code, _, err = run(capsys, "check", str(conditions), "--out", str(out_path))
    with out_path.open() as lines:
        rows = list(csv.DictReader(lines))
    assert code == 2
    assert [row["id"] for row in rows] == list("abcde")
    assert float(rows[0]["t20_ms"]) == pytest.approx(0.9738239, abs=1e-3)
    assert rows[0]["blocked"] == "0"
    assert rows[2]["blocked"] == "1"
    assert rows[1]["t20_ms"] == rows[3]["t20_ms"] == ""
    assert float(rows[4]["threshold_nA"]) > 0.1
    assert "line 3" in err
    assert "d: diameter_um" in err


def test_check_takes_scheme_and_step_from_the_command(capsys, tmp_path: Path) -> None:
    conditions, out_path = tmp_path / "conditions.csv", tmp_path / "rows.csv"
    conditions.write_text("id,kind,D,T,lesion,N,factor,dt_us\na,propagation,10,37,,,,1\n")
    arguments = ("check", str(conditions), "--scheme", "second_order", "--dt-us", "5", "--out", str(out_path))
    assert run(capsys, *arguments)[0] == 0
    with out_path.open() as lines:
        row = next(csv.DictReader(lines))
    assert row["dt_us"] == "1"
    assert float(row["cv_m_s"]) == pytest.approx(55.48, abs=0.05)


def test_study_writes_the_two_formats_and_the_truth(capsys, tmp_path: Path) -> None:
    study, traces, truth = tmp_path / "study.csv", tmp_path / "traces.csv", tmp_path / "truth.json"
    code, _, _ = run(
        capsys, "study", "--lesion", str(LESION), "--out", str(study), "--traces", str(traces), "--truth", str(truth)
    )  # fmt: skip
    assert code == 0
    with study.open() as lines:
        rows = list(csv.DictReader(lines))
    assert {row["kind"] for row in rows} == {"motor", "sensory", "f_wave"}
    with traces.open() as lines:
        header = next(csv.reader(lines))
    assert header[:2] == ["time_ms", "median/right/APB/wrist"]
    assert json.loads(truth.read_text())["nerves"][0]["segments"][1]["blocked_fraction"] > 0.3


def test_the_simulated_block_is_seen_by_the_ruler(capsys, tmp_path: Path) -> None:
    study, traces = tmp_path / "study.csv", tmp_path / "traces.csv"
    run(capsys, "study", "--lesion", str(LESION), "--out", str(study), "--traces", str(traces))
    assert main(["ncs", str(study), "--traces", str(traces), "--json"]) == 0
    document = json.loads(capsys.readouterr().out)
    forearm = next(s for s in document["segments"] if (s["nerve"], s["proximal_site"]) == ("median", "elbow"))
    assert forearm["area_reduction_fraction"] > 0.4
    assert forearm["verdicts"]["efns_pns_2010"] in ("definite", "probable")
    others = [s for s in document["segments"] if s["nerve"] == "ulnar"]
    assert all(s["verdicts"]["efns_pns_2010"] == "none" for s in others)


def test_show_draws_pictures_that_are_whole(capsys, tmp_path: Path) -> None:
    code, _, _ = run(capsys, "show", "--lesion", str(LESION), "--out", str(tmp_path))
    assert code == 0
    for name in ("space_time.svg", "impulse.svg", "nerve_median.svg", "cmaps.svg"):
        text = (tmp_path / name).read_text()
        ElementTree.fromstring(text)
        assert "<title>" in text
        assert "nan" not in text
    assert "<animate" in (tmp_path / "impulse.svg").read_text()


@pytest.mark.parametrize("verb", ["fibre", "study", "show", "sweep", "check"])
def test_every_verb_explains_itself(capsys, verb: str) -> None:
    with pytest.raises(SystemExit) as left:
        main(["nerve", verb, "--help"])
    assert left.value.code == 0
    assert "default" in capsys.readouterr().out or verb in ("sweep",)


def test_conduct_stays_the_function_however_often_it_is_asked_for() -> None:
    # A module of the same name would hide it from the second import on.
    import ranvier.nerve as nerve

    first = nerve.conduct
    assert callable(first)
    assert nerve.conduct is first
    for name in nerve.__all__:
        assert getattr(nerve, name) is getattr(nerve, name)
        assert not hasattr(getattr(nerve, name), "__path__")


@pytest.mark.parametrize(
    ("lesion", "says"),
    [
        ('kind = "myelin_loss"\nfirst = 500\nremaining_fraction = 0.1', "among 0 to"),
        ('kind = "myelin_loss"\nfrom_mm = 300\nto_mm = 310\nremaining_fraction = 0.1', "outside the fibre"),
        ('kind = "myelin_loss"\nfirst = 5\nremaining_fraction = -0.1', "lesion[0].remaining_fraction"),
        ('kind = "sodium_loss"\nfirst = 5\nremaining_fraction = nan', "lesion[0].remaining_fraction"),
        ('kind = "seal_loosening"\nfirst = 5\ngap_factor = 0.5', "lesion[0].gap_factor"),
        ('kind = "node_lengthening"\nfirst = 5\nlength_um = 0', "lesion[0].length_um"),
    ],
)
def test_fibre_refuses_a_lesion_that_cannot_be(capsys, tmp_path: Path, lesion: str, says: str) -> None:
    path = tmp_path / "lesion.toml"
    path.write_text(f"[[lesion]]\n{lesion}\n")
    code, out, err = run(capsys, "fibre", "--diameter-um", "10", "--length-mm", "40", "--lesion", str(path))
    assert (code, out) == (2, "")
    assert says in err


def test_a_long_time_step_runs_and_says_its_error(capsys) -> None:
    code, out, _ = run(capsys, "fibre", "--diameter-um", "10", "--length-mm", "40", "--dt-us", "20")
    assert code == 0
    assert "off by about 21 %" in out


def test_a_study_refuses_what_cannot_be(capsys, tmp_path: Path) -> None:
    for words, says in (
        (["--height-cm", "20"], "height_cm"),
        (["--submaximal", "erb=2"], "submaximal.erb"),
        (["--submaximal", "erb"], "SITE=SHARE"),
        (["--electrode-mm", "nan"], "electrode_mm"),
        (["--n-axons", "0"], "count"),
    ):
        code, _, err = run(capsys, "study", "--out", str(tmp_path / "s.csv"), *words)
        assert code == 2, words
        assert says in err


def test_study_says_the_truth_beside_what_was_recorded(capsys, tmp_path: Path) -> None:
    code, out, _ = run(capsys, "study", "--lesion", str(LESION), "--out", str(tmp_path / "s.csv"))
    assert code == 0
    line = next(line for line in out.splitlines() if "wrist to elbow" in line)
    blocked, area = (float(word) for word in re.findall(r"([-+]?\d+) %", line)[::2])
    assert 40 < blocked < 60
    assert -60 < area < -40
