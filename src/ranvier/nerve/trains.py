"""Repetitive stimulation: how close two impulses may follow, and how fast a train gets through a lesion."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from .fibre import Fibre
from .propagation import Pulse, conduct
from .weights import Scheme

LANES = 32
SHORTEST_MS, LONGEST_MS = 0.3, 60.0
INTERVAL_TOLERANCE = 2e-3
SLOWEST_M_PER_S_PER_UM = 1.0  # an impulse is followed for as long as this would take
SPARE_MS = 15.0  # and for what a lesion may hold it up


@dataclass(frozen=True)
class TrainLimits:
    """NaN where even single impulses do not pass.

    `refractory_period_ms` is the shortest interval at which the second of two impulses reaches the far end;
    `frequency_hz` the fastest train of which every impulse does.
    """

    refractory_period_ms: float
    frequency_hz: float


def train_limits(
    fibre: Fibre,
    *,
    pulse: Pulse | None = None,
    time_step_us: float = 5.0,
    scheme: Scheme = Scheme.SECOND_ORDER,
) -> TrainLimits:
    """Find both limits of a fibre."""
    period = refractory_period_of_transmission_ms(
        fibre, pulse=pulse, time_step_us=time_step_us, scheme=scheme
    )
    frequency = maximal_transmissible_frequency_hz(
        fibre, pulse=pulse, time_step_us=time_step_us, scheme=scheme
    )
    return TrainLimits(period, frequency)


def refractory_period_of_transmission_ms(
    fibre: Fibre,
    *,
    pulse: Pulse | None = None,
    time_step_us: float = 5.0,
    scheme: Scheme = Scheme.SECOND_ORDER,
) -> float:
    """Find the shortest interval at which a second impulse follows the first to the far end.

    Returns
        The interval, to 0.2 %; NaN if a single impulse is blocked, 60 if none up to 60 ms passes. [ms]
    Source
        The measure of McDonald & Sears 1970, as used by Felts, Baker & Smith 1997.
    """
    return _shortest_interval_ms(fibre, 2, pulse or Pulse(), time_step_us, scheme)


def maximal_transmissible_frequency_hz(
    fibre: Fibre,
    *,
    n_impulses: int = 10,
    pulse: Pulse | None = None,
    time_step_us: float = 5.0,
    scheme: Scheme = Scheme.SECOND_ORDER,
) -> float:
    """Find the fastest train of `n_impulses` of which every impulse reaches the far end. NaN if none does. [Hz]"""
    return 1000.0 / _shortest_interval_ms(fibre, n_impulses, pulse or Pulse(), time_step_us, scheme)


def longest_travel_ms(fibre: Fibre) -> float:
    """How long after its stimulus an impulse must have arrived or died."""
    return SPARE_MS + float(fibre.node_position_mm[-1]) / (SLOWEST_M_PER_S_PER_UM * fibre.diameter_um)


def _shortest_interval_ms(
    fibre: Fibre, n_impulses: int, pulse: Pulse, time_step_us: float, scheme: Scheme
) -> float:
    travel_ms = longest_travel_ms(fibre)

    def all_arrive(intervals_ms: Sequence[float]) -> list[bool]:
        trains = [
            [
                Pulse(pulse.node, pulse.current_na, pulse.start_ms + i * interval, pulse.duration_ms)
                for i in range(n_impulses)
            ]
            for interval in intervals_ms
        ]
        runs = conduct(
            [fibre] * len(trains),
            trains,
            duration_ms=pulse.start_ms + (n_impulses - 1) * max(intervals_ms) + travel_ms,
            time_step_us=time_step_us,
            scheme=scheme,
            watch_nodes=[-1],
        )
        return [run.spikes_ms[-1].size >= n_impulses for run in runs]

    if not all_arrive([LONGEST_MS])[0]:
        alone = conduct([fibre], [pulse], duration_ms=travel_ms, time_step_us=time_step_us, scheme=scheme)[0]
        return LONGEST_MS if math.isfinite(alone.arrival_ms[-1]) else math.nan
    return _shortest_passing(all_arrive, SHORTEST_MS, LONGEST_MS)


def _shortest_passing(passes: Callable[[Sequence[float]], list[bool]], low: float, high: float) -> float:
    """Close in from above: the longest interval that fails bounds the shortest that passes."""
    while high / low > 1.0 + INTERVAL_TOLERANCE:
        inner = np.geomspace(low, high, LANES + 2)[1:-1]
        failing = np.flatnonzero(~np.array(passes([float(v) for v in inner])))
        edge = int(failing[-1]) if failing.size else -1
        grid = [low, *inner, high]
        low, high = float(grid[edge + 1]), float(grid[edge + 2])
    return high
