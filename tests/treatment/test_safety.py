"""Each rule: met, not met and unknown, and never a silent pass."""

from __future__ import annotations

from dataclasses import replace

import pytest

from ranvier.terms import Verdict
from ranvier.treatment import parse_diary
from ranvier.treatment.circumstances import read_circumstances
from ranvier.treatment.facts import facts
from ranvier.treatment.flag import Severity
from ranvier.treatment.forecast import Schedule
from ranvier.treatment.kinetics import Route
from ranvier.treatment.safety import CHECKS, SafetyCase, judge_safety, rule

HEAD = "date,kind,value,unit,detail\n"
IV, SC, FSC = Route.INTRAVENOUS, Route.SUBCUTANEOUS, Route.FACILITATED


def case(
    lines: str = "", schedule: Schedule | None = None, weight: float | None = 80.0, **more: object
) -> SafetyCase:
    said = "".join(f"2026-01-05,{line}\n" for line in lines.split("|") if line)
    usual = schedule or Schedule(80.0, 28, IV)
    return SafetyCase(read_circumstances(parse_diary(HEAD + said)), weight, usual, None, **more)  # type: ignore[arg-type]


def verdict(id: str, one: SafetyCase) -> Verdict:
    return CHECKS[id](one).verdict


MET, NOT_MET, UNKNOWN = Verdict.MET, Verdict.NOT_MET, Verdict.UNKNOWN
TABLE = [
    ("course_dose_above_guideline", case(schedule=Schedule(170, 28, IV)), MET),
    ("course_dose_above_guideline", case(schedule=Schedule(160, 28, IV)), NOT_MET),
    ("course_dose_above_guideline", case(weight=None), UNKNOWN),
    ("monthly_dose_above_studied", case(schedule=Schedule(160, 14, IV)), MET),
    ("monthly_dose_above_studied", case(schedule=Schedule(160, 28, IV)), NOT_MET),
    ("monthly_dose_above_studied", case(weight=None), UNKNOWN),
    ("infusion_rate_above_label", case("rate,6,mL/kg/h,"), MET),
    ("infusion_rate_above_label", case("rate,5.4,mL/kg/h,"), NOT_MET),
    ("infusion_rate_above_label", case(), UNKNOWN),
    ("infusion_rate_above_label", case(schedule=Schedule(20, 7, SC)), NOT_MET),
    ("infusion_rate_in_risk_group", case("rate,3,mL/kg/h,|risk,yes,,diabetes"), MET),
    ("infusion_rate_in_risk_group", case("risk,yes,,diabetes"), MET),
    ("infusion_rate_in_risk_group", case("rate,1.5,mL/kg/h,|risk,yes,,diabetes"), NOT_MET),
    ("infusion_rate_in_risk_group", case("risk,none,,"), NOT_MET),
    ("infusion_rate_in_risk_group", case(), UNKNOWN),
    ("iga_deficiency_with_antibodies", case("history,yes,,IgA deficiency|history,yes,,anti-IgA antibodies"), MET),
    ("iga_deficiency_with_antibodies", case("history,yes,,IgA deficiency"), UNKNOWN),
    ("iga_deficiency_with_antibodies", case("history,no,,IgA deficiency"), NOT_MET),
    ("anaphylaxis_to_immunoglobulin", case("history,yes,,anaphylaxis to Ig"), MET),
    ("anaphylaxis_to_immunoglobulin", case("history,no,,anaphylaxis"), NOT_MET),
    ("anaphylaxis_to_immunoglobulin", case(), UNKNOWN),
    ("daily_dose_and_thrombosis", case(schedule=Schedule(35, 7, IV)), MET),
    ("daily_dose_and_thrombosis", case(schedule=Schedule(80, 28, IV, 3)), NOT_MET),
    ("vascular_risk_factors", case("risk,yes,,coronary disease"), MET),
    ("vascular_risk_factors", case("risk,yes,,smoker|risk,yes,,hypertension|risk,yes,,diabetes|risk,yes,,old clot"), MET),
    ("vascular_risk_factors", case("risk,yes,,smoker"), NOT_MET),
    ("vascular_risk_factors", case(), UNKNOWN),
    ("first_ever_infusion", case(is_naive=True), MET),
    ("first_ever_infusion", case(), NOT_MET),
    ("kidney_risk", case("age,70,years,"), MET),
    ("kidney_risk", case("egfr,45,,|age,50,years,"), MET),
    ("kidney_risk", case("risk,none,,|age,50,years,"), NOT_MET),
    ("kidney_risk", case(), UNKNOWN),
    ("sucrose_product_with_kidney_risk", case("product,Carimune,,|risk,yes,,diabetes"), MET),
    ("sucrose_product_with_kidney_risk", case("product,Privigen,,|risk,yes,,diabetes"), NOT_MET),
    ("sucrose_product_with_kidney_risk", case(), UNKNOWN),
    ("haemolysis_risk", case("blood_group,A,,", Schedule(160, 28, IV)), MET),
    ("haemolysis_risk", case("blood_group,O+,,", Schedule(160, 28, IV)), NOT_MET),
    ("haemolysis_risk", case("", Schedule(160, 28, IV)), UNKNOWN),
    ("haemolysis_risk", case(), NOT_MET),
    ("aseptic_meningitis_risk", case("history,yes,,migraine"), MET),
    ("aseptic_meningitis_risk", case("", Schedule(160, 28, IV)), MET),
    ("aseptic_meningitis_risk", case("symptom,yes,,severe headache"), MET),
    ("aseptic_meningitis_risk", case("history,no,,migraine"), NOT_MET),
    ("aseptic_meningitis_risk", case(), UNKNOWN),
    ("alarming_symptom", case("symptom,yes,,chest pain since yesterday"), MET),
    ("alarming_symptom", case(), NOT_MET),
    ("pregnancy_or_breastfeeding", case("pregnancy,yes,,"), MET),
    ("pregnancy_or_breastfeeding", case("pregnancy,no,,"), NOT_MET),
    ("pregnancy_or_breastfeeding", case("sex,male,,"), NOT_MET),
    ("pregnancy_or_breastfeeding", case(), UNKNOWN),
    ("live_vaccine_planned", case("vaccine,,,MMR"), MET),
    ("live_vaccine_planned", case("vaccine,,,influenza"), NOT_MET),
    ("serology_after_infusion", case("serology,,,hepatitis B"), MET),
    ("serology_after_infusion", case("serology,,,hepatitis B", has_immunoglobulin=False), NOT_MET),
    ("excipient_intolerance", case("product,Privigen,,|history,yes,,hyperprolinaemia"), MET),
    ("excipient_intolerance", case("product,Privigen,,|history,no,,hyperprolinaemia"), NOT_MET),
    ("excipient_intolerance", case("product,Gamunex-C,,"), NOT_MET),
    ("excipient_intolerance", case("product,Privigen,,"), UNKNOWN),
    ("corticosteroid_alone", case("medicine,,,prednisolone 30 mg", has_immunoglobulin=False), MET),
    ("corticosteroid_alone", case("medicine,,,prednisolone 30 mg"), NOT_MET),
    ("plasma_exchange", case("plan,,,plasma exchange"), MET),
    ("plasma_exchange", case(), NOT_MET),
    ("decline_during_taper", case(falls_in_taper=2), MET),
    ("decline_during_taper", case(falls_in_taper=1), NOT_MET),
    ("weight_basis", case("height,165,cm,", weight=110.0), MET),
    ("weight_basis", case("height,185,cm,"), NOT_MET),
    ("weight_basis", case(), UNKNOWN),
    ("scig_site_limits", case("sites,1,,", Schedule(20, 7, SC)), MET),
    ("scig_site_limits", case("sites,4,,", Schedule(20, 7, SC)), NOT_MET),
    ("scig_site_limits", case("", Schedule(20, 7, SC)), UNKNOWN),
    ("facilitated_scig_limits", case("sites,2,,", Schedule(130, 28, FSC)), MET),
    ("facilitated_scig_limits", case("sites,2,,", Schedule(100, 28, FSC)), NOT_MET),
    ("facilitated_scig_limits", case("sites,3,,", Schedule(120, 28, FSC)), NOT_MET),
    ("facilitated_scig_limits", case("", Schedule(100, 28, FSC)), UNKNOWN),
    ("wrong_route", case("product,Hizentra,,"), MET),
    ("wrong_route", case("product,Hizentra,,", Schedule(20, 7, SC)), NOT_MET),
    ("wrong_route", case(), UNKNOWN),
    ("immunosuppressant_dosing", case("plan,,,cyclophosphamide"), MET),
    ("immunosuppressant_dosing", case("medicine,,,azathioprine"), NOT_MET),
    ("diagnosis_uncertain", case("diagnosis,,,possible MMN"), MET),
    ("diagnosis_uncertain", case("diagnosis,,,CIDP"), MET),
    ("diagnosis_uncertain", case("diagnosis,,,MMN"), NOT_MET),
    ("diagnosis_uncertain", case(), UNKNOWN),
    ("model_does_not_fit", case(misfits=2), MET),
    ("model_does_not_fit", case(misfits=1), NOT_MET),
    ("device_or_unit_mismatch", case(has_device_switch=True), MET),
    ("device_or_unit_mismatch", case(), NOT_MET),
]  # fmt: skip


@pytest.mark.parametrize(
    ("id", "one", "expected"), TABLE, ids=[f"{row[0]}-{row[2].value}-{i}" for i, row in enumerate(TABLE)]
)
def test_a_rule_says_what_it_should(id: str, one: SafetyCase, expected: Verdict) -> None:
    assert verdict(id, one) is expected


@pytest.mark.parametrize(
    ("grams", "expected"), [(80.0, NOT_MET), (60.0, NOT_MET), (55.0, MET), (30.0, MET), (120.0, NOT_MET)]
)
def test_a_large_reduction_is_refused(grams: float, expected: Verdict) -> None:
    one = replace(case(), proposed=Schedule(grams, 28, IV))
    assert verdict("large_dose_reduction", one) is expected


def test_small_steps_never_add_up_to_less_than_half_of_the_proven_dose() -> None:
    low = replace(
        case(), present=Schedule(42.0, 28, IV), highest_g_per_month=87.0, proposed=Schedule(38.0, 28, IV)
    )
    assert verdict("large_dose_reduction", low) is MET


def test_every_rule_has_a_check_and_every_check_a_rule() -> None:
    assert set(CHECKS) == set(facts("safety"))


def test_every_rule_is_tried_met_and_not_met() -> None:
    tried = {(id, expected) for id, _, expected in TABLE}
    missing = {id for id in CHECKS for v in (MET, NOT_MET) if (id, v) not in tried}
    assert missing == {"large_dose_reduction"}  # tried above


def test_a_flag_carries_its_because_its_source_and_what_would_lift_it() -> None:
    flags = {flag.id: flag for flag in judge_safety(case(schedule=Schedule(200, 28, IV)))}
    flag = flags["course_dose_above_guideline"]
    assert flag.severity is Severity.REFUSE
    assert "2.50" in flag.because
    assert flag.source.startswith("S01: EFNS/PNS")
    assert flag.acceptable_if == "At most 2 g/kg in a course"


def test_what_is_not_said_becomes_a_question_and_never_a_refusal() -> None:
    asked = [flag for flag in judge_safety(case()) if flag.verdict is UNKNOWN]
    assert {flag.severity for flag in asked} == {Severity.INFO}
    assert all(flag.because.startswith("To settle first") for flag in asked)
    assert "anaphylaxis_to_immunoglobulin" in {flag.id for flag in asked}


def test_no_number_of_a_rule_is_held_by_a_check() -> None:
    assert rule("daily_dose_and_thrombosis")["limits"] == {"day_g": 35.0}


# The dossier's action for each rule (therapy-safety-rules.csv): refuse, abstain and escalate-and-refuse are refusals; hard flags,
# a capped rate and "escalate" are warnings; a plain flag informs.
ACTIONS = {
    "refuse": {"S01", "S02", "S03", "S05", "S06", "S11", "S14", "S18", "S19", "S21", "S24", "S25", "S26", "S27", "S29", "S30"},
    "warn": {"S04", "S08", "S10", "S15", "S20", "S22", "S28"},
    "info": {"S07", "S09", "S12", "S13", "S16", "S17", "S23"},
}  # fmt: skip
REDUCED = replace(case(), proposed=Schedule(30.0, 28, IV))
MET_CASES = {**{id: one for id, one, expected in TABLE if expected is MET}, "large_dose_reduction": REDUCED}


def test_there_are_thirty_rules_and_each_has_its_action() -> None:
    named = {row["rule"]: row["severity"] for row in facts("safety").values()}
    assert len(named) == 30
    assert named == {rule_id: action for action, ids in ACTIONS.items() for rule_id in ids}


@pytest.mark.parametrize("id", list(facts("safety")))
def test_a_rule_that_is_met_refuses_warns_or_informs_as_the_dossier_says(id: str) -> None:
    (flag,) = judge_safety(MET_CASES[id], [id])
    assert flag.verdict is MET
    assert flag.rule in ACTIONS[flag.severity.value]
    assert flag.source.startswith(f"{flag.rule}: ")
    assert flag.because
    if flag.severity is Severity.REFUSE:
        assert flag.acceptable_if, "a refusal says what would lift it"


@pytest.mark.parametrize(
    "id",
    sorted({id for id, _, expected in TABLE if expected is UNKNOWN}),
)
def test_a_rule_that_cannot_be_told_asks_and_never_refuses(id: str) -> None:
    one = next(one for name, one, expected in TABLE if name == id and expected is UNKNOWN)
    (flag,) = judge_safety(one, [id])
    assert flag.severity is Severity.INFO
    assert flag.because.startswith("To settle first: ")
