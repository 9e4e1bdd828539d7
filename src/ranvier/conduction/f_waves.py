"""F waves: the late responses that have been to the spinal cord and back. Minimum latency and persistence over a set."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import correlate1d, median_filter

from .conditioning import noise_level, quadratic_smoother

Array = NDArray[np.float64]

SMALLEST_F_WAVE_MV = 0.02  # peak to peak; smaller deflections are taken as noise [judgement, usual practice]
WINDOW_MS = {"upper": (18.0, 45.0), "lower": (32.0, 80.0)}
ONSET_SHARE = 0.1  # of the peak to peak size: where an F wave is taken to leave the baseline
SMOOTHING_MS = 1.2
SLOW_COURSE_MS = 14.0  # about twice the length of an F wave


@dataclass(frozen=True)
class FWaves:
    """A set of sweeps from one site.

    latencies_ms : (n,) onset of each F wave; NaN where there was none. [ms]
    amplitudes_mv : (n,) peak to peak; 0 where there was none. [mV]
    """

    latencies_ms: Array
    amplitudes_mv: Array

    @property
    def minimum_latency_ms(self) -> float | None:
        """Shortest latency of the set; None when no F wave came. [ms]"""
        seen = self.latencies_ms[np.isfinite(self.latencies_ms)]
        return float(seen.min()) if seen.size else None

    @property
    def persistence_fraction(self) -> float:
        """Share of the stimuli that were answered, 0 to 1."""
        return float(np.isfinite(self.latencies_ms).mean())


def measure_f_waves(
    sweeps: Array, *, sampling_rate_hz: float, start_ms: float = 0.0, limb: str = "upper"
) -> FWaves:
    """Find the F wave on each sweep of a set taken at one site.

    The window starts after the M wave. Its slow course is taken off by a running median, so that the tail of the M wave does not
    count; what stands out of the noise for at least 1 ms is an F wave.

    Parameters
        sweeps : (n, m) electronegative positive. [mV]
        sampling_rate_hz : above 0. [Hz]
        limb : "upper" or "lower", which sets the window.
    """
    block = np.atleast_2d(np.asarray(sweeps, dtype=np.float64))
    step = 1000.0 / sampling_rate_hz
    time: Array = start_ms + np.arange(block.shape[1], dtype=np.float64) * step
    first, last = np.searchsorted(time, WINDOW_MS[limb])
    n = block.shape[0]
    none = FWaves(np.full(n, np.nan), np.zeros(n))
    if last - first < 20:
        return none
    part, at = block[:, first:last], time[first:last]
    noise = noise_level(part, step_ms=step)
    width = 2 * max(2, round(SMOOTHING_MS / step / 2)) + 1
    if width >= part.shape[1]:
        return none
    weights = quadratic_smoother(width // 2)
    smooth = np.asarray(correlate1d(part, weights, axis=1, mode="nearest"), dtype=np.float64)
    noise = noise * float(np.sqrt(np.sum(weights**2)))
    smooth = np.asarray(smooth - _slow_course(smooth, step), dtype=np.float64)
    size = smooth.max(axis=1) - smooth.min(axis=1)
    level = np.maximum(np.maximum(4.0 * noise, 0.2 * SMALLEST_F_WAVE_MV), ONSET_SHARE * size)
    out: NDArray[np.bool_] = np.asarray(np.abs(smooth) > level[:, None], dtype=np.bool_)
    hold = max(3, round(1.0 / step))
    run = np.asarray(np.lib.stride_tricks.sliding_window_view(out, hold, axis=1), dtype=np.bool_).all(axis=2)
    found = np.any(run, axis=1) & (size >= np.maximum(SMALLEST_F_WAVE_MV, 7.0 * noise))
    start = run.argmax(axis=1)
    columns = np.arange(smooth.shape[1])
    quiet = (np.abs(smooth) < (0.7 * level)[:, None]) & (columns < start[:, None])
    foot = np.where(quiet, columns, -1).max(axis=1)
    onset = at[np.maximum(foot, 0)]
    return FWaves(np.where(found, onset, np.nan), np.where(found, size, 0.0))


def _slow_course(smooth: Array, step: float) -> Array:
    """The tail of the M wave: a running median, wider than any F wave, so that an F wave does not pull it."""
    width = 2 * round(SLOW_COURSE_MS / step / 2) + 1
    return np.asarray(
        median_filter(smooth, size=(1, min(width, smooth.shape[1])), mode="nearest"), dtype=np.float64
    )
