"""An internode reduced to its eigenmodes, seen only through the two nodes beside it.

Between two nodes a passive, symmetric internode is linear and constant in time: C x' = -G x + b_left u_left +
b_right u_right, x being the axonal and periaxonal potentials of its ten compartments (as deviations from rest). The
solutions of G phi = lambda C phi decouple it, so that each mode obeys z' = -lambda z + beta (u_left +- u_right): plus
for modes even about the middle, minus for odd ones. Even and odd are solved apart, because their eigenvalues come in
near-degenerate pairs that one solve would mix.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import eigh

from .fibre import PER_INTERNODE, Circuit

Array = NDArray[np.float64]
COMPARTMENTS = PER_INTERNODE - 1
HALF = COMPARTMENTS // 2
#: Most modes of one parity: an axonal and a periaxonal one for each compartment of half an internode.
MOST_MODES = 2 * HALF
#: First column and length of each quantity in an internode's row.
BLOCKS = [(i * COMPARTMENTS, COMPARTMENTS) for i in range(5)] + [
    (5 * COMPARTMENTS + i * PER_INTERNODE, PER_INTERNODE) for i in range(2)
]
#: Left and right halves may differ by rounding and no more.
SYMMETRY_TOLERANCE = 1e-9
#: Where each number of an internode's row stands in the row of its mirror image.
MIRRORED = np.concatenate([np.arange(start, start + n)[::-1] for start, n in BLOCKS])
#: Stands in for the modes that bare axon lacks: gone within any step.
MISSING_RATE_PER_MS = 1e9


@dataclass(frozen=True, eq=False)
class Modes:
    """Eigenmodes of one internode by parity: rates (slowest first) and coupling to the node potentials.

    `end_us` is the conductance from the node to the middle of the first compartment. Missing modes (bare axon has no
    periaxonal space) decay at once and have coupling 0.
    """

    even_rate_per_ms: Array
    even_coupling: Array
    odd_rate_per_ms: Array
    odd_coupling: Array
    end_us: float


def internode_rows(circuit: Circuit) -> Array:
    """Describe every internode by its own numbers: equal rows are equal internodes.

    Returns
        (n_internodes, 72) capacitance, leak, myelin capacitance, myelin conductance and openness of the ten
        compartments, then the eleven axial and the eleven periaxonal links.
    """
    inside = [
        np.asarray(part, dtype=np.float64)[:-1].reshape(-1, PER_INTERNODE)[:, 1:]
        for part in (
            circuit.capacitance_nf,
            circuit.leak_us,
            circuit.myelin_capacitance_nf,
            circuit.myelin_us,
            circuit.is_open,
        )
    ]
    links = [part.reshape(-1, PER_INTERNODE) for part in (circuit.axial_us, circuit.periaxonal_us)]
    return np.hstack([*inside, *links])


def can_be_eliminated(circuit: Circuit, resting_mv: float) -> bool:
    """Whether every internode is passive, symmetric and at rest at the model's resting potential."""
    inside = np.arange(circuit.capacitance_nf.size) % PER_INTERNODE != 0
    if any(np.any(channel[inside] > 0) for channel in circuit.channel_us.values()):
        return False
    if np.any(circuit.leak_reversal_mv[inside] != resting_mv) or np.any(
        circuit.steady_current_na[inside] != 0
    ):
        return False
    rows = internode_rows(circuit)
    mirrored = rows[:, MIRRORED]
    # Written so that NaN fails it.
    return bool(np.all(np.abs(rows - mirrored) <= SYMMETRY_TOLERANCE * np.abs(mirrored)))


@lru_cache(maxsize=2048)
def reduce_internode(row: bytes) -> Modes:
    """Find the eigenmodes of one internode, given its row of `internode_rows` as bytes."""
    values = np.frombuffer(row, dtype=np.float64)
    parts = [values[i * COMPARTMENTS : (i + 1) * COMPARTMENTS] for i in range(5)]
    links = values[5 * COMPARTMENTS :].reshape(2, PER_INTERNODE)
    even_rate, even_coupling = _parity(parts, links[0], links[1], sign=1.0)
    odd_rate, odd_coupling = _parity(parts, links[0], links[1], sign=-1.0)
    return Modes(even_rate, even_coupling, odd_rate, odd_coupling, float(links[0, 0]))


def _parity(parts: list[Array], axial_us: Array, periaxonal_us: Array, *, sign: float) -> tuple[Array, Array]:
    membrane_nf, membrane_us, myelin_nf, myelin_us, is_open = parts
    # Unknowns: axon a_1..a_5, then periaxonal p_1..p_5, of one half; the other half mirrors them with this sign.
    size = 2 * HALF
    C, G = np.zeros((size, size)), np.zeros((size, size))
    for k in range(HALF):
        a, p = k, HALF + k
        C[a, a] += membrane_nf[k]
        G[a, a] += membrane_us[k]
        C[p, p] += membrane_nf[k] + myelin_nf[k]
        G[p, p] += membrane_us[k] + myelin_us[k]
        C[a, p] = C[p, a] = -membrane_nf[k]
        G[a, p] = G[p, a] = -membrane_us[k]
        for row, link in ((a, axial_us), (p, periaxonal_us)):
            G[row, row] += link[k]  # towards the node, where the periaxonal space is open to the bath
            if k + 1 < HALF:
                G[row, row] += link[k + 1]
                G[row, row + 1] = G[row + 1, row] = -link[k + 1]
            else:
                # Across the middle the neighbour is the mirror image: no current if even, doubled if odd.
                G[row, row] += link[k + 1] * (1.0 - sign)
    keep = np.concatenate([np.ones(HALF, dtype=bool), is_open[:HALF] == 0.0])
    rates, vectors = eigh(G[np.ix_(keep, keep)], C[np.ix_(keep, keep)])
    coupling = axial_us[0] * vectors[0] / np.sqrt(2.0)
    rate_full, coupling_full = np.full(MOST_MODES, MISSING_RATE_PER_MS), np.zeros(MOST_MODES)
    rate_full[: rates.size], coupling_full[: rates.size] = rates, coupling
    return rate_full, coupling_full
