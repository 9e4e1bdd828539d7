"""Speed: sweeps measured a second and studies judged a second on one core, against a plain NumPy/SciPy loop.

Seconds are of processor time, so that what else the machine does counts on neither side; threads, if any, would add up.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray
from scipy.integrate import trapezoid
from scipy.signal import savgol_filter

from ranvier.recording import Kind, Recording, Waveform
from ranvier.terms import Side
from ranvier.terms.benchmark import BenchmarkRow

from .document import to_document
from .judgement import judge_study
from .markers import measure as measure_sweeps
from .study import Study

Array = NDArray[np.float64]
RATE_HZ, SAMPLES = 10_000.0, 500


def measure(*, short: bool = False) -> list[BenchmarkRow]:
    """The rows of `ranvier bench conduction`."""
    sweeps = _sweeps(1000 if short else 10_000)
    few = sweeps[: 200 if short else 1000]
    ours = len(sweeps) / _best(lambda: measure_sweeps(sweeps, sampling_rate_hz=RATE_HZ))
    peers = len(few) / _best(lambda: [plain_loop(sweep) for sweep in few])
    found = measure_sweeps(few, sampling_rate_hz=RATE_HZ)
    gap = float(np.median(np.abs(found.negative_peak_amplitude - [plain_loop(sweep)[1] for sweep in few])))
    study = _study(sweeps)
    seconds = _best(lambda: json.dumps(to_document(judge_study(study))))
    return [
        BenchmarkRow(
            "measure sweeps of 500 samples, one core",
            ours,
            "sweeps/s",
            "plain NumPy/SciPy loop",
            peers,
            ours / peers,
            gap,
        ),
        BenchmarkRow("judge a 40-recording study with traces, to JSON", 1000.0 * seconds, "ms"),
        BenchmarkRow("the same, studies a second", 1.0 / seconds, "studies/s"),
    ]


def plain_loop(sweep: Array) -> tuple[float, float, float, float]:
    """One sweep the obvious way: onset, amplitude, area, duration; no hum, drift, artefact or inversion is handled."""
    time_ms = np.arange(sweep.size) * 1000.0 / RATE_HZ
    smooth = savgol_filter(sweep - np.median(sweep[10:18]), 11, 2)
    peak = int(np.argmax(smooth))
    level = max(0.02 * smooth[peak], 3 * float(np.std(smooth[10:18])))
    start = peak
    while start > 0 and smooth[start] > level:
        start -= 1
    end = peak
    while end < smooth.size - 1 and smooth[end] > 0:
        end += 1
    area = float(trapezoid(smooth[start : end + 1], time_ms[start : end + 1]))
    return float(time_ms[start]), float(smooth[peak]), area, float(time_ms[end] - time_ms[start])


def _best(work: Callable[[], object], repeats: int = 5) -> float:
    """Processor time of the fastest run after a first one to warm up. [s]"""
    work()
    times = []
    for _ in range(repeats):
        began = time.process_time()
        work()
        times.append(time.process_time() - began)
    return min(times)


def _sweeps(count: int) -> Array:
    rng = np.random.default_rng(7)
    at = np.arange(SAMPLES) * 1000.0 / RATE_HZ
    peak = rng.uniform(6.0, 12.0, count)[:, None]
    clean = 5.0 * np.exp(-0.5 * ((at - peak) / 1.4) ** 2) - 2.0 * np.exp(
        -0.5 * ((at - peak - 5.0) / 2.2) ** 2
    )
    return np.asarray(clean + 0.02 * rng.standard_normal((count, SAMPLES)))


def _study(sweeps: Array) -> Study:
    nerves = (
        ("median", "apb", ("wrist", "elbow", "axilla", "erb")),
        ("ulnar", "adm", ("wrist", "below_elbow", "above_elbow", "axilla", "erb")),
        ("ulnar", "fdi", ("wrist", "below_elbow", "above_elbow", "axilla")),
        ("radial", "eip", ("forearm", "elbow", "axilla")),
        ("peroneal", "edb", ("ankle", "below_fibular_head")),
        ("tibial", "ah", ("ankle", "popliteal_fossa")),
    )
    rows = [
        Recording(nerve, side, Kind.MOTOR, muscle, site, distance_mm=150.0, temperature_celsius=33.0)
        for side in (Side.LEFT, Side.RIGHT)
        for nerve, muscle, sites in nerves
        for site in sites
    ]
    return Study(tuple(replace(row, waveform=Waveform(sweeps[i], RATE_HZ)) for i, row in enumerate(rows)))
