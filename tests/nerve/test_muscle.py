"""The surface potential of a motor unit: a physical source, alone and summed."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import ndtr

from ranvier.nerve.muscle import (
    ANISOTROPY,
    LASTS_MS,
    Units,
    draw_units,
    impulse_slope,
    lead_slope,
    sum_units,
    unit_spectra,
)
from ranvier.nerve.pool import load_pool, pool_names

RATE_HZ, N_FFT = 20_000.0, 2048
FREQUENCY = np.fft.rfftfreq(N_FFT, 1000.0 / RATE_HZ)
FEW = settings(max_examples=15, deadline=None)


def potentials(name: str, count: int, seed: int, celsius: float = 34.0) -> np.ndarray:
    """(count, N_FFT) each unit alone, its impulse arriving at 10 ms."""
    geometry = load_pool(name).geometry
    units = draw_units(geometry, np.random.default_rng(seed), count)
    spectra = unit_spectra(
        units, geometry, np.arange(count), celsius=celsius, sampling_rate_hz=RATE_HZ, n_fft=N_FFT
    )
    return np.fft.irfft(spectra * np.exp(-2j * np.pi * FREQUENCY * 10.0), N_FFT)


@pytest.mark.parametrize("name", pool_names())
def test_every_unit_peaks_at_one_and_its_phases_cancel(name: str) -> None:
    waves = potentials(name, 60, 3)
    assert waves.max(axis=1) == pytest.approx(1.0)
    # A sealed fibre is a closed source: what flows out flows in again, so the potential sums to nothing over time.
    assert np.abs(waves.sum(axis=1)).max() < 0.02 * np.abs(waves).sum(axis=1).min()
    before, after = waves[:, : int(7.0 * 20)], waves[:, int(50.0 * 20) :]
    assert np.abs(before).max() < 0.01, "silent until the impulse arrives"
    assert np.abs(after).max() < 0.01, "and when it is over"


def test_one_unit_is_the_integral_over_its_fibre() -> None:
    geometry = load_pool("median_apb").geometry
    units = Units(*(np.array([value]) for value in (2.0, -18.0, 25.0, 7.0, 3.5)))
    n = N_FFT
    ours = np.fft.irfft(unit_spectra(units, geometry, np.array([0]), celsius=34.0, sampling_rate_hz=RATE_HZ, n_fft=n) * np.exp(-2j * np.pi * FREQUENCY * 10.0), n)[0]  # fmt: skip
    # Slowly and plainly: dipoles along the fibre at every instant, then the scatter of arrivals as a weighted mean.
    time = np.arange(n) / 20.0 - 10.0
    place = np.linspace(-35.0, 40.0, 7501)
    there = 1.0 - ndtr((np.abs(place - 2.0) - np.where(place > 2.0, 23.0, 20.0)) / geometry.end_scatter_mm)
    lead = lead_slope(place, np.full(place.size, 7.0), geometry, 0.0)
    sign = np.sign(place - 2.0)
    wave = np.array(
        [
            -np.trapezoid(lead * there * sign * impulse_slope(3.5 * t - np.abs(place - 2.0)), place)
            for t in time
        ]
    )
    weights = np.exp(-0.5 * ((np.arange(-60, 61) / 20.0) / geometry.arrival_sd_ms) ** 2)
    wave = np.convolve(wave, weights / weights.sum(), mode="same")
    assert np.abs(ours - wave / wave.max()).max() < 0.005


def test_the_lead_field_s_slope_is_that_of_the_potential_of_two_points() -> None:
    geometry = load_pool("ulnar_adm").geometry

    def lead(z: float) -> float:
        near = 1 / np.sqrt(z**2 + ANISOTROPY * 5.0**2)
        far = 1 / np.sqrt((z - geometry.reference_mm) ** 2 + ANISOTROPY * geometry.reference_depth_mm**2)
        return near - far

    for z in (-20.0, -3.0, 0.5, 18.0):
        slope = (lead(z + 1e-4) - lead(z - 1e-4)) / 2e-4
        assert lead_slope(np.array([z]), np.array([5.0]), geometry, 0.0)[0] == pytest.approx(slope, rel=1e-5)


@FEW
@given(st.integers(2, 40), st.integers(0, 1000), st.floats(0.2, 5.0), st.floats(0.5, 8.0))
def test_the_sum_is_linear_shifts_with_time_and_leaves_out_the_silent(count, seed, factor, later) -> None:
    pool = load_pool("median_apb")
    generator = np.random.default_rng(seed)
    units = draw_units(pool.geometry, generator, count)
    size, arrival = generator.uniform(0.1, 2.0, count), generator.uniform(3.0, 9.0, count)

    def add(arrivals: np.ndarray, sizes: np.ndarray) -> np.ndarray:
        return sum_units(
            np.atleast_2d(arrivals), sizes, units, pool.geometry, sampling_rate_hz=RATE_HZ, celsius=34.0, window_ms=60.0
        )  # fmt: skip

    whole = add(arrival, size)[0]
    assert np.allclose(add(arrival, factor * size)[0], factor * whole, atol=1e-9)
    half = np.arange(count) % 2 == 0
    parts = add(np.array([np.where(half, arrival, np.nan), np.where(half, np.nan, arrival)]), size)
    assert np.allclose(parts.sum(axis=0), whole, atol=1e-9)
    steps = round(later * 20)
    shifted = add(arrival + steps / 20.0, size)[0]
    assert np.allclose(shifted[steps:], whole[: whole.size - steps], atol=1e-6 * size.sum())
    assert not add(np.full(count, np.nan), size).any()


def test_an_arrival_beyond_the_window_is_not_folded_back_into_it() -> None:
    pool = load_pool("median_apb")
    units = draw_units(pool.geometry, np.random.default_rng(1), 2)
    late = sum_units(np.array([[59.0, 300.0]]), np.ones(2), units, pool.geometry, sampling_rate_hz=RATE_HZ, celsius=34.0, window_ms=60.0)  # fmt: skip
    assert np.abs(late[0, : (55 * 20)]).max() < 0.01
    assert LASTS_MS > 30.0


def test_units_of_one_shape_would_cancel_less() -> None:
    waves = potentials("median_apb", 150, 5)
    assert np.ptp(waves.mean(axis=0)) < 0.8 * np.ptp(waves, axis=1).mean()


def test_a_cold_muscle_s_potential_is_wider() -> None:
    warm, cold = (np.abs(potentials("ulnar_adm", 30, 2, t)).sum(axis=1).mean() for t in (34.0, 24.0))
    assert 1.2 < cold / warm < 1.5
