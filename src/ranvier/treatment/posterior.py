"""What is believed of one patient once the diary is read, how much the diary taught, and whether the fit can be trusted."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

import numpy as np

from .diagnostics import FEW_EFFECTIVE_DRAWS, SETTLED_R_HAT, effective_draws, r_hat
from .kinetics import Kinetics, Timetable
from .observations import Observations, Series
from .patient_model import PatientModel
from .sampler import BATCH_ELEMENTS, Chains, sample
from .scan import Array

LOW, HIGH = 0.05, 0.95  # every interval shown is 90 %
SEED = 20261125  # the same diary gives the same answer


class FitStatus(Enum):
    """How the fit ended; the text says what to try."""

    SETTLED = "the chains agree"
    NOT_SETTLED = "the chains do not agree: run again with another seed or more draws, and trust no interval until they do"
    PRIOR_ONLY = "nothing was measured: this is what is believed of any patient, not of this one"


@dataclass(frozen=True)
class Interval:
    """Median with the 90 % interval; `unit` where it has one."""

    median: float
    low: float
    high: float
    unit: str = ""

    def as_json(self) -> dict[str, object]:
        """The interval with its unit."""
        return {"median": self.median, "low": self.low, "high": self.high, "unit": self.unit}


def interval(values: Array, unit: str = "") -> Interval:
    """Median and 90 % interval of draws, (n_draws,)."""
    low, median, high = np.quantile(values, [LOW, 0.5, HIGH])
    return Interval(float(median), float(low), float(high), unit)


@dataclass(frozen=True)
class Posterior:
    """Draws z (n_draws, dimension) of a patient's unknowns, with diagnostics; `chains` is None for the prior alone."""

    model: PatientModel
    draws: Array
    status: FitStatus
    chains: Chains | None = None
    r_hat: Array | None = None
    effective_draws: Array | None = None

    @property
    def observations(self) -> Observations:
        """What the fit saw."""
        return self.model.observations

    def values(self, n_draws: int | None = None) -> dict[str, Array]:
        """Natural values by name, each (n_draws,); fewer draws are evenly spaced over all."""
        return self.model.values(self.thinned(n_draws))

    def thinned(self, n_draws: int | None) -> Array:
        """Evenly spaced draws z."""
        if n_draws is None or n_draws >= len(self.draws):
            return self.draws
        return np.asarray(self.draws[np.linspace(0, len(self.draws) - 1, n_draws).astype(int)])

    def summary(self) -> dict[str, Interval]:
        """Median and 90 % interval of each unknown, by name."""
        values = self.values()
        return {c.name: interval(values[c.name], c.unit) for c in self.model.coordinates}

    def learned(self) -> dict[str, float]:
        """How much of the prior spread the diary took away, 0 (nothing) to 1 (all of it), by name."""
        prior_sd = self._prior_sd()
        spread = self.draws.std(axis=0)
        share = np.clip(1 - spread / prior_sd, 0, 1)
        return {c.name: float(value) for c, value in zip(self.model.coordinates, share, strict=True)}

    def _prior_sd(self) -> Array:
        sd = np.ones(self.model.dimension)
        pi = self.model.responder_probability
        low, width = self.model.non_responder_z, self.model.non_responder_sd
        mixed = pi + (1 - pi) * (width**2 + low**2) - ((1 - pi) * low) ** 2
        sd[list(self.model.effect_columns)] = np.sqrt(mixed)
        return sd

    def responder_chance(self, series_name: str) -> float:
        """Chance that the limb behind a measure responds at all."""
        column = self.model.index[f"maximal_effect_fraction.{series_name}"]
        return float(np.mean(self.model.responder_odds(self.draws[:, column])[1]))

    def follow(self, series: Series, timetable: Timetable, n_draws: int) -> tuple[Array, Array]:
        """Expected strength and rise of IgG under a timetable, each (n_draws, n_days + 1)."""
        z = self.thinned(n_draws)
        batch = max(4, BATCH_ELEMENTS // (timetable.n_days + 1))
        strengths, rises = [], []
        for first in range(0, len(z), batch):
            values = self.model.values(z[first : first + batch])
            rise = self.model.rise(values, timetable)
            strengths.append(
                self.model.strength(values, self.model.course(values, rise, series.name), series)
            )
            rises.append(rise.before)
        return np.concatenate(strengths), np.concatenate(rises)

    def axon_loss_per_year(self, series: Series) -> Interval:
        """Share of axons lost a year over the diary, background and block together."""
        values = self.values(400)
        course = self.model.course(values, self.model.rise(values), series.name)
        years = max(self.observations.n_days, 1) / 365.25
        return interval(1 - course.surviving_axons_fraction[:, -1] ** (1 / years), "fraction/year")

    def strength(self, series: Series, timetable: Timetable, n_draws: int) -> Array:
        """Expected strength under a timetable, without learning, (n_draws, n_days + 1)."""
        z = self.thinned(n_draws)
        batch = max(4, BATCH_ELEMENTS // (timetable.n_days + 1))
        parts = []
        for first in range(0, len(z), batch):
            values = self.model.values(z[first : first + batch])
            rise = self.model.rise(values, timetable)
            parts.append(self.model.strength(values, self.model.course(values, rise, series.name), series))
        return np.concatenate(parts)

    def igg(self, timetable: Timetable, n_draws: int) -> Array:
        """Rise of IgG before the doses of each day, (n_draws, n_days + 1). [g/L]"""
        z = self.thinned(n_draws)
        batch = max(4, BATCH_ELEMENTS // (timetable.n_days + 1))
        return np.concatenate(
            [
                self.model.rise(self.model.values(z[first : first + batch]), timetable).after
                for first in range(0, len(z), batch)
            ]
        )

    def untreated(self, series: Series, timetable: Timetable, n_draws: int) -> Array:
        """Strength with the axons left and all block back, (n_draws, n_days + 1): what treatment stands above."""
        z = self.thinned(n_draws)
        values = self.model.values(z)
        batch = max(4, BATCH_ELEMENTS // (timetable.n_days + 1))
        axons = []
        for first in range(0, len(z), batch):
            some = self.model.values(z[first : first + batch])
            axons.append(
                self.model.course(
                    some, self.model.rise(some, timetable), series.name
                ).surviving_axons_fraction
            )
        left = np.concatenate(axons)
        base = values[f"base.{series.name}"][:, None]
        if series.measure.is_proportional:
            return np.asarray(base * left)
        effect = values[f"maximal_effect_fraction.{series.name}"][:, None]
        return np.asarray(base + values[f"gain.{series.name}"][:, None] * (1 - effect) * (left - 1))


def fit(
    observations: Observations,
    *,
    seed: int | None = None,
    n_chains: int = 4,
    n_draws: int = 2000,
    kinetics: Kinetics | None = None,
) -> Posterior:
    """Draw from what is believed of a patient after the diary.

    Without a single measurement the prior itself is drawn and called so.
    """
    seed = SEED if seed is None else seed
    model = PatientModel(observations, kinetics)
    if not observations.series and not len(observations.igg):
        draws = model.draw_prior(n_chains * n_draws, np.random.default_rng(seed))
        return Posterior(model, draws, FitStatus.PRIOR_ONLY)
    chains = sample(model, seed=seed, n_chains=n_chains, n_draws=n_draws)
    split, effective = r_hat(chains.draws), effective_draws(chains.draws)
    settled = bool(np.max(split) <= SETTLED_R_HAT and np.min(effective) >= FEW_EFFECTIVE_DRAWS)
    status = FitStatus.SETTLED if settled else FitStatus.NOT_SETTLED
    return Posterior(model, chains.pooled, status, chains, split, effective)
