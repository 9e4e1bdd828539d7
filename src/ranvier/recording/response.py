"""The Recording and its Waveform."""

from __future__ import annotations

import math
from dataclasses import dataclass, field, fields
from enum import Enum

import numpy as np
from numpy.typing import NDArray

from ranvier.terms import RecordingError, Side


class Kind(Enum):
    """What was recorded."""

    MOTOR = "motor"
    SENSORY = "sensory"
    F_WAVE = "f_wave"


@dataclass(frozen=True, eq=False)
class Waveform:
    """One sweep, electronegative positive, in mV for muscle and uV for sensory nerve (the Recording's kind says which).

    `samples` has shape (n_samples,); sample i lies at `start_ms + 1000 * i / sampling_rate_hz` after the stimulus.
    At least two samples, all finite, rate above 0; the array is made read-only.
    """

    samples: NDArray[np.float64]
    sampling_rate_hz: float
    start_ms: float = 0.0

    def __post_init__(self) -> None:
        samples = np.array(self.samples, dtype=np.float64)
        if samples.ndim != 1 or samples.size < 2:
            raise RecordingError(
                path="waveform.samples",
                given=f"shape {samples.shape}",
                expected="One sweep of at least two samples",
            )
        if not np.isfinite(samples).all():
            raise RecordingError(
                path="waveform.samples",
                given="a sample is not a number",
                expected="Finite samples; leave out what was not recorded",
            )
        if not (math.isfinite(self.sampling_rate_hz) and self.sampling_rate_hz > 0):
            raise RecordingError(
                path="waveform.sampling_rate_hz",
                given=f"{self.sampling_rate_hz}",
                expected="Above 0; 10000 or more is usual",
            )
        samples.setflags(write=False)
        object.__setattr__(self, "samples", samples)

    @property
    def time_ms(self) -> NDArray[np.float64]:
        """(n_samples,) time after the stimulus. [ms]"""
        return np.asarray(
            self.start_ms + np.arange(self.samples.size) * (1000.0 / self.sampling_rate_hz), dtype=np.float64
        )


@dataclass(frozen=True)
class Recording:
    """One stimulated response. Numbers may be missing (None = not measured); a waveform may stand in for them.

    `record_at` is a muscle id (motor, F wave) or a site id (sensory); `stimulate_at` a site id. `distance_mm` reaches
    from this stimulation site to the next more distal one, or to the recording electrode for the most distal.
    Amplitudes are baseline to negative peak; area and duration are of the first negative phase. What was reported by
    another convention has its own field (`peak_to_peak_...`, `duration_to_last_negative_phase_ms`, `total_duration_ms`)
    and is never copied into these. An amplitude of 0 is "stimulated, no response". Motor and F wave amplitudes in mV,
    sensory in uV; a Recording of one kind never carries the other's unit. F waves: `onset_latency_ms` is the shortest.
    """

    nerve: str
    side: Side
    kind: Kind
    record_at: str
    stimulate_at: str
    distance_mm: float | None = None
    onset_latency_ms: float | None = None
    peak_latency_ms: float | None = None
    negative_peak_amplitude_mv: float | None = None
    negative_peak_amplitude_uv: float | None = None
    negative_peak_area_mv_ms: float | None = None
    negative_peak_duration_ms: float | None = None
    temperature_celsius: float | None = None
    waveform: Waveform | None = field(default=None, compare=False)
    peak_to_peak_amplitude_mv: float | None = None
    peak_to_peak_amplitude_uv: float | None = None
    duration_to_last_negative_phase_ms: float | None = None
    total_duration_ms: float | None = None
    f_persistence_fraction: float | None = None
    stimulus_ma: float | None = None

    def __post_init__(self) -> None:
        where = "/".join((self.nerve, self.side.value, self.record_at, self.stimulate_at))
        for item in fields(self):
            value = getattr(self, item.name)
            if isinstance(value, float) and not math.isfinite(value):
                raise RecordingError(
                    path=f"{where}.{item.name}",
                    given=f"{value}",
                    expected="A number, or nothing if not measured",
                )
            if item.name != "temperature_celsius" and isinstance(value, (int, float)) and value < 0:
                raise RecordingError(path=f"{where}.{item.name}", given=f"{value}", expected="0 or above")
        self._keep_to_one_unit(where)

    @property
    def amplitude(self) -> float | None:
        """Baseline to negative peak, in the unit of its kind: mV for motor and F wave, uV for sensory. [mV or uV]"""
        if self.kind is Kind.SENSORY:
            return self.negative_peak_amplitude_uv
        return self.negative_peak_amplitude_mv

    @property
    def is_absent(self) -> bool:
        """Whether it was stimulated and no response came (amplitude 0, or an F wave never seen)."""
        return self.amplitude == 0 or self.f_persistence_fraction == 0

    @property
    def key(self) -> tuple[str, str, str, str, str]:
        """Nerve, side, kind, recording place and stimulation site: one response of a study."""
        return (self.nerve, self.side.value, self.kind.value, self.record_at, self.stimulate_at)

    def _keep_to_one_unit(self, where: str) -> None:
        if self.kind is Kind.SENSORY and self.negative_peak_amplitude_mv is not None:
            raise RecordingError(
                path=f"{where}.negative_peak_amplitude_mv", given="a sensory response in mV", expected="uV"
            )
        if self.kind is not Kind.SENSORY and self.negative_peak_amplitude_uv is not None:
            raise RecordingError(
                path=f"{where}.negative_peak_amplitude_uv", given="a motor response in uV", expected="mV"
            )
