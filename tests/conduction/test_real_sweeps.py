"""Real evoked responses from the package RecruitmentCurveFitting: measured as an eye and plain arithmetic would."""

from __future__ import annotations

import numpy as np
import pytest
from validation.real_sweeps import RealSweeps, read_real_sweeps

from ranvier.conduction import Markers, judge_study, measure, measure_f_waves
from ranvier.exchange.study_csv import read_study
from ranvier.exchange.sweeps import attach_traces
from ranvier.exchange.traces_csv import read_traces


@pytest.fixture(scope="module")
def real() -> RealSweeps:
    return read_real_sweeps()


@pytest.fixture(scope="module")
def found(real: RealSweeps) -> Markers:
    return measure(real.direct_mv, sampling_rate_hz=real.sampling_rate_hz)


def test_there_are_41_sweeps_at_11_strengths(real: RealSweeps) -> None:
    assert real.sweeps_mv.shape == (41, 193)
    assert real.sampling_rate_hz == pytest.approx(3200.0)
    assert np.unique(real.strength).size == 11


def test_peak_to_peak_is_what_the_samples_say(real: RealSweeps, found: Markers) -> None:
    strong = real.strength >= 4.5
    plain = np.ptp(real.direct_mv[strong], axis=1)
    np.testing.assert_allclose(found.peak_to_peak_amplitude[strong], plain, rtol=0.02)
    # biophysics.md 7: up to 4.14 peak to peak at levels 6 to 6.5, the negative peak at 10.9 ms.
    strongest = real.strength >= 6.0
    assert found.peak_to_peak_amplitude[strongest].max() == pytest.approx(4.14, abs=0.06)
    np.testing.assert_allclose(found.peak_latency_ms[strongest], 10.9, atol=0.2)


def test_four_repeats_of_one_stimulus_get_the_same_markers(real: RealSweeps, found: Markers) -> None:
    for strength in (4.5, 5.0, 5.5, 6.0):
        same = real.strength == strength
        assert same.sum() == 4
        assert np.ptp(found.onset_latency_ms[same]) <= 0.3125  # one sample
        assert np.ptp(found.peak_latency_ms[same]) <= 0.3125
        assert np.ptp(found.negative_peak_duration_ms[same]) <= 2 * 0.3125
        # The sweeps themselves differ by up to 13 % at 4.5, where the axons are still being recruited.
        spread = np.ptp(found.negative_peak_amplitude[same]) / found.negative_peak_amplitude[same].mean()
        plain = np.ptp(real.direct_mv[same].max(axis=1)) / real.direct_mv[same].max(axis=1).mean()
        assert spread <= plain + 0.02


def test_the_response_grows_with_the_stimulus_and_then_stays(real: RealSweeps, found: Markers) -> None:
    levels = np.array([4.0, 4.5, 5.0, 5.5, 6.0])
    mean = [found.negative_peak_amplitude[real.strength == level].mean() for level in levels]
    assert mean == sorted(mean)
    assert mean[-1] > 5 * mean[0]
    top = found.negative_peak_amplitude[real.strength == 6.5][0]
    assert top == pytest.approx(mean[-1], rel=0.02)  # supramaximal


def test_the_onset_lies_where_the_trace_leaves_its_baseline(real: RealSweeps, found: Markers) -> None:
    strongest = real.strength >= 6.0
    for row in np.flatnonzero(strongest):
        rising = found.onset_latency_ms[row]
        trace = np.interp([rising, rising + 0.6], real.time_ms[:81], real.direct_mv[row])
        assert trace[1] > trace[0]
        # The first negative phase begins on the way up from the initial positive dip, which is there and flagged.
        assert 8.0 < rising < 9.0
        assert "initial_positive_dip" in found.flags_of(int(row))


def test_the_reflex_comes_late_grows_and_is_extinguished(real: RealSweeps) -> None:
    """Collision with the antidromic volley: the H reflex is largest at a middle strength and goes as the M wave grows."""
    late = measure_f_waves(real.sweeps_mv, sampling_rate_hz=real.sampling_rate_hz, limb="lower")
    size = {level: late.amplitudes_mv[real.strength == level].mean() for level in np.unique(real.strength)}
    assert max(size, key=lambda level: size[level]) in (3.5, 4.0)
    assert size[6.0] < 0.15 * size[3.5]
    assert size[2.0] < 0.15 * size[3.5]
    middle = (real.strength >= 2.5) & (real.strength <= 5.0)
    assert np.isfinite(late.latencies_ms[middle]).all()
    assert ((late.latencies_ms[middle] > 32.5) & (late.latencies_ms[middle] < 36.5)).all()


def test_the_unit_behind_a_column_name_and_3200_hz_go_through_the_traces_reader(real: RealSweeps) -> None:
    row = int(np.flatnonzero(real.strength == 6.5)[0])
    # The muscle is not stated; AH stands in, for the reader's sake.
    lines = ["time_ms,tibial/right/AH/popliteal fossa [uV]"]
    lines += [f"{t:.4f},{1000 * y:.4f}" for t, y in zip(real.time_ms, real.direct_mv[row], strict=False)]
    header = "nerve,side,kind,record_at,stimulate_at,distance_mm\n"
    study = read_study((header + "tibial,right,motor,AH,popliteal fossa,\n").encode())
    (item,) = judge_study(attach_traces(study, read_traces("\n".join(lines).encode()))).recordings
    assert item.recording.negative_peak_amplitude_mv == pytest.approx(real.direct_mv[row].max(), rel=0.03)
    assert item.recording.onset_latency_ms == pytest.approx(8.4, abs=0.3)
