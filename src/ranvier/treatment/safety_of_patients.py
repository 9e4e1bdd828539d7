"""The rules on the patient, the product and what else is given; each check has the rule's name."""

from __future__ import annotations

from ranvier.terms import all_of, any_of

from .circumstances import KIDNEY, VASCULAR
from .safety_case import FINE, MET, NOT_MET, UNKNOWN, Checked, SafetyCase, check, limit, stated


@check
def iga_deficiency_with_antibodies(case: SafetyCase) -> Checked:
    """S05."""
    verdict = all_of([case.circumstances.has("iga_deficiency"), case.circumstances.has("anti_iga")])
    return stated(
        verdict,
        "IgA deficiency with anti-IgA antibodies is noted: immunoglobulin is contraindicated",
        "is there severe IgA deficiency with anti-IgA antibodies?",
        "A specialist outside this software decides",
    )


@check
def anaphylaxis_to_immunoglobulin(case: SafetyCase) -> Checked:
    """S06."""
    return stated(
        case.circumstances.has("anaphylaxis"),
        "Anaphylaxis to immunoglobulin is noted: contraindicated",
        "was there ever anaphylaxis to human immunoglobulin?",
        "A specialist outside this software decides",
    )


@check
def vascular_risk_factors(case: SafetyCase) -> Checked:
    """S08."""
    facts_of = case.circumstances
    noted = [item for item in VASCULAR if facts_of.has(item) is MET]
    many = len(noted) >= limit("vascular_risk_factors", "risk_factors")
    if many or any_of([facts_of.has("coronary_disease"), facts_of.has("immobility")]) is MET:
        return Checked(
            MET,
            f"Noted: {', '.join(noted)}. 7 of 62 such patients had a clot within 24 months: a prescriber must confirm",
        )
    return (
        stated(
            facts_of.any(VASCULAR),
            "",
            "which vascular risks are there (coronary disease, immobility, past clot, smoking ...)?",
        )
        if not noted
        else FINE
    )


@check
def first_ever_infusion(case: SafetyCase) -> Checked:
    """S09."""
    if not case.is_naive:
        return FINE
    return Checked(
        MET,
        "Never had immunoglobulin before: early clots in 3 of 25 first courses against 2 of 591 later ones",
    )


@check
def kidney_risk(case: SafetyCase) -> Checked:
    """S10."""
    noted = [item for item in KIDNEY if case.circumstances.has(item) is MET]
    age = case.circumstances.age_years
    if age is not None and age > limit("kidney_risk", "age_years"):
        noted.append(f"age {age:.0f}")
    if noted:
        return Checked(
            MET,
            f"Kidney risk noted ({', '.join(noted)}): creatinine before the course, no sucrose, lowest rate and dose",
        )
    is_answered = case.circumstances.any(KIDNEY) is NOT_MET and age is not None
    return (
        FINE
        if is_answered
        else Checked(UNKNOWN, "age, creatinine and kidney risks (diabetes, paraprotein, nephrotoxic drugs)?")
    )


@check
def sucrose_product_with_kidney_risk(case: SafetyCase) -> Checked:
    """S11."""
    stabiliser = case.circumstances.stabiliser
    if stabiliser is None:
        return Checked(
            UNKNOWN, "which product is used (a sucrose-stabilised one is refused with kidney risk)?"
        )
    if stabiliser != "sucrose" or kidney_risk(case).verdict is NOT_MET:
        return FINE
    return Checked(
        kidney_risk(case).verdict, "A sucrose-stabilised product with kidney risk", "Another product"
    )


@check
def alarming_symptom(case: SafetyCase) -> Checked:
    """S14. A diary that logs no symptom is taken at its word: the rule is about what was logged."""
    if case.circumstances.has("alarm") is not MET:
        return FINE
    return Checked(
        MET,
        "A new chest, breathing, swelling or focal symptom is logged: possible clot, lung injury or stroke. "
        "This cannot wait for a plan",
        "It has been assessed the same day and ruled out by a clinician",
    )


@check
def pregnancy_or_breastfeeding(case: SafetyCase) -> Checked:
    """S15."""
    if case.circumstances.sex in {"male", "m"}:
        return FINE
    if "pregnancy" not in case.circumstances.kinds_said:
        return Checked(UNKNOWN, "pregnancy or breastfeeding (specialist decision only)?")
    return stated(
        case.circumstances.has("pregnancy"),
        "Pregnancy or breastfeeding is noted: specialist decision only",
        "",
    )


@check
def live_vaccine_planned(case: SafetyCase) -> Checked:
    """S16."""
    if case.circumstances.has("live_vaccine") is not MET:
        return FINE
    months = limit("live_vaccine_planned", "wait_months")
    return Checked(
        MET,
        f"A live vaccine is noted: it may not take for {months:g} months after immunoglobulin (longer for measles)",
    )


@check
def serology_after_infusion(case: SafetyCase) -> Checked:
    """S17."""
    if "serology" not in case.circumstances.kinds_said or not case.has_immunoglobulin:
        return FINE
    return Checked(
        MET, "Serology is noted: antibodies from the donors give false positives for weeks to months"
    )


@check
def excipient_intolerance(case: SafetyCase) -> Checked:
    """S18."""
    partner = {"proline": "hyperprolinaemia", "sorbitol": "fructose_intolerance", "maltose": "gdh_pqq_meter"}
    stabiliser = case.circumstances.stabiliser
    if stabiliser is None:
        items = ("hyperprolinaemia", "fructose_intolerance", "gdh_pqq_meter")
        noted = [item for item in items if case.circumstances.has(item) is MET]
        asked = f" ({', '.join(noted)} is noted)" if noted else ""
        return Checked(UNKNOWN, f"which product is used, and is any excipient not borne{asked}?")
    if stabiliser not in partner:
        return FINE
    item = partner[stabiliser]
    return stated(
        case.circumstances.has(item),
        f"{case.circumstances.product} holds {stabiliser}, and {item} is noted",
        f"{item.replace('_', ' ')} ({case.circumstances.product} holds {stabiliser})?",
        "Another product",
    )


@check
def corticosteroid_alone(case: SafetyCase) -> Checked:
    """S19."""
    if case.circumstances.has("corticosteroid") is not MET or case.has_immunoglobulin:
        return FINE
    return Checked(
        MET,
        "A corticosteroid without immunoglobulin is noted: not recommended in MMN, some worsened within a month",
        "Immunoglobulin first; the prescriber reviews the corticosteroid",
    )


@check
def plasma_exchange(case: SafetyCase) -> Checked:
    """S20."""
    if case.circumstances.has("plasma_exchange") is not MET:
        return FINE
    return Checked(MET, "Plasma exchange is noted: no proven benefit in MMN, one report of worsening")


@check
def immunosuppressant_dosing(case: SafetyCase) -> Checked:
    """S27. Met by a `plan` line that asks for one; a medicine that is being taken is no plan."""
    if "plan" not in case.circumstances.kinds_said or case.circumstances.has("immunosuppressant") is not MET:
        return FINE
    return Checked(
        MET,
        "A plan for an immunosuppressant is asked for: outside the scope, no trial supports a dose, toxic",
        "The question is left to the specialist; immunoglobulin alone is planned here",
    )


@check
def diagnosis_uncertain(case: SafetyCase) -> Checked:
    """S28."""
    return stated(
        case.circumstances.has("not_mmn"),
        "The diary names a diagnosis other than confirmed MMN: the model knows MMN only",
        "is the diagnosis of MMN confirmed? The model knows no other disease",
    )


@check
def model_does_not_fit(case: SafetyCase) -> Checked:
    """S29."""
    if case.misfits is None:
        return FINE
    if case.misfits < limit("model_does_not_fit", "readings"):
        return FINE
    return Checked(
        MET,
        f"{case.misfits} of the latest readings lie outside the model's 99 % range: look at the data, not the forecast",
        "New readings that agree with the model, or a cause found for the ones that do not",
    )


@check
def device_or_unit_mismatch(case: SafetyCase) -> Checked:
    """S30."""
    if not case.has_device_switch:
        return FINE
    return Checked(
        MET,
        "Grip was measured with two devices or units, which cannot be compared",
        "One of them is chosen for the plan (--measure), each being followed on its own",
    )
