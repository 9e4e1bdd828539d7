"""Latency, amplitude, area and duration read off a simulated sweep, as an EMG machine would print them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ranvier.recording import Waveform

#: Take-off is where the response leaves the baseline by this share of its peak, or by the noise if that is more.
TAKE_OFF_FRACTION = 0.03
NOISE_SDS = 4.0
#: No marker before this: the stimulus artefact is there. [ms]
BLANK_MS = 0.8


@dataclass(frozen=True)
class Markers:
    """Of the first negative phase, in the sweep's own unit; None throughout if there is no response."""

    onset_ms: float | None = None
    peak_ms: float | None = None
    amplitude: float | None = None
    area_ms: float | None = None
    duration_ms: float | None = None


def place_markers(waveform: Waveform, *, noise_sd: float = 0.0) -> Markers:
    """Find the first negative phase and measure it, baseline to peak; amplitude 0 if nothing rises above the noise."""
    samples, time = waveform.samples, waveform.time_ms
    allowed = time >= BLANK_MS
    top = int(np.argmax(np.where(allowed, samples, -np.inf)))
    peak = float(samples[top])
    level = max(TAKE_OFF_FRACTION * peak, NOISE_SDS * noise_sd)
    if peak <= max(level, 1e-9) or peak < 2 * NOISE_SDS * noise_sd:
        return Markers(amplitude=0.0)
    first = _take_off(samples, allowed, level, top)
    step = time[1] - time[0]
    before = max(first - 1, 0)
    rise = samples[first] - samples[before]
    onset = (
        float(time[before] + step * np.clip((level - samples[before]) / rise, 0.0, 1.0))
        if rise > 0
        else time[first]
    )
    after = np.flatnonzero((np.arange(samples.size) > top) & (samples <= 0.0))
    last = int(after[0]) if after.size else samples.size - 1
    if after.size:
        fall = samples[last - 1] - samples[last]
        end = float(time[last - 1] + step * samples[last - 1] / fall) if fall > 0 else float(time[last])
    else:
        end = float(time[last])
    area = float(np.trapezoid(np.maximum(samples[first : last + 1], 0.0), dx=step))
    return Markers(float(onset), float(time[top]), peak, area, end - float(onset))


def _take_off(samples: NDArray[np.float64], allowed: NDArray[np.bool_], level: float, top: int) -> int:
    """Where the response first rises above its level; an artefact's tail is above it without having risen."""
    above = samples > level
    rises = np.flatnonzero(above[1:] & ~above[:-1] & allowed[:-1]) + 1
    rises = rises[rises <= top]
    return int(rises[0]) if rises.size else int(np.argmax(above & allowed))
