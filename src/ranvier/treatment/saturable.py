"""IgG kinetics when the salvage by FcRn saturates: the more IgG, the faster all of it goes, one's own included.

For unusual doses; the linear model is for the rest. Same interface as `kinetics.LinearKinetics`.

Source
    Dossier section 1.4 ("PK-F"): catabolism and own clearance from Valenzuela 2025, half-saturation fitted to the linear
    CIDP model. Catabolic clearance and half-saturation are not separately identifiable; the former is held.
"""

from __future__ import annotations

from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from scipy.integrate import solve_ivp

from .facts import priors
from .kinetics import KineticParameters, Rise, Route, Timetable
from .scan import Array

RELATIVE_TOLERANCE = 1e-7


class SaturableKinetics:
    """Total and own IgG in two compartments, with a clearance that rises with the central concentration.

    A salvage fraction f_max / (1 + C / K_r) is kept from the catabolic clearance; own IgG is made at the rate that holds
    the untreated level. Needs a general solver, so it is slow: some 20 ms a patient-year.
    """

    def rise(self, parameters: KineticParameters, timetable: Timetable, start: Array | None = None) -> Rise:
        """Rise of total IgG over the untreated level; `own` of `follow` gives the patient's own."""
        return self.follow(parameters, timetable, start)[0]

    def follow(
        self, parameters: KineticParameters, timetable: Timetable, start: Array | None = None
    ) -> tuple[Rise, Array]:
        """The rise, and own central IgG before the doses of each day (n_patients, n_days + 1). [g/L]"""
        results = [
            _one(parameters, timetable, row, 0.0 if start is None else float(start[row]))
            for row in range(len(parameters))
        ]
        before, after, middle, own = (np.array(part) for part in zip(*results, strict=True))
        return Rise(before, after, middle), own


def _one(
    parameters: KineticParameters, timetable: Timetable, row: int, start: float
) -> tuple[Array, Array, Array, Array]:
    v1, v2 = float(parameters.central_volume_l[row]), float(parameters.peripheral_volume_l[row])
    q, ka = float(parameters.exchange_l_per_day[row]), float(parameters.absorption_per_day[row])
    c0 = float(parameters.own_igg_g_per_l[row])
    # The linear clearance carries weight and patient; the saturable one inherits its ratio to the typical value.
    ratio = float(parameters.clearance_l_per_day[row]) / priors()["clearance_l_per_day"].median
    catabolic = priors()["catabolic_clearance_l_per_day"].median * ratio
    own_clearance = priors()["own_clearance_l_per_day"].median * ratio
    half = priors()["half_saturation_g_per_l"].median
    salvage = (1 - own_clearance / catabolic) * (1 + c0 / half)
    synthesis = own_clearance * c0  # g a day

    def slope(_: float, y: NDArray[np.float64]) -> list[float]:
        depot, total1, total2, own1, own2 = y
        clearance = catabolic * (1 - salvage / (1 + total1 / v1 / half))
        entering = ka * depot
        return [
            -entering,
            entering + synthesis - (clearance + q) * total1 / v1 + q * total2 / v2,
            q * total1 / v1 - q * total2 / v2,
            synthesis - (clearance + q) * own1 / v1 + q * own2 / v2,
            q * own1 / v1 - q * own2 / v2,
        ]

    y = np.array([0.0, (c0 + start) * v1, (c0 + start) * v2, c0 * v1, c0 * v2])
    n = timetable.n_days
    before, after, middle, own = np.empty(n + 1), np.empty(n + 1), np.empty(n), np.empty(n + 1)
    stops = [*map(int, timetable.dose_days), n]
    for column, (first, last) in enumerate(pairwise(stops)):
        before[first], own[first] = y[1] / v1 - c0, y[3] / v1
        for route, grams in timetable.grams.items():
            amount = float(grams[row if len(grams) > 1 else 0, column])
            if route is Route.INTRAVENOUS:
                y[1] += amount
            else:
                y[0] += amount * float(parameters.available_fraction(route)[row])
        after[first] = y[1] / v1 - c0
        if last == first:
            continue
        times = np.arange(first, last + 0.25, 0.5)
        answer = solve_ivp(
            slope, (first, last), y, t_eval=times, method="LSODA", rtol=RELATIVE_TOLERANCE, atol=1e-9
        ).y
        level, kept = answer[1] / v1 - c0, answer[3] / v1
        middle[first:last] = level[1::2]
        after[first + 1 : last] = before[first + 1 : last] = level[2:-1:2]
        own[first + 1 : last] = kept[2:-1:2]
        y = answer[:, -1].copy()
        before[last], own[last] = level[-1], kept[-1]
        after[last] = level[-1]
    return before, after, middle, own
