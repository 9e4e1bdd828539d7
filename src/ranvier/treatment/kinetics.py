"""How infused IgG rises and falls: the linear two-compartment model, exact, for many patients at once.

Days are whole numbers on one grid. A reading on day n is taken before the dose of day n; the model therefore keeps the
rise just before and just after each grid day, and at midday, where the response model needs it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from .scan import Array, accumulate


class Route(Enum):
    """How immunoglobulin enters: into a vein, under the skin, or under the skin with hyaluronidase."""

    INTRAVENOUS = "ivig"
    SUBCUTANEOUS = "scig"
    FACILITATED = "fscig"


@dataclass(frozen=True)
class Dose:
    """Grams given on one day of the grid; one number for everyone, or one for each patient (n_patients,). [g]"""

    day: int
    grams: float | Array
    route: Route = Route.INTRAVENOUS


@dataclass(frozen=True)
class KineticParameters:
    """One value for each of n_patients, each an array (n_patients,)."""

    clearance_l_per_day: Array
    central_volume_l: Array
    exchange_l_per_day: Array
    peripheral_volume_l: Array
    absorption_per_day: Array
    sc_bioavailability_fraction: Array
    facilitated_sc_bioavailability_fraction: Array
    own_igg_g_per_l: Array

    def __len__(self) -> int:
        return len(self.clearance_l_per_day)

    def available_fraction(self, route: Route) -> Array:
        """The share of a dose that reaches the blood, (n_patients,)."""
        if route is Route.INTRAVENOUS:
            return np.ones(len(self))
        if route is Route.SUBCUTANEOUS:
            return self.sc_bioavailability_fraction
        return self.facilitated_sc_bioavailability_fraction


@dataclass(frozen=True)
class Rise:
    """IgG above the untreated level. [g/L]

    `before` and `after` (n_patients, n_days + 1) are just before and just after the doses of each day; `middle`
    (n_patients, n_days) is half a day later.
    """

    before: Array
    after: Array
    middle: Array


@dataclass(frozen=True)
class Timetable:
    """Doses laid out over the grid, once for all patients and draws.

    `dose_days` always has day 0; `grams` holds, by route, (1 or n_patients, n_dose_days). [g]
    """

    n_days: int
    dose_days: NDArray[np.int64]
    grams: Mapping[Route, Array]

    def __post_init__(self) -> None:
        for name, half_days in (
            ("mornings", 2 * np.arange(self.n_days + 1)),
            ("middays", 2 * np.arange(self.n_days) + 1),
        ):
            last_dose = np.searchsorted(2 * self.dose_days, half_days, side="right") - 1
            object.__setattr__(self, name, (last_dose, half_days - 2 * self.dose_days[last_dose]))

    # For each morning and midday: the dose day it follows (an index into `dose_days`) and half days since.
    mornings: tuple[NDArray[np.int64], NDArray[np.int64]] = field(init=False, repr=False)
    middays: tuple[NDArray[np.int64], NDArray[np.int64]] = field(init=False, repr=False)


def lay_out(doses: Sequence[Dose], n_days: int) -> Timetable:
    """Lay doses out over days 0 to `n_days`; later doses are left out, doses of one day and route add up."""
    within = [dose for dose in doses if dose.day <= n_days]
    assert all(dose.day >= 0 for dose in within), "doses lie on the grid, which begins on day 0"
    dose_days = np.unique(np.array([0] + [dose.day for dose in within]))
    column = {int(day): i for i, day in enumerate(dose_days)}
    n_patients = max((int(np.size(dose.grams)) for dose in within), default=1)
    grams: dict[Route, Array] = {}
    for dose in within:
        table = grams.setdefault(dose.route, np.zeros((n_patients, len(dose_days))))
        table[:, column[dose.day]] += dose.grams
    return Timetable(n_days, dose_days, grams)


class Kinetics(Protocol):
    """What every kinetic model does: doses in, rise of IgG out."""

    def rise(self, parameters: KineticParameters, timetable: Timetable, start: Array | None = None) -> Rise:
        """Follow the rise, from a rise of `start` (n_patients,) on day 0; None is untreated. [g/L]"""
        ...


def rates(parameters: KineticParameters) -> tuple[Array, Array, Array]:
    """Fast and slow disposition rates, and the return rate from the peripheral compartment, each (n_patients,). [1/day]"""
    k10 = parameters.clearance_l_per_day / parameters.central_volume_l
    k12 = parameters.exchange_l_per_day / parameters.central_volume_l
    k21 = parameters.exchange_l_per_day / parameters.peripheral_volume_l
    total = k10 + k12 + k21
    root = np.sqrt(total * total - 4 * k10 * k21)
    fast = (total + root) / 2
    slow = k10 * k21 / fast  # not (total - root) / 2: no cancellation
    return fast, slow, k21


def half_life_days(parameters: KineticParameters) -> Array:
    """Terminal half-life, (n_patients,). [days]"""
    return np.asarray(np.log(2) / rates(parameters)[1])


class LinearKinetics:
    """First-order exchange, elimination and absorption: closed form, doses add up.

    Source
        Tortorici 2021 (CIDP), through the dossier's recommended default "PK-L" (section 1.3).
    """

    def rise(self, parameters: KineticParameters, timetable: Timetable, start: Array | None = None) -> Rise:
        """Follow each exponential term from dose to dose.

        An infusion is a bolus: against a half-life of 11 days its hours do not show. A rise from before the diary is
        taken as one level in both compartments, so it fades at the slow rate.
        """
        dose_days, grams = timetable.dose_days, timetable.grams
        gaps = np.diff(dose_days)
        ages = -0.5 * np.arange(int(timetable.mornings[1].max()) + 2)
        after = np.zeros((len(parameters), timetable.n_days + 1))
        middle = np.zeros((len(parameters), timetable.n_days))
        for rate, by_route, carries_start in _terms(parameters, set(grams)):
            given = np.zeros((len(parameters), len(dose_days)))
            for route, height in by_route.items():
                given += height[:, None] * grams[route]
            if start is not None and carries_start:
                given[:, 0] += start
            level = accumulate(np.exp(np.multiply.outer(-rate, gaps)), given[:, 1:], given[:, 0])
            fade = np.exp(np.multiply.outer(rate, ages))
            for total, (last_dose, since) in ((after, timetable.mornings), (middle, timetable.middays)):
                part = np.take(level, last_dose, axis=1)
                part *= np.take(fade, since, axis=1)
                total += part
        before = after.copy()
        if Route.INTRAVENOUS in grams:
            before[:, dose_days] -= grams[Route.INTRAVENOUS] / parameters.central_volume_l[:, None]
        return Rise(before=before, after=after, middle=middle)


def _terms(parameters: KineticParameters, routes: set[Route]) -> list[tuple[Array, dict[Route, Array], bool]]:
    """The exponential terms of the answer to 1 g: rate, height by route [g/L], and whether the start fades with it."""
    fast, slow, k21 = rates(parameters)
    volume = parameters.central_volume_l
    by_fast = (fast - k21) / (fast - slow) / volume
    heights: list[dict[Route, Array]] = [{}, {}, {}]
    if Route.INTRAVENOUS in routes:
        heights[0][Route.INTRAVENOUS] = by_fast
        heights[1][Route.INTRAVENOUS] = 1 / volume - by_fast
    under_skin = sorted(routes - {Route.INTRAVENOUS}, key=lambda route: route.value)
    if not under_skin:
        return [(fast, heights[0], False), (slow, heights[1], True)]
    ka = parameters.absorption_per_day
    # Rates that coincide make the closed form 0/0; a step of one in a million apart changes nothing visible.
    for rate in (fast, slow):
        ka = np.where(np.abs(ka - rate) < 1e-6 * rate, rate * (1 + 1e-6), ka)
    for route in under_skin:
        scale = ka * parameters.available_fraction(route) / volume
        heights[0][route] = scale * (k21 - fast) / ((ka - fast) * (slow - fast))
        heights[1][route] = scale * (k21 - slow) / ((ka - slow) * (fast - slow))
        heights[2][route] = -(heights[0][route] + heights[1][route])
    return [(fast, heights[0], False), (slow, heights[1], True), (ka, heights[2], False)]
