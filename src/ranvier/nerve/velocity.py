"""Velocity of a healthy fibre by diameter and temperature, tabulated from the solver on first use."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from .fibre import build_fibre
from .model import load_model
from .propagation import conduct

Array = NDArray[np.float64]
N_DIAMETERS = 25
N_NODES = 31
#: MRG's published rows and its fit between them differ by some per cent; a table on the fit alone is smooth.
SMALLEST_UM = 4.0


@lru_cache(maxsize=64)
def velocity_table(celsius: float, model: str = "mrg_2002") -> tuple[Array, Array]:
    """Tabulate velocity over diameter at a temperature.

    Returns
        (n,) diameters [um] and (n,) velocities [m/s], both rising.
    """
    fibre_model = load_model(model)
    low = max(SMALLEST_UM, fibre_model.diameter_low_um)
    # Off the published rows by a hair, so that all come from the fit.
    diameters = np.linspace(low, fibre_model.diameter_high_um, N_DIAMETERS) + 1e-4
    diameters[-1] = fibre_model.diameter_high_um - 1e-4
    fibres = [build_fibre(float(d), n_nodes=N_NODES, celsius=celsius, model=fibre_model) for d in diameters]
    runs = conduct(fibres, duration_ms=6.0, stop_when_node_fires=-1)
    velocity = np.array([run.velocity_m_per_s(8, 24) for run in runs])
    return diameters, np.maximum.accumulate(velocity)


def healthy_velocity_m_per_s(diameter_um: Array, celsius: float) -> Array:
    """Velocity of healthy fibres by interpolation in the table."""
    diameters, velocities = velocity_table(round(celsius, 2))
    return np.interp(diameter_um, diameters, velocities)


def diameter_for_velocity_um(velocity_m_per_s: Array, celsius: float) -> Array:
    """Diameter of the model's fibre that conducts at a velocity; held at the table's ends. [um]"""
    diameters, velocities = velocity_table(round(celsius, 2))
    return np.interp(velocity_m_per_s, velocities, diameters)
