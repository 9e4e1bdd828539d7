"""Fibres laid side by side in the flat arrays that the compiled kernel steps."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .eigenmodes import internode_rows, reduce_internode
from .fibre import PER_INTERNODE, Circuit, Fibre
from .kinetics import steady_state
from .simd import BLOCK, COLUMNS
from .tables import LOWEST_MV, N_ROWS, NODE_GATES, STEP_MV, gate_table
from .weights import Scheme, StepWeights, step_weights

Array = NDArray[np.floating]
ARRIVAL_MV = -20.0
#: Bytes of a cache line, and of the longest vectors.
LINE = 64
#: Rows of `Group.conductance`.
NODE_CHANNELS = ("naf", "nap", "ks")
#: Internode elements (rows x lanes) whose modes are updated together: weights and states of a chunk fit a first-level cache.
CHUNK = 16


@dataclass(eq=False)
class Group:
    """Up to W fibres of one model; node i of lane w at i W + w, padded with nodes that stand alone until every chunk
    of internodes has its nodes and their number is a multiple of `BLOCK`.

    `internodes` (n_nodes - 1, W) holds each internode's place in `kinds`.
    """

    width: int
    n_nodes: int
    u: Array
    gates: Array
    states: tuple[Array, Array]
    keep: tuple[Array, Array]
    drive: tuple[Array, Array]
    chunk_kind: NDArray[np.int64]
    direct: tuple[Array, Array]
    late: tuple[Array, Array]
    coupling: Array
    table: Array
    table_start: NDArray[np.int64]
    conductance: Array
    inertia: Array
    base: Array
    constant: Array
    numbers: Array
    midpoint: bool
    time_step_ms: float
    internodes: NDArray[np.int64]
    kinds: list[bytes]

    def __post_init__(self) -> None:
        for name, value in vars(self).items():
            if isinstance(value, np.ndarray):
                setattr(self, name, aligned(value))
            elif isinstance(value, tuple):
                setattr(self, name, tuple(aligned(part) for part in value))


def aligned(values: Array) -> Array:
    """Copy an array to where a cache line begins: vectors that straddle two lines cost a third more."""
    room = np.empty(values.nbytes + LINE, dtype=np.uint8)
    start = -room.ctypes.data % LINE
    copy = room[start : start + values.nbytes].view(values.dtype).reshape(values.shape)
    copy[...] = values
    return copy


def form_group(
    fibres: Sequence[Fibre],
    circuits: Sequence[Circuit],
    *,
    time_step_ms: float,
    scheme: Scheme,
    dtype: type[np.floating],
) -> Group:
    """Lay fibres of one model side by side, at rest at the model's resting potential.

    Shorter fibres are padded with nodes that nothing reaches.
    """
    model = fibres[0].model
    width = len(fibres)
    n_nodes = max(fibre.n_nodes for fibre in fibres)
    # Row 0 is the missing internode beyond a shorter fibre's end.
    kinds: list[bytes] = [b""]
    internodes = np.zeros((n_nodes - 1, width), dtype=np.int64)
    known: dict[bytes, int] = {}
    for lane, circuit in enumerate(circuits):
        for i, values in enumerate(internode_rows(circuit)):
            row = values.tobytes()
            if row not in known:
                known[row] = len(kinds)
                kinds.append(row)
            internodes[i, lane] = known[row]
    weights = [step_weights(row, time_step_ms=time_step_ms, scheme=scheme) if row else None for row in kinds]
    per_node = _node_arrays(fibres, circuits, n_nodes)
    inertia = per_node["capacitance"] * ((2.0 if scheme is Scheme.SECOND_ORDER else 1.0) / time_step_ms)
    own = np.array([w.own_us if w else 0.0 for w in weights])[internodes]
    base = inertia + per_node["leak"]
    base[:-1] += own
    base[1:] += own
    base[per_node["capacitance"] == 0.0] = 1.0
    temperatures = sorted({fibre.celsius for fibre in fibres})
    # The kernel takes the rise to the next row from that row itself: half as much to keep in cache.
    table = np.vstack(
        [gate_table(model.id, model.variant, t, time_step_ms)[:, :COLUMNS] for t in temperatures]
    )
    starts = np.array([temperatures.index(fibre.celsius) * N_ROWS for fibre in fibres])
    rest = model.resting_mv
    gates = np.array([float(steady_state(model.gates[name], np.array(rest))) for name in NODE_GATES])
    chunks, chunk_kind = _chunks(internodes)
    size = -(-(chunk_kind.size * chunks.shape[1] + width) // BLOCK) * BLOCK

    def over_nodes(values: Array, *, alone: float = 0.0) -> Array:
        flat = np.full(size, alone, dtype=dtype)
        flat[: values.size] = values.ravel()
        return flat

    coupling = np.zeros(size - width, dtype=dtype)
    coupling[: internodes.size] = np.array([w.coupling_us if w else 0.0 for w in weights])[internodes].ravel()
    table_start = np.zeros(size, dtype=np.int64)
    table_start[: n_nodes * width] = np.tile(starts, n_nodes)
    even, odd = (_parity_arrays(weights, chunks, chunk_kind, parity, dtype) for parity in ("even", "odd"))
    numbers_array = [
        LOWEST_MV, 1.0 / STEP_MV, N_ROWS - 1.001, 0.0, ARRIVAL_MV - rest,
        model.reversal_mv["naf"] - rest, model.reversal_mv["ks"] - rest, 1.0,
    ]  # fmt: skip
    return Group(
        width=width,
        n_nodes=n_nodes,
        u=np.zeros(size, dtype=dtype),
        gates=np.repeat(gates[:, None], size, axis=1).astype(dtype),
        states=(even["states"], odd["states"]),
        keep=(even["keep"], odd["keep"]),
        drive=(even["drive"], odd["drive"]),
        chunk_kind=chunk_kind,
        direct=(even["direct"], odd["direct"]),
        late=(even["late"], odd["late"]),
        coupling=coupling,
        table=table.astype(dtype),
        table_start=table_start,
        conductance=np.array([over_nodes(per_node[name]) for name in NODE_CHANNELS]),
        inertia=over_nodes(inertia),
        base=over_nodes(base, alone=1.0),
        constant=over_nodes(per_node["constant"]),
        numbers=np.array(numbers_array, dtype=dtype),
        midpoint=scheme is Scheme.SECOND_ORDER,
        time_step_ms=time_step_ms,
        internodes=internodes,
        kinds=kinds,
    )


def slave_states(group: Group, scheme: Scheme) -> None:
    """Set every mode to what it would hold had the node potentials stayed as they are now for long."""
    u = group.u[: group.n_nodes * group.width].reshape(group.n_nodes, group.width).astype(np.float64)
    for index, (sums, name) in enumerate(((u[:-1] + u[1:], "even"), (u[:-1] - u[1:], "odd"))):
        rate, coupling, scale, old = [], [], [], []
        for row in group.kinds:
            if not row:
                continue
            modes, weights = (
                reduce_internode(row),
                step_weights(row, time_step_ms=group.time_step_ms, scheme=scheme),
            )
            parity = weights.even if name == "even" else weights.odd
            rate.append(modes.even_rate_per_ms if name == "even" else modes.odd_rate_per_ms)
            coupling.append(modes.even_coupling if name == "even" else modes.odd_coupling)
            scale.append(parity.state_scale)
            old.append(parity.old_scale)
        empty = np.zeros((1, rate[0].size))
        steady = np.vstack([empty, np.array(coupling) / np.array(rate)])
        scales, olds = np.vstack([empty, np.array(scale)]), np.vstack([empty, np.array(old)])
        per_unit = scales * (steady - olds)
        states = per_unit[group.internodes] * sums[:, :, None]
        flat = states.reshape(-1, states.shape[2])
        kept = group.states[index]
        n_chunks, n_modes, length = kept.shape
        padded = np.zeros((n_chunks * length, n_modes))
        padded[: flat.shape[0]] = flat[:, :n_modes]
        kept[:] = np.moveaxis(padded.reshape(n_chunks, length, n_modes), 2, 1)


def _node_arrays(
    fibres: Sequence[Fibre], circuits: Sequence[Circuit], n_nodes: int
) -> dict[str, NDArray[np.float64]]:
    width = len(fibres)
    arrays = {
        name: np.zeros((n_nodes, width)) for name in ("capacitance", "leak", "constant", *NODE_CHANNELS)
    }
    for lane, (fibre, circuit) in enumerate(zip(fibres, circuits, strict=True)):
        at = slice(0, None, PER_INTERNODE)
        count = fibre.n_nodes
        leak = circuit.leak_us[at]
        arrays["capacitance"][:count, lane] = circuit.capacitance_nf[at]
        arrays["leak"][:count, lane] = leak
        arrays["constant"][:count, lane] = (
            leak * (circuit.leak_reversal_mv[at] - fibre.model.resting_mv) + circuit.steady_current_na[at]
        )
        for channel in NODE_CHANNELS:
            arrays[channel][:count, lane] = circuit.channel_us[channel][at]
    return arrays


def _chunks(internodes: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Cut the internodes into chunks of whole rows.

    Returns
        (n_kinds, length) kinds of internode of each distinct chunk, and (n_chunks,) which of them each chunk is.
    """
    n_rows, width = internodes.shape
    together = BLOCK // math.gcd(width, BLOCK)
    rows = together * max(1, CHUNK // (width * together))
    n_chunks = -(-n_rows // rows)
    padded = np.zeros((n_chunks * rows, width), dtype=np.int64)
    padded[:n_rows] = internodes
    distinct, which = np.unique(padded.reshape(n_chunks, rows * width), axis=0, return_inverse=True)
    return distinct, np.asarray(which, dtype=np.int64).reshape(-1)


def _parity_arrays(
    weights: Sequence[StepWeights | None],
    chunks: NDArray[np.int64],
    chunk_kind: NDArray[np.int64],
    parity: str,
    dtype: type[np.floating],
) -> dict[str, Array]:
    chosen = [getattr(w, parity) if w else None for w in weights]
    size = next(c.keep.size for c in chosen if c)
    keep = np.array([c.keep if c else np.zeros(size) for c in chosen])
    drive = np.array([c.drive if c else np.zeros(size) for c in chosen])
    remembered = np.flatnonzero((keep > 0).any(axis=0))
    count = int(remembered[-1]) + 1 if remembered.size else 0

    def spread(values: NDArray[np.float64]) -> Array:
        return np.ascontiguousarray(np.moveaxis(values[:, :count][chunks], 2, 1).astype(dtype))

    return {
        "keep": spread(keep),
        "drive": spread(drive),
        "states": np.zeros((chunk_kind.size, count, chunks.shape[1]), dtype=dtype),
        "direct": np.array([c.direct if c else 0.0 for c in chosen])[chunks].astype(dtype),
        "late": np.array([c.late if c else 0.0 for c in chosen])[chunks].astype(dtype),
    }
