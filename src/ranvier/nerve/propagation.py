"""Stimulate fibres and see where the impulse goes: the one entry point of the solver.

`conduct` takes any fibres together. Those whose internodes are passive and symmetric go through the eigenmode kernel
in groups; the others go, one by one, through the general solver. Both give the same answer where both apply.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from enum import Enum

import numpy as np
from numpy.typing import NDArray

from ranvier.terms import NerveError
from ranvier.terms.optional import require

from .eigenmodes import can_be_eliminated
from .fibre import Circuit, Fibre, draw_circuit
from .weights import Scheme

Array = NDArray[np.float64]
#: Lanes a group: what keeps a group's state within a core's second-level cache.
WIDTH = 32
PRECISIONS = ("float64", "float32")
LONGEST_STEP_US = 50.0
#: No membrane drives itself beyond the sodium reversal of 50 mV; far beyond it a lesion's current is no physiology.
HIGHEST_MV = 300.0
SETTLE_STEP_MS = 0.05
MOST_SPIKES = 512


class Outcome(Enum):
    """How a run ended, with what to try."""

    CONDUCTED = "the impulse reached the far end"
    BLOCKED = "the impulse started and died on the way"
    NOT_STARTED = "no impulse started: the stimulus is below threshold; raise its current or duration"
    NO_PROPAGATION = "the stimulated node fired and no other: the fibre cannot carry an impulse at all"
    UNSTABLE = (
        "the computation left the range of membrane potentials: shorten the time step or check the lesion"
    )


@dataclass(frozen=True)
class Pulse:
    """A current pulse at one node. Positive depolarises. [nA, ms]"""

    node: int = 0
    current_na: float = 2.0
    start_ms: float = 0.5
    duration_ms: float = 0.1


@dataclass(frozen=True, eq=False)
class Conduction:
    """What happened in one fibre.

    `arrival_ms` and `peak_mv` have shape (n_nodes,); arrival is the first upward crossing of -20 mV, NaN if there was
    none. `spikes_ms` holds every crossing at the watched nodes. `trace_mv` (n_steps, n_traced) starts at time 0.
    `frames_mv` (n_frames, n_nodes).
    """

    fibre: Fibre
    arrival_ms: Array
    peak_mv: Array
    stimulated_node: int
    spikes_ms: dict[int, Array] = field(default_factory=dict)
    trace_mv: Array = field(default_factory=lambda: np.empty((0, 0)))
    frames_mv: Array = field(default_factory=lambda: np.empty((0, 0)))
    frame_ms: Array = field(default_factory=lambda: np.empty(0))
    is_stable: bool = True

    @property
    def outcome(self) -> Outcome:
        """How it ended, towards the end farther from the stimulus."""
        elsewhere = np.delete(self.peak_mv, self.stimulated_node)
        if not self.is_stable or (elsewhere.size and elsewhere.max() > HIGHEST_MV):
            return Outcome.UNSTABLE
        fired = np.isfinite(self.arrival_ms)
        if not fired.any():
            return Outcome.NOT_STARTED
        if fired[self._far_end]:
            return Outcome.CONDUCTED
        if int(fired.sum()) == 1:
            return Outcome.NO_PROPAGATION
        return Outcome.BLOCKED

    @property
    def _far_end(self) -> int:
        last = self.arrival_ms.size - 1
        return last if self.stimulated_node <= last / 2 else 0

    @property
    def is_blocked(self) -> bool:
        """Whether an impulse started and did not reach the far end."""
        return self.outcome in (Outcome.BLOCKED, Outcome.NO_PROPAGATION)

    @property
    def blocked_at_mm(self) -> float | None:
        """Position of the last node that fired on the way to the far end; None if none was blocked."""
        if not self.is_blocked:
            return None
        fired = np.flatnonzero(np.isfinite(self.arrival_ms))
        last = int(fired.max() if self._far_end else fired.min())
        return float(self.fibre.node_position_mm[last])

    def velocity_m_per_s(self, first: int | None = None, last: int | None = None) -> float:
        """Conduction velocity between two nodes (by default the middle half); NaN if the impulse missed either."""
        count = self.arrival_ms.size
        start = count // 4 if first is None else first
        stop = max(start + 1, (3 * count) // 4) if last is None else last
        duration_ms = self.arrival_ms[stop] - self.arrival_ms[start]
        distance_mm = self.fibre.node_position_mm[stop] - self.fibre.node_position_mm[start]
        return float(abs(distance_mm / duration_ms)) if np.isfinite(duration_ms) and duration_ms else math.nan


def conduct(
    fibres: Sequence[Fibre],
    pulses: Sequence[Pulse] | Sequence[Sequence[Pulse]] = (Pulse(),),
    *,
    duration_ms: float = 10.0,
    time_step_us: float = 5.0,
    scheme: Scheme = Scheme.SECOND_ORDER,
    precision: str = "float64",
    settle_ms: float | None = None,
    trace_nodes: Sequence[int] = (),
    watch_nodes: Sequence[int] = (),
    frame_every_ms: float = 0.0,
    stop_when_node_fires: int | None = None,
    workers: int = 1,
    general: bool = False,
) -> list[Conduction]:
    """Stimulate each fibre and follow its impulse.

    Parameters
        pulses : One list for all fibres, or one list for each.
        time_step_us : At most 50; second order at 5 us is within 2.5 % of the converged conduction time, backward
            Euler about 9 % slow. [us]
        settle_ms : Time without stimulus before time 0, in which fibres under a steady current come to rest; by
            default 100 ms where there is such a current and none elsewhere.
        trace_nodes : Nodes whose potential is kept at every step. watch_nodes : nodes whose every spike is kept.
        stop_when_node_fires : Stop a group once this node has fired in all of it (-1: the last of each fibre).
        general : Send all fibres through the general solver.
    Returns
        One Conduction a fibre, in order.
    Raises
        NerveError: a pulse, node or time step outside what can be computed.
    """
    per_fibre = _pulses_by_fibre(fibres, pulses)
    _check(fibres, per_fibre, time_step_us, duration_ms, precision, (*trace_nodes, *watch_nodes))
    circuits = [draw_circuit(fibre) for fibre in fibres]
    settings = _Settings(
        n_steps=round(duration_ms * 1000.0 / time_step_us),
        time_step_ms=time_step_us / 1000.0,
        scheme=scheme,
        dtype=np.float32 if precision == "float32" else np.float64,
        settle_ms=settle_ms,
        trace_nodes=tuple(trace_nodes),
        watch_nodes=tuple(watch_nodes),
        frame_every=max(1, round(frame_every_ms * 1000.0 / time_step_us)) if frame_every_ms > 0 else 0,
        until=stop_when_node_fires,
    )
    results: list[Conduction | None] = [None] * len(fibres)
    batches = _batches(fibres, circuits, width=WIDTH, general=general)

    def work(batch: tuple[bool, list[int]]) -> None:
        is_general, members = batch
        step = _run_general if is_general else _run_group
        chosen = (
            [fibres[i] for i in members],
            [circuits[i] for i in members],
            [per_fibre[i] for i in members],
        )
        for i, result in zip(members, step(*chosen, settings), strict=True):
            results[i] = result

    if workers > 1 and len(batches) > 1:
        with ThreadPoolExecutor(workers) as pool:
            list(pool.map(work, batches))
    else:
        for batch in batches:
            work(batch)
    return [result for result in results if result is not None]


@dataclass(frozen=True)
class _Settings:
    n_steps: int
    time_step_ms: float
    scheme: Scheme
    dtype: type[np.floating]
    settle_ms: float | None
    trace_nodes: tuple[int, ...]
    watch_nodes: tuple[int, ...]
    frame_every: int
    until: int | None

    def settle_steps(self, circuits: Sequence[Circuit]) -> int:
        settle_ms = self.settle_ms
        if settle_ms is None:
            settle_ms = 100.0 if any(np.any(c.steady_current_na != 0) for c in circuits) else 0.0
        return round(settle_ms / SETTLE_STEP_MS)


def _batches(
    fibres: Sequence[Fibre], circuits: Sequence[Circuit], *, width: int, general: bool
) -> list[tuple[bool, list[int]]]:
    groups: dict[tuple[str, str], list[int]] = {}
    alone: list[tuple[bool, list[int]]] = []
    for i, (fibre, circuit) in enumerate(zip(fibres, circuits, strict=True)):
        node_is_plain = not any(np.any(circuit.channel_us[name] > 0) for name in ("kf", "hcn"))
        if general or not node_is_plain or not can_be_eliminated(circuit, fibre.model.resting_mv):
            alone.append((True, [i]))
        else:
            groups.setdefault((fibre.model.id, fibre.model.variant), []).append(i)
    together = []
    for members in groups.values():
        # Fibres of like length share a group, so that little is padded.
        ordered = sorted(members, key=lambda i: fibres[i].n_nodes)
        together += [(False, ordered[k : k + width]) for k in range(0, len(ordered), width)]
    return together + alone


def _run_group(
    fibres: list[Fibre], circuits: list[Circuit], pulses: list[Sequence[Pulse]], settings: _Settings
) -> list[Conduction]:
    from .group import form_group, slave_states
    from .stepping import step_group

    group = form_group(
        fibres, circuits, time_step_ms=settings.time_step_ms, scheme=settings.scheme, dtype=settings.dtype
    )
    settle_steps = settings.settle_steps(circuits)
    if settle_steps:
        resting = form_group(
            fibres, circuits, time_step_ms=SETTLE_STEP_MS, scheme=Scheme.BACKWARD_EULER, dtype=np.float64
        )
        step_group(resting, n_steps=settle_steps)
        group.u[:] = resting.u
        group.gates[:] = resting.gates
        slave_states(group, settings.scheme)
    width = group.width
    lanes = range(width)
    ends = [fibre.n_nodes - 1 for fibre in fibres]
    until = [] if settings.until is None else [settings.until % (ends[w] + 1) * width + w for w in lanes]
    record = step_group(
        group,
        n_steps=settings.n_steps,
        pulses=[
            (pulse.node % (ends[w] + 1) * width + w, pulse.current_na, pulse.start_ms, pulse.duration_ms)
            for w in lanes
            for pulse in pulses[w]
        ],
        trace_at=[node % (ends[w] + 1) * width + w for w in lanes for node in settings.trace_nodes],
        watch_at=[node % (ends[w] + 1) * width + w for w in lanes for node in settings.watch_nodes],
        frame_every=settings.frame_every,
        until=until,
        most_spikes=MOST_SPIKES,
    )
    results = []
    for w, fibre in enumerate(fibres):
        count, rest = fibre.n_nodes, fibre.model.resting_mv
        own = slice(w, count * width, width)
        arrival = np.where(record.crossed_ms[own] < 0, np.nan, record.crossed_ms[own])
        n_traced, n_watched = len(settings.trace_nodes), len(settings.watch_nodes)
        spikes = {
            node: record.spike_ms[w * n_watched + i, : record.spike_count[w * n_watched + i]]
            for i, node in enumerate(settings.watch_nodes)
        }
        results.append(
            Conduction(
                fibre=fibre,
                arrival_ms=arrival,
                peak_mv=np.asarray(record.highest[own], dtype=np.float64) + rest,
                stimulated_node=pulses[w][0].node % count if pulses[w] else 0,
                spikes_ms=spikes,
                trace_mv=np.asarray(record.trace[:, w * n_traced : (w + 1) * n_traced], dtype=np.float64)
                + rest,
                frames_mv=np.asarray(record.frames[:, own], dtype=np.float64) + rest,
                frame_ms=np.arange(record.frames.shape[0], dtype=np.float64)
                * settings.frame_every
                * settings.time_step_ms,
                is_stable=bool(np.isfinite(group.u[own]).all() and np.abs(group.u[own]).max() < 1e4),
            )
        )
    return results


def _run_general(
    fibres: list[Fibre], circuits: list[Circuit], pulses: list[Sequence[Pulse]], settings: _Settings
) -> list[Conduction]:
    from .general import step_fibre

    return [
        step_fibre(
            fibre,
            circuit,
            own,
            n_steps=settings.n_steps,
            time_step_ms=settings.time_step_ms,
            scheme=settings.scheme,
            settle_steps=settings.settle_steps([circuit]),
            settle_step_ms=SETTLE_STEP_MS,
            trace_nodes=settings.trace_nodes,
            watch_nodes=settings.watch_nodes,
            frame_every=settings.frame_every,
            until=settings.until,
            most_spikes=MOST_SPIKES,
        )
        for fibre, circuit, own in zip(fibres, circuits, pulses, strict=True)
    ]


def _pulses_by_fibre(
    fibres: Sequence[Fibre], pulses: Sequence[Pulse] | Sequence[Sequence[Pulse]]
) -> list[Sequence[Pulse]]:
    if all(isinstance(pulse, Pulse) for pulse in pulses):
        return [tuple(p for p in pulses if isinstance(p, Pulse))] * len(fibres)
    lists = [tuple(own) for own in pulses if not isinstance(own, Pulse)]
    assert len(lists) == len(fibres), "one list of pulses for each fibre, or one for all"
    return list(lists)


def _check(
    fibres: Sequence[Fibre],
    pulses: Sequence[Sequence[Pulse]],
    time_step_us: float,
    duration_ms: float,
    precision: str,
    nodes: tuple[int, ...],
) -> None:
    require("numba")
    if precision not in PRECISIONS:
        raise NerveError(path="precision", given=f'"{precision}"', expected="float64 or float32")
    if not (math.isfinite(time_step_us) and 0.0 < time_step_us <= LONGEST_STEP_US):
        raise NerveError(
            path="time_step_us",
            given=f"{time_step_us:g}",
            expected=f"Above 0 and at most {LONGEST_STEP_US:g} us. Conduction time is off by about {_step_error(time_step_us)} "
            "there (second order; 4.7 % at 10 us, 1.3 % at 5 us)",
        )
    if not (math.isfinite(duration_ms) and 0.0 < duration_ms <= 60_000.0):
        raise NerveError(
            path="duration_ms", given=f"{duration_ms:g}", expected="Above 0 and at most 60000 ms"
        )
    for fibre, own in zip(fibres, pulses, strict=True):
        for node in (*nodes, *(pulse.node for pulse in own)):
            if not -fibre.n_nodes <= node < fibre.n_nodes:
                raise NerveError(
                    path="node",
                    given=f"{node}",
                    expected=f"0 to {fibre.n_nodes - 1} of this fibre (-1: the last)",
                )
        for pulse in own:
            values = (pulse.current_na, pulse.start_ms, pulse.duration_ms)
            if not all(math.isfinite(v) for v in values) or pulse.duration_ms <= 0 or pulse.start_ms < 0:
                raise NerveError(
                    path="stimulus",
                    given=f"{pulse.current_na} nA from {pulse.start_ms} ms for {pulse.duration_ms} ms",
                    expected="Numbers; a start at 0 ms or later and a duration above 0",
                )


def _step_error(time_step_us: float) -> str:
    # Second order: 1.3 % at 5 us, growing with the square (nerve-kernel.md section 1).
    if not math.isfinite(time_step_us) or time_step_us <= 0:
        return "an unknown amount"
    return f"{min(100.0, 1.3 * (time_step_us / 5.0) ** 2):.0f} % or more"
