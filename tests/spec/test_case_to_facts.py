"""From a case to what criteria read, on a made-up foot drop with a loosely reported block."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from ranvier import workbench
from ranvier.case import (
    Case,
    Lab,
    LabVerdict,
    Patient,
    Quantity,
    Response,
    Treatment,
    dumps_toml,
    joined,
    loads,
)
from ranvier.cli import main
from ranvier.criteria import (
    Blocks,
    Bounds,
    ConductionFacts,
    Facts,
    edition,
    editions,
    evaluate,
    explain,
    facts_of,
)
from ranvier.criteria.facts import weak_nerves
from ranvier.terms import CaseError, Certainty, Finding, Presence, Side, Span, Subject, Verdict

PRESENT, ABSENT = Presence.PRESENT, Presence.ABSENT
EXAMPLES = Path(__file__).parents[2] / "examples"
FOOT_DROP = Case(
    patient=Patient(age_years=51),
    findings=(
        Finding("foot_drop", PRESENT, side=Side.LEFT, since_months=30),
        Finding("slow_progression", PRESENT),
        Finding("muscle_cramps", PRESENT),
        Finding("motor_conduction_block", PRESENT),
        Finding("sensory_conduction_abnormal", ABSENT),
        Finding("anti_gm1_igm", PRESENT),
    ),
    treatments=(Treatment("ivig", response=Response.IMPROVED),),
)
EXAMINED = (
    Finding("upper_motor_neuron_signs", ABSENT),
    Finding("bulbar_signs", ABSENT),
    Finding("objective_sensory_loss", ABSENT),
)
STUDY = ConductionFacts(
    blocks={
        "efns_pns_2010": Blocks(
            definite=("peroneal left", "median right"), normal_sensory=("peroneal left", "median right")
        )
    }
)


def test_a_block_told_without_its_values_is_no_block_and_the_reason_is_said() -> None:
    judgement = evaluate(facts_of(FOOT_DROP), edition("efns_pns_2010"))
    assert judgement["e1"].verdict is Verdict.UNKNOWN
    assert "segment values" in judgement["e1"].because[0]
    assert judgement.category == "undetermined"
    assert judgement.could_become == ("definite", "probable", "possible", "not_met")
    assert set(judgement.missing) == {
        "strength_by_nerve", "objective_sensory_loss", "upper_motor_neuron_signs", "bulbar_signs",
        "nerve_conduction_study",
    }  # fmt: skip


def test_with_a_study_only_the_examination_is_left_and_with_it_the_category_is_definite() -> None:
    with_study = evaluate(facts_of(FOOT_DROP, STUDY), edition("efns_pns_2010"))
    assert with_study.category == "undetermined"
    assert with_study.could_become == ("definite", "not_met")
    assert with_study.provisional == "definite"
    assert set(with_study.provided) == {"upper_motor_neuron_signs", "bulbar_signs", "objective_sensory_loss"}
    examined = evaluate(facts_of(FOOT_DROP.with_findings(EXAMINED), STUDY), edition("efns_pns_2010"))
    assert examined.category == "definite"
    assert examined.could_become == ("definite",)
    assert examined.missing == ()
    assert any("median right" in reason for reason in examined["e1"].because)
    assert any("counted as motor involvement" in reason for reason in examined["two_nerves"].because)


def test_a_study_that_found_no_block_in_the_nerves_tested_leaves_possible() -> None:
    none = ConductionFacts(blocks={"efns_pns_2010": Blocks()})
    case = FOOT_DROP.with_findings((*EXAMINED, Finding("wrist_drop", PRESENT, side=Side.LEFT)))
    assert evaluate(facts_of(case, none), edition("efns_pns_2010")).category == "possible"


def test_an_undecided_nerve_leaves_block_unknown() -> None:
    study = ConductionFacts(blocks={"efns_pns_2010": Blocks(undecided=("ulnar left",))})
    judgement = evaluate(facts_of(FOOT_DROP, study), edition("efns_pns_2010"))
    assert judgement["e1"].verdict is Verdict.UNKNOWN
    assert "ulnar left" in judgement["e1"].because[0]


@pytest.mark.parametrize(
    "finding",
    [
        Finding("upper_motor_neuron_signs", PRESENT, subject=Subject.FAMILY),
        Finding("upper_motor_neuron_signs", PRESENT, certainty=Certainty.SUSPECTED),
    ],
)
def test_a_relatives_or_a_feared_sign_never_excludes(finding: Finding) -> None:
    judgement = evaluate(facts_of(FOOT_DROP.with_findings([finding])), edition("efns_pns_2010"))
    assert judgement["x8"].verdict is Verdict.UNKNOWN


@pytest.mark.parametrize(
    ("findings", "nerves"),
    [
        ([("foot_drop", "left"), ("lower_limb_weakness", "left")], ("peroneal left",)),
        ([("foot_drop", "both")], ("peroneal left", "peroneal right")),
        ([("wrist_drop", "right"), ("finger_extension_weakness", "right")], ("radial right",)),
        ([("hand_weakness", "right"), ("foot_drop", None)], ("arm right", "peroneal")),
        ([("hand_weakness", None), ("upper_limb_weakness", "right")], ("arm right",)),
        ([("weakness", "right")], ()),
    ],
)
def test_weak_nerves_are_counted_from_what_was_said_and_never_twice(
    findings: list[tuple[str, str | None]], nerves: tuple[str, ...]
) -> None:
    case = Case(findings=tuple(Finding(n, PRESENT, side=None if s is None else Side(s)) for n, s in findings))
    assert weak_nerves(case) == nerves


def test_a_nerve_named_as_the_site_is_counted() -> None:
    case = Case(
        findings=(
            Finding("hand_weakness", PRESENT, side=Side.LEFT, site="ulnar"),
            Finding("hand_weakness", PRESENT, side=Side.LEFT, site="thumb (APB), median"),
        )
    )
    assert len(weak_nerves(case)) == 2


@pytest.mark.parametrize(
    ("lab", "variable", "bounds"),
    [
        (Lab("anti_gm1", LabVerdict.POSITIVE, "igm"), "anti_gm1_igm", Bounds(1, 1)),
        (Lab("anti_gm1", LabVerdict.NEGATIVE, "igm"), "anti_gm1_igm", Bounds(0, 0)),
        (Lab("anti_gm1", LabVerdict.POSITIVE, "igg"), "anti_gm1_igm", Bounds(0, 1)),
        (Lab("anti_gm1", LabVerdict.POSITIVE), "anti_gm1_igm", Bounds(0, 1)),
        (Lab("anti_gm1", LabVerdict.BORDERLINE, "igm"), "anti_gm1_igm", Bounds(0, 1)),
        (Lab("csf_protein", LabVerdict.POSITIVE, None, 65, "mg/dl", 45), "csf_protein_g_per_l", Bounds(0.65, 0.65)),
        (Lab("ck", LabVerdict.POSITIVE, None, 600, "U/l", 200), "ck_over_uln", Bounds(3, 3)),
    ],
)  # fmt: skip
def test_a_laboratory_value_counts_with_its_class_unit_and_limit(
    lab: Lab, variable: str, bounds: Bounds
) -> None:
    assert facts_of(Case(labs=(lab,))).bounds(variable) == bounds


def test_a_clinicians_count_is_taken_and_a_wrong_one_refused() -> None:
    case = Case(quantities=(Quantity("nerves_with_weakness", 3),))
    assert facts_of(case).bounds("nerves_with_weakness") == Bounds(3, 3)
    with pytest.raises(CaseError, match="Nearest match: nerves_with_weakness"):
        Quantity("nerves_with_weaknes", 1)
    for value in (-1, 2.5, float("nan")):
        with pytest.raises(CaseError):
            Quantity("nerves_with_weakness", value)


def test_a_sign_that_contradicts_another_is_left_out_with_it() -> None:
    facts = facts_of(Case(findings=(Finding("foot_drop", PRESENT), Finding("weakness", ABSENT))))
    assert ("foot_drop", "weakness") in facts.conflicts
    assert facts.bounds("foot_drop") == Bounds(0, 1)
    assert "cannot be so" in facts.describe("weakness")


def test_the_command_prints_the_promised_json_and_a_table_of_a_folder(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    from ranvier.case import dumps_toml

    (tmp_path / "one.toml").write_text(dumps_toml(FOOT_DROP), encoding="utf-8")
    (tmp_path / "two.toml").write_text(dumps_toml(Case()), encoding="utf-8")
    assert main(["judge", str(tmp_path / "one.toml"), "--json"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert document["editions"]["efns_pns_2010"]["category"] == "undetermined"
    assert main(["judge", str(tmp_path), "--table"]) == 0
    shown = capsys.readouterr()
    assert [line.split()[0] for line in shown.out.splitlines()] == ["case", "one", "two"]
    assert "only recalled" in shown.err
    assert "aaem_2003" in shown.err.split("recalled", 1)[1]
    assert main(["judge", str(tmp_path / "one.toml"), "--explain", "--edition", "efns_pns_2010"]) == 0
    out = capsys.readouterr().out
    assert "[?] e1" in out
    assert "left open:" in out


def test_a_faulty_case_file_is_refused_with_its_faults(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "bad.toml").write_text(
        '[[findings]]\nid = "foot_dorp"\nverdict = "present"\n', encoding="utf-8"
    )
    assert main(["judge", str(tmp_path / "bad.toml")]) == 2
    assert "foot_drop" in capsys.readouterr().err
    assert main(["judge", str(tmp_path / "none.toml")]) == 2
    assert main(["judge"]) == 2


def test_the_workbench_judges_a_stored_case() -> None:
    case = loads('[[findings]]\nid = "pain"\nverdict = "present"\n', path="case")
    assert "efns_pns_2010" in workbench.judge(case).judgements
    assert Facts().conflicts == ()


def example_study(name: str) -> ConductionFacts:
    path = EXAMPLES / "studies" / name / "study.csv"
    return workbench.read_study(path.read_text(encoding="utf-8"), name=str(path))


def test_the_example_case_is_definite_with_its_study_and_not_without() -> None:
    path = EXAMPLES / "cases" / "foot_drop_examined.toml"
    case = loads(path.read_text(encoding="utf-8"), path=str(path))
    without = workbench.judge(case).judgements
    with_study = workbench.judge(case, example_study("mmn_definite")).judgements
    assert (without["efns_pns_2010"].category, with_study["efns_pns_2010"].category) == (
        "undetermined",
        "definite",
    )
    assert "definite" in without["efns_pns_2010"].could_become
    assert with_study["efns_pns_2006"].category == "definite"
    assert with_study["aaem_2003"].category == "definite"
    assert "definite" in with_study["utrecht_2000"].could_become


@pytest.mark.parametrize(
    "rule", ["aaem_1999", "efns_pns_2006", "efns_pns_2010", "utrecht_2000", "ean_pns_2021"]
)
def test_a_study_is_counted_by_the_rule_of_every_edition(rule: str) -> None:
    study = example_study("mmn_definite")
    assert study.blocks[rule].definite or study.blocks[rule].probable
    assert "segments_with_block" in study.counts[rule]


def test_every_rule_that_an_edition_names_is_one_that_studies_are_counted_by() -> None:
    from ranvier.criteria import editions

    rules = {one.conduction_rule for one in editions().values() if one.conduction_rule is not None}
    assert rules <= set(example_study("mmn_definite").blocks)


def test_a_demyelinating_study_reaches_the_criteria_for_cidp() -> None:
    study = example_study("cidp")
    judgement = evaluate(facts_of(Case(), study), edition("ean_pns_2021_cidp"))
    assert judgement["motor_two"].verdict is Verdict.MET
    assert judgement["sensory_one"].verdict is Verdict.MET


def test_a_study_that_overrules_the_record_says_so() -> None:
    facts = facts_of(FOOT_DROP, ConductionFacts(sensory_conduction_abnormal=PRESENT))
    assert "the record said otherwise" in facts.describe("sensory_conduction_abnormal")


def test_criteria_of_two_diseases_met_by_the_same_facts_are_told_together() -> None:
    from ranvier.criteria import judge_all
    from ranvier.criteria.explain import overlap

    more = (
        *EXAMINED,
        Finding("wrist_drop", PRESENT, side=Side.LEFT),
        Finding("previously_normal_motor_function", PRESENT),
        Finding("other_causes_excluded", PRESENT),
    )
    case = FOOT_DROP.with_findings(more)
    case = Case(
        patient=case.patient,
        findings=case.findings,
        treatments=case.treatments,
        quantities=(Quantity("regions_with_lmn_signs", 2),),
    )
    sentences = overlap(judge_all(facts_of(case, STUDY)).judgements)
    assert any("efns_pns_2010 (definite)" in text and "gold_coast_2020 (als)" in text for text in sentences)


def test_each_edition_names_the_signs_that_only_an_examination_can_rule_out() -> None:
    case = facts_of(FOOT_DROP, STUDY)
    provided = {name: set(evaluate(case, one).provided) for name, one in editions().items()}
    assert provided["aaem_2003"] >= {"spasticity", "clonus", "babinski_sign", "pseudobulbar_palsy"}
    assert not any("conduction" in sign for signs in provided.values() for sign in signs), (
        "no test is assumed"
    )
    shown = explain.summary(evaluate(case, edition("efns_pns_2010"))).splitlines()
    assert "UNDETERMINED, DEFINITE IF NO EXCLUDING SIGN" in shown[0]
    assert "upper motor neuron signs" in shown[1]
    table = explain.table([("letter", {"efns_pns_2010": evaluate(case, edition("efns_pns_2010"))})])
    assert "undetermined (definite*)" in table


def test_a_sign_that_was_found_takes_the_promise_back() -> None:
    case = facts_of(FOOT_DROP.with_findings([Finding("upper_motor_neuron_signs", PRESENT)]), STUDY)
    judgement = evaluate(case, edition("efns_pns_2010"))
    assert judgement.category == judgement.provisional == "not_met"


NOTE = "On examination there are no upper motor neuron signs. Speech, swallowing and tongue are normal. No loss of sensation."


def test_letter_study_and_examination_note_together_are_definite_with_reasons(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    letter, note = tmp_path / "letter.toml", tmp_path / "note.txt"
    letter.write_text(dumps_toml(FOOT_DROP), encoding="utf-8")
    note.write_text(NOTE, encoding="utf-8")
    study = str(EXAMPLES / "studies" / "mmn_definite" / "study.csv")
    words = ["judge", str(letter), "--ncs", study, "--json"]
    assert main(words) == 0
    alone = json.loads(capsys.readouterr().out)["editions"]["efns_pns_2010"]
    assert (alone["category"], alone["could_become"]) == ("undetermined", ["definite", "not_met"])
    assert alone["provisional"]["category"] == "definite"
    assert main([*words, "--note", str(note)]) == 0
    whole = json.loads(capsys.readouterr().out)["editions"]["efns_pns_2010"]
    assert (whole["category"], whole["missing"]) == ("definite", [])
    because = {row["id"]: row["because"] for row in whole["criteria"]}
    assert any("note note.txt" in reason for reason in because["efns_pns_2010.x8"])


def test_a_note_that_disagrees_is_a_contradiction_and_overwrites_nothing() -> None:
    said = Case(findings=(Finding("bulbar_signs", PRESENT, spans=(Span(3, 9),)),))
    other = Case(patient=Patient(60), findings=(Finding("bulbar_signs", ABSENT, spans=(Span(0, 4),)),))
    both = joined(said, other, origin="note")
    assert both.contradictions() == ("bulbar_signs",)
    assert facts_of(both).bounds("bulbar_signs") == Bounds(0, 1)
    assert both.patient.age_years == 60
    assert [f.spans for f in both.findings] == [(Span(3, 9),), ()], (
        "spans of another document point nowhere here"
    )


def test_a_note_or_a_study_belongs_to_one_case(tmp_path: Path) -> None:
    for name in ("a.toml", "b.toml", "note.txt"):
        (tmp_path / name).write_text("[patient]\nage_years = 40\n", encoding="utf-8")
    words = [str(tmp_path / "a.toml"), str(tmp_path / "b.toml"), "--note", str(tmp_path / "note.txt")]
    assert main(["judge", *words]) == main(["weigh", *words]) == 2
