"""When each axon's impulse arrives, and the responses that those arrivals add up to.

Source
    biophysics dossier section 4; the form follows Griep, Boon & Stegeman 1978 and Stalberg & Karlsson 2001
    (unit potentials summed at their arrival times). Electronegative is positive.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from .attacked import AttackedNerve
from .muscle import NORMAL_CELSIUS, sum_units
from .pool import Axons, MotorAxons, SensoryPool, truncated_normal

Array = NDArray[np.float64]
WINDOW_MS = 60.0
SENSORY_WINDOW_MS = 40.0
#: Chunk of axons added at a time, so that memory stays flat.
CHUNK = 256
#: A fibre's negative phase begins when the impulse arrives: one time constant before its peak.
FIBRE_ONSET = 1.0
#: A faster fibre's potential is larger by this power of its velocity (sural nerve, JNNP 1981;44:476).
SIZE_BY_VELOCITY = 1.5
VELOCITY_Q10 = 1.4
TRUNCATE_SD = 2.3


def arrival_ms(nerve: AttackedNerve[Axons], site: str) -> Array:
    """When each axon's impulse from a site reaches the recording electrode; NaN where it does not.

    Returns
        (n_axons,) [ms]
    """
    position = next(i for i, segment in enumerate(nerve.segments) if segment.proximal == site)
    time = np.zeros(nerve.axons.count)
    if isinstance(nerve.axons, MotorAxons):
        time = nerve.axons.terminal_ms * temperature_factor(nerve)
    passes = ~nerve.axons.is_lost
    for i in range(position + 1):
        segment = nerve.segments[i]
        # m/s is mm/ms.
        time = time + (segment.end_mm - segment.start_mm) / (nerve.velocity_m_per_s * segment.velocity_gain)
        time = time + nerve.delay_ms[i]
        passes = passes & ~nerve.is_blocked[i]
    return np.where(passes, time, np.nan)


def temperature_factor(nerve: AttackedNerve[Axons]) -> float:
    """How much longer everything at the terminal takes at this temperature (Q10 1.4, as of velocity)."""
    return float(VELOCITY_Q10 ** ((nerve.axons.pool.reference_celsius - nerve.celsius) / 10.0))


def motor_responses(
    nerve: AttackedNerve[MotorAxons], arrivals: Array, *, sampling_rate_hz: float, electrode_mm: float = 0.0
) -> Array:
    """The CMAPs that arrivals at the muscle give.

    Parameters
        arrivals : (n_sites, n_axons) NaN = silent. [ms]
        electrode_mm : How far the active electrode lies distal of the end-plate band, the same at every site.
    Returns
        (n_sites, n_samples) from 0 to `WINDOW_MS`. [mV]
    """
    axons = nerve.axons
    return sum_units(
        arrivals, axons.size_mv, axons.units, axons.pool.geometry, sampling_rate_hz=sampling_rate_hz,
        celsius=nerve.celsius, window_ms=WINDOW_MS, electrode_mm=electrode_mm,
    )  # fmt: skip


def draw_sensory_axons(pool: SensoryPool, generator: np.random.Generator) -> Axons:
    """Draw one person's sensory axons; all of one size."""
    return Axons(
        pool=pool,
        velocity_m_per_s=pool.mean_m_per_s
        + pool.sd_m_per_s * truncated_normal(generator, pool.count, TRUNCATE_SD),
        fascicle=generator.integers(0, pool.n_fascicles, pool.count),
        is_lost=np.zeros(pool.count, dtype=bool),
    )


def sensory_response(
    nerve: AttackedNerve[Axons], pool: SensoryPool, site: str, *, sampling_rate_hz: float
) -> Array:
    """A sensory nerve action potential: triphasic fibre potentials, scaled so that the healthy distal one has its usual size.

    A fibre's potential follows the second difference of an impulse that passes by, so its phases cancel over its whole length:
    that is why SNAPs shrink so much more along a healthy nerve than CMAPs.

    Returns
        (n_samples,) [uV]
    """
    time = np.arange(round(SENSORY_WINDOW_MS * sampling_rate_hz / 1000.0) + 1) * (1000.0 / sampling_rate_hz)
    duration = pool.fibre_potential_ms * VELOCITY_Q10 ** ((NORMAL_CELSIUS - nerve.celsius) / 10.0)
    size = nerve.axons.velocity_m_per_s**SIZE_BY_VELOCITY

    def add_up(arrival: Array) -> Array:
        total = np.zeros(time.size)
        arrives = np.flatnonzero(np.isfinite(arrival))
        for start in range(0, arrives.size, CHUNK):
            chosen = arrives[start : start + CHUNK, None]
            x = (time - arrival[chosen]) / duration - FIBRE_ONSET
            total += (size[chosen] * (1.0 - x**2) * np.exp(-0.5 * x**2)).sum(axis=0)
        return total

    distal = nerve.segments[0]
    healthy = add_up(distal.end_mm / (nerve.velocity_m_per_s * distal.velocity_gain))
    return np.asarray(pool.amplitude_uv * add_up(arrival_ms(nerve, site)) / healthy.max())
