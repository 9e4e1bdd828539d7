"""Strength from the first line of the diary into the coming weeks, if the schedule goes on as it is."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from .diary import Diary, Given
from .kinetics import Dose, Route, lay_out
from .observations import Series
from .posterior import HIGH, LOW, Posterior
from .scan import Array

DRAWS = 400
SHORTEST_HORIZON_DAYS = 56


@dataclass(frozen=True)
class Schedule:
    """The pace at which a diary doses: grams of one course, its days, and days from one course to the next."""

    grams: float
    interval_days: int
    route: Route
    n_days: int = 1

    @property
    def grams_per_year(self) -> float:
        """Grams a year at this pace. [g]"""
        return self.grams * 365.25 / self.interval_days

    def doses(self, first_day: int, last_day: int) -> tuple[Dose, ...]:
        """Courses from `first_day` on, up to `last_day`."""
        return tuple(
            Dose(start + part, self.grams / self.n_days, self.route)
            for start in range(first_day, last_day + 1, self.interval_days)
            for part in range(self.n_days)
        )


def courses(diary: Diary) -> list[list[Given]]:
    """Doses of the fitted part, gathered into courses: parts on consecutive days (a gap of at most 2) are one."""
    found: list[list[Given]] = []
    for given in diary.given:
        if diary.fitted_from is None or given.date < diary.fitted_from:
            continue
        if (
            found
            and given.route is found[-1][-1].route is Route.INTRAVENOUS
            and (given.date - found[-1][-1].last_date).days <= 2
        ):
            found[-1].append(given)
        else:
            found.append([given])
    return found


def present_schedule(diary: Diary) -> Schedule | None:
    """The pace of the last few courses of the route in use; None with fewer than two courses of it."""
    all_courses = courses(diary)
    if not all_courses:
        return None
    route = all_courses[-1][0].route
    recent: list[list[Given]] = []
    for course in reversed(all_courses):
        if course[0].route is not route or len(recent) == 5:
            break
        recent.insert(0, course)
    if len(recent) < 2:
        return None
    gaps = [(b[0].date - a[0].date).days for a, b in pairwise(recent)]
    grams = float(np.median([sum(g.grams for g in course) for course in recent]))
    days = int(np.median([(course[-1].last_date - course[0].date).days + 1 for course in recent]))
    return Schedule(grams, max(1, int(np.median(gaps))), route, max(1, days))


@dataclass(frozen=True)
class Curve:
    """Expected strength of one measure by day, each (n,): median and 90 % interval, and the 90 % interval of a reading."""

    series: Series
    days: Array
    median: Array
    low: Array
    high: Array
    reading_low: Array
    reading_high: Array


@dataclass(frozen=True)
class Forecast:
    """Curves over the diary and beyond it; `today` is the last day of the diary, day 0 its first."""

    curves: tuple[Curve, ...]
    today: int
    horizon: int
    schedule: Schedule | None
    planned: tuple[Dose, ...]
    igg_median: Array
    igg_low: Array
    igg_high: Array


def forecast(posterior: Posterior, diary: Diary, *, horizon_days: int | None = None) -> Forecast:
    """Follow each measure over the diary and, with the present schedule going on, `horizon_days` beyond it.

    Without a schedule no further dose is assumed. The horizon is two intervals, and at least eight weeks.
    """
    observations = posterior.observations
    today = observations.n_days
    schedule = present_schedule(diary)
    ahead = horizon_days or max(SHORTEST_HORIZON_DAYS, 2 * schedule.interval_days if schedule else 0)
    end = today + ahead
    planned: tuple[Dose, ...] = ()
    if schedule is not None:
        first = diary.day_of(courses(diary)[-1][0].date) + schedule.interval_days
        while first <= today:  # an overdue course is taken to come tomorrow
            first = today + 1
        planned = schedule.doses(first, end)
    timetable = lay_out([*observations.doses, *planned], end)
    curves = []
    rng = np.random.default_rng(0)
    values = posterior.values(DRAWS)
    for series in observations.series:
        strength = posterior.strength(series, timetable, DRAWS)
        error = values[f"error_sd.{series.name}"][:, None] * rng.standard_normal(strength.shape)
        reading = strength * np.exp(error) if series.measure.is_proportional else strength + error
        low, median, high = np.quantile(strength, [LOW, 0.5, HIGH], axis=0)
        reading_low, reading_high = np.quantile(reading, [LOW, HIGH], axis=0)
        curves.append(Curve(series, np.arange(end + 1.0), median, low, high, reading_low, reading_high))
    igg_low, igg_median, igg_high = np.quantile(posterior.igg(timetable, DRAWS), [LOW, 0.5, HIGH], axis=0)
    return Forecast(tuple(curves), today, end, schedule, planned, igg_median, igg_low, igg_high)


def as_rows(found: Forecast, diary: Diary) -> list[dict[str, object]]:
    """The days after the diary as interfaces.md has them."""
    rows: list[dict[str, object]] = []
    for curve in found.curves:
        for day in range(found.today + 1, found.horizon + 1):
            rows.append(
                {
                    "date": _iso(diary.date_of(day)),
                    "measure": curve.series.name,
                    "unit": curve.series.measure.unit,
                    "median": float(curve.median[day]),
                    "low": float(curve.low[day]),
                    "high": float(curve.high[day]),
                    "reading_low": float(curve.reading_low[day]),
                    "reading_high": float(curve.reading_high[day]),
                }
            )
    return rows


def _iso(day: dt.date) -> str:
    return day.isoformat()
