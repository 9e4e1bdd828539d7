"""Run a virtual trial and sum it up: what `ranvier trial` does."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ranvier.terms import InputRefused

from .clinic import Cohort, Phase, invite, read, run
from .facts import facts, measures, source_of
from .kinetics import Route
from .posterior import Interval, interval

MOST_PATIENTS = 200_000


@dataclass(frozen=True)
class Arm:
    """One arm summed up at the end of its last phase, against the untreated level and against the start of that phase."""

    name: str
    gain_over_untreated: Interval
    change_in_last_phase: Interval
    share_gaining: float
    share_losing: float
    trough: Interval
    igg_rise_trough: Interval
    axons_lost: Interval
    grams_per_year: Interval

    def as_json(self) -> dict[str, object]:
        """The arm with its units."""
        fields: Mapping[str, object] = {name: getattr(self, name) for name in self.__dataclass_fields__}
        return {
            key: value.as_json() if isinstance(value, Interval) else value for key, value in fields.items()
        }


@dataclass(frozen=True)
class TrialResult:
    """A whole trial."""

    design: str
    label: str
    n_patients: int
    seed: int
    arms: tuple[Arm, ...]
    source: str

    def as_json(self) -> dict[str, object]:
        """The document of `ranvier trial --json`."""
        return {
            "design": self.design,
            "label": self.label,
            "patients": self.n_patients,
            "seed": self.seed,
            "arms": [arm.as_json() for arm in self.arms],
            "source": self.source,
        }


def designs() -> dict[str, str]:
    """The designs there are, with what each does."""
    return {name: str(row["label"]) for name, row in facts("designs").items()}


def phases_of(arm: Mapping[str, Any]) -> tuple[Phase, ...]:
    """The phases of an arm of `designs.toml`."""
    return tuple(
        Phase(
            row["g_per_kg"],
            row["interval_days"],
            row["weeks"],
            row["days"],
            Route(row["route"]),
            row.get("inhibition_fraction", 0.0),
        )
        for row in arm["phases"]
    )


def run_trial(design: str, *, n_patients: int = 1000, seed: int = 20261125) -> TrialResult:
    """Simulate a design with invented patients; every patient goes through every arm.

    Raises
        InputRefused: no such design, or a number of patients out of range.
    """
    if design not in facts("designs"):
        raise InputRefused(
            path="design", given=f'"{design}" is no design', expected=f"One of: {', '.join(facts('designs'))}"
        )
    if not 2 <= n_patients <= MOST_PATIENTS:
        raise InputRefused(
            path="patients", given=f"{n_patients}", expected=f"2 to {MOST_PATIENTS:,} patients"
        )
    row = facts("designs")[design]
    rng = np.random.default_rng(seed)
    cohort = invite(n_patients, rng, who=row["cohort"])
    arms = tuple(_arm(cohort, arm, rng) for arm in row["arms"])
    return TrialResult(design, row["label"], n_patients, seed, arms, str(source_of(row)))


def _arm(cohort: Cohort, arm: Mapping[str, Any], rng: np.random.Generator) -> Arm:
    phases = phases_of(arm)
    followed = run(cohort, phases)
    last = phases[-1]
    end = followed.strength.shape[1] - 1
    cycle = min(last.interval_days, 28)
    start_of_last = end - 7 * last.weeks
    base = cohort.base_grip_kg
    before = followed.strength[:, max(start_of_last - 27, 0) : start_of_last + 1].mean(axis=1)
    at_end = followed.strength[:, end - cycle : end + 1]
    change = at_end.mean(axis=1) - before
    matters = measures()["grip_kg"].smallest_change
    first, second = read(cohort, base, rng), read(cohort, at_end.mean(axis=1), rng)
    grams = last.g_per_kg * cohort.weight_kg * 365.25 / last.interval_days
    return Arm(
        name=str(arm["name"]),
        gain_over_untreated=interval(100 * (at_end.mean(axis=1) / base - 1), "%"),
        change_in_last_phase=interval(100 * change / before, "%"),
        share_gaining=_share(second - first >= matters),
        share_losing=_share(change <= -matters),
        trough=interval(at_end.min(axis=1), "kg"),
        igg_rise_trough=interval(followed.rise[:, end - cycle : end + 1].min(axis=1), "g/L"),
        axons_lost=interval(100 * (1 - followed.axons_fraction[:, -1]), "%"),
        grams_per_year=interval(grams, "g"),
    )


def _share(which: NDArray[np.bool_]) -> float:
    return float(np.mean(which))
