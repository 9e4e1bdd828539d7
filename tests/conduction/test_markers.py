"""Markers on synthetic sweeps with known truth, and on sweeps that are spoiled in every way the issue names."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from validation.synthetic_sweeps import Spoiling, Truth, motor_set, sensory_set

from ranvier.conduction import Markers, measure
from ranvier.conduction.conditioning import quadratic_smoother
from ranvier.recording import Kind
from ranvier.terms import RecordingError

TIME = np.arange(500) / 10.0
# The aim for 95 % of sweeps at 5 mV and 20 uV noise.
ONSET_MS, AMPLITUDE, AREA, DURATION_MS = 0.15, 0.02, 0.03, 0.4


def cmap(at: float = 8.0, height: float = 5.0, lobe: float = 0.4) -> np.ndarray:
    wave = np.exp(-0.5 * ((TIME - at) / 1.3) ** 2) - lobe * np.exp(-0.5 * ((TIME - at - 5) / 2.2) ** 2)
    return np.asarray(height * wave)


def one(sweep: np.ndarray, **options: object) -> Markers:
    return measure(sweep, sampling_rate_hz=10_000.0, **options)  # type: ignore[arg-type]


def errors(markers: Markers, truths: list[Truth]) -> dict[str, np.ndarray]:
    def truth(name: str) -> np.ndarray:
        return np.array([getattr(t, name) for t in truths])

    return {
        "onset": np.abs(markers.onset_latency_ms - truth("onset_latency_ms")),
        "amplitude": np.abs(markers.negative_peak_amplitude / truth("amplitude") - 1),
        "area": np.abs(markers.negative_peak_area_ms / truth("area_ms") - 1),
        "duration": np.abs(markers.negative_peak_duration_ms - truth("duration_ms")),
    }


def test_the_accuracy_aim_is_met_at_5_mv_with_20_uv_noise() -> None:
    sweeps, truths = motor_set(11, 120, spoiling=Spoiling(noise=0.02))
    found = errors(one(sweeps), truths)
    limits = {"onset": ONSET_MS, "amplitude": AMPLITUDE, "area": AREA, "duration": DURATION_MS}
    for name, limit in limits.items():
        assert np.quantile(found[name], 0.95) < limit, name


def test_hum_drift_and_artefact_together_keep_the_aim_twice_over() -> None:
    sweeps, truths = motor_set(12, 80, spoiling=Spoiling(noise=0.02, hum=0.05, drift=0.2, artefact=2.0))
    found = errors(one(sweeps), truths)
    assert np.nanquantile(found["onset"], 0.95) < 2 * ONSET_MS
    assert np.quantile(found["amplitude"], 0.95) < 2 * AMPLITUDE
    assert np.quantile(found["area"], 0.95) < 2 * AREA


def test_snaps_are_marked() -> None:
    sweeps, truths = sensory_set(13, 80, spoiling=Spoiling(noise=0.5))
    found = errors(measure(sweeps, sampling_rate_hz=20_000.0, kind=Kind.SENSORY), truths)
    assert np.quantile(found["onset"], 0.95) < ONSET_MS
    assert np.quantile(found["amplitude"], 0.95) < 0.05


def test_noise_alone_is_no_response() -> None:
    noise = 0.02 * np.random.default_rng(5).standard_normal((400, 500))
    found = one(noise)
    assert found.is_absent.all()
    assert (found.negative_peak_amplitude == 0).all()
    assert np.isnan(found.onset_latency_ms).all()


@pytest.mark.parametrize("level", [0.0, 3.0, -12.5])
def test_a_constant_sweep_is_no_response(level: float) -> None:
    assert one(np.full(500, level)).is_absent.all()


def test_an_inverted_trace_is_flagged_and_measured_as_if_the_leads_were_right() -> None:
    right, wrong = one(cmap()), one(-cmap())
    assert wrong.is_inverted[0]
    assert not right.is_inverted[0]
    assert wrong.negative_peak_amplitude[0] == pytest.approx(right.negative_peak_amplitude[0], rel=1e-6)


def test_an_initial_positive_dip_is_flagged_and_the_onset_is_of_the_negative_phase() -> None:
    dip = cmap() - 0.8 * np.exp(-0.5 * ((TIME - 4.0) / 0.5) ** 2)
    found = one(dip)
    assert found.has_positive_dip[0]
    assert 4.3 < found.onset_latency_ms[0] < 5.6
    assert not one(cmap()).has_positive_dip[0]


def test_a_late_satellite_counts_for_the_last_negative_phase_only() -> None:
    plain, with_satellite = one(cmap()), one(cmap() + 0.6 * np.exp(-0.5 * ((TIME - 21.0) / 0.8) ** 2))
    assert with_satellite.has_later_phase[0]
    assert not plain.has_later_phase[0]
    assert with_satellite.negative_peak_duration_ms[0] == pytest.approx(
        plain.negative_peak_duration_ms[0], abs=0.1
    )
    assert (
        with_satellite.duration_to_last_negative_phase_ms[0] > plain.duration_to_last_negative_phase_ms[0] + 8
    )


def test_clipping_is_flagged() -> None:
    noisy = cmap(height=8) + 0.01 * np.random.default_rng(1).standard_normal(500)
    assert one(np.clip(noisy, -5, 5)).is_clipped[0]
    assert not one(noisy).is_clipped[0]


def test_a_response_cut_off_by_the_end_of_the_sweep_is_flagged() -> None:
    assert one(cmap(at=48.5)).is_cut_off[0]
    assert not one(cmap()).is_cut_off[0]


def test_hum_is_found_and_taken_off() -> None:
    hum = 0.1 * np.sin(2 * np.pi * 50 * TIME / 1000 + 0.7)
    found = one(cmap() + hum + 0.01 * np.random.default_rng(2).standard_normal(500))
    assert found.has_hum[0]
    assert found.negative_peak_amplitude[0] == pytest.approx(one(cmap()).negative_peak_amplitude[0], rel=0.02)


@settings(max_examples=40, deadline=None)
@given(st.floats(0.2, 8.0), st.floats(0.2, 4.0))
def test_scaling_scales_amplitude_and_area_and_keeps_times(height: float, factor: float) -> None:
    once, more = one(cmap(height=height)), one(factor * cmap(height=height))
    if factor * height < 0.2:
        return
    assert more.negative_peak_amplitude[0] == pytest.approx(
        factor * once.negative_peak_amplitude[0], rel=1e-6
    )
    assert more.negative_peak_area_ms[0] == pytest.approx(factor * once.negative_peak_area_ms[0], rel=1e-6)
    assert more.negative_peak_duration_ms[0] == pytest.approx(once.negative_peak_duration_ms[0], abs=1e-6)


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 60))
def test_shifting_in_time_moves_latency_and_keeps_the_rest(shift: int) -> None:
    once, moved = one(cmap(at=8.0)), one(cmap(at=8.0 + shift / 10))
    assert moved.peak_latency_ms[0] - once.peak_latency_ms[0] == pytest.approx(shift / 10, abs=0.02)
    assert moved.negative_peak_duration_ms[0] == pytest.approx(once.negative_peak_duration_ms[0], abs=0.1)
    assert moved.negative_peak_area_ms[0] == pytest.approx(once.negative_peak_area_ms[0], rel=0.02)


def test_each_sweep_is_measured_alone() -> None:
    sweeps, _ = motor_set(3, 6, spoiling=Spoiling(noise=0.02))
    together = measure(np.tile(sweeps, (60, 1)), sampling_rate_hz=10_000.0)
    for index in range(6):
        alone = measure(sweeps[index], sampling_rate_hz=10_000.0)
        assert together.negative_peak_area_ms[index] == pytest.approx(
            alone.negative_peak_area_ms[0], rel=1e-9
        )


def test_a_prestimulus_baseline_gives_the_same_markers() -> None:
    time = np.arange(550) / 10.0 - 5.0
    wave = 5 * np.exp(-0.5 * ((time - 8) / 1.3) ** 2) - 2 * np.exp(-0.5 * ((time - 13) / 2.2) ** 2) + 0.3
    found = measure(wave, sampling_rate_hz=10_000.0, start_ms=-5.0)
    assert found.peak_latency_ms[0] == pytest.approx(one(cmap()).peak_latency_ms[0], abs=0.05)
    assert found.negative_peak_amplitude[0] == pytest.approx(one(cmap()).negative_peak_amplitude[0], rel=0.01)


@pytest.mark.parametrize(
    ("sweep", "rate"),
    [(np.zeros(1), 1e4), (np.full(50, np.nan), 1e4), (np.zeros(50), 0.0), (np.zeros((0, 50)), 1e4)],
)
def test_what_is_no_sweep_is_refused(sweep: np.ndarray, rate: float) -> None:
    with pytest.raises(RecordingError):
        measure(sweep, sampling_rate_hz=rate)


@settings(max_examples=60, deadline=None)
@given(st.integers(2, 60), st.floats(200, 60_000), st.integers(0, 2**32 - 1), st.floats(-20, 20))
def test_any_finite_sweep_is_measured_without_a_crash(
    size: int, rate: float, seed: int, start: float
) -> None:
    sweep = np.random.default_rng(seed).normal(size=(3, size)) * 10
    for kind in (Kind.MOTOR, Kind.SENSORY):
        found = measure(sweep, sampling_rate_hz=rate, start_ms=start, kind=kind)
        assert (found.negative_peak_amplitude >= 0).all()


@pytest.mark.parametrize("half", [1, 2, 3, 5, 8, 20])
def test_the_smoother_is_savitzky_and_golays(half: int) -> None:
    from scipy.signal import savgol_coeffs

    np.testing.assert_allclose(quadratic_smoother(half), savgol_coeffs(2 * half + 1, 2), atol=1e-14)


@pytest.mark.parametrize("samples", [300, 400, 500])
def test_the_long_tail_of_a_slow_response_is_not_taken_for_hum(samples: int) -> None:
    sweeps, truths = motor_set(31, 60, spoiling=Spoiling(noise=0.02), samples=samples, slow=True)
    found = one(sweeps)
    assert found.has_hum.mean() <= 0.05
    assert np.quantile(errors(found, truths)["area"], 0.9) < AREA


def test_hum_is_still_found_in_sweeps_of_40_ms() -> None:
    sweeps, truths = motor_set(32, 60, spoiling=Spoiling(noise=0.02, hum=0.15), samples=400)
    found = one(sweeps)
    assert found.has_hum.mean() > 0.95
    assert np.quantile(errors(found, truths)["area"], 0.9) < AREA
