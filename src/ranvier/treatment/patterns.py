"""Patterns in the readings themselves, without the model: end-of-dose weakness, slow decline, dominance, learning.

Each is set against the smallest change that matters and against the error of the comparison, both named.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

import numpy as np
from scipy.special import stdtrit

from .diary import Diary
from .forecast import courses
from .observations import Series
from .scan import Array

EARLY, LATE = 0.15, 0.75  # parts of a cycle: between them is its middle
LEARNING_READINGS = 3


class Answer(Enum):
    """Whether a pattern is there."""

    YES = "yes"
    NO = "no"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Pattern:
    """One pattern in one measure: the size of the change, its standard error, and what it was compared with."""

    id: str
    series: Series
    answer: Answer
    change: float | None
    error: float | None
    because: str

    @property
    def matters(self) -> bool:
        """Whether the change is at least the smallest that matters."""
        return self.change is not None and abs(self.change) >= self.series.measure.smallest_change


def find_patterns(diary: Diary, series: Series) -> tuple[Pattern, ...]:
    """End-of-dose weakness and slow decline in one measure."""
    cycle, phase = _phases(diary, series)
    return (_end_of_dose(series, cycle, phase), _slow_decline(series, phase))


def _phases(diary: Diary, series: Series) -> tuple[Array, Array]:
    """The course that each reading follows (-1 before any) and how far through the cycle it is, 0 to 1."""
    starts = np.array([diary.day_of(course[0].date) for course in courses(diary)], float)
    if len(starts) < 2:
        return np.full(len(series), -1.0), np.full(len(series), np.nan)
    lengths = np.diff(starts)
    lengths = np.append(lengths, np.median(lengths))
    # A reading on the morning of a course closes the cycle before it.
    cycle = np.searchsorted(starts, series.days, side="left") - 1
    phase = np.where(cycle >= 0, (series.days - starts[cycle]) / lengths[cycle], np.nan)
    return cycle.astype(float), phase


def _end_of_dose(series: Series, cycle: Array, phase: Array) -> Pattern:
    drops = []
    for number in np.unique(cycle[cycle >= 0]):
        here = cycle == number
        middle = series.values[here & (phase > EARLY) & (phase < LATE)]
        late = series.values[here & (phase >= LATE) & (phase <= 1.0)]
        if len(middle) and len(late):
            drops.append(float(np.mean(late) - np.mean(middle)))
    unit = series.measure.unit
    if len(drops) < 3:
        return Pattern(
            "end_of_dose",
            series,
            Answer.UNKNOWN,
            None,
            None,
            f"Only {len(drops)} cycle(s) have readings both in their middle and in their last quarter; three are needed. "
            "Readings before infusions alone cannot show what was lost since the peak.",
        )
    change = float(np.mean(drops))
    error = float(np.std(drops, ddof=1) / np.sqrt(len(drops)))
    limit = float(stdtrit(len(drops) - 1, 0.95)) * error
    yes = change < -limit and change < 0
    return Pattern(
        "end_of_dose",
        series,
        Answer.YES if yes else Answer.NO,
        change,
        error,
        f"The last quarter of {len(drops)} cycles lies {abs(change):.1f} {unit} {'below' if change < 0 else 'above'} their "
        f"middle (standard error {error:.1f}); the smallest change that matters is {series.measure.smallest_change:g} {unit}.",
    )


def _slow_decline(series: Series, phase: Array) -> Pattern:
    days, values = series.days[LEARNING_READINGS:], series.values[LEARNING_READINGS:]
    at = phase[LEARNING_READINGS:]
    span_years = (days[-1] - days[0]) / 365.25 if len(days) else 0.0
    unit = series.measure.unit
    if len(days) < 8 or span_years < 0.5:
        return Pattern(
            "slow_decline",
            series,
            Answer.UNKNOWN,
            None,
            None,
            f"{len(days)} readings over {span_years:.1f} years after the first {LEARNING_READINGS}; eight over half a year are "
            "needed to tell decline from noise.",
        )
    # Where in the cycle a reading fell is held constant, so a run of late readings is not taken for decline.
    late = np.nan_to_num(np.clip(at, 0, 1), nan=0.5)
    design = np.column_stack(
        [np.ones(len(days)), (days - days[0]) / 365.25, late - late.mean(), (late - late.mean()) ** 2]
    )
    solution, _, rank, _ = np.linalg.lstsq(design, values, rcond=None)
    residual = values - design @ solution
    freedom = max(len(days) - rank, 1)
    variance = float(residual @ residual) / freedom * _inflation(residual)
    covariance = variance * np.linalg.pinv(design.T @ design)
    change = float(solution[1] * span_years)
    error = float(np.sqrt(covariance[1, 1]) * span_years)
    beyond_error = change < -float(stdtrit(freedom, 0.95)) * error
    matters = -change >= series.measure.smallest_change
    answer = Answer.YES if beyond_error and matters else Answer.NO
    if beyond_error and not matters:
        verdict = "beyond error, below what matters so far"
    elif matters and not beyond_error:
        verdict = "large enough to matter, not beyond error"
        answer = Answer.UNKNOWN
    else:
        verdict = "beyond error and large enough to matter" if answer is Answer.YES else "within error"
    return Pattern(
        "slow_decline",
        series,
        answer,
        change,
        error,
        f"Over {span_years:.1f} years, at the same point of the cycle, the level changed by {change:+.1f} {unit} (standard error "
        f"{error:.1f}): {verdict}. The smallest change that matters is {series.measure.smallest_change:g} {unit}.",
    )


def _inflation(residual: Array) -> float:
    """How much a trend's variance grows because neighbouring residuals are alike (first-order autocorrelation)."""
    if len(residual) < 8 or not np.any(residual):
        return 1.0
    rho = float(np.sum(residual[1:] * residual[:-1]) / np.sum(residual**2))
    rho = min(max(rho, 0.0), 0.9)
    return (1 + rho) / (1 - rho)


def side_difference(left: Series, right: Series) -> str:
    """Say how the hands differ, and that a steady difference is no decline."""
    ratio = float(np.median(left.values) / np.median(right.values))
    weaker = "left" if ratio < 1 else "right"
    share = 1 - min(ratio, 1 / ratio)
    return (
        f"The {weaker} hand is weaker by {share:.0%} in the middle of its readings. Handedness alone makes about a tenth; a "
        "difference that stays the same is no decline, and each hand is followed on its own."
    )
