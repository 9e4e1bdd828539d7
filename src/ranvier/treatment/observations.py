"""What a fit sees of a diary: doses and readings on a grid of whole days, and nothing else."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from .facts import Measure, facts, setting
from .kinetics import Dose
from .scan import Array


@dataclass(frozen=True)
class Series:
    """The readings of one measure, in order of day.

    `name` is how the diary calls it (`grip_left`); `values` are in the unit of `measure`. `is_home` makes the error the
    larger one of daily home readings, with neighbours correlated.
    """

    name: str
    measure: Measure
    days: NDArray[np.int64]
    values: Array
    is_home: bool = False

    def __len__(self) -> int:
        return len(self.days)

    @property
    def carry_over(self) -> Array:
        """Correlation of each reading's error with the one before, (n,); 0 in clinic and on the same day."""
        carry = np.zeros(len(self))
        if self.is_home and len(self) > 1:
            gaps = np.diff(self.days)
            per_day = float(facts("measures")["home_error"]["correlation_per_day"])
            carry[1:] = np.where(gaps > 0, per_day ** np.maximum(gaps, 1), 0.0)
        return carry

    @property
    def practice(self) -> Array:
        """How much of the learning effect each reading has, (n,), from 0 at the first towards 1."""
        return 1 - np.exp(-np.arange(len(self)) / float(facts("measures")["learning"]["readings"]))


@dataclass(frozen=True)
class IggSeries:
    """Measured total IgG, before or after the dose of the same day. [g/L]"""

    days: NDArray[np.int64] = field(default_factory=lambda: np.zeros(0, np.int64))
    values: Array = field(default_factory=lambda: np.zeros(0))
    is_after_dose: NDArray[np.bool_] = field(default_factory=lambda: np.zeros(0, np.bool_))

    def __len__(self) -> int:
        return len(self.days)


@dataclass(frozen=True)
class Observations:
    """One patient: doses, readings, IgG and weight, by day of the diary.

    `is_untreated_at_start` holds when the first dose of the diary was the first ever (or long after any other).
    """

    doses: tuple[Dose, ...]
    series: tuple[Series, ...]
    igg: IggSeries = field(default_factory=IggSeries)
    weight_kg: float | None = None
    is_untreated_at_start: bool = False

    @property
    def n_days(self) -> int:
        """The last day on which anything was written down."""
        days = [dose.day for dose in self.doses]
        days += [int(day) for series in self.series for day in series.days]
        days += [int(day) for day in self.igg.days]
        return max(days, default=0)

    @property
    def assumed_weight_kg(self) -> float:
        """The weight used: as written, or the reference weight of the kinetic model."""
        return (
            self.weight_kg if self.weight_kg is not None else float(setting("priors", "reference_weight_kg"))
        )


def with_readings(observations: Observations, series: Sequence[Series]) -> Observations:
    """The same doses with other readings, as a virtual patient needs."""
    return Observations(
        doses=observations.doses,
        series=tuple(series),
        igg=observations.igg,
        weight_kg=observations.weight_kg,
        is_untreated_at_start=observations.is_untreated_at_start,
    )
