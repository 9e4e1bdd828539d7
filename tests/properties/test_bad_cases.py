"""Bad input to judge and weigh: every fault is named, nothing is taken from it, and one bad file does not stop a series."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from ranvier import workbench
from ranvier.case import Case
from ranvier.cli import main
from ranvier.criteria import facts_of
from ranvier.criteria.facts import weak_limbs, weak_nerves
from ranvier.differential import observe
from ranvier.differential.series_file import progress
from ranvier.terms import Finding, InputRefused, Presence, Side

PRESENT, ABSENT = Presence.PRESENT, Presence.ABSENT
BOTH_WAYS = Case(
    findings=(
        Finding("foot_drop", PRESENT, side=Side.LEFT, since_months=40),
        Finding("foot_drop", ABSENT, side=Side.LEFT),
    )
)
FAULTY = {
    "findings": [
        {"id": "wristdrop", "verdict": "present"},
        {"id": "pain", "verdict": "perhaps"},
        {"id": "fatigue", "verdict": "present", "since_months": -5},
    ],
    "patient": {"age_years": 400},
    "labs": [{"analyte": "anti_gm1", "verdict": "positive", "isotype": "iga"}],
    "quantities": [{"id": "duration_months", "value": -1}, {"id": "nerves_with_weakness", "value": 1.5}],
}
EVERY = ("wrist_drop", "perhaps", "-5", "400", "iga", "duration_months", "whole number")


def test_a_finding_said_both_ways_counts_for_nothing_not_even_for_the_limb() -> None:
    facts = facts_of(BOTH_WAYS)
    assert facts.contradictions == (("foot_drop", "foot_drop"),)
    assert not facts.stated
    assert not weak_limbs(BOTH_WAYS)
    assert not weak_nerves(BOTH_WAYS)
    assert observe(BOTH_WAYS).is_empty


def test_a_finding_said_both_ways_is_named_by_every_verb(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "both.json"
    rows = [{"id": "foot_drop", "verdict": verdict, "side": "left"} for verdict in ("present", "absent")]
    path.write_text(json.dumps({"findings": rows}), encoding="utf-8")
    assert main(["judge", str(path)]) == 0
    assert "stated as present and as absent of the same place: Foot drop" in capsys.readouterr().err
    assert main(["weigh", str(path)]) == 0
    assert "said to be there and not to be there, so left out: foot drop" in capsys.readouterr().out
    for verb in ("judge", "weigh"):
        assert main([verb, str(path), "--json"]) == 0
        assert json.loads(capsys.readouterr().out)["contradictions"] == [["foot_drop", "foot_drop"]]


def test_present_on_one_side_and_absent_on_the_other_is_no_contradiction() -> None:
    case = Case(
        findings=(
            Finding("foot_drop", PRESENT, side=Side.LEFT),
            Finding("foot_drop", ABSENT, side=Side.RIGHT),
        )
    )
    assert facts_of(case).contradictions == ()
    assert observe(case).findings["foot_drop"] is True


@pytest.mark.parametrize("verb", ["judge", "weigh", "plan"])
def test_every_fault_of_a_case_file_is_named_at_once(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], verb: str
) -> None:
    path = tmp_path / "faulty.json"
    path.write_text(json.dumps(FAULTY), encoding="utf-8")
    assert main([verb, str(path)]) == 2
    told = capsys.readouterr().err
    assert all(words in told for words in EVERY), told


def test_an_unknown_finding_is_refused_when_a_case_is_built() -> None:
    with pytest.raises(InputRefused, match="wrist_drop"):
        Case(findings=(Finding("wristdrop", PRESENT),))


def test_one_bad_file_of_several_is_named_and_does_not_stop_the_rest(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    pq = pytest.importorskip("pyarrow.parquet")
    (tmp_path / "cases").mkdir()
    (tmp_path / "cases" / "bad.json").write_text("{", encoding="utf-8")
    (tmp_path / "cases" / "nothing.toml").write_text("", encoding="utf-8")
    good = json.dumps({"findings": [{"id": "foot_drop", "verdict": "present"}]})
    (tmp_path / "cases" / "good.json").write_text(good, encoding="utf-8")
    folder, out = str(tmp_path / "cases"), tmp_path / "out.parquet"
    for words in (["judge", folder, "--table"], ["weigh", folder], ["weigh", folder, "--out", str(out)]):
        assert main(words) == 0
        shown = capsys.readouterr()
        assert "left out" in shown.err
        assert "bad.json" in shown.err
        assert "nothing.toml" in shown.err
    assert [Path(name).name for name in pq.read_table(out).to_pydict()["id"]] == ["good.json"]
    assert main(["weigh", folder, "--out", str(out), "--note", str(tmp_path / "cases" / "good.json")]) == 2
    capsys.readouterr()
    (tmp_path / "cases" / "good.json").unlink()
    assert main(["weigh", folder, "--out", str(out)]) == 2
    assert main(["judge", folder]) == 2


def test_an_empty_case_is_the_prior_in_every_setting() -> None:
    for setting in ("neuromuscular_clinic", "general_neurology", "letters"):
        weighed = workbench.weigh(Case(), setting=setting)
        assert weighed.document()["only_the_prior"] is True
        assert not weighed.weighing.contributions


def test_the_bar_is_full_when_all_is_done() -> None:
    assert progress(200, 200, 4.0).startswith("[####################] 200 of 200")
