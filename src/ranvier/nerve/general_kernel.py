"""The compiled step of one fibre, every compartment kept: channels anywhere, lesions of any shape.

Unknowns are the axonal and the periaxonal potential of each compartment; a step is one block-tridiagonal solve with
2 x 2 blocks (backward Euler), or two with the same matrix (TR-BDF2: second order, and it damps the stiff periaxonal
modes that would ring under a plain trapezoid). Where the outside is the bath, the periaxonal potential is held at 0.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit

N_GATES = 6
ROW = 2 * N_GATES
#: TR-BDF2's first stage, as a part of the step: 2 - sqrt(2) gives both stages one matrix.
GAMMA = 2.0 - 2.0**0.5

_jit = njit(cache=True, error_model="numpy", nogil=True)


@_jit
def _factor(
    mass: Any, mass_out: Any, total: Any, outside: Any, is_open: Any, axial: Any, peri: Any, inverse: Any
) -> None:  # fmt: skip
    """Factor the block-tridiagonal matrix; `inverse` (n, 4) holds each pivot block's inverse."""
    n = mass.size
    for k in range(n):
        left_a = axial[k - 1] if k > 0 else 0.0
        right_a = axial[k] if k < n - 1 else 0.0
        left_p = peri[k - 1] if k > 0 else 0.0
        right_p = peri[k] if k < n - 1 else 0.0
        own = mass[k] + total[k]
        aa = own + left_a + right_a
        ap = -own
        pa = -own
        pp = own + mass_out[k] + outside[k] + left_p + right_p
        if k > 0:
            # Minus L inverse(previous) U, with L and U diagonal (-axial, -peri); a held periaxonal point couples to none.
            lp = 0.0 if is_open[k - 1] or is_open[k] else left_p
            aa -= left_a * inverse[k - 1, 0] * left_a
            ap -= left_a * inverse[k - 1, 1] * lp
            pa -= lp * inverse[k - 1, 2] * left_a
            pp -= lp * inverse[k - 1, 3] * lp
        if is_open[k]:
            inverse[k, 0] = 1.0 / aa
            inverse[k, 1] = 0.0
            inverse[k, 2] = 0.0
            inverse[k, 3] = 0.0
        else:
            det = 1.0 / (aa * pp - ap * pa)
            inverse[k, 0] = pp * det
            inverse[k, 1] = -ap * det
            inverse[k, 2] = -pa * det
            inverse[k, 3] = aa * det


@_jit
def _substitute(inverse: Any, is_open: Any, axial: Any, peri: Any, ra: Any, rp: Any, a: Any, p: Any) -> None:
    """Solve for (a, p) with the factored matrix; the right-hand sides are overwritten."""
    n = ra.size
    for k in range(1, n):
        xa = inverse[k - 1, 0] * ra[k - 1] + inverse[k - 1, 1] * rp[k - 1]
        xp = inverse[k - 1, 2] * ra[k - 1] + inverse[k - 1, 3] * rp[k - 1]
        ra[k] += axial[k - 1] * xa
        if not is_open[k] and not is_open[k - 1]:
            rp[k] += peri[k - 1] * xp
    for k in range(n - 1, -1, -1):
        if k < n - 1:
            ra[k] += axial[k] * a[k + 1]
            if not is_open[k] and not is_open[k + 1]:
                rp[k] += peri[k] * p[k + 1]
        a[k] = inverse[k, 0] * ra[k] + inverse[k, 1] * rp[k]
        p[k] = inverse[k, 2] * ra[k] + inverse[k, 3] * rp[k]


@_jit
def _conductances(
    gates: Any, active: Any, channels: Any, reversal: Any, leak: Any, leak_current: Any, total: Any, current: Any
) -> None:  # fmt: skip
    """Sum the membrane conductance and its current at 0 mV, compartment by compartment."""
    for k in range(leak.size):
        total[k] = leak[k]
        current[k] = leak_current[k]
    for i in range(active.size):
        k = active[i]
        m, h, p, s, n, q = gates[k, 0], gates[k, 1], gates[k, 2], gates[k, 3], gates[k, 4], gates[k, 5]
        g0 = channels[0, k] * m * m * m * h
        g1 = channels[1, k] * p * p * p
        g2 = channels[2, k] * s
        g3 = channels[3, k] * n * n * n * n
        g4 = channels[4, k] * q
        total[k] += g0 + g1 + g2 + g3 + g4
        current[k] += (
            g0 * reversal[0] + g1 * reversal[1] + g2 * reversal[2] + g3 * reversal[3] + g4 * reversal[4]
        )


@_jit
def _move_gates(
    gates: Any, active: Any, a: Any, p: Any, table: Any, lowest: float, per_mv: float, last_row: float
) -> None:  # fmt: skip
    for i in range(active.size):
        k = active[i]
        x = min(max((a[k] - p[k] - lowest) * per_mv, 0.0), last_row)
        row = int(x)
        f = x - row
        for g in range(N_GATES):
            stay = table[row, g] + f * (table[row + 1, g] - table[row, g])
            add = table[row, N_GATES + g] + f * (table[row + 1, N_GATES + g] - table[row, N_GATES + g])
            gates[k, g] = stay * gates[k, g] + add


@_jit
def _current_out(
    total: Any, outside: Any, is_open: Any, axial: Any, peri: Any, a: Any, p: Any, ga: Any, gp: Any
) -> None:
    """Multiply the conductance matrix by the potentials."""
    n = a.size
    for k in range(n):
        across = total[k] * (a[k] - p[k])
        ga[k] = across
        gp[k] = outside[k] * p[k] - across
    for k in range(n - 1):
        i = axial[k] * (a[k] - a[k + 1])
        ga[k] += i
        ga[k + 1] -= i
        j = peri[k] * (p[k] - p[k + 1])
        gp[k] += j
        gp[k + 1] -= j
    for k in range(n):
        if is_open[k]:
            gp[k] = 0.0


@_jit
def advance(
    n_steps: int, dt: float, second_order: bool, a: Any, p: Any, gates: Any,
    capacitance: Any, leak: Any, leak_current: Any, channels: Any, reversal: Any,
    myelin_nf: Any, myelin_us: Any, is_open: Any, axial: Any, peri: Any, active: Any, table: Any,
    lowest: float, per_mv: float, last_row: float,
    pulse_at: Any, pulse_na: Any, pulse_from_ms: Any, pulse_to_ms: Any,
    node_every: int, threshold: float, crossed_ms: Any, highest: Any,
    spike_ms: Any, spike_count: Any, spike_at: Any, trace_at: Any, trace: Any, frames: Any, frame_every: int,
    until: int,
) -> int:  # fmt: skip
    """Advance one fibre in place; see `kernel.advance` for the records. Returns the steps made."""
    n = a.size
    total, current, injected = np.empty(n), np.empty(n), np.zeros(n)
    ra, rp, ga, gp = np.empty(n), np.zeros(n), np.empty(n), np.empty(n)
    a1, p1 = np.empty(n), np.zeros(n)
    old = np.empty(n)
    inverse = np.zeros((n, 4))
    scale = 2.0 / (GAMMA * dt) if second_order else 1.0 / dt
    mass, mass_out = capacitance * scale, myelin_nf * scale
    one = 1.0 / (GAMMA * (2.0 - GAMMA))
    zero = (1.0 - GAMMA) ** 2 * one
    n_nodes = crossed_ms.size
    for step in range(n_steps):
        time_ms = step * dt
        if frame_every > 0 and step % frame_every == 0 and step // frame_every < frames.shape[0]:
            for i in range(n_nodes):
                frames[step // frame_every, i] = a[i * node_every]
        for i in range(trace_at.size):
            trace[step, i] = a[trace_at[i]]
        for i in range(pulse_at.size):
            injected[pulse_at[i]] = 0.0
        for i in range(pulse_at.size):
            overlap = min(time_ms + dt, pulse_to_ms[i]) - max(time_ms, pulse_from_ms[i])
            if overlap > 0.0:
                injected[pulse_at[i]] += pulse_na[i] * overlap / dt
        old[:] = a
        _conductances(gates, active, channels, reversal, leak, leak_current, total, current)
        _factor(mass, mass_out, total, myelin_us, is_open, axial, peri, inverse)
        if second_order:
            _current_out(total, myelin_us, is_open, axial, peri, a, p, ga, gp)
            for k in range(n):
                held = mass[k] * (a[k] - p[k])
                ra[k] = held + 2.0 * (current[k] + injected[k]) - ga[k]
                rp[k] = 0.0 if is_open[k] else mass_out[k] * p[k] - held - 2.0 * current[k] - gp[k]
            _substitute(inverse, is_open, axial, peri, ra, rp, a1, p1)
            for k in range(n):
                xa = one * a1[k] - zero * a[k]
                xp = one * p1[k] - zero * p[k]
                held = mass[k] * (xa - xp)
                ra[k] = held + current[k] + injected[k]
                rp[k] = 0.0 if is_open[k] else mass_out[k] * xp - held - current[k]
        else:
            for k in range(n):
                held = mass[k] * (a[k] - p[k])
                ra[k] = held + current[k] + injected[k]
                rp[k] = 0.0 if is_open[k] else mass_out[k] * p[k] - held - current[k]
        _substitute(inverse, is_open, axial, peri, ra, rp, a, p)
        _move_gates(gates, active, a, p, table, lowest, per_mv, last_row)
        for i in range(n_nodes):
            k = i * node_every
            highest[i] = max(highest[i], a[k])
            if old[k] < threshold and a[k] >= threshold and crossed_ms[i] < 0.0:
                crossed_ms[i] = time_ms + dt * (threshold - old[k]) / (a[k] - old[k])
        for i in range(spike_at.size):
            k = spike_at[i]
            if old[k] < threshold and a[k] >= threshold and spike_count[i] < spike_ms.shape[1]:
                spike_ms[i, spike_count[i]] = time_ms + dt * (threshold - old[k]) / (a[k] - old[k])
                spike_count[i] += 1
        if until >= 0 and crossed_ms[until] >= 0.0:
            return step + 1
    return n_steps
