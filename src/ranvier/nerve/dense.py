"""The double cable written out plainly: one dense matrix, one solve a step. Slow, and the in-house yardstick.

Shares with the fast solvers only the fibre's description and the papers' rate functions; it draws its own circuit, in
SI units, and knows nothing of modes, tables or elimination. Backward Euler as NEURON steps it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from .fibre import PER_INTERNODE, Fibre
from .kinetics import advance_gate, steady_state

if TYPE_CHECKING:
    from .propagation import Pulse

Array = NDArray[np.float64]
UM, OHM_CM, S_PER_CM2, UF_PER_CM2, MV, MS, NA = 1e-6, 1e-2, 1e4, 1e-2, 1e-3, 1e-3, 1e-9


def dense_trace(fibre: Fibre, pulses: Sequence[Pulse], *, duration_ms: float, time_step_us: float) -> Array:
    """Follow every node's membrane potential.

    Returns
        (n_steps + 1, n_nodes) from time 0. [mV]
    """
    model = fibre.model
    n = fibre.kind.size
    dt = time_step_us * 1e-6
    C, G = _membrane_free_matrices(fibre)
    area = np.pi * fibre.axon_diameter_um * UM * fibre.length_um * UM
    sheath = np.pi * fibre.diameter_um * UM * fibre.length_um * UM
    channel_area = np.where((model.circumference == "fibre") & (fibre.kind != 0), sheath, area)
    capacitance = model.constants["axolemma_capacitance_uf_per_cm2"] * UF_PER_CM2 * area
    x = np.concatenate([np.full(n, model.resting_mv * MV), np.zeros(n)])
    gates = {name: np.full(n, steady_state(g, np.array(model.resting_mv))) for name, g in model.gates.items()}
    density = {name: value * S_PER_CM2 * channel_area for name, value in fibre.conductance.items()}
    reversal = {name: value * MV for name, value in model.reversal_mv.items()}
    trace = [x[:n:PER_INTERNODE] / MV]
    axon, outside = np.arange(n), np.arange(n) + n
    grounded = outside[fibre.lamellae <= 0.0]
    for step in range(round(duration_ms * 1e3 / time_step_us)):
        conductance = {
            "naf": density["naf"] * gates["m"] ** 3 * gates["h"],
            "nap": density["nap"] * gates["p"] ** 3,
            "ks": density["ks"] * gates["s"],
            "kf": density["kf"] * gates["n"] ** 4,
            "hcn": density["hcn"] * gates["q"],
        }
        total = density["leak"] + sum(conductance.values())
        driven = density["leak"] * fibre.leak_reversal_mv * MV
        driven = driven + sum(conductance[name] * reversal[name] for name in conductance)
        matrix, rhs = C / dt + G, C @ x / dt
        across = capacitance / dt + total
        # Current across the axolemma, axon to periaxonal space: C dv/dt + g v - g E.
        matrix[axon, axon] += across
        matrix[axon, outside] -= across
        matrix[outside, axon] -= across
        matrix[outside, outside] += across
        source = capacitance / dt * (x[axon] - x[outside]) + driven
        rhs[axon] += source + fibre.steady_current_na * NA
        rhs[outside] -= source
        middle_ms = (step + 0.5) * time_step_us * 1e-3
        for pulse in pulses:
            if pulse.start_ms <= middle_ms < pulse.start_ms + pulse.duration_ms:
                rhs[pulse.node % fibre.n_nodes * PER_INTERNODE] += pulse.current_na * NA
        matrix[grounded] = 0.0
        matrix[grounded, grounded] = 1.0
        rhs[grounded] = 0.0
        x = np.linalg.solve(matrix, rhs)
        v_mv = (x[axon] - x[outside]) / MV
        for name, gate in model.gates.items():
            gates[name] = advance_gate(
                gate, gates[name], v_mv, time_step_ms=time_step_us * 1e-3, celsius=fibre.celsius
            )
        trace.append(v_mv[::PER_INTERNODE])
    return np.array(trace)


def _membrane_free_matrices(fibre: Fibre) -> tuple[Array, Array]:
    """Sheath and axial paths, without the axolemma: capacitance [F] and conductance [S] of (axon, periaxonal)."""
    n = fibre.kind.size
    constants = fibre.model.constants
    C, G = np.zeros((2 * n, 2 * n)), np.zeros((2 * n, 2 * n))
    for k in range(n):
        if fibre.lamellae[k] > 0:
            sheath = np.pi * fibre.diameter_um * UM * fibre.length_um[k] * UM
            membranes = 2 * fibre.lamellae[k]
            C[n + k, n + k] += constants["myelin_capacitance_uf_per_cm2"] * UF_PER_CM2 * sheath / membranes
            G[n + k, n + k] += constants["myelin_conductance_s_per_cm2"] * S_PER_CM2 * sheath / membranes
    for k in range(n - 1):
        for offset, rho, area in (
            (0, constants["axoplasm_resistivity_ohm_cm"], _axon_area),
            (n, constants["periaxonal_resistivity_ohm_cm"], _annulus_area),
        ):
            ohm = sum(rho * OHM_CM * fibre.length_um[i] * UM / 2 / area(fibre, i) for i in (k, k + 1))
            i, j = offset + k, offset + k + 1
            G[i, i] += 1 / ohm
            G[j, j] += 1 / ohm
            G[i, j] -= 1 / ohm
            G[j, i] -= 1 / ohm
    return C, G


def _axon_area(fibre: Fibre, k: int) -> float:
    return float(np.pi * (fibre.axon_diameter_um[k] * UM / 2) ** 2)


def _annulus_area(fibre: Fibre, k: int) -> float:
    inner = fibre.axon_diameter_um[k] * UM / 2
    return float(np.pi * ((inner + fibre.gap_um[k] * UM) ** 2 - inner**2))
