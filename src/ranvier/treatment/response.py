"""How strength follows IgG: block that comes and goes, times axons that are lost for good.

With r the conduction of the surviving axons relative to untreated (1 on the first day of an untreated patient), X the
rise of IgG and I_max the share that is blocked when untreated::

    dr/dt = k_out - k_out * (1 - I_max * X / (EC50 + X)) * r
    R     = (1 - I_max) * r                       conducting fraction, at most 1
    dA/dt = -(lambda_0 + lambda_B * (1 - R)) * A  surviving axons
    strength = base * r * A

With A = 1 this is the indirect-response model published for grip in MMN (Li 2024); the reading as block and axons, with
E_max held at 1, is the dossier's (section 3.2).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .kinetics import Rise
from .scan import Array, accumulate

DAYS_PER_YEAR = 365.25


@dataclass(frozen=True)
class ResponseParameters:
    """One value for each of n_patients, each an array (n_patients,)."""

    maximal_effect_fraction: Array
    half_effect_g_per_l: Array
    block_turnover_per_day: Array
    background_axon_loss_per_year: Array
    block_axon_loss_per_year: Array
    half_effect_drift_per_year: Array


@dataclass(frozen=True)
class Course:
    """The course of conduction and axons, each (n_patients, n_days + 1), on the morning of each day.

    `relative_conduction` is 1 when untreated; `axon_loss_exponent` is 0 on day 0, when all axons are there.
    """

    relative_conduction: Array
    axon_loss_exponent: Array
    maximal_effect_fraction: Array

    @property
    def surviving_axons_fraction(self) -> Array:
        """Share of the axons of day 0 that are left."""
        return np.exp(-self.axon_loss_exponent)

    def on(self, days: NDArray[np.int64]) -> Course:
        """The course on some days only, each array (n_patients, len(days))."""
        return Course(
            self.relative_conduction[:, days], self.axon_loss_exponent[:, days], self.maximal_effect_fraction
        )

    @property
    def relative_strength(self) -> Array:
        """Strength over the untreated strength of day 0."""
        return self.relative_conduction * self.surviving_axons_fraction

    @property
    def blocked_fraction(self) -> Array:
        """Share of the surviving axons that is blocked."""
        return 1 - (1 - self.maximal_effect_fraction[:, None]) * self.relative_conduction


def follow(
    parameters: ResponseParameters,
    rise: Rise,
    start: Array | None = None,
    inhibition: Array | None = None,
) -> Course:
    """Follow conduction and axons day by day.

    The equation is linear in r with a rate that changes in time; each day is one step of fourth order (Simpson's rule in
    the exponent and in the integral).

    Parameters
        rise : IgG rise over the same days.
        start : (n_patients,) Rise at which conduction was settled before day 0; None is untreated. [g/L]
        inhibition : (n_days,) Share of new block that a second drug prevents on each day, by itself: 1 - E = (1 - E_IgG)(1 - E_2)
            (dossier 3.2, extension 3). None is no such drug.
    """
    n_days = rise.middle.shape[1]
    k_out = parameters.block_turnover_per_day[:, None]
    i_max = parameters.maximal_effect_fraction[:, None]
    years = np.arange(n_days + 1) / DAYS_PER_YEAR
    ec50 = parameters.half_effect_g_per_l[:, None] * np.exp(
        np.multiply.outer(parameters.half_effect_drift_per_year, years)
    )

    most = k_out * i_max

    def loss_rate(x: Array, half: Array) -> Array:
        """k_out - k_out * I_max * x / (EC50 + x), in place: this is the hottest line of a fit."""
        rate = half + x
        np.divide(x, rate, out=rate)
        if inhibition is not None:
            rate += inhibition * (1 - rate)
        rate *= -most
        rate += k_out
        return rate

    first = loss_rate(rise.after[:, :-1], ec50[:, :-1])
    middle = loss_rate(rise.middle, ec50[:, :-1])
    last = loss_rate(rise.before[:, 1:], ec50[:, 1:])
    whole = (first + 4 * middle + last) / 6
    half = (5 * first + 8 * middle - last) / 24
    kept = np.exp(-whole)
    # Exact for a constant rate, so an untreated patient stays put; Simpson's rule for how far the rate is from constant.
    gained = k_out * ((1 - kept) / whole + (2 / 3) * (np.exp(half - whole) - np.sqrt(kept)))

    r0 = np.ones(len(parameters.maximal_effect_fraction))
    if start is not None:
        r0 = 1 / (1 - parameters.maximal_effect_fraction * start / (parameters.half_effect_g_per_l + start))
    conduction = accumulate(kept, gained, r0)

    blocked = 1 - (1 - i_max) * conduction
    blocked_days = np.zeros_like(blocked)
    np.cumsum((blocked[:, 1:] + blocked[:, :-1]) / 2, axis=1, out=blocked_days[:, 1:])
    exponent = (
        np.multiply.outer(parameters.background_axon_loss_per_year, years)
        + (parameters.block_axon_loss_per_year / DAYS_PER_YEAR)[:, None] * blocked_days
    )
    return Course(conduction, exponent, parameters.maximal_effect_fraction)
