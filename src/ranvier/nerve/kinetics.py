"""Gate rates in NumPy, as the papers write them: for steady states, tests and the readable solver."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from .model import GATES, FibreModel, Gate, Rate

Array = NDArray[np.float64]


def rate_per_ms(rate: Rate, v_mv: Array) -> Array:
    """Evaluate one rate at its base temperature.

    Parameters
        v_mv : (...,) Membrane potential, inside against outside. [mV]
    Returns
        (...,) [1/ms]
    """
    x = (np.asarray(v_mv, dtype=np.float64) - rate.half_mv) / rate.slope_mv
    if rate.form == "linoid":
        # x / (1 - exp(-x)) is smooth through 0, where the quotient is 0 / 0.
        safe = np.where(np.abs(x) < 1e-6, 1.0, x)
        smooth = np.where(np.abs(x) < 1e-6, 1.0 + x / 2.0, safe / -np.expm1(-np.clip(safe, -700, 700)))
        return np.asarray(rate.rate * rate.slope_mv * smooth)
    if rate.form == "sigmoid":
        return np.asarray(rate.rate / (1.0 + np.exp(-np.clip(x, -700, 700))))
    return np.asarray(rate.rate * np.exp(np.clip(x, -700, 700)))


def steady_state(gate: Gate, v_mv: Array) -> Array:
    """Open fraction of a gate that has been held at a potential for long."""
    alpha, beta = rate_per_ms(gate.alpha, v_mv), rate_per_ms(gate.beta, v_mv)
    return np.asarray(alpha / (alpha + beta))


def steady_gates(model: FibreModel, v_mv: Array) -> dict[str, Array]:
    """Every gate's steady state at each potential."""
    return {name: steady_state(model.gates[name], v_mv) for name in GATES}


def advance_gate(
    gate: Gate, open_fraction: Array, v_mv: Array, *, time_step_ms: float, celsius: float
) -> Array:
    """Move a gate by one step at a fixed potential: exact for that potential (NEURON's `cnexp`)."""
    alpha, beta = rate_per_ms(gate.alpha, v_mv), rate_per_ms(gate.beta, v_mv)
    target = alpha / (alpha + beta)
    remaining = np.exp(-time_step_ms * gate.speed(celsius) * (alpha + beta))
    return np.asarray(target + (open_fraction - target) * remaining)
