"""The eigenmode kernel on a graphics card through numba-cuda: one block a fibre, one thread a node.

The same arrays, tables and weights as on the processor (`group.form_group`). A thread keeps its node's gates in
registers and updates the modes of the internode to its right; the tridiagonal system is solved by parallel cyclic
reduction in shared memory, so that one launch makes all steps. Correct under Numba's CUDA simulator on small cases; no
speed is claimed until it has been measured on a card. The processor path never needs this module.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import cuda as numba_cuda
from numba import float64
from numpy.typing import NDArray

from ranvier.terms import MissingDependency, NerveError

from .group import Group

#: The simulator swaps this name of the module while a kernel runs; Numba ships it without types.
cuda: Any = numba_cuda
#: Nodes a fibre may have: five arrays of this many doubles stay within a block's shared memory.
MOST_NODES = 512


def is_available() -> bool:
    """Whether a card, or the simulator (NUMBA_ENABLE_CUDASIM=1), can run it."""
    try:
        return bool(cuda.is_available())
    except Exception:  # a broken driver raises whatever it likes; then there is no card for us
        return False


def step_on_gpu(
    group: Group, *, n_steps: int, pulse_node: int = 0, current_na: float = 2.0, start_ms: float = 0.5, duration_ms: float = 0.1
) -> NDArray[np.float64]:  # fmt: skip
    """Advance a group in place, every fibre stimulated at one node.

    Returns
        (n_nodes, width) first upward crossing of -20 mV, NaN if none. [ms]
    Raises
        MissingDependency: no card and no simulator.
        NerveError: a fibre of more than `MOST_NODES` nodes.
    """
    if not is_available():
        raise MissingDependency(
            path="gpu",
            given="no CUDA device",
            expected="A card with numba-cuda, or NUMBA_ENABLE_CUDASIM=1 to try it out",
        )
    if group.n_nodes > MOST_NODES:
        raise NerveError(
            path="n_nodes", given=f"{group.n_nodes}", expected=f"At most {MOST_NODES} on the card"
        )
    crossed = np.full(group.u.size, -1.0)
    _kernel()[group.width, group.n_nodes](
        n_steps, group.time_step_ms, group.width, group.n_nodes, group.midpoint,
        group.u, group.gates, group.states[0], group.states[1], group.keep[0], group.keep[1], group.drive[0],
        group.drive[1], group.chunk_kind, group.direct[0], group.direct[1], group.late[0], group.late[1],
        group.coupling, group.table, group.table_start, group.conductance, group.inertia, group.base, group.constant,
        group.numbers, pulse_node, current_na, start_ms, start_ms + duration_ms, crossed,
    )  # fmt: skip
    crossed = crossed[: group.n_nodes * group.width]
    return np.where(crossed < 0, np.nan, crossed).reshape(group.n_nodes, group.width)


def _kernel() -> Any:
    global _compiled  # compiled on first use
    if _compiled is None:
        _compiled = cuda.jit(_advance)
    return _compiled


_compiled: Any = None


def _advance(
    n_steps: Any, dt: Any, width: Any, n: Any, midpoint: Any, u_out: Any, gates: Any, states_even: Any, states_odd: Any,
    keep_even: Any, keep_odd: Any, drive_even: Any, drive_odd: Any, chunk_kind: Any, direct_even: Any, direct_odd: Any,
    late_even: Any, late_odd: Any, coupling: Any, table: Any, table_start: Any, conductance: Any, inertia: Any,
    base: Any, constant: Any, numbers: Any, pulse_node: Any, pulse_na: Any, pulse_from: Any, pulse_to: Any, crossed: Any,
) -> None:  # fmt: skip
    lane, i = cuda.blockIdx.x, cuda.threadIdx.x
    j = i * width + lane
    potential = cuda.shared.array(MOST_NODES, float64)
    lower = cuda.shared.array(MOST_NODES, float64)
    diagonal = cuda.shared.array(MOST_NODES, float64)
    upper = cuda.shared.array(MOST_NODES, float64)
    rhs = cuda.shared.array(MOST_NODES, float64)
    length = states_even.shape[2]
    chunk, at = j // length, j % length
    has_right = i < n - 1
    kind = chunk_kind[chunk] if has_right else 0
    u = float64(u_out[j])
    m, h, p, s = gates[0, j], gates[1, j], gates[2, j], gates[3, j]
    potential[i] = u
    cuda.syncthreads()
    right = potential[i + 1] if has_right else 0.0
    even, odd = u + right, u - right
    from_even, from_odd = 0.0, 0.0
    if has_right:
        from_even = (direct_even[kind, at] + late_even[kind, at]) * even
        from_odd = (direct_odd[kind, at] + late_odd[kind, at]) * odd
        for row in range(states_even.shape[1]):
            from_even += states_even[chunk, row, at]
        for row in range(states_odd.shape[1]):
            from_odd += states_odd[chunk, row, at]
    for step in range(n_steps):
        time_ms = step * dt
        sodium = conductance[0, j] * m * m * m * h + conductance[1, j] * p * p * p
        potassium = conductance[2, j] * s
        own = inertia[j] * u + sodium * numbers[5] + potassium * numbers[6] + constant[j]
        if i == pulse_node:
            overlap = min(time_ms + dt, pulse_to) - max(time_ms, pulse_from)
            if overlap > 0.0:
                own += pulse_na * overlap / dt
        # What the internode sends to its right node travels through `potential`, free until the solve.
        cuda.syncthreads()
        potential[i] = from_even - from_odd
        cuda.syncthreads()
        if has_right:
            own += from_even + from_odd
        if i > 0:
            own += potential[i - 1]
        a = -coupling[j - width] if i > 0 else 0.0
        c = -coupling[j] if has_right else 0.0
        d = base[j] + sodium + potassium
        r = own
        stride = 1
        while stride < n:
            lower[i], diagonal[i], upper[i], rhs[i] = a, d, c, r
            cuda.syncthreads()
            na, nc, nd, nr = 0.0, 0.0, d, r
            if i - stride >= 0:
                k = a / diagonal[i - stride]
                nd -= upper[i - stride] * k
                nr -= rhs[i - stride] * k
                na = -lower[i - stride] * k
            if i + stride < n:
                k = c / diagonal[i + stride]
                nd -= lower[i + stride] * k
                nr -= rhs[i + stride] * k
                nc = -upper[i + stride] * k
            cuda.syncthreads()
            a, c, d, r = na, nc, nd, nr
            stride *= 2
        new = r / d
        if midpoint:
            new += new - u
        if u < numbers[4] and new >= numbers[4] and crossed[j] < 0.0:
            crossed[j] = time_ms + dt * (numbers[4] - u) / (new - u)
        u = new
        x = min(max((u - numbers[0]) * numbers[1], 0.0), float64(numbers[2]))
        whole = int(x)
        f = x - whole
        q = table_start[j] + whole
        stay, add = table[q, 0], table[q, 4]
        m = (stay + f * (table[q + 1, 0] - stay)) * m + add + f * (table[q + 1, 4] - add)
        stay, add = table[q, 1], table[q, 5]
        h = (stay + f * (table[q + 1, 1] - stay)) * h + add + f * (table[q + 1, 5] - add)
        stay, add = table[q, 2], table[q, 6]
        p = (stay + f * (table[q + 1, 2] - stay)) * p + add + f * (table[q + 1, 6] - add)
        stay, add = table[q, 3], table[q, 7]
        s = (stay + f * (table[q + 1, 3] - stay)) * s + add + f * (table[q + 1, 7] - add)
        cuda.syncthreads()
        potential[i] = u
        cuda.syncthreads()
        if has_right:
            new_even, new_odd = u + potential[i + 1], u - potential[i + 1]
            used_even, used_odd = (even, odd) if midpoint else (new_even, new_odd)
            from_even = direct_even[kind, at] * new_even + late_even[kind, at] * used_even
            from_odd = direct_odd[kind, at] * new_odd + late_odd[kind, at] * used_odd
            for row in range(states_even.shape[1]):
                y = (
                    keep_even[kind, row, at] * states_even[chunk, row, at]
                    + drive_even[kind, row, at] * used_even
                )
                states_even[chunk, row, at] = y
                from_even += y
            for row in range(states_odd.shape[1]):
                y = keep_odd[kind, row, at] * states_odd[chunk, row, at] + drive_odd[kind, row, at] * used_odd
                states_odd[chunk, row, at] = y
                from_odd += y
            even, odd = new_even, new_odd
    u_out[j] = u
    gates[0, j], gates[1, j], gates[2, j], gates[3, j] = m, h, p, s
