"""Weights of one time step for an internode's modes, by scheme.

With x = lambda dt and s = u_left +- u_right:

- Backward Euler, NEURON's own step: z' = (z + dt beta s') / (1 + x). Kept as Y = beta z / (1 + x).
- Second order: exact for a node potential that runs straight through the step, z' = e z + beta (w0 s + w1 s'), and
  the node receives the current averaged over the step, so that charge is conserved to rounding. Kept as
  Y = beta phi (z - beta w1 s) with phi = (1 - e) / x, which turns the update into Y' = e Y + b s. Modes whose e is
  below `SLAVED` carry no memory: they are folded into two constants a parity (`direct`, `late`).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from .eigenmodes import reduce_internode

Array = NDArray[np.float64]
#: A mode that keeps less than this of its state over a step follows the nodes within rounding.
SLAVED = 1e-9


class Scheme(Enum):
    """How a step is taken."""

    BACKWARD_EULER = "backward_euler"
    SECOND_ORDER = "second_order"


@dataclass(frozen=True, eq=False)
class ParityWeights:
    """One parity's modes for one step; `state_scale` turns z into the kept state, `old_scale` subtracts that of s."""

    keep: Array
    drive: Array
    direct: float
    late: float
    new: float
    state_scale: Array
    old_scale: Array


@dataclass(frozen=True, eq=False)
class StepWeights:
    """An internode for one step: both parities, the node's extra conductance and the coupling between nodes. [uS]"""

    even: ParityWeights
    odd: ParityWeights
    own_us: float
    coupling_us: float


@lru_cache(maxsize=2048)
def step_weights(row: bytes, *, time_step_ms: float, scheme: Scheme) -> StepWeights:
    """Turn an internode (its row as bytes, see `eigenmodes`) into the numbers of a step."""
    modes = reduce_internode(row)
    parity = _euler if scheme is Scheme.BACKWARD_EULER else _second_order
    even = parity(modes.even_rate_per_ms, modes.even_coupling, time_step_ms)
    odd = parity(modes.odd_rate_per_ms, modes.odd_coupling, time_step_ms)
    return StepWeights(even, odd, modes.end_us - even.new - odd.new, even.new - odd.new)


def _euler(rate: Array, coupling: Array, dt: float) -> ParityWeights:
    keep = 1.0 / (1.0 + rate * dt)
    return ParityWeights(
        keep=keep,
        drive=coupling**2 * dt * keep**2,
        direct=0.0,
        late=0.0,
        new=float(np.sum(coupling**2 * dt * keep)),
        state_scale=coupling * keep,
        old_scale=np.zeros_like(rate),
    )


def _second_order(rate: Array, coupling: Array, dt: float) -> ParityWeights:
    x = rate * dt
    e = np.exp(-x)
    phi = -np.expm1(-x) / x
    # (1 - phi) / x loses digits for slow modes; its series does not.
    w1 = dt * np.where(
        x < 1e-2, 0.5 - x / 6.0 + x**2 / 24.0 - x**3 / 120.0, (1.0 - phi) / np.maximum(x, 1e-2)
    )
    w0 = dt * phi - w1
    drive = coupling**2 * phi * (e * w1 + w0)
    # (w1 - w0) / x and (dt - 2 w1) / x: differences of nearly equal numbers for slow modes, hence series again.
    w1_less_w0 = np.where(
        x < 1e-2, dt * (1.0 / 6.0 - x / 12.0 + x**2 / 40.0), (w1 - w0) / np.maximum(x, 1e-2)
    )
    rest = np.where(
        x < 1e-2, dt * (1.0 / 3.0 - x / 12.0 + x**2 / 60.0), (dt - 2.0 * w1) / np.maximum(x, 1e-2)
    )
    slaved = e < SLAVED
    return ParityWeights(
        keep=np.where(slaved, 0.0, e),
        drive=np.where(slaved, 0.0, drive),
        direct=float(np.sum(coupling**2 * (phi * w1 + w1_less_w0))),
        late=float(np.sum(np.where(slaved, drive, 0.0))),
        new=float(np.sum(coupling**2 * rest)),
        state_scale=np.where(slaved, 0.0, coupling * phi),
        old_scale=coupling * w1,
    )
