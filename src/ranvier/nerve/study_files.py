"""The two CSV formats of a study (docs: interfaces), written from Recordings."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from ranvier.recording import Kind, Recording

STUDY_COLUMNS = (
    "nerve", "side", "kind", "record_at", "stimulate_at", "distance_mm", "onset_latency_ms", "peak_latency_ms",
    "amplitude_mv", "amplitude_uv", "area_mv_ms", "duration_ms", "temperature_celsius",
)  # fmt: skip
TRACE_WINDOW_MS = 50.0


def write_study(path: Path, recordings: Sequence[Recording]) -> None:
    """One row a stimulated response; empty = not measured."""
    with path.open("w", encoding="utf-8", newline="") as out:
        writer = csv.writer(out)
        writer.writerow(STUDY_COLUMNS)
        for r in recordings:
            numbers = (
                r.distance_mm, r.onset_latency_ms, r.peak_latency_ms, r.negative_peak_amplitude_mv,
                r.negative_peak_amplitude_uv, r.negative_peak_area_mv_ms, r.negative_peak_duration_ms,
                r.temperature_celsius,
            )  # fmt: skip
            where = (r.nerve, r.side.value, r.kind.value, r.record_at, r.stimulate_at)
            writer.writerow([*where, *("" if n is None else f"{n:.4g}" for n in numbers)])


def write_traces(path: Path, recordings: Sequence[Recording]) -> None:
    """First column `time_ms`, then a column a sweep, in mV (sensory: uV), named nerve/side/record_at/stimulate_at."""
    sweeps = [r for r in recordings if r.waveform is not None and r.kind is not Kind.F_WAVE]
    waveforms = [r.waveform for r in sweeps if r.waveform is not None]
    rate = waveforms[0].sampling_rate_hz
    assert all(w.sampling_rate_hz == rate and w.start_ms == 0.0 for w in waveforms), (
        "sweeps share one time axis"
    )
    n = round(TRACE_WINDOW_MS * rate / 1000.0) + 1
    table = np.zeros((n, len(sweeps)))
    for column, waveform in enumerate(waveforms):
        length = min(n, waveform.samples.size)
        table[:length, column] = waveform.samples[:length]
    with path.open("w", encoding="utf-8", newline="") as out:
        writer = csv.writer(out)
        names = [f"{r.nerve}/{r.side.value}/{_upper(r)}/{r.stimulate_at}" for r in sweeps]
        writer.writerow(["time_ms", *names])
        for i, row in enumerate(table):
            writer.writerow([f"{1000.0 * i / rate:.6g}", *(f"{value:.5g}" for value in row)])


def _upper(recording: Recording) -> str:
    return recording.record_at.upper() if recording.kind is Kind.MOTOR else recording.record_at
