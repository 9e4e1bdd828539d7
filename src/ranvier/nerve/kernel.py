"""The compiled step of a batch of fibres whose internodes have been eliminated into their modes.

Layout: a group of W fibres shares flat arrays in which node i of fibre (lane) w sits at i W + w, and internode i at
i W + w of arrays W shorter: its left node is `u[j]`, its right node `u[j + W]`. Each step is a few flat passes over
contiguous memory, of run-time length, so that LLVM puts them into vector registers (a lane loop of constant length is
unrolled before its vectoriser runs and stays scalar).

Both schemes share the passes. With s = u_left +- u_right, every mode keeps a scaled state Y <- a Y + b s whose sum over
modes is the current it sends to the nodes. Backward Euler updates with the new s, the second-order scheme with the old
one (see `weights.py`). Gates advance by tables over the membrane potential: one row holds, for each gate, the factor
that stays and the amount that is added in one step.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit

from .simd import NODES, eliminate_row, move_nodes, substitute_row, update_chunk

_jit = njit(cache=True, fastmath=True, error_model="numpy", nogil=True)


@_jit
def _solve(diagonal: Any, coupling: Any, rhs: Any, ratio: Any, width: int, one: Any) -> None:
    """Solve the tridiagonal system of every lane, in place of `rhs`; off-diagonals are -coupling."""
    if width == 1:
        _solve_alone(diagonal, coupling, rhs, ratio, one)
        return
    # What is left after the last whole row stands alone and at rest.
    n = rhs.size // width * width
    last = n - width
    for j in range(width):
        inverse = one / diagonal[j]
        ratio[j] = coupling[j] * inverse
        rhs[j] = rhs[j] * inverse
    if width % NODES == 0:
        for j in range(width, n, width):
            eliminate_row(diagonal, coupling, rhs, ratio, np.int64(j), np.int64(width), j < last)
        for j in range(last - width, -1, -width):
            substitute_row(rhs, ratio, np.int64(j), np.int64(width))
        return
    for j in range(width, last):
        k = j - width
        inverse = one / (diagonal[j] - coupling[k] * ratio[k])
        rhs[j] = (rhs[j] + coupling[k] * rhs[k]) * inverse
        ratio[j] = coupling[j] * inverse
    for j in range(last, n):
        k = j - width
        rhs[j] = (rhs[j] + coupling[k] * rhs[k]) / (diagonal[j] - coupling[k] * ratio[k])
    for j in range(last - 1, -1, -1):
        rhs[j] += ratio[j] * rhs[j + width]


@_jit
def _solve_alone(diagonal: Any, coupling: Any, rhs: Any, ratio: Any, one: Any) -> None:
    """Solve one fibre's system from both ends at once: each end waits for its own divisions only.

    At least four nodes. Going up, ratio[j] couples j to j + 1; coming down, ratio[j] couples j + 1 to j.
    """
    n = rhs.size
    middle = n // 2
    up, down = 0, n - 1
    above, below = coupling[0] / diagonal[0], coupling[n - 2] / diagonal[n - 1]
    sent_up, sent_down = rhs[0] / diagonal[0], rhs[n - 1] / diagonal[n - 1]
    ratio[0], rhs[0] = above, sent_up
    ratio[n - 2], rhs[n - 1] = below, sent_down
    for i in range(1, middle):
        up = i
        inverse = one / (diagonal[up] - coupling[up - 1] * above)
        sent_up = (rhs[up] + coupling[up - 1] * sent_up) * inverse
        above = coupling[up] * inverse
        rhs[up], ratio[up] = sent_up, above
        down = n - 1 - i
        if down > middle:
            inverse = one / (diagonal[down] - coupling[down] * below)
            sent_down = (rhs[down] + coupling[down] * sent_down) * inverse
            below = coupling[down - 1] * inverse
            rhs[down], ratio[down - 1] = sent_down, below
    sent = rhs[middle] + coupling[middle - 1] * sent_up + coupling[middle] * sent_down
    low = high = sent / (diagonal[middle] - coupling[middle - 1] * above - coupling[middle] * below)
    rhs[middle] = low
    for i in range(1, middle + 1):
        low = rhs[middle - i] + ratio[middle - i] * low
        rhs[middle - i] = low
        if middle + i < n:
            high = rhs[middle + i] + ratio[middle + i - 1] * high
            rhs[middle + i] = high


@_jit
def _note_crossings(
    old: Any, u: Any, crossed_ms: Any, threshold: Any, time_ms: float, time_step_ms: float
) -> None:
    for j in range(u.size):
        if old[j] < threshold and u[j] >= threshold and crossed_ms[j] < 0.0:
            crossed_ms[j] = time_ms + time_step_ms * (threshold - old[j]) / (u[j] - old[j])


@_jit
def _modes(
    states_even: Any, states_odd: Any, keep_even: Any, keep_odd: Any, drive_even: Any, drive_odd: Any,
    direct_even: Any, direct_odd: Any, late_even: Any, late_odd: Any, kind: Any, new: Any, used: Any, rhs: Any, width: int,
) -> None:  # fmt: skip
    """Update every mode, chunk by chunk of internodes; equal chunks share their weights, which then stay in cache."""
    n_even, n_odd, length = states_even.shape[1], states_odd.shape[1], states_even.shape[2]
    c = 0
    while c < kind.size:
        if c + 1 < kind.size and kind[c] == kind[c + 1]:
            update_chunk(
                states_even, states_odd, keep_even, keep_odd, drive_even, drive_odd, direct_even, direct_odd,
                late_even, late_odd, new, used, rhs,
                np.int64(c), kind[c], np.int64(length), np.int64(n_even), np.int64(n_odd), np.int64(width), 2,
            )  # fmt: skip
            c += 2
        else:
            update_chunk(
                states_even, states_odd, keep_even, keep_odd, drive_even, drive_odd, direct_even, direct_odd,
                late_even, late_odd, new, used, rhs,
                np.int64(c), kind[c], np.int64(length), np.int64(n_even), np.int64(n_odd), np.int64(width), 1,
            )  # fmt: skip
            c += 1


@_jit
def _begin(states: Any, direct: Any, late: Any, kind: Any, u: Any, rhs: Any, width: int, sign: Any) -> None:
    """Add what one parity's modes send at the start, before any has moved; `sign` is 1 for even, -1 for odd."""
    length = states.shape[2]
    for c in range(states.shape[0]):
        k = kind[c]
        for j in range(length):
            i = c * length + j
            sent = (direct[k, j] + late[k, j]) * (u[i] + sign * u[i + width])
            for row in range(states.shape[1]):
                sent += states[c, row, j]
            rhs[i] += sent
            rhs[i + width] += sign * sent


@_jit
def advance(
    n_steps: int, first_step: int, time_step_ms: float, width: int, midpoint: bool,
    u: Any, gates: Any, states_even: Any, states_odd: Any,
    keep_even: Any, keep_odd: Any, drive_even: Any, drive_odd: Any, chunk_kind: Any,
    direct_even: Any, direct_odd: Any, late_even: Any, late_odd: Any, coupling: Any,
    table: Any, table_start: Any, conductance: Any, inertia: Any, base: Any, constant: Any, numbers: Any,
    pulse_at: Any, pulse_na: Any, pulse_from_ms: Any, pulse_to_ms: Any,
    old: Any, diagonal: Any, rhs: Any, ratio: Any,
    crossed_ms: Any, highest: Any, spike_ms: Any, spike_count: Any, spike_at: Any,
    trace_at: Any, trace: Any, frames: Any, frame_every: int, until: Any,
) -> int:  # fmt: skip
    """Advance one group of fibres; all arrays are the group's own and change in place.

    `until` lists nodes: once all of them have been crossed the group stops early (empty: never). Returns the number
    of steps made. `old`, `diagonal`, `rhs` and `ratio` are room to work in. Potentials are deviations from the model's
    resting potential.
    """
    n = u.size
    one = numbers[7]
    threshold = numbers[4]
    beyond = one if midpoint else numbers[3]
    before = np.empty(spike_at.size, u.dtype)
    first_pulse_ms, last_pulse_ms = 1e30, -1e30
    for i in range(pulse_at.size):
        first_pulse_ms = min(first_pulse_ms, pulse_from_ms[i])
        last_pulse_ms = max(last_pulse_ms, pulse_to_ms[i])

    for j in range(n):
        sodium = conductance[0, j] * gates[0, j] ** 3 * gates[1, j] + conductance[1, j] * gates[2, j] ** 3
        potassium = conductance[2, j] * gates[3, j]
        diagonal[j] = base[j] + sodium + potassium
        rhs[j] = inertia[j] * u[j] + sodium * numbers[5] + potassium * numbers[6] + constant[j]
    _begin(states_even, direct_even, late_even, chunk_kind, u, rhs, width, one)
    _begin(states_odd, direct_odd, late_odd, chunk_kind, u, rhs, width, -one)

    for step in range(n_steps):
        time_ms = (first_step + step) * time_step_ms
        if frame_every > 0 and step % frame_every == 0 and step // frame_every < frames.shape[0]:
            frames[step // frame_every, :] = u
        for i in range(trace_at.size):
            trace[step, i] = u[trace_at[i]]
        for i in range(spike_at.size):
            before[i] = u[spike_at[i]]
        if time_ms + time_step_ms > first_pulse_ms and time_ms < last_pulse_ms:
            for i in range(pulse_at.size):
                overlap = min(time_ms + time_step_ms, pulse_to_ms[i]) - max(time_ms, pulse_from_ms[i])
                if overlap > 0.0:
                    rhs[pulse_at[i]] += pulse_na[i] * overlap / time_step_ms
        _solve(diagonal, coupling, rhs, ratio, width, one)
        crossing = move_nodes(
            u, old, highest, gates, table, table_start, conductance, inertia, base, constant, diagonal, rhs, numbers,
            np.int64(n), beyond,
        )  # fmt: skip
        if crossing:
            _note_crossings(old, u, crossed_ms, threshold, time_ms, time_step_ms)
        for i in range(spike_at.size):
            now = u[spike_at[i]]
            if before[i] < threshold and now >= threshold and spike_count[i] < spike_ms.shape[1]:
                spike_ms[i, spike_count[i]] = time_ms + time_step_ms * (threshold - before[i]) / (
                    now - before[i]
                )
                spike_count[i] += 1
        _modes(
            states_even, states_odd, keep_even, keep_odd, drive_even, drive_odd, direct_even, direct_odd, late_even,
            late_odd, chunk_kind, u, old if midpoint else u, rhs, width,
        )  # fmt: skip
        if until.size > 0 and step % 32 == 31:
            done = True
            for i in range(until.size):
                if crossed_ms[until[i]] < 0.0:
                    done = False
                    break
            if done:
                return step + 1
    return n_steps
