"""The rules on doses, rates, routes and their changes; every number comes from the rule, each check has the rule's name."""

from __future__ import annotations

from .circumstances import KIDNEY, VASCULAR
from .facts import facts
from .kinetics import Route
from .safety_case import FINE, MET, NOT_MET, UNKNOWN, Checked, SafetyCase, check, limit, stated


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


@check
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


@check
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


@check
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


@check
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
    return stated(at_risk, "", "is there any risk for kidney or clot (it would cap the infusion rate)?")


@check
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


@check
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


@check
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


@check
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


@check
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


@check
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


@check
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


@check
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


@check
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
