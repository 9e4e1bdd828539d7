"""The plans in the clinic report: a short table, the picture of all, and every refusal with what would lift it."""

from __future__ import annotations

from collections.abc import Callable
from html import escape

from .alternatives import Reason
from .facts import facts, source_of
from .flag import Flag, Severity
from .kinetics import Route
from .outlook import Outlook
from .plans import Plan
from .plans_picture import draw_plans
from .summary import MODEL_SOURCE, ROUTES, sentence, shown_plans, words

MOST_PLANS = 6
Cite = Callable[[str], str]  # the text of a source to its number on the page


def listed_plans(outlook: Outlook) -> list[Plan]:
    """The present schedule, the same grams under the skin, and a spread of those that no other beats; `MOST_PLANS` at most."""
    shown = shown_plans(outlook)
    kept = [plan for plan in shown if plan.is_present]
    other = _other_route(outlook)
    if other is not None and outlook.reason is not Reason.NO_RESPONSE:
        kept.append(other)
    rest = [plan for plan in shown if not any(plan is one for one in kept)]
    room = MOST_PLANS - len(kept)
    if len(rest) > room:
        rest = [rest[round(i * (len(rest) - 1) / (room - 1))] for i in range(room)]
    return sorted([*kept, *rest], key=lambda plan: plan.schedule.grams_per_year)


def _other_route(outlook: Outlook) -> Plan | None:
    """Under the skin at the same grams, so that the other route is always seen beside the vein, beaten or not."""
    present = next((plan for plan in outlook.plans if plan.is_present), None)
    if present is None or present.schedule.route is not Route.INTRAVENOUS:
        return None
    skin = [plan for plan in outlook.plans if plan.schedule.route is not Route.INTRAVENOUS]
    return min(skin, key=lambda plan: plan.schedule.grams_per_year, default=None)


def name_of(plan: Plan) -> str:
    """A schedule in words."""
    schedule = plan.schedule
    days = f" over {schedule.n_days} days" if schedule.n_days > 1 else ""
    return f"{schedule.grams:g} g{days} every {schedule.interval_days} days, {ROUTES[schedule.route.value]}"


def plans_table(outlook: Outlook, cite: Cite) -> str:
    """The short table of the first page."""
    listed = listed_plans(outlook)
    if not listed or outlook.series is None:
        return ""
    unit = escape(outlook.series.measure.unit)
    head = (
        "", "Schedule", f"Lowest strength {unit} (90 %)", "Time below level", "IgG rise, lowest g/L", "g a year",
        "Days a year", "Vials a day", "Rules that speak",
    )  # fmt: skip
    rows = "".join(_row(plan, number, cite) for number, plan in enumerate(listed, start=1))
    level = "" if outlook.level is None else f" The level to hold is {outlook.level:.1f} {unit}."
    refused = sum(plan.is_refused for plan in outlook.plans)
    present = next((plan for plan in listed if plan.is_present), None)
    headaches = ""
    if present is not None and present.headaches_per_year is not None:
        row = facts("beyond_strength")["headache"]
        headaches = (
            f" In the MMN trial {row['headaches']} of {row['infusions']} infusions were followed by headache, which makes about "
            f"{present.headaches_per_year:.1f} a year at the present pace.{cite(str(source_of(row)))}"
        )
    return (
        f"<h2>Schedules for a prescriber to compare</h2><p class='small'>For {escape(words(outlook.series.name))}, once settled."
        f"{level} Of {len(outlook.plans)} compared, {refused} are refused by a rule; shown are the present one and some that no "
        "other beats on trough, grams and days at once, and the same grams under the skin; the annex has the rest. None is a "
        f"recommendation.{cite(MODEL_SOURCE)}{headaches}</p>"
        f"<table><thead><tr>{''.join(f'<th>{cell}</th>' for cell in head)}</tr></thead><tbody>{rows}</tbody></table>"
    )


def _row(plan: Plan, number: int, cite: Cite) -> str:
    name = name_of(plan)
    trough = (
        ""
        if plan.trough is None
        else f"{plan.trough.median:.1f} ({plan.trough.low:.1f}&ndash;{plan.trough.high:.1f})"
    )
    below = "" if plan.below_fraction is None else f"{plan.below_fraction:.0%}"
    vials = " + ".join(f"{count}&times;{size:g}" for size, count in plan.vials.items())
    rules = ", ".join(f"{escape(words(flag.id))}{cite(flag.source)}" for flag in plan.flags)
    cells = (
        f"{number}", f"<b>now: </b>{name}" if plan.is_present else name, trough, below, f"{plan.igg_trough.median:.1f}",
        f"{plan.schedule.grams_per_year:.0f}", f"{plan.infusion_days_per_year:.0f}", vials, rules,
    )  # fmt: skip
    return (
        f"<tr{' class=now' if plan.is_present else ''}>{''.join(f'<td>{cell}</td>' for cell in cells)}</tr>"
    )


def every_plan(outlook: Outlook, cite: Cite) -> str:
    """The picture of all plans, and each refusal: why, and what would make it acceptable."""
    if outlook.reason is Reason.NO_RESPONSE:
        return "<h2>Schedules</h2><p>None is compared: the diary shows no response that a schedule could hold.</p>"
    listed = listed_plans(outlook)
    numbers = {
        place: 1 + next(i for i, one in enumerate(listed) if one is plan)
        for place, plan in enumerate(outlook.plans)
        if any(plan is one for one in listed)
    }
    figure = draw_plans(outlook, numbers)
    picture = "" if figure is None else f'<div class="picture wide">{figure.svg()}</div>'
    return picture + _refusals(outlook, cite)


def _refusals(outlook: Outlook, cite: Cite) -> str:
    """Each rule that refuses: its because, what would lift it, and the schedules that it refuses."""
    rules: dict[str, list[Flag]] = {}
    schedules: dict[str, list[Plan]] = {}
    for plan in outlook.plans:
        for flag in plan.flags:
            if flag.severity is Severity.REFUSE:
                rules.setdefault(flag.id, []).append(flag)
                schedules.setdefault(flag.id, []).append(plan)
    if not rules:
        return ""
    parts = []
    for id, flags in rules.items():
        such_as = "" if len({flag.because for flag in flags}) == 1 else "Such as: "
        lift = f" <em>Acceptable if: {escape(flags[0].acceptable_if)}.</em>" if flags[0].acceptable_if else ""
        parts.append(
            f"<p><b>{escape(words(id).capitalize())}</b>{cite(flags[0].source)} {such_as}"
            f"{escape(sentence(flags[0].because))}{lift} Refused: {escape(_together(schedules[id]))}.</p>"
        )
    title = "Schedules that a rule refuses, and what would make them acceptable"
    return f"<h2>{title}</h2><div class='small'>{''.join(parts)}</div>"


def _together(plans: list[Plan]) -> str:
    """Schedules of one dose and route in one phrase, with their intervals."""
    intervals: dict[tuple[str, str], list[int]] = {}
    for plan in plans:
        one = plan.schedule
        dose = f"{one.grams:g} g" + (f" over {one.n_days} days" if one.n_days > 1 else "")
        intervals.setdefault((dose, ROUTES[one.route.value]), []).append(one.interval_days)
    return "; ".join(
        f"{dose} every {', '.join(str(day) for day in sorted(days))} days {route}"
        for (dose, route), days in intervals.items()
    )
