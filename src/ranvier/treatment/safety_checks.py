"""One check for each rule of `parameters/safety.toml`, under the rule's own name; every number comes from the rule."""

from __future__ import annotations

from collections.abc import Callable

from ranvier.terms import Verdict, all_of, any_of

from .circumstances import KIDNEY, VASCULAR
from .facts import facts
from .kinetics import Route
from .safety import Checked, SafetyCase, limit

MET, NOT_MET, UNKNOWN = Verdict.MET, Verdict.NOT_MET, Verdict.UNKNOWN
Check = Callable[[SafetyCase], Checked]
CHECKS: dict[str, Check] = {}
FINE = Checked(NOT_MET, "")


def _check(function: Check) -> Check:
    CHECKS[function.__name__] = function
    return function


def _over(id: str, name: str, value: float | None, what: str, ask: str, lift: str) -> Checked:
    """A number against its limit."""
    if value is None:
        return Checked(UNKNOWN, ask)
    most = limit(id, name)
    if value <= most * (1 + 1e-9):
        return FINE
    return Checked(MET, f"{what}: {value:.2f}, limit {most:g}", lift.format(most=most))


def _is_by_vein(case: SafetyCase) -> bool:
    return case.schedule is not None and case.schedule.route is Route.INTRAVENOUS


def _said(verdict: Verdict, yes: str, ask: str, lift: str | None = None) -> Checked:
    """A fact that is so, is not, or was not said."""
    return (
        Checked(MET, yes, lift) if verdict is MET else (Checked(UNKNOWN, ask) if verdict is UNKNOWN else FINE)
    )


@_check
def course_dose_above_guideline(case: SafetyCase) -> Checked:
    """S01."""
    return _over(
        "course_dose_above_guideline",
        "course_g_per_kg",
        case.course_g_per_kg,
        "g/kg in one course",
        "weight or schedule is missing, so g/kg in one course is not known",
        "At most {most:g} g/kg in a course",
    )


@_check
def monthly_dose_above_studied(case: SafetyCase) -> Checked:
    """S02."""
    return _over(
        "monthly_dose_above_studied",
        "month_g_per_kg",
        case.month_g_per_kg,
        "g/kg a month",
        "weight or schedule is missing, so g/kg a month is not known",
        "At most {most:g} g/kg a month",
    )


@_check
def infusion_rate_above_label(case: SafetyCase) -> Checked:
    """S03."""
    if not _is_by_vein(case):
        return FINE
    rate = case.circumstances.rate_ml_per_kg_per_hour
    return _over(
        "infusion_rate_above_label",
        "rate_ml_per_kg_per_hour",
        rate,
        "mL/kg/h",
        "at which rate is it infused (mL/kg/h), and what does the label of the product allow?",
        "At most {most:g} mL/kg/h, or the maximum of the product used",
    )


@_check
def infusion_rate_in_risk_group(case: SafetyCase) -> Checked:
    """S04."""
    if not _is_by_vein(case):
        return FINE
    at_risk = case.circumstances.any((*KIDNEY, *VASCULAR))
    rate, most = (
        case.circumstances.rate_ml_per_kg_per_hour,
        limit("infusion_rate_in_risk_group", "rate_ml_per_kg_per_hour"),
    )
    if at_risk is MET and (rate is None or rate > most):
        said = "the rate is not said" if rate is None else f"the rate is {rate:g} mL/kg/h"
        return Checked(
            MET,
            f"A risk for kidney or clot is noted and {said}: lowest practicable rate, below {most:g} mL/kg/h, well hydrated",
            f"A rate below {most:g} mL/kg/h",
        )
    if at_risk is MET:
        return FINE
    return _said(at_risk, "", "is there any risk for kidney or clot (it would cap the infusion rate)?")


@_check
def iga_deficiency_with_antibodies(case: SafetyCase) -> Checked:
    """S05."""
    verdict = all_of([case.circumstances.has("iga_deficiency"), case.circumstances.has("anti_iga")])
    return _said(
        verdict,
        "IgA deficiency with anti-IgA antibodies is noted: immunoglobulin is contraindicated",
        "is there severe IgA deficiency with anti-IgA antibodies?",
        "A specialist outside this software decides",
    )


@_check
def anaphylaxis_to_immunoglobulin(case: SafetyCase) -> Checked:
    """S06."""
    return _said(
        case.circumstances.has("anaphylaxis"),
        "Anaphylaxis to immunoglobulin is noted: contraindicated",
        "was there ever anaphylaxis to human immunoglobulin?",
        "A specialist outside this software decides",
    )


@_check
def daily_dose_and_thrombosis(case: SafetyCase) -> Checked:
    """S07."""
    schedule = case.schedule
    if schedule is None:
        return Checked(UNKNOWN, "the daily dose is not known")
    day_g, most = schedule.grams / schedule.n_days, limit("daily_dose_and_thrombosis", "day_g")
    if schedule.route is not Route.INTRAVENOUS or day_g < most:
        return FINE
    return Checked(
        MET,
        f"{day_g:.0f} g on one day; early clots were more frequent from {most:g} g a day. Consider more days",
        f"Less than {most:g} g a day",
    )


@_check
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
        _said(
            facts_of.any(VASCULAR),
            "",
            "which vascular risks are there (coronary disease, immobility, past clot, smoking ...)?",
        )
        if not noted
        else FINE
    )


@_check
def first_ever_infusion(case: SafetyCase) -> Checked:
    """S09."""
    if not case.is_naive:
        return FINE
    return Checked(
        MET,
        "Never had immunoglobulin before: early clots in 3 of 25 first courses against 2 of 591 later ones",
    )


@_check
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


@_check
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


@_check
def haemolysis_risk(case: SafetyCase) -> Checked:
    """S12."""
    dose, group = case.course_g_per_kg, case.circumstances.blood_group
    if dose is None or dose < limit("haemolysis_risk", "cumulative_g_per_kg"):
        return FINE if dose is not None else Checked(UNKNOWN, "g/kg in one course is not known")
    if group is None:
        return Checked(UNKNOWN, "blood group (A, B and AB haemolyse more at 2 g/kg)?")
    if group == "O":
        return FINE
    return Checked(MET, f"{dose:.1f} g/kg and blood group {group}: haemoglobin before and 36-96 hours after")


@_check
def aseptic_meningitis_risk(case: SafetyCase) -> Checked:
    """S13."""
    if case.circumstances.has("severe_headache") is MET:
        return Checked(MET, "Severe headache or a stiff neck is noted: urgent review for aseptic meningitis")
    dose = case.course_g_per_kg
    high = dose is not None and dose >= limit("aseptic_meningitis_risk", "course_g_per_kg")
    if high or case.circumstances.has("migraine") is MET:
        return Checked(
            MET,
            f"{'2 g/kg or more in a course' if high else 'Migraine is noted'}: severe headache with a stiff neck "
            "within hours to two days needs urgent review",
        )
    return (
        FINE
        if case.circumstances.has("migraine") is NOT_MET
        else Checked(UNKNOWN, "is there a history of migraine?")
    )


@_check
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


@_check
def pregnancy_or_breastfeeding(case: SafetyCase) -> Checked:
    """S15."""
    if case.circumstances.sex in {"male", "m"}:
        return FINE
    if "pregnancy" not in case.circumstances.kinds_said:
        return Checked(UNKNOWN, "pregnancy or breastfeeding (specialist decision only)?")
    return _said(
        case.circumstances.has("pregnancy"),
        "Pregnancy or breastfeeding is noted: specialist decision only",
        "",
    )


@_check
def live_vaccine_planned(case: SafetyCase) -> Checked:
    """S16."""
    if case.circumstances.has("live_vaccine") is not MET:
        return FINE
    months = limit("live_vaccine_planned", "wait_months")
    return Checked(
        MET,
        f"A live vaccine is noted: it may not take for {months:g} months after immunoglobulin (longer for measles)",
    )


@_check
def serology_after_infusion(case: SafetyCase) -> Checked:
    """S17."""
    if "serology" not in case.circumstances.kinds_said or not case.has_immunoglobulin:
        return FINE
    return Checked(
        MET, "Serology is noted: antibodies from the donors give false positives for weeks to months"
    )


@_check
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
    return _said(
        case.circumstances.has(item),
        f"{case.circumstances.product} holds {stabiliser}, and {item} is noted",
        f"{item.replace('_', ' ')} ({case.circumstances.product} holds {stabiliser})?",
        "Another product",
    )


@_check
def corticosteroid_alone(case: SafetyCase) -> Checked:
    """S19."""
    if case.circumstances.has("corticosteroid") is not MET or case.has_immunoglobulin:
        return FINE
    return Checked(
        MET,
        "A corticosteroid without immunoglobulin is noted: not recommended in MMN, some worsened within a month",
        "Immunoglobulin first; the prescriber reviews the corticosteroid",
    )


@_check
def plasma_exchange(case: SafetyCase) -> Checked:
    """S20."""
    if case.circumstances.has("plasma_exchange") is not MET:
        return FINE
    return Checked(MET, "Plasma exchange is noted: no proven benefit in MMN, one report of worsening")


@_check
def large_dose_reduction(case: SafetyCase) -> Checked:
    """S21."""
    if case.proposed is None:
        return FINE
    if case.present is None:
        return Checked(
            UNKNOWN, "the dose that holds this patient is not known, so a reduction cannot be judged"
        )
    now, then = case.present.grams_per_year, case.proposed.grams_per_year
    proven = max(now, (case.highest_g_per_month or 0) * 12)
    step, floor = (
        limit("large_dose_reduction", "step_fraction"),
        limit("large_dose_reduction", "proven_fraction"),
    )
    if then < proven * floor - 1e-9 or then < now * (1 - step) - 1e-9:
        return Checked(
            MET,
            f"{then / now:.0%} of the present yearly dose and {then / proven:.0%} of the highest so far. At half the "
            "dose 4 of 5 patients worsened",
            f"Steps of at most {step:.0%}, with a written restart rule (see the withdrawal protocol)",
        )
    return FINE


@_check
def decline_during_taper(case: SafetyCase) -> Checked:
    """S22."""
    if case.falls_in_taper is None or case.falls_in_taper < limit(
        "decline_during_taper", "consecutive_readings"
    ):
        return FINE
    return Checked(
        MET,
        f"{case.falls_in_taper} readings in a row fell by what matters after the dose was cut: return to the last "
        "dose that held, and contact the clinic",
    )


@_check
def weight_basis(case: SafetyCase) -> Checked:
    """S23."""
    height, weight = case.circumstances.height_cm, case.weight_kg
    if height is None or weight is None:
        return Checked(
            UNKNOWN, "height and weight (doses by actual, ideal and adjusted weight differ in obesity)?"
        )
    bmi = weight / (height / 100) ** 2
    taller = max(height - 152.4, 0) / 2.54
    ideal = (45.5 if case.circumstances.sex in {"female", "f"} else 50.0) + 2.3 * taller
    if bmi < limit("weight_basis", "bmi_kg_per_m2") and weight / ideal <= limit(
        "weight_basis", "actual_over_ideal"
    ):
        return FINE
    adjusted = ideal + 0.4 * (weight - ideal)
    return Checked(
        MET,
        f"BMI {bmi:.0f}. A dose of 1 g/kg is {weight:.0f} g by actual, {ideal:.0f} g by ideal and {adjusted:.0f} g by "
        "adjusted weight; guidance is mixed and none is chosen here",
    )


@_check
def scig_site_limits(case: SafetyCase) -> Checked:
    """S24."""
    if case.schedule is None or case.schedule.route is not Route.SUBCUTANEOUS:
        return FINE
    name = "scig_site_limits"
    volume = case.schedule.grams / limit(name, "concentration_g_per_ml")
    site, sites = case.circumstances.site_volume_ml, case.circumstances.sites
    if site is None and sites:
        site = volume / sites
    most = limit(name, "later_site_ml")
    if site is None:
        return Checked(
            UNKNOWN,
            f"over how many sites are the {volume:.0f} mL given (first at most "
            f"{limit(name, 'first_site_ml'):g} mL a site, later {most:g})?",
        )
    return FINE if site <= most else Checked(MET, f"{site:.0f} mL at one site", f"At most {most:g} mL a site")


@_check
def facilitated_scig_limits(case: SafetyCase) -> Checked:
    """S25."""
    if case.schedule is None or case.schedule.route is not Route.FACILITATED:
        return FINE
    name = "facilitated_scig_limits"
    volume = case.schedule.grams / case.schedule.n_days / limit(name, "concentration_g_per_ml")
    if volume > limit(name, "day_ml"):
        return Checked(
            MET,
            f"{volume:.0f} mL on one day",
            f"At most {limit(name, 'day_ml'):g} mL a day: more days or less each time",
        )
    sites = case.circumstances.sites
    if not sites:
        return Checked(UNKNOWN, f"over how many sites are the {volume:.0f} mL given?")
    most = limit(name, "site_ml_three_sites" if sites >= 3 else "site_ml")
    return (
        FINE
        if volume / sites <= most
        else Checked(MET, f"{volume / sites:.0f} mL a site", f"At most {most:g} mL a site")
    )


@_check
def wrong_route(case: SafetyCase) -> Checked:
    """S26."""
    product, schedule = case.circumstances.product, case.schedule
    if schedule is None or product is None:
        return Checked(UNKNOWN, "which product is used (it must suit the route)?")
    routes = facts("products")[product]["routes"]
    if schedule.route.value in routes:
        return FINE
    return Checked(
        MET,
        f"{product.replace('_', ' ')} is not for this route ({schedule.route.value})",
        "A product for this route",
    )


@_check
def immunosuppressant_dosing(case: SafetyCase) -> Checked:
    """S27. Met by a `plan` line that asks for one; a medicine that is being taken is no plan."""
    if "plan" not in case.circumstances.kinds_said or case.circumstances.has("immunosuppressant") is not MET:
        return FINE
    return Checked(
        MET,
        "A plan for an immunosuppressant is asked for: outside the scope, no trial supports a dose, toxic",
        "The question is left to the specialist; immunoglobulin alone is planned here",
    )


@_check
def diagnosis_uncertain(case: SafetyCase) -> Checked:
    """S28."""
    return _said(
        case.circumstances.has("not_mmn"),
        "The diary names a diagnosis other than confirmed MMN: the model knows MMN only",
        "is the diagnosis of MMN confirmed? The model knows no other disease",
    )


@_check
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


@_check
def device_or_unit_mismatch(case: SafetyCase) -> Checked:
    """S30."""
    if not case.has_device_switch:
        return FINE
    return Checked(
        MET,
        "Grip was measured with two devices or units, which cannot be compared",
        "One of them is chosen for the plan (--measure), each being followed on its own",
    )
