"""Run one fibre with every compartment kept; the path for channels in internodes and for lopsided lesions."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from . import general_kernel
from .fibre import PER_INTERNODE, Circuit, Fibre
from .group import ARRIVAL_MV
from .kinetics import steady_gates
from .model import CHANNELS, GATES
from .tables import HIGHEST_MV, LOWEST_MV, N_ROWS, STEP_MV, gate_table
from .weights import Scheme

if TYPE_CHECKING:
    from .propagation import Conduction, Pulse

assert HIGHEST_MV > LOWEST_MV


def step_fibre(
    fibre: Fibre,
    circuit: Circuit,
    pulses: Sequence[Pulse],
    *,
    n_steps: int,
    time_step_ms: float,
    scheme: Scheme,
    settle_steps: int,
    settle_step_ms: float,
    trace_nodes: Sequence[int],
    watch_nodes: Sequence[int],
    frame_every: int,
    until: int | None,
    most_spikes: int,
) -> Conduction:
    """Advance one fibre from rest and record it; the settings are those of `conduct`."""
    from .propagation import Conduction

    model, count = fibre.model, fibre.n_nodes
    size = fibre.kind.size
    a, p = np.full(size, model.resting_mv), np.zeros(size)
    steady = steady_gates(model, np.array(model.resting_mv))
    gates = np.tile(np.array([float(steady[name]) for name in GATES]), (size, 1))
    channels = np.array([circuit.channel_us[name] for name in CHANNELS])
    active = np.flatnonzero(channels.sum(axis=0) > 0)

    def advance(
        steps: int, dt: float, is_second: bool, own: Sequence[Pulse], recording: bool
    ) -> tuple[Any, ...]:
        at = np.array([pulse.node % count * PER_INTERNODE for pulse in own], dtype=np.int64)
        start = np.array([pulse.start_ms for pulse in own], dtype=np.float64)
        crossed = np.full(count, -1.0)
        highest = np.full(count, -np.inf)
        traced = list(trace_nodes) if recording else []
        watched = list(watch_nodes) if recording else []
        every = frame_every if recording else 0
        spike_ms, spike_count = np.zeros((len(watched), most_spikes)), np.zeros(len(watched), dtype=np.int64)
        trace = np.zeros((steps if traced else 0, len(traced)))
        frames = np.zeros((-(-steps // every) if every else 0, count))
        table = gate_table(model.id, model.variant, fibre.celsius, dt, GATES)
        general_kernel.advance(
            steps, dt, is_second, a, p, gates,
            circuit.capacitance_nf, circuit.leak_us,
            circuit.leak_us * circuit.leak_reversal_mv + circuit.steady_current_na,
            channels, np.array([model.reversal_mv[name] for name in CHANNELS]),
            circuit.myelin_capacitance_nf, np.where(circuit.is_open, 0.0, circuit.myelin_us), circuit.is_open,
            circuit.axial_us, circuit.periaxonal_us, active, table,
            model.resting_mv + LOWEST_MV, 1.0 / STEP_MV, N_ROWS - 1.001,
            at, np.array([pulse.current_na for pulse in own], dtype=np.float64), start,
            start + np.array([pulse.duration_ms for pulse in own], dtype=np.float64),
            PER_INTERNODE, ARRIVAL_MV, crossed, highest, spike_ms, spike_count,
            np.array([node % count * PER_INTERNODE for node in watched], dtype=np.int64),
            np.array([node % count * PER_INTERNODE for node in traced], dtype=np.int64), trace, frames, every,
            -1 if until is None or not recording else until % count,
        )  # fmt: skip
        return crossed, highest, spike_ms, spike_count, trace, frames

    if settle_steps:
        advance(settle_steps, settle_step_ms, False, (), False)
    crossed, highest, spike_ms, spike_count, trace, frames = advance(
        n_steps, time_step_ms, scheme is Scheme.SECOND_ORDER, pulses, True
    )
    return Conduction(
        fibre=fibre,
        arrival_ms=np.where(crossed < 0, np.nan, crossed),
        peak_mv=highest,
        stimulated_node=pulses[0].node % count if pulses else 0,
        spikes_ms={node: spike_ms[i, : spike_count[i]] for i, node in enumerate(watch_nodes)},
        trace_mv=trace,
        frames_mv=frames,
        frame_ms=np.arange(frames.shape[0], dtype=np.float64) * frame_every * time_step_ms,
        is_stable=bool(np.isfinite(a).all() and np.abs(a).max() < 1e4),
    )
