"""Run a group of fibres through the compiled kernel and bring back what was recorded."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from . import kernel
from .group import Group, aligned


def is_compiled() -> bool:
    """Whether the kernel lies compiled on disk; if not, the first run takes some twenty seconds more."""
    return any(Path(str(kernel.advance.stats.cache_path)).glob("kernel.advance-*.nbi"))


@dataclass(frozen=True, eq=False)
class Record:
    """Flat records of a group: per node, per watched node, per step."""

    crossed_ms: NDArray[np.float64]
    highest: NDArray[np.floating]
    spike_ms: NDArray[np.float64]
    spike_count: NDArray[np.int64]
    trace: NDArray[np.floating]
    frames: NDArray[np.floating]
    steps_made: int


def step_group(
    group: Group,
    *,
    n_steps: int,
    pulses: Sequence[tuple[int, float, float, float]] = (),
    trace_at: Sequence[int] = (),
    watch_at: Sequence[int] = (),
    frame_every: int = 0,
    until: Sequence[int] = (),
    most_spikes: int = 1,
) -> Record:
    """Advance a group in place.

    Parameters
        pulses : (flat node, nA, start ms, duration ms) each.
        trace_at, watch_at, until : Flat nodes, see `kernel.advance`.
    """
    dtype = group.u.dtype
    columns = np.array(pulses, dtype=np.float64).reshape(-1, 4)
    crossed = np.full(group.u.size, -1.0)
    highest = aligned(group.u)
    spike_ms = np.zeros((len(watch_at), most_spikes if watch_at else 1))
    spike_count = np.zeros(len(watch_at), dtype=np.int64)
    trace = np.zeros((n_steps if trace_at else 0, len(trace_at)), dtype=dtype)
    n_frames = -(-n_steps // frame_every) if frame_every else 0
    frames = np.zeros((n_frames, group.u.size), dtype=dtype)
    steps = kernel.advance(
        n_steps, 0, group.time_step_ms, group.width, group.midpoint,
        group.u, group.gates, *group.states, *group.keep, *group.drive, group.chunk_kind,
        *group.direct, *group.late, group.coupling,
        group.table, group.table_start, group.conductance, group.inertia, group.base, group.constant, group.numbers,
        columns[:, 0].astype(np.int64), columns[:, 1].copy(), columns[:, 2].copy(),
        columns[:, 2] + columns[:, 3],
        aligned(group.u), aligned(group.u), aligned(group.u), aligned(group.u),
        crossed, highest, spike_ms, spike_count, np.array(watch_at, dtype=np.int64),
        np.array(trace_at, dtype=np.int64), trace, frames, frame_every, np.array(until, dtype=np.int64),
    )  # fmt: skip
    return Record(crossed, highest, spike_ms, spike_count, trace, frames, int(steps))
