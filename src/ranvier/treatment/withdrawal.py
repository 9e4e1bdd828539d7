"""How a dose might be lowered or withdrawn under watch, with what the model expects at each step and when to stop."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .beyond_strength import coming_off
from .diary import Diary
from .facts import facts, source_of
from .forecast import DRAWS, Schedule, courses, present_schedule
from .kinetics import Dose, lay_out
from .observations import Series
from .posterior import Interval, Posterior, interval
from .scan import Array


@dataclass(frozen=True)
class Step:
    """One step: the dose, how long, and the chance that strength falls by what the stop rule names before its end."""

    label: str
    grams: float
    interval_days: int
    weeks: int
    trough: Interval
    chance_of_fall: float


@dataclass(frozen=True)
class Protocol:
    """Steps in order, the stop and the restart rule, what cohorts say of it; `source` names where the steps come from."""

    id: str
    steps: tuple[Step, ...]
    stop_rule: str
    restart_rule: str
    source: str
    context: str

    def as_json(self) -> dict[str, object]:
        """The protocol with its expectations."""
        return {
            "id": self.id,
            "steps": [
                {
                    "label": step.label,
                    "dose_g": step.grams,
                    "interval_days": step.interval_days,
                    "weeks": step.weeks,
                    "trough": step.trough.as_json(),
                    "chance_of_fall": step.chance_of_fall,
                }
                for step in self.steps
            ],
            "stop_rule": self.stop_rule,
            "restart_rule": self.restart_rule,
            "source": self.source,
            "context": self.context,
        }


def protocols(posterior: Posterior, diary: Diary, series: Series | None) -> tuple[Protocol, ...]:
    """A stepwise reduction and a withdrawal test, for a prescriber to weigh; none without a schedule and a measure."""
    present = present_schedule(diary)
    if present is None or series is None:
        return ()
    row = facts("plans")["withdrawal"]
    weeks = int(row["step_weeks"])
    first = _next_day(posterior, diary, present)
    held = _held_now(posterior, diary, series, present)
    change = series.measure
    stop = (
        f"{series.name.replace('_', ' ')} lower by {float(np.median(held.drop)):.1f} {change.unit} or more on "
        f"{facts('plans')['stop_rule']['consecutive_readings']} readings in a row (the smaller of the change that matters, "
        f"{change.smallest_change:g} {change.unit}, and half of what treatment holds at its lowest), or the MRC sum lower by "
        f"{facts('plans')['stop_rule']['mrc_points']:g} points, or the patient cannot do what could be done before. "
        f"Source: {source_of(facts('plans')['stop_rule'])}"
    )
    restart = (
        f"Back at once to the last dose that held ({present.grams:g} g every {present.interval_days} days); "
        "the clinic is told"
    )
    reduction, doses = [], []
    for fraction in row["step_fractions"]:
        schedule = Schedule(
            present.grams * float(fraction), present.interval_days, present.route, present.n_days
        )
        doses += list(schedule.doses(first, first + weeks * 7 - 1))
        reduction.append(
            _step(
                posterior,
                series,
                doses,
                first,
                weeks,
                held,
                f"{float(fraction):.0%} of the present dose",
                schedule,
            )
        )
        first += weeks * 7
    start = _next_day(posterior, diary, present)
    none = Schedule(0.0, present.interval_days, present.route, present.n_days)
    test_weeks = int(row["test_weeks"])
    test = _step(posterior, series, [], start, test_weeks, held, "no immunoglobulin, closely watched", none)
    source = str(source_of(row))
    return (
        Protocol("stepwise_reduction", tuple(reduction), stop, restart, source, coming_off()),
        Protocol("withdrawal_test", (test,), stop, restart, source, coming_off()),
    )


def _next_day(posterior: Posterior, diary: Diary, present: Schedule) -> int:
    due = diary.day_of(courses(diary)[-1][0].date) + present.interval_days
    return max(posterior.observations.n_days + 1, due)


@dataclass(frozen=True)
class _Held:
    """What the present schedule holds at the lowest point of its cycle, and the fall from it that counts, each (DRAWS,)."""

    trough: Array
    drop: Array


def _held_now(posterior: Posterior, diary: Diary, series: Series, present: Schedule) -> _Held:
    """A weak hand can lose all that treatment gives and never fall by the smallest change that matters: half of it counts too.

    Where treatment holds less than the error of one reading, only the smallest change that matters counts.
    """
    first = _next_day(posterior, diary, present)
    end = first + 2 * present.interval_days
    timetable = lay_out([*posterior.observations.doses, *present.doses(first, end)], end)
    cycle = slice(-present.interval_days, None)
    trough = posterior.strength(series, timetable, DRAWS)[:, cycle].min(axis=1)
    gain = trough - posterior.untreated(series, timetable, DRAWS)[:, cycle].min(axis=1)
    error = posterior.values(DRAWS)[f"error_sd.{series.name}"]
    error = error * trough if series.measure.is_proportional else error
    change = series.measure.smallest_change
    return _Held(trough, np.where(gain > error, np.minimum(change, gain / 2), change))


def _step(
    posterior: Posterior,
    series: Series,
    doses: list[Dose],
    first: int,
    weeks: int,
    held: _Held,
    label: str,
    schedule: Schedule,
) -> Step:
    end = first + weeks * 7
    timetable = lay_out([*posterior.observations.doses, *doses], end)
    strength = posterior.strength(series, timetable, DRAWS)[:, first:]
    trough = strength[:, -max(schedule.interval_days, 7) :].min(axis=1)
    fell = float(np.mean(held.trough - strength.min(axis=1) >= held.drop))
    return Step(
        label, schedule.grams, schedule.interval_days, weeks, interval(trough, series.measure.unit), fell
    )
