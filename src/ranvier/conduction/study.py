"""A nerve conduction study as it was done, and its numbers completed from its waveforms."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

import numpy as np

from ranvier.recording import Kind, Recording, Waveform
from ranvier.terms import Fault, InputRefused, vocabulary

from .f_waves import measure_f_waves
from .markers import Markers, measure

Key = tuple[str, str, str, str, str]

# Reported and measured numbers that differ by more than this are pointed out. [judgement: half the between-session
# variation of amplitudes, 15.6 to 19.8 %, biophysics.md 3]
DISAGREEMENT_FRACTION = 0.10
DISAGREEMENT_MS = 0.3


@dataclass(frozen=True)
class Context:
    """What the person and the laboratory add to the numbers; None where it was not said.

    `days_since_onset` is the time from an acute onset to the study; a slow onset has none.
    `low_filter_hz` is the low-frequency filter, on which distal duration limits depend.
    """

    age_years: float | None = None
    sex: str | None = None
    height_cm: float | None = None
    days_since_onset: float | None = None
    low_filter_hz: float | None = None
    patient_line: str | None = None

    def __post_init__(self) -> None:
        for name, value, low, high in (
            ("age_years", self.age_years, 0, 120),
            ("height_cm", self.height_cm, 40, 250),
            ("days_since_onset", self.days_since_onset, 0, 40000),
            ("low_filter_hz", self.low_filter_hz, 0, 1000),
        ):
            if value is not None and not low <= value <= high:
                raise InputRefused(path=f"context.{name}", given=f"{value}", expected=f"{low} to {high}")
        if self.sex not in (None, "female", "male"):
            raise InputRefused(
                path="context.sex", given=f'"{self.sex}"', expected="female or male, or left out"
            )


@dataclass(frozen=True)
class Study:
    """Recordings in the order given, F-wave sweep sets by key, and what could not be read.

    `left_out` names the nerves that are not judged since one of their rows is at fault; the others stand.
    """

    recordings: tuple[Recording, ...]
    context: Context = Context()
    f_wave_sets: Mapping[Key, tuple[Waveform, ...]] = field(default_factory=dict)
    faults: tuple[Fault, ...] = ()
    unknown_columns: tuple[str, ...] = ()
    left_out: tuple[str, ...] = ()
    extra: Mapping[Key, Mapping[str, str]] = field(default_factory=dict)


@dataclass(frozen=True)
class MarkedRecording:
    """A recording with its numbers completed, the markers of its waveform, and what was noticed.

    `from_trace` names the fields that were read from the waveform since nobody had reported them.
    """

    recording: Recording
    markers: Markers | None = None
    row: int = 0
    flags: tuple[str, ...] = ()
    from_trace: tuple[str, ...] = ()

    def marker(self, name: str) -> float | None:
        """One marker of this sweep, or None without a waveform or a response."""
        if self.markers is None:
            return None
        value = float(getattr(self.markers, name)[self.row])
        return value if np.isfinite(value) else None


def complete(study: Study) -> tuple[MarkedRecording, ...]:
    """Measure every waveform and fill in what was not reported; reported numbers are kept, and compared."""
    recordings = _with_f_waves(study)
    marked: list[MarkedRecording | None] = [None] * len(recordings)
    groups: dict[tuple[Kind, int, float, float], list[int]] = defaultdict(list)
    for index, recording in enumerate(recordings):
        wave = recording.waveform
        if wave is None or recording.kind is Kind.F_WAVE:
            marked[index] = MarkedRecording(recording)
        else:
            groups[recording.kind, wave.samples.size, wave.sampling_rate_hz, wave.start_ms].append(index)
    for (kind, _, rate, start), indices in groups.items():
        sweeps = np.stack([_samples(recordings[index]) for index in indices])
        markers = measure(sweeps, sampling_rate_hz=rate, start_ms=start, kind=kind)
        for row, index in enumerate(indices):
            marked[index] = _filled(recordings[index], markers, row)
    return tuple(item for item in marked if item is not None)


def _samples(recording: Recording) -> np.ndarray:
    assert recording.waveform is not None
    return recording.waveform.samples


def _with_f_waves(study: Study) -> list[Recording]:
    recordings = list(study.recordings)
    places = {recording.key: index for index, recording in enumerate(recordings)}
    for key, waves in study.f_wave_sets.items():
        if key not in places:
            continue
        index = places[key]
        rows = [wave for wave in waves if wave.samples.size == waves[0].samples.size]
        found = measure_f_waves(
            np.stack([wave.samples for wave in rows]),
            sampling_rate_hz=rows[0].sampling_rate_hz,
            start_ms=rows[0].start_ms,
            limb=vocabulary.limb(recordings[index].nerve),
        )
        recording = recordings[index]
        if recording.onset_latency_ms is None and found.minimum_latency_ms is not None:
            recording = replace(recording, onset_latency_ms=found.minimum_latency_ms)
        if recording.f_persistence_fraction is None:
            recording = replace(recording, f_persistence_fraction=found.persistence_fraction)
        recordings[index] = recording
    return recordings


def _filled(recording: Recording, markers: Markers, row: int) -> MarkedRecording:
    sensory = recording.kind is Kind.SENSORY
    amplitude, peak_to_peak = (
        ("negative_peak_amplitude_uv", "peak_to_peak_amplitude_uv")
        if sensory
        else ("negative_peak_amplitude_mv", "peak_to_peak_amplitude_mv")
    )
    pairs: list[tuple[str, str, bool]] = [
        ("onset_latency_ms", "onset_latency_ms", True),
        ("peak_latency_ms", "peak_latency_ms", True),
        (amplitude, "negative_peak_amplitude", False),
        (peak_to_peak, "peak_to_peak_amplitude", False),
        ("negative_peak_duration_ms", "negative_peak_duration_ms", True),
        ("duration_to_last_negative_phase_ms", "duration_to_last_negative_phase_ms", True),
        ("total_duration_ms", "total_duration_ms", True),
    ]
    if not sensory:
        pairs.append(("negative_peak_area_mv_ms", "negative_peak_area_ms", False))
    new: dict[str, float] = {}
    flags = list(markers.flags_of(row))
    for ours, theirs, is_time in pairs:
        value = float(getattr(markers, theirs)[row])
        reported = getattr(recording, ours)
        if not np.isfinite(value):
            continue
        if reported is None:
            new[ours] = round(max(value, 0.0), 6)
        elif _disagree(reported, value, is_time=is_time):
            flags.append(f"{ours}_differs_from_trace")
    return MarkedRecording(replace(recording, **new), markers, row, tuple(flags), tuple(new))  # type: ignore[arg-type]


def _disagree(reported: float, measured: float, *, is_time: bool) -> bool:
    gap = abs(reported - measured)
    return gap > DISAGREEMENT_FRACTION * max(abs(reported), 1e-9) and (not is_time or gap > DISAGREEMENT_MS)


def by_nerve(recordings: Iterable[MarkedRecording]) -> dict[tuple[str, str, str], list[MarkedRecording]]:
    """Motor responses by nerve, side and muscle, from distal to proximal."""
    groups: dict[tuple[str, str, str], list[MarkedRecording]] = defaultdict(list)
    for item in recordings:
        if item.recording.kind is Kind.MOTOR:
            r = item.recording
            groups[r.nerve, r.side.value, r.record_at].append(item)
    for rows in groups.values():
        rows.sort(key=lambda item: vocabulary.site_order(item.recording.stimulate_at))
    return dict(groups)
