"""Synthetic stimulated responses with known truth: motor units summed as in evidence biophysics.md 4.

A nerve has motor units with sizes (log-normal), velocities (normal, truncated), terminal latencies and widths. A
stimulation site is a distance; on the way a unit may be blocked or delayed. The sweep is the sum of what arrives, with
noise, mains hum, drift and stimulus artefact on top. Truth is read from the noise-free sum on a four times finer grid by
plain scalar code, independent of `ranvier.conduction`.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

# biophysics.md 4: widths in ms, positive lobe ratio range, sizes, terminal latency, velocity.
S1_MS, S2_MS, LOBE_DELAY_MS = 1.2, 2.2, 5.0
ONSET_LEVEL = 0.02  # truth uses the same definition of onset as the field's eye: leaving the baseline, at 2 % of the peak
FINE = 4


@dataclass(frozen=True)
class Truth:
    """What a perfect reader would mark on one sweep; amplitude in the unit of the sweep, times in ms."""

    onset_latency_ms: float
    peak_latency_ms: float
    amplitude: float
    area_ms: float
    duration_ms: float


@dataclass(frozen=True)
class Spoiling:
    """What is added to a clean sweep, in the unit of the sweep (mV for motor, uV for sensory)."""

    noise: float = 0.0
    hum: float = 0.0
    hum_hz: float = 50.0
    drift: float = 0.0
    artefact: float = 0.0


@dataclass(frozen=True)
class Nerve:
    """(n_units,) properties of the motor units of one nerve, and how far each pre-terminal is slowed or blocked."""

    size: Array
    velocity_m_per_s: Array
    terminal_ms: Array
    width: Array
    lobe: float
    extra: dict[float, tuple[Array, Array]] = field(default_factory=dict)


def make_nerve(
    rng: np.random.Generator,
    *,
    units: int = 160,
    velocity_m_per_s: float = 55.0,
    spread_m_per_s: float = 6.0,
    terminal_ms: float = 1.6,
    lobe: float | None = None,
) -> Nerve:
    """Draw the units of one nerve."""
    return Nerve(
        size=np.exp(0.7 * rng.standard_normal(units)),
        velocity_m_per_s=np.clip(
            rng.normal(velocity_m_per_s, spread_m_per_s, units),
            velocity_m_per_s - 2.3 * spread_m_per_s,
            velocity_m_per_s + 2.3 * spread_m_per_s,
        ),
        terminal_ms=np.clip(rng.normal(terminal_ms, 0.35, units), 0.5, None),
        width=np.clip(rng.normal(1.0, 0.12, units), 0.6, 1.5),
        lobe=float(rng.uniform(0.35, 0.55)) if lobe is None else lobe,
    )


def unit_potential(x: Array, width: Array, lobe: float) -> Array:
    """One motor-unit potential at time x after its arrival; 0 before it. [relative]"""
    scaled = x / width
    shape = np.exp(-0.5 * ((scaled - 2.6 * S1_MS) / S1_MS) ** 2) - lobe * np.exp(
        -0.5 * ((scaled - 2.6 * S1_MS - LOBE_DELAY_MS) / S2_MS) ** 2
    )
    return shape


def arrival_ms(nerve: Nerve, distance_mm: float, delays_ms: Array | None = None) -> Array:
    """(n_units,) time from stimulus to the muscle. [ms]"""
    travel = distance_mm / nerve.velocity_m_per_s
    return nerve.terminal_ms + travel + (0.0 if delays_ms is None else delays_ms)


def clean_sweep(
    nerve: Nerve,
    time_ms: Array,
    *,
    distance_mm: float,
    amplitude: float,
    distal_mm: float = 70.0,
    conducts: Array | None = None,
    delays_ms: Array | None = None,
) -> Array:
    """The noise-free response, scaled so that the most distal one would have `amplitude`. [unit of amplitude]"""
    reference = _sum(nerve, np.arange(0.0, 40.0, 0.05), arrival_ms(nerve, distal_mm), None).max()
    total = _sum(nerve, time_ms, arrival_ms(nerve, distance_mm, delays_ms), conducts)
    return np.asarray(total * (amplitude / reference), dtype=np.float64)


def _sum(nerve: Nerve, time_ms: Array, arrivals: Array, conducts: Array | None) -> Array:
    weights = nerve.size if conducts is None else nerve.size * conducts
    shapes = unit_potential(time_ms[None, :] - arrivals[:, None], nerve.width[:, None], nerve.lobe)
    return np.asarray(weights @ shapes, dtype=np.float64)


def snap_sweep(
    rng: np.random.Generator,
    time_ms: Array,
    *,
    distance_mm: float,
    amplitude_uv: float,
    velocity_m_per_s: float,
) -> Array:
    """A noise-free antidromic SNAP: biphasic fibre potentials summed over a spread of velocities. [uV]"""
    velocities = np.clip(rng.normal(velocity_m_per_s * 0.93, 2.5, 200), 25.0, None)
    arrive = distance_mm / velocities
    x = time_ms[None, :] - arrive[:, None]
    total = (np.exp(-0.5 * ((x - 0.55) / 0.22) ** 2) - 0.45 * np.exp(-0.5 * ((x - 1.25) / 0.38) ** 2)).sum(
        axis=0
    )
    return np.asarray(total * (amplitude_uv / total.max()), dtype=np.float64)


def truth_of(time_ms: Array, sweep: Array) -> Truth:
    """Read a noise-free sweep by walking along it, sample by sample."""
    peak = int(np.argmax(sweep))
    height = float(sweep[peak])
    level = ONSET_LEVEL * height
    start = peak
    while start > 0 and sweep[start - 1] > level:
        start -= 1
    first_large = int(np.argmax(sweep > 0.1 * height))
    if first_large < start:
        start = first_large
        while start > 0 and sweep[start - 1] > level:
            start -= 1
    small = peak
    while small < sweep.size - 1 and sweep[small] > level:
        small += 1
    zero = small
    while zero < sweep.size - 1 and sweep[zero] > 0 and time_ms[zero] - time_ms[small] <= 2.5:
        zero += 1
    end = zero if sweep[zero] <= 0 else small
    area = float(np.trapezoid(sweep[start : end + 1], time_ms[start : end + 1]))
    return Truth(
        onset_latency_ms=float(time_ms[start]),
        peak_latency_ms=float(time_ms[peak]),
        amplitude=height,
        area_ms=area,
        duration_ms=float(time_ms[end] - time_ms[start]),
    )


def spoil(rng: np.random.Generator, time_ms: Array, sweep: Array, spoiling: Spoiling) -> Array:
    """Add noise, hum of random phase, drift and a decaying stimulus artefact."""
    dirty = sweep + spoiling.noise * rng.standard_normal(sweep.size)
    dirty += spoiling.hum * np.sin(2 * np.pi * spoiling.hum_hz * time_ms / 1000 + rng.uniform(0, 2 * np.pi))
    span = time_ms[-1] - time_ms[0]
    dirty += spoiling.drift * rng.uniform(-1, 1) * (time_ms - time_ms[0]) / span + 0.3 * spoiling.drift
    if spoiling.artefact:
        sign = rng.choice((-1.0, 1.0))
        tail = np.where(time_ms >= 0, np.exp(-np.maximum(time_ms, 0) / rng.uniform(0.2, 0.6)), 0.0)
        spike = np.where((time_ms >= 0) & (time_ms < 0.2), 4.0, 0.0)
        dirty = dirty + sign * spoiling.artefact * (0.4 * tail + spike)
    return np.asarray(dirty, dtype=np.float64)


def motor_set(
    seed: int,
    count: int,
    *,
    amplitude_mv: float = 5.0,
    spoiling: Spoiling | None = None,
    sampling_rate_hz: float = 10_000.0,
    samples: int = 500,
    start_ms: float = 0.0,
    slow: bool = False,
) -> tuple[Array, list[Truth]]:
    """`count` motor sweeps from distal to proximal sites, some dispersed, with their truth.

    `slow`: nerves of 25 to 55 m/s, with twice the scatter of delays.
    """
    rng = np.random.default_rng(seed)
    step = 1000.0 / sampling_rate_hz
    fine = start_ms + np.arange(samples * FINE) * (step / FINE)
    sweeps, truths = np.empty((count, samples)), []
    for index in range(count):
        speed = float(rng.uniform(25.0, 55.0)) if slow else 55.0
        nerve = make_nerve(rng, units=int(rng.integers(40, 200)), velocity_m_per_s=speed)
        distance = float(rng.choice((70.0, 290.0, 450.0)))
        delays = (
            np.abs(rng.normal(0, rng.choice((0.0, 0.0, 1.0, 2.0)) * (2.0 if slow else 1.0), nerve.size.size))
            if distance > 100
            else None
        )
        clean = clean_sweep(nerve, fine, distance_mm=distance, amplitude=amplitude_mv, delays_ms=delays)
        clean *= amplitude_mv / clean.max()
        truths.append(truth_of(fine, clean))
        sweeps[index] = spoil(rng, fine[::FINE], clean[::FINE], spoiling or Spoiling())
    return sweeps, truths


def sensory_set(
    seed: int, count: int, *, amplitude_uv: float = 20.0, spoiling: Spoiling | None = None
) -> tuple[Array, list[Truth]]:
    """`count` SNAPs at 20 kHz, 10 ms, with their truth."""
    rng = np.random.default_rng(seed)
    fine = np.arange(200 * FINE) * (0.05 / FINE)
    sweeps, truths = np.empty((count, 200)), []
    for index in range(count):
        clean = snap_sweep(
            rng, fine, distance_mm=float(rng.choice((110.0, 130.0, 140.0))), amplitude_uv=amplitude_uv,
            velocity_m_per_s=float(rng.normal(57, 3)),
        )  # fmt: skip
        truths.append(truth_of(fine, clean))
        sweeps[index] = spoil(rng, fine[::FINE], clean[::FINE], spoiling or Spoiling())
    return sweeps, truths
