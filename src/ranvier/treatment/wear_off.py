"""When the last course has lost what matters: the date, its interval, and how sure it is that it wears off at all."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import numpy as np

from .diary import Diary
from .forecast import DRAWS, courses
from .kinetics import lay_out
from .observations import Series
from .posterior import HIGH, LOW, Posterior

LOOK_AHEAD_DAYS = 300
LEAST_GAIN_OVER_ERROR = 1.0  # a gain below one standard error of a single reading is called none


@dataclass(frozen=True)
class WearOff:
    """Day on which strength has fallen from the peak of the last course by the amount that matters.

    `date`, `low` and `high` (90 %) are None where there is no course, no response, or no end within sight.
    """

    series: Series | None
    date: dt.date | None
    low: dt.date | None
    high: dt.date | None
    onset_days: float | None
    peak_days: float | None
    peak: float | None
    level: float | None
    chance_of_none: float
    because: str

    def as_json(self) -> dict[str, object]:
        """As interfaces.md has it, with what it rests on."""

        def iso(day: dt.date | None) -> str | None:
            return None if day is None else day.isoformat()

        return {
            "date": iso(self.date),
            "low": iso(self.low),
            "high": iso(self.high),
            "measure": self.series.name if self.series else None,
            "onset_days": self.onset_days,
            "peak_days": self.peak_days,
            "peak": self.peak,
            "level": self.level,
            "chance_of_none": self.chance_of_none,
            "because": self.because,
        }


def primary_series(posterior: Posterior) -> Series | None:
    """The measure that shows treatment best: the largest expected gain over its smallest change that matters.

    Not the weaker or stronger side as such; where no dose was given, the one with most readings.
    """
    series = posterior.observations.series
    if not series:
        return None
    if not posterior.observations.doses:
        return max(series, key=len)
    last = max(dose.day for dose in posterior.observations.doses)
    timetable = lay_out(posterior.observations.doses, last + 28)

    def gain(one: Series) -> float:
        above = posterior.strength(one, timetable, 60) - posterior.untreated(one, timetable, 60)
        return float(np.median(above[:, last:].max(axis=1))) / one.measure.smallest_change

    return max(series, key=gain)


def find_wear_off(posterior: Posterior, diary: Diary, series: Series | None) -> WearOff:
    """Follow the last course with no further dose until what matters is lost.

    What matters is the cited smallest change of the measure, or half of what this course holds above the untreated
    level where that is less (a weak hand can lose all its gain and never fall by the smallest change).
    """
    found = courses(diary)
    if series is None or not found:
        why = "no strength was measured" if series is None else "no dose was written down"
        return WearOff(series, None, None, None, None, None, None, None, 1.0, f"Not known: {why}.")
    start = diary.day_of(found[-1][0].date)
    timetable = lay_out(posterior.observations.doses, start + LOOK_AHEAD_DAYS)
    strength = posterior.strength(series, timetable, DRAWS)[:, start:]
    untreated = posterior.untreated(series, timetable, DRAWS)[:, start:]
    peak_at = strength[:, :90].argmax(axis=1)
    rows = np.arange(len(strength))
    peak = strength[rows, peak_at]
    gain = peak - untreated[rows, peak_at]
    error = posterior.values(DRAWS)[f"error_sd.{series.name}"]
    error = error * peak if series.measure.is_proportional else error
    drop = np.minimum(series.measure.smallest_change, gain / 2)
    level = peak - drop
    below = (strength < level[:, None]) & (np.arange(strength.shape[1])[None] > peak_at[:, None])
    day = np.where(below.any(axis=1), below.argmax(axis=1), np.nan)
    day = np.where(gain > LEAST_GAIN_OVER_ERROR * error, day, np.nan)
    none = float(np.mean(np.isnan(day)))
    before = strength[:, 0]
    half_up = before + (peak - before) / 2
    onset = (strength >= half_up[:, None]).argmax(axis=1)
    unit = series.measure.unit
    if none > 0.5:
        return WearOff(
            series,
            None,
            None,
            None,
            None,
            None,
            float(np.median(peak)),
            None,
            none,
            f"No wear-off can be given: in {none:.0%} of what is possible after this diary, the last course holds less above "
            f"the untreated level than the error of one reading, or outlasts {LOOK_AHEAD_DAYS} days.",
        )
    low, middle, high = np.nanquantile(day, [LOW, 0.5, HIGH])
    return WearOff(
        series=series,
        date=diary.date_of(start + middle),
        low=diary.date_of(start + low),
        high=diary.date_of(start + high),
        onset_days=float(np.median(onset)),
        peak_days=float(np.median(peak_at)),
        peak=float(np.median(peak)),
        level=float(np.median(level)),
        chance_of_none=none,
        because=(
            f"{series.name} falls by {float(np.median(drop)):.1f} {unit} from the peak of the course of "
            f"{found[-1][0].date}: the smaller of the change that matters ({series.measure.smallest_change:g} {unit}) and half "
            f"of what the course holds above the untreated level. Source: {series.measure.source}"
        ),
    )
