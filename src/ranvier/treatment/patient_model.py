"""One patient as a probability model: what is unknown, what is believed of it, and what the diary would look like.

Every unknown has a coordinate z with a standard normal belief (the reversible share of block excepted: a mixture of
responders and non-responders), so a value of 1 always means "one prior standard deviation above the middle".
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
from scipy.special import expit, logit, ndtr, ndtri

from .facts import Measure, facts, priors
from .kinetics import KineticParameters, Kinetics, LinearKinetics, Rise, Route, Timetable, lay_out
from .observations import Observations, Series
from .response import DAYS_PER_YEAR, Course, ResponseParameters, follow
from .scan import Array

RESPONSE = (
    "half_effect_g_per_l",
    "block_turnover_per_day",
    "background_axon_loss_per_year",
    "block_axon_loss_per_year",
    "half_effect_drift_per_year",
)


@dataclass(frozen=True)
class Coordinate:
    """One unknown: its name, unit and the belief that turns z into a value."""

    name: str
    label: str
    unit: str
    scale: str
    median: float
    sd: float
    low: float
    high: float

    def value(self, z: Array) -> Array:
        """The natural value of z, any shape."""
        if self.scale == "log":
            return self.median * np.exp(self.sd * z)
        if self.scale == "logit":
            return np.asarray(expit(logit(self.median) + self.sd * z))
        if self.scale == "normal":
            return self.median + self.sd * z
        assert self.scale == "half_normal"
        upper = np.minimum((1 + ndtr(z)) / 2, 1 - 1e-16)
        return np.asarray(self.sd * ndtri(upper))

    def z_near(self, value: float) -> float:
        """The z of a value, or of the nearest one that is possible."""
        return self.z_of(max(value, 1e-2) if self.scale == "log" else value)

    def z_of(self, value: float) -> float:
        """The z of a natural value; infinite at and beyond the end of the scale."""
        if self.scale == "normal":
            return (value - self.median) / self.sd
        if self.scale == "log":
            return math.log(value / self.median) / self.sd if value > 0 else -math.inf
        if self.scale == "logit":
            if not 0 < value < 1:
                return math.copysign(math.inf, value - 0.5)
            return float((logit(value) - logit(self.median)) / self.sd)
        return float(ndtri(2 * ndtr(value / self.sd) - 1))


class PatientModel:
    """The belief and the likelihood of one patient's diary.

    Parameters
        observations : Doses and readings.
        kinetics : Any kinetic model; the linear one if not given.
    """

    def __init__(self, observations: Observations, kinetics: Kinetics | None = None) -> None:
        self.observations = observations
        self.kinetics: Kinetics = kinetics or LinearKinetics()
        self.timetable = lay_out(observations.doses, observations.n_days)
        self.coordinates = tuple(_coordinates(observations))
        self.index = {coordinate.name: i for i, coordinate in enumerate(self.coordinates)}
        self.effect_columns = tuple(
            self.index[f"maximal_effect_fraction.{series.name}"] for series in observations.series
        )
        self.lowest = np.array([coordinate.z_of(coordinate.low) for coordinate in self.coordinates])
        self.highest = np.array([coordinate.z_of(coordinate.high) for coordinate in self.coordinates])
        self.base_columns = [self.index[f"base.{series.name}"] for series in observations.series]
        self._typical = self._typical_exposure()
        row = facts("priors")["responder_probability"]
        effect = priors()["maximal_effect_fraction"]
        self.responder_probability = float(row["mean"])
        self.non_responder_z = float((logit(row["non_responder_median"]) - logit(effect.median)) / effect.sd)
        self.non_responder_sd = float(row["non_responder_logit_sd"]) / effect.sd

    def _typical_exposure(self) -> list[tuple[Series, float, float]]:
        """Mean rise on the reading days for a typical patient, and the mean reading day, for each series."""
        if not self.observations.series:
            return []
        values = self.values(np.zeros((1, self.dimension)))
        rise = self.rise(values).before[0]
        return [
            (series, float(np.mean(rise[series.days])), float(np.mean(series.days)))
            for series in self.observations.series
        ]

    @property
    def dimension(self) -> int:
        """How many unknowns there are."""
        return len(self.coordinates)

    def values(self, z: Array) -> dict[str, Array]:
        """Natural values of draws z (n_draws, dimension), by coordinate name, each (n_draws,)."""
        return {coordinate.name: coordinate.value(z[:, i]) for i, coordinate in enumerate(self.coordinates)}

    # -- coordinates in which the posterior is rounder ----------------------------------------------------------------

    def level_shift(self, z: Array) -> Array:
        """How far each measure's usual treated level lies from its untreated one, in units of z, (n_draws, n_series).

        Readings fix the level under treatment; the untreated level follows from it and the effect. Sampling the level
        straightens that ridge. Only an approximation (typical kinetics, settled response) is needed: whatever it is,
        adding it to the base coordinate is a shear, which leaves densities alone.
        """
        shifts = np.zeros((len(z), len(self.observations.series)))
        for j, (series, rise, day) in enumerate(self._typical):
            effect = self._coordinate_value(z, f"maximal_effect_fraction.{series.name}")
            half = self._coordinate_value(z, "half_effect_g_per_l")
            drive = np.clip(effect * rise / (half + rise), 0, 0.99)
            blocked = 1 - (1 - effect) / (1 - drive)
            lost = self._coordinate_value(
                z, "background_axon_loss_per_year"
            ) + blocked * self._coordinate_value(z, "block_axon_loss_per_year")
            log_relative = -np.log1p(-drive) - lost * day / DAYS_PER_YEAR
            if series.measure.is_proportional:
                shifts[:, j] = log_relative / series.measure.base_sd
            else:
                gain = self._coordinate_value(z, f"gain.{series.name}")
                shifts[:, j] = gain * (1 - effect) * np.expm1(log_relative) / series.measure.base_sd
        return shifts

    def _coordinate_value(self, z: Array, name: str) -> Array:
        column = self.index[name]
        return self.coordinates[column].value(z[:, column])

    def to_levels(self, z: Array) -> Array:
        """Replace each untreated level by the treated one, (n_draws, dimension)."""
        moved = z.copy()
        moved[:, self.base_columns] += self.level_shift(z)
        return moved

    def from_levels(self, u: Array) -> Array:
        """The inverse of `to_levels`."""
        moved = u.copy()
        moved[:, self.base_columns] -= self.level_shift(u)
        return moved

    # -- the belief before the diary ---------------------------------------------------------------------------------

    def log_prior(self, z: Array) -> Array:
        """Log density of the belief, (n_draws,), up to a constant; -inf outside the hard bounds."""
        total = -0.5 * np.sum(z * z, axis=1)
        for column in self.effect_columns:
            total += 0.5 * z[:, column] ** 2 + np.log(self.responder_odds(z[:, column])[0])
        inside = np.all((z >= self.lowest) & (z <= self.highest), axis=1)
        return np.where(inside, total, -np.inf)

    def responder_odds(self, z: Array) -> tuple[Array, Array]:
        """Prior density of an effect coordinate, and the chance that such a value is a responder's, each like z."""
        pi = self.responder_probability
        yes = pi * np.exp(-0.5 * z**2)
        shifted = (z - self.non_responder_z) / self.non_responder_sd
        no = (1 - pi) * np.exp(-0.5 * shifted**2) / self.non_responder_sd
        tiny = 1e-300
        return yes + no + tiny, yes / (yes + no + tiny)

    def draw_prior(self, n_draws: int, rng: np.random.Generator) -> Array:
        """Independent draws of the belief, (n_draws, dimension), within the hard bounds."""
        kept = np.empty((0, self.dimension))
        while len(kept) < n_draws:
            z = rng.standard_normal((n_draws + 8, self.dimension))
            for column in self.effect_columns:
                no = rng.random(len(z)) >= self.responder_probability
                z[:, column] = np.where(
                    no, self.non_responder_z + self.non_responder_sd * z[:, column], z[:, column]
                )
            kept = np.vstack([kept, z[np.isfinite(self.log_prior(z))]])
        return kept[:n_draws]

    # -- from unknowns to what is measured ---------------------------------------------------------------------------

    def kinetic_parameters(self, values: Mapping[str, Array]) -> KineticParameters:
        """Kinetic parameters of draws; what is not sampled stays at its typical value for the weight."""
        n_draws = len(next(iter(values.values())))
        weight_kg = self.observations.assumed_weight_kg
        fields = {
            name: values[name] if name in values else np.full(n_draws, priors()[name].typical(weight_kg))
            for name in KineticParameters.__dataclass_fields__
        }
        return KineticParameters(**fields)

    def rise(self, values: Mapping[str, Array], timetable: Timetable | None = None) -> Rise:
        """IgG rise of draws over the diary, or over another timetable."""
        return self.kinetics.rise(
            self.kinetic_parameters(values), timetable or self.timetable, values.get("rise_at_start_g_per_l")
        )

    def course(self, values: Mapping[str, Array], rise: Rise, series_name: str) -> Course:
        """Conduction and axons behind one measure, for draws."""
        parameters = ResponseParameters(
            maximal_effect_fraction=values[f"maximal_effect_fraction.{series_name}"],
            **{name: values[name] for name in RESPONSE},
        )
        return follow(parameters, rise, values.get("rise_at_start_g_per_l"))

    def strength(self, values: Mapping[str, Array], course: Course, series: Series) -> Array:
        """Expected reading without learning, (n_draws, n_days + 1), in the unit of the measure."""
        base = values[f"base.{series.name}"][:, None]
        relative = course.relative_strength
        if series.measure.is_proportional:
            return np.asarray(base * relative)
        effect = values[f"maximal_effect_fraction.{series.name}"][:, None]
        gain = values[f"gain.{series.name}"][:, None]
        return np.asarray(base + gain * (1 - effect) * (relative - 1))

    def residuals(self, z: Array) -> tuple[Array, Array]:
        """Whitened residuals and the log standard deviation of each, both (n_draws, n_readings)."""
        values = self.values(z)
        rise = self.rise(values)
        parts: list[Array] = []
        log_sds: list[Array] = []
        for series in self.observations.series:
            strength = self.strength(values, self.course(values, rise, series.name).on(series.days), series)
            learned = np.multiply.outer(values[f"learning_fraction.{series.name}"], series.practice)
            if series.measure.is_proportional:
                residual = np.log(series.values) - np.log(np.maximum(strength, 1e-9)) - learned
            else:
                residual = series.values - strength - learned * values[f"base.{series.name}"][:, None]
            carry = series.carry_over
            residual[:, 1:] -= carry[1:] * residual[:, :-1].copy()
            error = values[f"error_sd.{series.name}"][:, None] * np.sqrt(1 - carry**2)
            parts.append(residual)
            log_sds.append(np.log(error))
        igg = self.observations.igg
        if len(igg):
            level = np.where(igg.is_after_dose, rise.after[:, igg.days], rise.before[:, igg.days])
            total = values["own_igg_g_per_l"][:, None] + level
            parts.append(np.log(igg.values) - np.log(total))
            error = values["igg_error_fraction"][:, None]
            log_sds.append(np.broadcast_to(np.log(error), parts[-1].shape).copy())
        if not parts:
            empty = np.zeros((len(z), 0))
            return empty, empty
        return np.hstack(parts), np.hstack(log_sds)

    def log_likelihood(self, z: Array) -> Array:
        """Log likelihood of the diary, (n_draws,), up to a constant."""
        residual, log_sd = self.residuals(z)
        return np.asarray(-0.5 * np.sum((residual * np.exp(-log_sd)) ** 2 + 2 * log_sd, axis=1))

    def log_posterior(self, z: Array) -> Array:
        """Log of belief times likelihood, (n_draws,), up to a constant; -inf where the belief excludes z."""
        prior = self.log_prior(z)
        inside = np.isfinite(prior)
        result = np.full(len(z), -np.inf)
        if inside.any():
            result[inside] = prior[inside] + self.log_likelihood(z[inside])
        return np.where(np.isnan(result), -np.inf, result)


def _coordinates(observations: Observations) -> list[Coordinate]:
    """The unknowns that this diary brings into play, in a fixed order."""
    routes = {dose.route for dose in observations.doses}
    names = ["clearance_l_per_day", "central_volume_l"]
    if routes & {Route.SUBCUTANEOUS, Route.FACILITATED}:
        names.append("absorption_per_day")
    if Route.SUBCUTANEOUS in routes:
        names.append("sc_bioavailability_fraction")
    if Route.FACILITATED in routes:
        names.append("facilitated_sc_bioavailability_fraction")
    if len(observations.igg):
        names += ["own_igg_g_per_l", "igg_error_fraction"]
    names += RESPONSE
    if not observations.is_untreated_at_start:
        names.append("rise_at_start_g_per_l")
    shared = [_from_prior(name, observations.assumed_weight_kg) for name in names]
    return shared + [c for series in observations.series for c in _of_series(series)]


def _from_prior(name: str, weight_kg: float, suffix: str = "") -> Coordinate:
    prior = priors()[name]
    return Coordinate(
        name + suffix,
        prior.label,
        prior.unit,
        prior.scale,
        prior.typical(weight_kg),
        prior.sd,
        prior.low,
        prior.high,
    )


def _of_series(series: Series) -> list[Coordinate]:
    measure, name = series.measure, series.name
    home = facts("measures")["home_error"]
    error_sd, error_log_sd = measure.error_sd, measure.error_log_sd
    if series.is_home and measure.is_proportional:
        error_sd, error_log_sd = float(home["proportional_sd"]), float(home["log_sd"])
    error_unit = "fraction" if measure.is_proportional else measure.unit
    coordinates = [
        Coordinate(
            f"base.{name}",
            f"Untreated level, {_words(name)}",
            measure.unit,
            "log" if measure.is_proportional else "normal",
            measure.base_median,
            measure.base_sd,
            1e-3,
            4 * measure.plausible_high if measure.is_proportional else measure.plausible_high,
        ),
        replace(_from_prior("maximal_effect_fraction", 1.0), name=f"maximal_effect_fraction.{name}"),
        Coordinate(
            f"learning_fraction.{name}",
            f"Gain from getting used to the test, {_words(name)}",
            "fraction",
            "normal",
            0.0,
            float(facts("measures")["learning"]["sd_fraction"]),
            -math.inf,
            math.inf,
        ),
        Coordinate(
            f"error_sd.{name}",
            f"Error of one reading, {_words(name)}",
            error_unit,
            "log",
            error_sd,
            error_log_sd,
            0.0,
            math.inf,
        ),
    ]
    if not measure.is_proportional:
        coordinates.append(_gain(measure, name))
    return coordinates


def _gain(measure: Measure, name: str) -> Coordinate:
    return Coordinate(
        f"gain.{name}",
        f"Points that all of these axons are worth, {_words(name)}",
        measure.unit,
        "log",
        measure.gain_median,
        measure.gain_sd,
        0.0,
        math.inf,
    )


def _words(name: str) -> str:
    return name.replace("_", " ")
