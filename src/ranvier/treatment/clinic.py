"""A virtual clinic: invented patients of the population, given doses, followed day by day."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.special import expit, logit

from .facts import Prior, facts, measures, priors
from .kinetics import Dose, KineticParameters, Kinetics, LinearKinetics, Rise, Route, lay_out
from .response import Course, ResponseParameters, follow
from .sampler import BATCH_ELEMENTS
from .scan import Array

WEIGHT_KG, WEIGHT_SD_KG = (
    82.0,
    15.0,
)  # the reference weight of the kinetic model; the spread is a working choice
LOWEST_WEIGHT_KG, HIGHEST_WEIGHT_KG = 45.0, 140.0


@dataclass(frozen=True)
class Cohort:
    """Invented patients, each array (n_patients,): body, kinetics, response, untreated grip and error of a reading."""

    weight_kg: Array
    kinetics: KineticParameters
    response: ResponseParameters
    base_grip_kg: Array
    is_responder: np.ndarray
    error_sd: Array

    def __len__(self) -> int:
        return len(self.weight_kg)

    def part(self, rows: slice | np.ndarray) -> Cohort:
        """Some of the patients."""

        def cut(bundle: KineticParameters | ResponseParameters) -> dict[str, Array]:
            return {name: getattr(bundle, name)[rows] for name in bundle.__dataclass_fields__}

        return Cohort(
            self.weight_kg[rows],
            KineticParameters(**cut(self.kinetics)),
            ResponseParameters(**cut(self.response)),
            self.base_grip_kg[rows],
            self.is_responder[rows],
            self.error_sd[rows],
        )


@dataclass(frozen=True)
class Phase:
    """A stretch of treatment: grams for each kg in a course of `days`, every `interval_days`, for `weeks`.

    `inhibition_fraction` is the share of new block that a complement inhibitor prevents throughout; an assumption, never a
    measured value.
    """

    g_per_kg: float
    interval_days: int
    weeks: int
    days: int = 1
    route: Route = Route.INTRAVENOUS
    inhibition_fraction: float = 0.0


@dataclass(frozen=True)
class Followed:
    """A cohort over time, each (n_patients, n_days + 1)."""

    strength: Array
    blocked_fraction: Array
    axons_fraction: Array
    rise: Array


def invite(n_patients: int, rng: np.random.Generator, *, who: str = "mixed") -> Cohort:
    """Draw patients from the population priors.

    Parameters
        who : `mixed` has non-responders in their prior share; `responders` has none, as enriched trials do.
    """
    weight = np.clip(rng.normal(WEIGHT_KG, WEIGHT_SD_KG, n_patients), LOWEST_WEIGHT_KG, HIGHEST_WEIGHT_KG)
    known = priors()

    def of(name: str) -> Array:
        return draw_of(known[name], weight, rng)

    kinetics = KineticParameters(**{name: of(name) for name in KineticParameters.__dataclass_fields__})
    row = facts("priors")["responder_probability"]
    responds = (
        np.ones(n_patients, bool) if who == "responders" else rng.random(n_patients) < float(row["mean"])
    )
    poor = expit(
        logit(row["non_responder_median"])
        + float(row["non_responder_logit_sd"]) * rng.standard_normal(n_patients)
    )
    names = [name for name in ResponseParameters.__dataclass_fields__ if name != "maximal_effect_fraction"]
    effect = np.where(responds, of("maximal_effect_fraction"), poor)
    response = ResponseParameters(maximal_effect_fraction=effect, **{name: of(name) for name in names})
    grip = measures()["grip_kg"]
    base = np.clip(
        grip.base_median * np.exp(grip.base_sd * rng.standard_normal(n_patients)), 0.2, grip.plausible_high
    )
    error = grip.error_sd * np.exp(grip.error_log_sd * rng.standard_normal(n_patients))
    return Cohort(weight, kinetics, response, base, responds, error)


def draw_of(prior: Prior, weight_kg: Array, rng: np.random.Generator) -> Array:
    """Draws of one quantity within its hard bounds, by drawing anew what falls outside."""
    middle = (
        np.array([prior.typical(float(w)) for w in weight_kg])
        if prior.weight_exponent
        else np.full(len(weight_kg), prior.median)
    )
    result = np.full(len(weight_kg), np.nan)
    for _ in range(100):
        z = rng.standard_normal(len(weight_kg))
        if prior.scale == "log":
            value = middle * np.exp(prior.sd * z)
        elif prior.scale == "logit":
            value = np.asarray(expit(logit(middle) + prior.sd * z))
        else:
            value = prior.sd * np.abs(z)
        fits = np.isnan(result) & (value >= prior.low) & (value <= prior.high)
        result = np.where(fits, value, result)
        if not np.isnan(result).any():
            return result
    return np.where(np.isnan(result), middle, result)


def doses_of(phases: Sequence[Phase], weight_kg: Array) -> tuple[tuple[Dose, ...], int]:
    """Doses of each patient (grams by weight) and the last day of the phases."""
    doses: list[Dose] = []
    start = 0
    for phase in phases:
        end = start + 7 * phase.weeks
        if phase.g_per_kg > 0:
            for first in range(start, end, phase.interval_days):
                doses += [
                    Dose(first + part, phase.g_per_kg * weight_kg / phase.days, phase.route)
                    for part in range(phase.days)
                    if first + part < end
                ]
        start = end
    return tuple(doses), start


def run(
    cohort: Cohort,
    phases: Sequence[Phase],
    *,
    kinetics: Kinetics | None = None,
    variation: np.random.Generator | None = None,
) -> Followed:
    """Follow a cohort through phases, from untreated.

    Parameters
        variation : Draws the variation of the rise from dose to dose; none if not given.
    """
    model = kinetics or LinearKinetics()
    n_days = 7 * sum(phase.weeks for phase in phases)
    batch = max(8, BATCH_ELEMENTS // (n_days + 1))
    shape = (len(cohort), n_days + 1)
    strength, blocked, axons, rises = (np.empty(shape) for _ in range(4))
    spread = priors()["rise_variation_fraction"].median
    inhibition = np.repeat(
        [phase.inhibition_fraction for phase in phases], [7 * phase.weeks for phase in phases]
    )
    for first in range(0, len(cohort), batch):
        rows = slice(first, min(first + batch, len(cohort)))
        some = cohort.part(rows)
        doses, _ = doses_of(phases, some.weight_kg)
        if variation is not None:
            doses = tuple(
                Dose(d.day, d.grams * np.exp(spread * variation.standard_normal(len(some))), d.route)
                for d in doses
            )
        rise: Rise = model.rise(some.kinetics, lay_out(doses, n_days))
        course: Course = follow(some.response, rise, inhibition=inhibition if inhibition.any() else None)
        strength[rows] = some.base_grip_kg[:, None] * course.relative_strength
        blocked[rows], axons[rows] = course.blocked_fraction, course.surviving_axons_fraction
        rises[rows] = rise.before
    return Followed(strength, blocked, axons, rises)


def read(cohort: Cohort, strength: Array, rng: np.random.Generator) -> Array:
    """Clinic readings of expected strength, with each patient's own error, any trailing shape."""
    error = cohort.error_sd.reshape(-1, *([1] * (strength.ndim - 1)))
    return np.asarray(strength * np.exp(error * rng.standard_normal(strength.shape)))
