"""An outlook in lines for a clinician at a terminal."""

from __future__ import annotations

from .alternatives import Reason, as_of, to_avoid
from .flag import Severity
from .observations import Series
from .outlook import Outlook
from .plans import Plan
from .posterior import FitStatus

ROUTES = {"ivig": "by vein", "scig": "under the skin", "fscig": "under the skin, facilitated"}
MODEL_SOURCE = (
    "Ranvier's fit of this diary. What is believed of any patient beforehand rests on Li 2024 (strength) and Tortorici 2021 "
    "(IgG), both read in a transcription, and on judgement; every value with its source and mark is in "
    "treatment/parameters/priors.toml, how far it agrees with published results in docs/validation/treatment.md"
)
PURPOSE = "A simulation for a prescriber to weigh. It instructs no one, and it knows MMN only."


def words(name: str) -> str:
    """A measure's name as people write it."""
    return name.replace("_", " ")


def sentence(text: str) -> str:
    """The text with its closing stop."""
    return text if text.endswith((".", "?", "!")) else f"{text}."


def fit_sentence(outlook: Outlook) -> str:
    """How the fit ended, with its diagnostics."""
    posterior = outlook.posterior
    if posterior.r_hat is None or posterior.effective_draws is None:
        return f"Fit: {posterior.status.value}."
    return (
        f"Fit: {posterior.status.value} (largest R-hat {posterior.r_hat.max():.3f}, fewest effective draws "
        f"{posterior.effective_draws.min():.0f})."
    )


def effect_sentence(outlook: Outlook, series: Series) -> str:
    """What treatment does for one measure, as a range."""
    posterior = outlook.posterior
    if not posterior.observations.doses:
        return (
            f"{words(series.name)}: no dose was written down, so nothing can be said of what treatment does."
        )
    chance = posterior.responder_chance(series.name)
    summary = posterior.summary()
    base = summary[f"base.{series.name}"]
    effect = summary[f"maximal_effect_fraction.{series.name}"]
    unit = series.measure.unit
    return (
        f"{words(series.name)}: untreated level {base.median:.1f} {unit} ({base.low:.1f} to {base.high:.1f}); up to "
        f"{effect.median:.0%} ({effect.low:.0%} to {effect.high:.0%}) of the working axons are blocked without treatment; chance "
        f"that treatment does anything {chance:.0%}."
    )


def wear_off_sentence(outlook: Outlook) -> str:
    """When the last course wears off, or why that is not known."""
    found = outlook.wear_off
    if found.date is None or found.low is None or found.high is None or found.series is None:
        return f"Wear-off: {found.because}"
    unit = found.series.measure.unit
    none = (
        f"; in {found.chance_of_none:.0%} of what is possible it does not show"
        if found.chance_of_none >= 0.01
        else ""
    )
    return (
        f"Wear-off of {words(found.series.name)} without a further dose: {found.date} (90 % {found.low} to {found.high}{none}). "
        f"The peak, about {found.peak:.1f} {unit}, comes some {found.peak_days:.0f} days after the course begins; worn off means "
        f"below {found.level:.1f} {unit}."
    )


def plan_line(plan: Plan) -> str:
    """One plan in one line."""
    schedule = plan.schedule
    days = f" over {schedule.n_days} days" if schedule.n_days > 1 else ""
    mark = "refused" if plan.is_refused else ("now" if plan.is_present else ("*" if plan.is_pareto else ""))
    trough = (
        ""
        if plan.trough is None
        else f"lowest {plan.trough.median:5.1f} ({plan.trough.low:.1f} to {plan.trough.high:.1f})"
    )
    below = "" if plan.below_fraction is None else f"  below the level {plan.below_fraction:4.0%} of the time"
    return (
        f"{mark:>8}  {schedule.grams:5.1f} g{days} every {schedule.interval_days:2d} d, {ROUTES[schedule.route.value]:<15} "
        f"{trough}{below}  {schedule.grams_per_year:5.0f} g/y  {plan.infusion_days_per_year:3.0f} days/y"
    )


def summarise(outlook: Outlook) -> str:
    """The whole outlook as text."""
    lines = [PURPOSE, "", fit_sentence(outlook)]
    lines += [effect_sentence(outlook, series) for series in outlook.posterior.observations.series]
    lines.append(wear_off_sentence(outlook))
    if outlook.posterior.status is FitStatus.PRIOR_ONLY:
        lines.append("Everything below is what is believed of any patient, not of this one.")
    if outlook.learned:
        lines += ["", "What the diary taught", *(f"  {sentence}" for sentence in outlook.learned)]
    if outlook.measurements:
        lines += ["", "What would teach more (expected information over one cycle)"]
        lines += [f"  {row.gain_bits:4.1f} bits  {row.label}" for row in outlook.measurements]
    for severity, title in (
        (Severity.REFUSE, "No plan until this is settled"),
        (Severity.WARN, "A prescriber must look at"),
        (Severity.INFO, "Also noticed, and questions to settle"),
    ):
        flags = [flag for flag in outlook.flags if flag.severity is severity]
        if flags:
            lines += ["", title]
            for flag in flags:
                lift = f" Acceptable if: {flag.acceptable_if}." if flag.acceptable_if else ""
                lines.append(f"  {words(flag.id)}: {sentence(flag.because)}{lift} [{flag.source}]")
    if outlook.reason is Reason.NO_RESPONSE:
        lines += ["", "No schedule is compared here: the diary shows no response that a schedule could hold."]
    level = "" if outlook.level is None else f" (level to hold {outlook.level:.1f})"
    lines += [
        "",
        f"Schedules for a prescriber to compare{level}; * is not beaten on trough, grams and days at once",
    ]
    lines += [f"  {plan_line(plan)}" for plan in shown_plans(outlook)]
    refused = sum(plan.is_refused for plan in outlook.plans)
    lines.append(
        f"  ({len(outlook.plans)} schedules compared, {refused} refused by a rule; --json lists all with reasons)"
    )
    if outlook.reason is not None:
        lines += [
            "",
            f"If this does not suffice ({words(outlook.reason.name.lower())}): {outlook.reason.value}.",
        ]
        lines += [f"  {one.label}: {one.grade}; {one.status} [{one.source}]" for one in outlook.alternatives]
        lines += [f"  Avoid: {one.label}: {one.result} [{one.source}]" for one in to_avoid()]
        lines.append(f"  Trials and approvals as looked for on {as_of()}.")
    return "\n".join(lines)


def shown_plans(outlook: Outlook) -> list[Plan]:
    """The present schedule and those that no other beats, by grams a year."""
    if outlook.reason is Reason.NO_RESPONSE:
        return [plan for plan in outlook.plans if plan.is_present]
    chosen = [plan for plan in outlook.plans if plan.is_present or plan.is_pareto]
    chosen = chosen or list(outlook.plans)[:8]
    return sorted(chosen, key=lambda plan: plan.schedule.grams_per_year)
