"""Gates tabulated over the membrane potential for one step: what stays and what is added.

In one step at a fixed potential a gate goes g -> stay g + add, with stay = exp(-dt q (alpha + beta)) and
add = (1 - stay) alpha / (alpha + beta). Straight lines between rows 0.1 mV apart cost at most 0.01 us in the arrival of
an impulse (measured in docs/validation/nerve.md) and replace three exponentials a gate by two loads.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from .kinetics import rate_per_ms
from .model import FibreModel, load_model

Array = NDArray[np.float64]
#: Rows cover the resting potential + LOWEST .. + HIGHEST; beyond it rates are held at the edge. [mV]
LOWEST_MV, HIGHEST_MV = -120.0, 280.0
STEP_MV = 0.1
N_ROWS = round((HIGHEST_MV - LOWEST_MV) / STEP_MV) + 1
NODE_GATES = ("m", "h", "p", "s")
ALL_GATES = ("m", "h", "p", "s", "n", "q")


# A table is half a megabyte; a sweep over many temperatures must not keep them all.
@lru_cache(maxsize=32)
def gate_table(
    model_id: str, variant: str, celsius: float, time_step_ms: float, gates: tuple[str, ...] = NODE_GATES
) -> Array:
    """Tabulate gates of a model for one temperature and step.

    Returns
        (N_ROWS, 4 n_gates) `stay` of each gate, then `add` of each, then the rise of all these to the next row.
    """
    model: FibreModel = load_model(model_id, variant)
    v_mv = model.resting_mv + LOWEST_MV + STEP_MV * np.arange(N_ROWS, dtype=np.float64)
    stay, add = [], []
    for name in gates:
        gate = model.gates[name]
        alpha, beta = rate_per_ms(gate.alpha, v_mv), rate_per_ms(gate.beta, v_mv)
        exponent = -time_step_ms * gate.speed(celsius) * (alpha + beta)
        stay.append(np.exp(exponent))
        add.append(-np.expm1(exponent) * alpha / (alpha + beta))
    values = np.column_stack([*stay, *add])
    rises = np.zeros_like(values)
    rises[:-1] = np.diff(values, axis=0)
    return np.hstack([values, rises])
