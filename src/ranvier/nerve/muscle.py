"""The surface potential of a motor unit, from where its muscle fibres lie and how fast they conduct.

A unit's fibres are one line source below the skin. From its end-plate two impulses run to the fibre's ends and die there. The
potential between the electrode over the muscle and the one on its tendon is the fibre's dipole moment, weighed by the lead
field; summed over a whole response it is zero, as physics demands of sealed fibres. Units differ in end-plate, depth,
length and velocity, which is why they cancel one another more than copies of one shape would. Within a unit, fibres start
scattered in time (`arrival_sd_ms`) and end scattered in place (`end_scatter_mm`), which rounds the wave that their ends give.

Source
    Griep, Boon & Stegeman 1978 (a unit as fibre potentials with drawn positions and arrivals); Rosenfalck 1969 (impulse,
    anisotropic medium); dossier section 4. Electronegative is positive.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr

Array = NDArray[np.float64]
Complex = NDArray[np.complex128]
#: Conductivity of muscle along its fibres over that across them (Rosenfalck 1969; Gielen 1984: 0.5 and 0.1 S/m, recalled, high).
ANISOTROPY = 5.0
NORMAL_CELSIUS = 34.0
SLOWEST_M_PER_S, FASTEST_M_PER_S = 2.2, 6.0
#: A unit's potential is over by then. [ms]
LASTS_MS = 40.0
#: Samples of spectra held at a time, so that memory stays flat.
CHUNK_SAMPLES = 1_000_000


@dataclass(frozen=True)
class MuscleGeometry:
    """A muscle under its electrodes; see the data files. Positions are along the fibres from the active electrode. [mm]"""

    fibre_mm: float
    fibre_spread_fraction: float
    velocity_m_per_s: float
    velocity_sd_m_per_s: float
    end_plate_sd_mm: float
    end_scatter_mm: float
    nearest_mm: float
    farthest_mm: float
    half_width_mm: float
    reference_mm: float
    reference_depth_mm: float
    arrival_sd_ms: float
    slowing_per_celsius: float


@dataclass(frozen=True, eq=False)
class Units:
    """One person's motor units as line sources; every array has shape (n_units,). Ends and end-plate along the fibre. [mm]"""

    end_plate_mm: Array
    proximal_mm: Array
    distal_mm: Array
    distance_mm: Array
    velocity_m_per_s: Array


def draw_units(geometry: MuscleGeometry, generator: np.random.Generator, count: int) -> Units:
    """Draw where each unit lies and how fast its fibres conduct."""
    end_plate = generator.normal(0.0, geometry.end_plate_sd_mm, count)
    half = (
        geometry.fibre_mm
        / 2.0
        * generator.normal(1.0, geometry.fibre_spread_fraction, (2, count)).clip(0.5, 1.5)
    )
    depth = generator.uniform(geometry.nearest_mm, geometry.farthest_mm, count)
    aside = generator.uniform(-geometry.half_width_mm, geometry.half_width_mm, count)
    velocity = generator.normal(geometry.velocity_m_per_s, geometry.velocity_sd_m_per_s, count)
    return Units(
        end_plate_mm=end_plate,
        proximal_mm=end_plate - half[0],
        distal_mm=end_plate + half[1],
        distance_mm=np.hypot(depth, aside),
        velocity_m_per_s=velocity.clip(SLOWEST_M_PER_S, FASTEST_M_PER_S),
    )


def impulse_slope(distance_mm: Array) -> Array:
    """Slope of the muscle impulse behind its front: 96 z^3 exp(-z) - 90 mV, z in mm (Rosenfalck 1969). [mV/mm]"""
    z = np.maximum(distance_mm, 0.0)
    return np.asarray(96.0 * (3.0 * z**2 - z**3) * np.exp(-z))


def lead_slope(
    position_mm: Array, distance_mm: Array, geometry: MuscleGeometry, electrode_mm: float
) -> Array:
    """Slope along the fibre of the lead field between the active electrode and the reference."""
    stretch = ANISOTROPY**0.5
    active = position_mm - electrode_mm
    reference = position_mm - geometry.reference_mm
    near = active**2 + (stretch * distance_mm) ** 2
    far = reference**2 + (stretch * geometry.reference_depth_mm) ** 2
    return np.asarray(-active / near**1.5 + reference / far**1.5)


def unit_spectra(
    units: Units, geometry: MuscleGeometry, chosen: NDArray[np.int64], *, celsius: float, sampling_rate_hz: float, n_fft: int,
    electrode_mm: float = 0.0,
) -> Complex:  # fmt: skip
    """Spectra of the chosen units' potentials, each scaled to a negative peak of 1, their impulses reaching the muscle at time 0.

    Returns
        (n_chosen, n_fft // 2 + 1)
    """
    step = 1000.0 / sampling_rate_hz
    warmth = 1.0 + geometry.slowing_per_celsius * (NORMAL_CELSIUS - celsius)
    speed = (units.velocity_m_per_s[chosen] / warmth)[:, None]
    distance = units.distance_mm[chosen][:, None]
    end_plate = units.end_plate_mm[chosen][:, None]
    impulse = np.fft.rfft(impulse_slope(speed * step * np.arange(round(LASTS_MS / step))), n_fft)
    total = np.zeros_like(impulse)
    for ends, sign in ((units.distal_mm, 1.0), (units.proximal_mm, -1.0)):
        length = np.abs(ends[chosen][:, None] - end_plate)
        reach = ((length + 4.0 * geometry.end_scatter_mm) / speed).max()
        travelled = speed * step * (np.arange(int(np.ceil(reach / step))) + 0.5)
        lead = lead_slope(end_plate + sign * travelled, distance, geometry, electrode_mm)
        # The share of the unit's fibres that reach this far.
        covered = ndtr((length - travelled) / geometry.end_scatter_mm) * speed * step
        total += np.fft.rfft(-sign * lead * covered, n_fft) * impulse
    frequency = np.fft.rfftfreq(n_fft, step)
    # The lead field was read in the middle of each step.
    total *= np.exp(
        -1j * np.pi * frequency * step
        - 0.5 * (2.0 * np.pi * frequency * geometry.arrival_sd_ms * warmth) ** 2
    )
    peak = np.fft.irfft(total, n_fft).max(axis=1)
    return np.asarray(total / peak[:, None])


def sum_units(
    arrival_ms: Array, size_mv: Array, units: Units, geometry: MuscleGeometry, *, sampling_rate_hz: float, celsius: float,
    window_ms: float, electrode_mm: float = 0.0,
) -> Array:  # fmt: skip
    """Add the units up, at several stimulation sites at once.

    Parameters
        arrival_ms : (n_sites, n_units) NaN, or beyond the window, = silent. size_mv : (n_units,) negative peak alone.
    Returns
        (n_sites, n_samples) from 0 to the window's end. [mV]
    """
    n_samples = round(window_ms * sampling_rate_hz / 1000.0) + 1
    n_fft = int(2 ** np.ceil(np.log2(n_samples + LASTS_MS * sampling_rate_hz / 1000.0)))
    frequency = np.fft.rfftfreq(n_fft, 1000.0 / sampling_rate_hz)
    total = np.zeros((arrival_ms.shape[0], frequency.size), dtype=np.complex128)
    heard = np.isfinite(arrival_ms) & (np.nan_to_num(arrival_ms) <= window_ms)
    for chosen in _chunks(np.flatnonzero(heard.any(axis=0)), max(1, CHUNK_SAMPLES // n_fft)):
        spectra = size_mv[chosen, None] * unit_spectra(
            units, geometry, chosen, celsius=celsius, sampling_rate_hz=sampling_rate_hz, n_fft=n_fft, electrode_mm=electrode_mm
        )  # fmt: skip
        for site in range(arrival_ms.shape[0]):
            here = heard[site, chosen]
            delay = arrival_ms[site, chosen[here], None]
            total[site] += (spectra[here] * np.exp(-2j * np.pi * frequency * delay)).sum(axis=0)
    return np.fft.irfft(total, n_fft)[:, :n_samples]


def _chunks(members: NDArray[np.int64], size: int) -> Iterator[NDArray[np.int64]]:
    for start in range(0, members.size, size):
        yield members[start : start + size]
