"""The surface response: unit potentials, each when its impulse arrives, added up.

Source
    biophysics dossier section 4; the form follows Griep, Boon & Stegeman 1978 and Stalberg & Karlsson 2001
    (unit potentials summed at their arrival times). Electronegative is positive.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from .attacked import AttackedNerve
from .pool import SensoryPool, UnitWaveform, truncated_normal

Array = NDArray[np.float64]
WINDOW_MS = 60.0
SENSORY_WINDOW_MS = 20.0
AFTERWAVE_MS = 10.0
#: Chunk of axons added at a time, so that memory stays flat.
CHUNK = 256
NORMAL_CELSIUS = 34.0
#: A fibre's potential leaves the baseline this many of its time constants before its centre.
FIBRE_ONSET = 2.4


def unit_potential(time_ms: Array, shape: UnitWaveform) -> Array:
    """The potential of a unit of size 1 whose impulse reached the muscle at time 0.

    Parameters
        time_ms : (...,) [ms]
    Returns
        (...,) negative phase up, peak near 1.
    """
    x = time_ms - 2.6 * shape.rise_ms
    wave = np.exp(-0.5 * (x / shape.rise_ms) ** 2)
    wave = wave - shape.tail_ratio * np.exp(-0.5 * ((x - shape.tail_delay_ms) / shape.tail_ms) ** 2)
    if shape.afterwave_fraction:
        wave = wave + shape.afterwave_fraction * np.exp(-0.5 * ((x - 15.0) / AFTERWAVE_MS) ** 2)
    return np.asarray(wave)


def arrival_ms(nerve: AttackedNerve, site: str) -> Array:
    """When each axon's impulse from a site reaches its muscle; NaN where it does not.

    Returns
        (n_axons,) [ms]
    """
    position = next(i for i, segment in enumerate(nerve.segments) if segment.proximal == site)
    time = nerve.axons.terminal_ms * temperature_factor(nerve)
    passes = ~nerve.axons.is_lost
    for i in range(position + 1):
        segment = nerve.segments[i]
        # m/s is mm/ms.
        time = time + (segment.end_mm - segment.start_mm) / (nerve.velocity_m_per_s * segment.velocity_gain)
        time = time + nerve.delay_ms[i]
        passes = passes & ~nerve.is_blocked[i]
    return np.where(passes, time, np.nan)


def temperature_factor(nerve: AttackedNerve) -> float:
    """How much longer everything at the terminal takes at this temperature (Q10 1.4, as of velocity)."""
    return float(1.4 ** ((nerve.axons.pool.reference_celsius - nerve.celsius) / 10.0))


def sum_units(
    arrival: Array, size_mv: Array, width: Array, shape: UnitWaveform, *, sampling_rate_hz: float, celsius: float,
    window_ms: float = WINDOW_MS,
) -> Array:  # fmt: skip
    """Add the units up.

    Parameters
        arrival, size_mv, width : (n_axons,); NaN arrival = silent.
    Returns
        (n_samples,) from 0 to the window's end. [mV]
    """
    time = np.arange(round(window_ms * sampling_rate_hz / 1000.0) + 1) * (1000.0 / sampling_rate_hz)
    total = np.zeros(time.size)
    active = np.flatnonzero(np.isfinite(arrival))
    wide = width * (1.0 + shape.width_per_celsius * (NORMAL_CELSIUS - celsius))
    for start in range(0, active.size, CHUNK):
        chosen = active[start : start + CHUNK, None]
        total += (size_mv[chosen] * unit_potential((time - arrival[chosen]) / wide[chosen], shape)).sum(
            axis=0
        )
    return total


def sensory_sum(
    pool: SensoryPool, distance_mm: float, generator: np.random.Generator, *, sampling_rate_hz: float, celsius: float
) -> Array:  # fmt: skip
    """A sensory nerve action potential: biphasic fibre potentials, scaled so that the distal one has its usual size.

    Returns
        (n_samples,) [uV]
    """
    speed = pool.mean_m_per_s + pool.sd_m_per_s * truncated_normal(generator, pool.count, 2.3)
    speed = speed * 1.4 ** ((celsius - NORMAL_CELSIUS) / 10.0)
    time = np.arange(round(SENSORY_WINDOW_MS * sampling_rate_hz / 1000.0) + 1) * (1000.0 / sampling_rate_hz)
    nearest_mm = pool.sites[0].distance_mm
    duration = pool.fibre_potential_ms * 1.4 ** ((NORMAL_CELSIUS - celsius) / 10.0)

    def add_up(distance: float) -> Array:
        total = np.zeros(time.size)
        for start in range(0, speed.size, CHUNK):
            x = (time - distance / speed[start : start + CHUNK, None]) / duration - FIBRE_ONSET
            total += ((1.0 - x) * np.exp(-0.5 * x**2)).sum(axis=0)
        return total

    return np.asarray(pool.amplitude_uv * add_up(distance_mm) / add_up(nearest_mm).max())
