"""Schedules compared on what they hold, what they cost and what they ask of the patient. Proposals for a prescriber.

No plan is hidden: one that a rule refuses is listed with the rule and with what would make it acceptable.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from .beyond_strength import headache_per_infusion
from .diary import Diary
from .facts import facts
from .flag import Flag, Severity
from .forecast import Schedule, courses, present_schedule
from .kinetics import Route, lay_out
from .observations import Series
from .posterior import Interval, Posterior, interval
from .safety import SafetyCase, judge_safety
from .wear_off import WearOff

DRAWS = 120
SETTLE_DAYS = 182  # ten half-lives and more: what is compared is the settled cycle
PLAN_RULES = (
    "course_dose_above_guideline", "monthly_dose_above_studied", "daily_dose_and_thrombosis", "haemolysis_risk",
    "aseptic_meningitis_risk", "large_dose_reduction", "scig_site_limits", "facilitated_scig_limits", "wrong_route",
)  # fmt: skip


@dataclass(frozen=True)
class Plan:
    """One schedule with what the model expects of it once settled.

    `trough` is the lowest strength of a cycle; `below_fraction` the share of time below the chosen level; both None where
    no strength was measured. `flags` are the rules that speak of this schedule.
    """

    schedule: Schedule
    vials: dict[float, int]
    trough: Interval | None
    mean: Interval | None
    igg_trough: Interval
    below_fraction: float | None
    chance_below: float | None
    flags: tuple[Flag, ...]
    is_present: bool = False
    is_pareto: bool = False

    @property
    def is_refused(self) -> bool:
        """Whether a rule refuses it."""
        return any(flag.severity is Severity.REFUSE for flag in self.flags)

    @property
    def infusion_days_per_year(self) -> float:
        """Days with a needle, a year."""
        return self.schedule.n_days * 365.25 / self.schedule.interval_days

    @property
    def headaches_per_year(self) -> float | None:
        """Headaches after infusions to be expected of any patient, a year; None under the skin, where none were counted."""
        if self.schedule.route is not Route.INTRAVENOUS:
            return None
        return headache_per_infusion() * self.infusion_days_per_year

    def as_json(self) -> dict[str, object]:
        """As interfaces.md has it, with what else was computed."""
        return {
            "dose_g": self.schedule.grams,
            "interval_days": self.schedule.interval_days,
            "route": self.schedule.route.value,
            "days": self.schedule.n_days,
            "trough": self.trough.as_json() if self.trough else None,
            "mean": self.mean.as_json() if self.mean else None,
            "igg_rise_trough": self.igg_trough.as_json(),
            "fraction_of_time_below_level": self.below_fraction,
            "chance_trough_below_level": self.chance_below,
            "grams_per_year": self.schedule.grams_per_year,
            "infusion_days_per_year": self.infusion_days_per_year,
            "headaches_per_year": self.headaches_per_year,
            "vials": {f"{size:g}": count for size, count in self.vials.items()},
            "is_present": self.is_present,
            "is_pareto": self.is_pareto,
            "is_refused": self.is_refused,
            "flags": [flag.as_json() for flag in self.flags],
        }


def in_vials(grams: float) -> dict[float, int]:
    """Whole vials for a dose, fewest first; what is left over is rounded to the smallest vial.

    Example
        >>> in_vials(82.0)
        {30.0: 2, 20.0: 1, 1.0: 2}
    """
    sizes = sorted((float(size) for size in facts("plans")["vials"]["sizes_g"]), reverse=True)
    left, vials = round(grams / sizes[-1]) * sizes[-1], {}
    for size in sizes:
        count = int(left // size + 1e-9)
        if count:
            vials[size] = count
            left -= count * size
    return vials


def whole_vials(grams: float) -> float:
    """The nearest dose in steps of 5 g (2.5 g below 20 g), so few vials are opened; within the tenth that practice allows."""
    step = 5.0 if grams >= 20 else 2.5
    rounded = max(step, round(grams / step) * step)
    allowed = float(facts("plans")["vials"]["rounding_fraction"])
    return rounded if abs(rounded - grams) <= allowed * grams else float(round(grams))


def schedules_to_compare(present: Schedule | None, weight_kg: float) -> list[Schedule]:
    """The present schedule and those around it, by vein, split weekly, and under the skin."""
    grid = facts("plans")["grid"]
    if present is None:
        doses = [whole_vials(per_kg * weight_kg) for per_kg in grid["start_g_per_kg"]]
        daily, intervals = weight_kg, list(grid["intervals_days"])
        month_g = weight_kg
    else:
        course = (
            present.grams
            if present.route is Route.INTRAVENOUS
            else present.grams * 28 / present.interval_days
        )
        doses = [whole_vials(factor * course) for factor in grid["dose_factors"]]
        daily = present.grams / present.n_days if present.route is Route.INTRAVENOUS else weight_kg
        month_g = present.grams * 28 / present.interval_days
        own = [present.interval_days] if present.route is Route.INTRAVENOUS else []
        intervals = sorted({*grid["intervals_days"], *own})
    found = [
        Schedule(grams, int(days), Route.INTRAVENOUS, max(1, int(np.ceil(grams / daily - 1e-9))))
        for grams in sorted(set(doses))
        for days in intervals
    ]
    found.append(Schedule(whole_vials(month_g / 4), 7, Route.INTRAVENOUS))
    skin = facts("plans")["under_the_skin"]
    every = int(skin["interval_days"])
    found += [
        Schedule(whole_vials(ratio * month_g * every / 28), every, Route.SUBCUTANEOUS)
        for ratio in skin["ratios"]
    ]
    if present is not None and present not in found:
        found.insert(0, present)
    return list(dict.fromkeys(found))


def compare_plans(
    posterior: Posterior,
    diary: Diary,
    series: Series | None,
    case: SafetyCase,
    *,
    level: float | None,
    schedules: Sequence[Schedule] | None = None,
) -> tuple[Plan, ...]:
    """Simulate each schedule from the next dose on, and judge it by the rules.

    Parameters
        series : The measure that the plan is to hold; None where nothing was measured.
        level : The strength not to fall below, in the unit of that measure.
    """
    present = present_schedule(diary)
    weight_kg = posterior.observations.assumed_weight_kg
    compared = list(schedules) if schedules is not None else schedules_to_compare(present, weight_kg)
    plans = [
        replace(
            _simulate(posterior, diary, series, schedule, level),
            flags=judge_safety(replace(case, proposed=schedule), PLAN_RULES)
            + _untried(schedule, present, diary),
            is_present=schedule == present,
        )
        for schedule in compared
    ]
    return tuple(_with_pareto(plans))


def _simulate(
    posterior: Posterior, diary: Diary, series: Series | None, schedule: Schedule, level: float | None
) -> Plan:
    today = posterior.observations.n_days
    found = courses(diary)
    last = diary.day_of(found[-1][0].date) if found else today
    first = max(today + 1, last + schedule.interval_days)
    cycles = int(np.ceil(SETTLE_DAYS / schedule.interval_days))
    end = first + (cycles + 1) * schedule.interval_days
    timetable = lay_out([*posterior.observations.doses, *schedule.doses(first, end)], end)
    window = slice(end - max(schedule.interval_days, 28), end + 1)
    vials = in_vials(schedule.grams / schedule.n_days)
    if series is None:
        igg = interval(posterior.igg(timetable, DRAWS)[:, window].min(axis=1), "g/L")
        return Plan(schedule, vials, None, None, igg, None, None, ())
    strength, rise = (part[:, window] for part in posterior.follow(series, timetable, DRAWS))
    igg = interval(rise.min(axis=1), "g/L")
    trough = strength.min(axis=1)
    unit = series.measure.unit
    below = None if level is None else float(np.mean(strength < level))
    chance = None if level is None else float(np.mean(trough < level))
    return Plan(
        schedule, vials, interval(trough, unit), interval(strength.mean(axis=1), unit), igg, below, chance, ()
    )


def _untried(schedule: Schedule, present: Schedule | None, diary: Diary) -> tuple[Flag, ...]:
    """Say when a plan leaves what this patient's diary can speak for."""
    remarks = []
    if present is not None and schedule.grams_per_year > 1.5 * present.grams_per_year:
        remarks.append(
            f"{schedule.grams_per_year / present.grams_per_year:.1f} times the present yearly dose"
        )
    routes = {given.route for given in diary.given}
    if routes and schedule.route not in routes:
        remarks.append("a route that this patient has not had: absorption is what is believed of any patient")
    if not remarks:
        return ()
    because = "Outside what was tried: " + "; ".join(remarks)
    return (Flag("beyond_experience", Severity.INFO, because, "the diary itself"),)


def _with_pareto(plans: Sequence[Plan]) -> list[Plan]:
    """Mark the plans that no other beats on trough, grams and days at once; refused ones do not compete."""

    def score(plan: Plan) -> tuple[float, float, float]:
        assert plan.trough is not None
        return -plan.trough.median, plan.schedule.grams_per_year, plan.infusion_days_per_year

    free = [plan for plan in plans if plan.trough is not None and not plan.is_refused]
    best = []
    for plan in free:
        mine = score(plan)
        beaten = any(
            all(a <= b for a, b in zip(score(other), mine, strict=True)) and score(other) != mine
            for other in free
        )
        if not beaten:
            best.append(plan)
    return [replace(plan, is_pareto=any(plan is one for one in best)) for plan in plans]


def level_to_hold(wear_off: WearOff, chosen: float | None) -> float | None:
    """The level that a plan is to hold: the reader's own, or that of the wear-off."""
    return chosen if chosen is not None else wear_off.level
