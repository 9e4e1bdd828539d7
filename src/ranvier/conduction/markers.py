"""Markers on sweeps: onset, negative peak, return to baseline, and what they enclose. Vectorised over sweeps.

Conventions (evidence criteria.md 0.1, Q1 to Q3). Electronegative is positive. The *onset* is where the response leaves
the baseline for its first negative phase, read where it passes 2 % of its negative peak; the *return* is where the phase
that holds the peak comes back to the baseline. Amplitude is baseline to negative peak; area (of what is negative) and
duration run from onset to return. Beside them stand the other conventions: duration to the end of the last negative
phase (CIDP distal-duration limits), total duration, and peak to peak amplitude.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

from ranvier.recording import Kind
from ranvier.terms import RecordingError

from .conditioning import MOTOR, SENSORY, Conditioned, Settings, condition

Array = NDArray[np.float64]
Flags = NDArray[np.bool_]

ONSET_LEVEL = 0.02  # of the negative peak
EARLIER_PHASE_LEVEL = 0.10  # a separate phase before the peak's own counts from this size
LATER_PHASE_LEVEL = 0.05  # a later negative phase, or a satellite, counts from this size
DIP_LEVEL = 0.04  # an initial positive dip is flagged from this size
SWEEPS_AT_ONCE = 256  # keeps a block inside the processor's cache

FLAG_NAMES = {
    "is_absent": "no_response",
    "is_inverted": "inverted_trace",
    "is_clipped": "clipped",
    "has_positive_dip": "initial_positive_dip",
    "has_later_phase": "late_negative_phase",
    "has_hum": "mains_hum_removed",
    "is_cut_off": "cut_off_by_sweep_end",
}


@dataclass(frozen=True)
class Markers:
    """(n,) each. Amplitudes in the unit of the sweeps, times in ms. Without a response: amplitude 0, the rest NaN."""

    onset_latency_ms: Array
    peak_latency_ms: Array
    return_ms: Array
    negative_peak_amplitude: Array
    peak_to_peak_amplitude: Array
    negative_peak_area_ms: Array
    negative_peak_duration_ms: Array
    duration_to_last_negative_phase_ms: Array
    total_duration_ms: Array
    noise: Array
    baseline_level: Array
    is_absent: Flags
    is_inverted: Flags
    is_clipped: Flags
    has_positive_dip: Flags
    has_later_phase: Flags
    has_hum: Flags
    has_artefact: Flags
    is_cut_off: Flags

    def flags_of(self, index: int) -> tuple[str, ...]:
        """Names of what was noticed on one sweep."""
        return tuple(flag for name, flag in FLAG_NAMES.items() if getattr(self, name)[index])

    def __len__(self) -> int:
        return int(self.onset_latency_ms.size)


def measure(
    sweeps: Array,
    *,
    sampling_rate_hz: float,
    start_ms: float = 0.0,
    kind: Kind = Kind.MOTOR,
    settings: Settings | None = None,
) -> Markers:
    """Place every marker on every sweep.

    Parameters
        sweeps : (n, m) or (m,) electronegative positive; mV for muscle, uV for sensory nerve. [mV or uV]
        sampling_rate_hz : above 0; 10 kHz or more is usual. [Hz]
        start_ms : time of the first sample after the stimulus. [ms]
        kind : motor or sensory; sets how wide a response is looked for.
    Returns
        Markers of shape (n,). A sweep without a response has amplitude 0 and NaN for the rest.
    Raises
        RecordingError: not two-dimensional, fewer than two samples, not finite, or no positive rate.
    Source
        Definitions: evidence criteria.md 0.1 (Q1 to Q3), ordinary electrodiagnostic usage.
    Example
        >>> t = np.arange(500) / 10.0
        >>> sweep = 5.0 * np.exp(-0.5 * ((t - 8.0) / 1.2) ** 2) - 2.0 * np.exp(-0.5 * ((t - 13.0) / 2.2) ** 2)
        >>> markers = measure(sweep, sampling_rate_hz=10_000)
        >>> round(float(markers.negative_peak_amplitude[0]), 1), round(float(markers.peak_latency_ms[0]), 1)
        (4.9, 7.9)
    """
    block = _checked(sweeps, sampling_rate_hz)
    chosen = settings or (SENSORY if kind is Kind.SENSORY else MOTOR)
    parts = [
        _measure_block(block[at : at + SWEEPS_AT_ONCE], sampling_rate_hz, start_ms, chosen)
        for at in range(0, block.shape[0], SWEEPS_AT_ONCE)
    ]
    return _joined(parts)


def _checked(sweeps: Array, sampling_rate_hz: float) -> Array:
    block = np.atleast_2d(np.asarray(sweeps, dtype=np.float64))
    if block.ndim != 2 or block.shape[0] < 1 or block.shape[1] < 2:
        raise RecordingError(
            path="sweeps",
            given=f"shape {np.shape(sweeps)}",
            expected="(n sweeps, m samples), n at least 1, m at least 2",
        )
    if not np.isfinite(block).all():
        raise RecordingError(
            path="sweeps",
            given="a sample is not a number",
            expected="Finite samples; leave out what was not recorded",
        )
    if not (np.isfinite(sampling_rate_hz) and sampling_rate_hz > 0):
        raise RecordingError(
            path="sampling_rate_hz", given=f"{sampling_rate_hz}", expected="Above 0; 10000 or more is usual"
        )
    return block


def _joined(parts: Iterable[Markers]) -> Markers:
    rows = list(parts)
    if len(rows) == 1:
        return rows[0]
    return Markers(
        **{item.name: np.concatenate([getattr(row, item.name) for row in rows]) for item in fields(Markers)}
    )


def _measure_block(block: Array, rate: float, start_ms: float, settings: Settings) -> Markers:
    ready = condition(block, sampling_rate_hz=rate, start_ms=start_ms, settings=settings)
    inverted = _is_inverted(ready, settings)
    if inverted.any():
        ready.sweeps[inverted] *= -1.0
    return _place(block, ready, inverted, 1000.0 / rate, settings)


def _is_inverted(ready: Conditioned, settings: Settings) -> Flags:
    """A large positive deflection first and a clearly smaller negative one after it: the leads were swapped."""
    first, last = ready.search
    part = ready.sweeps[:, first:last]
    lowest, highest = part.argmin(axis=1), part.argmax(axis=1)
    rows = np.arange(part.shape[0])
    depth, height = -part[rows, lowest], part[rows, highest]
    believed = depth > np.maximum(settings.floor, 6.0 * ready.noise)
    first_and_larger = (lowest < highest) & (depth > 1.3 * height)
    return np.asarray(believed & (first_and_larger | (depth > 4.0 * height)), dtype=np.bool_)


def _place(raw: Array, ready: Conditioned, inverted: Flags, step: float, settings: Settings) -> Markers:
    first, last = ready.search
    y = ready.sweeps[:, first:last]
    t0 = ready.time_ms[first]
    n, m = y.shape
    rows, columns = np.arange(n), np.arange(m)
    noise = ready.noise

    peak = y.argmax(axis=1)
    height, shift = _vertex(y, rows, peak)
    absent = height <= np.maximum(settings.floor, 6.0 * noise)
    safe = np.where(absent, 1.0, height)

    onset_level = ONSET_LEVEL * safe
    low = np.maximum(onset_level, 3.0 * noise)
    high = np.maximum(EARLIER_PHASE_LEVEL * safe, 5.0 * noise)
    below = y < low[:, None]
    start = np.minimum((y > high[:, None]).argmax(axis=1), peak)
    foot = np.where(below & (columns < start[:, None]), columns, -1).max(axis=1)
    hidden = foot < 0
    onset = _crossing(y, rows, np.maximum(foot, 0), low, rising=True)
    onset = onset - _foot_left_out(y, rows, foot, low, onset_level, step)

    after = columns > peak[:, None]
    small = _first(below & after, m)
    zero = _first((y <= 0) & after, m)
    back_small = _crossing(y, rows, np.clip(small - 1, 0, m - 2), low, rising=False)
    back_zero = _crossing(y, rows, np.clip(zero - 1, 0, m - 2), np.zeros(n), rising=False)
    # A response that goes on into its positive phase passes zero soon after the onset level; one that only fades does not.
    crosses = (zero < m) & (zero - small <= round(2.5 / step))
    cut_off = (small >= m) & (zero >= m)
    back = np.where(cut_off, m - 1.0, np.where(crosses, back_zero, back_small))

    area = _area(np.maximum(y, 0.0), rows, onset, back, step)
    window = columns <= back[:, None] + settings.satellite_ms / step
    later = (
        (y > np.maximum(LATER_PHASE_LEVEL * safe, 5.0 * noise)[:, None]) & (columns > back[:, None]) & window
    )
    has_later = later.any(axis=1)
    last_high = np.where(later, columns, 0).max(axis=1)
    last_end = _first(below & (columns > last_high[:, None]), m)
    end_of_last = np.where(has_later, np.minimum(last_end, m - 1), back)
    active = (np.abs(y) > np.maximum(LATER_PHASE_LEVEL * safe, 5.0 * noise)[:, None]) & window
    end_of_all = np.where(active, columns, 0).max(axis=1)
    lowest = np.where(window & (columns >= onset[:, None] - 3.0 / step), y, 0.0).min(axis=1)
    near = (columns < onset[:, None]) & (columns >= onset[:, None] - 3.0 / step)
    dip = -np.where(near, y, 0.0).min(axis=1)

    def known(values: Array) -> Array:
        return np.where(absent, np.nan, values)

    return Markers(
        onset_latency_ms=np.where(absent | hidden, np.nan, t0 + onset * step),
        peak_latency_ms=known(t0 + (peak + shift) * step),
        return_ms=known(t0 + back * step),
        negative_peak_amplitude=np.where(absent, 0.0, height),
        peak_to_peak_amplitude=np.where(absent, 0.0, height - lowest),
        negative_peak_area_ms=np.where(absent, 0.0, area),
        negative_peak_duration_ms=np.where(absent | hidden, np.nan, (back - onset) * step),
        duration_to_last_negative_phase_ms=np.where(absent | hidden, np.nan, (end_of_last - onset) * step),
        total_duration_ms=np.where(absent | hidden, np.nan, (np.maximum(end_of_all, back) - onset) * step),
        noise=ready.raw_noise,
        baseline_level=raw[:, first] - ready.sweeps[:, first] * np.where(inverted, -1.0, 1.0),
        is_absent=absent,
        is_inverted=inverted & ~absent,
        is_clipped=_is_clipped(raw[:, first:last], noise) & ~absent,
        has_positive_dip=(dip > np.maximum(DIP_LEVEL * safe, 5.0 * noise)) & ~absent & ~hidden,
        has_later_phase=has_later & ~absent,
        has_hum=ready.has_hum,
        has_artefact=ready.has_artefact,
        is_cut_off=cut_off & ~absent,
    )


def _vertex(y: Array, rows: NDArray[np.intp], peak: NDArray[np.intp]) -> tuple[Array, Array]:
    """Height and sub-sample shift of the peak, from the parabola through its three samples."""
    m = y.shape[1]
    middle = np.clip(peak, 1, m - 2) if m > 2 else peak
    if m <= 2:
        return y[rows, peak], np.zeros(rows.size)
    left, centre, right = y[rows, middle - 1], y[rows, middle], y[rows, middle + 1]
    bend = left - 2.0 * centre + right
    shift = np.where(bend < 0, 0.5 * (left - right) / np.where(bend < 0, bend, -1.0), 0.0)
    shift = np.where(middle == peak, np.clip(shift, -1.0, 1.0), 0.0)
    return np.where(middle == peak, centre - 0.25 * (left - right) * shift, y[rows, peak]), shift


def _first(hits: Flags, otherwise: int) -> NDArray[np.intp]:
    """Index of the first hit in each row, or `otherwise`."""
    return np.where(hits.any(axis=1), hits.argmax(axis=1), otherwise)


def _crossing(
    y: Array, rows: NDArray[np.intp], before: NDArray[np.intp], level: Array, *, rising: bool
) -> Array:
    """Fractional sample at which the line from `before` to the next sample passes the level."""
    at = np.minimum(before, y.shape[1] - 2)
    low, high = y[rows, at], y[rows, at + 1]
    rise = high - low
    fraction = np.where(rise != 0, (level - low) / np.where(rise != 0, rise, 1.0), 0.0)
    return np.asarray(at + np.clip(fraction, 0.0, 1.0), dtype=np.float64)


def _foot_left_out(
    y: Array, rows: NDArray[np.intp], foot: NDArray[np.intp], low: Array, wanted: Array, step: float
) -> Array:
    """Samples by which the onset lies earlier when noise forces a level above the wanted one (at most 0.6 ms)."""
    ahead = max(1, round(0.4 / step))
    at = np.clip(foot, 0, y.shape[1] - 1)
    to = np.minimum(at + ahead, y.shape[1] - 1)
    slope = (y[rows, to] - y[rows, at]) / np.maximum(to - at, 1)
    missing = low - wanted
    return np.where(
        (missing > 0) & (slope > 0), np.minimum(missing / np.where(slope > 0, slope, 1.0), 0.6 / step), 0.0
    )


def _area(y: Array, rows: NDArray[np.intp], start: Array, end: Array, step: float) -> Array:
    """Area between two fractional samples, by trapezia. [unit * ms]"""
    total = np.zeros_like(y)
    np.cumsum(0.5 * (y[:, 1:] + y[:, :-1]), axis=1, out=total[:, 1:])

    def until(place: Array) -> Array:
        at = np.clip(np.floor(place).astype(np.intp), 0, y.shape[1] - 2)
        part = place - at
        left, right = y[rows, at], y[rows, at + 1]
        return np.asarray(total[rows, at] + part * left + 0.5 * part**2 * (right - left), dtype=np.float64)

    return (until(end) - until(np.maximum(start, 0.0))) * step


def _is_clipped(raw: Array, noise: Array) -> Flags:
    """Four or more neighbouring samples at exactly the sweep's highest or lowest value, well out of the noise."""
    span = raw.max(axis=1) - raw.min(axis=1)
    clipped = np.zeros(raw.shape[0], dtype=bool)
    for extreme in (raw.max(axis=1), raw.min(axis=1)):
        at = raw == extreme[:, None]
        runs = (
            (at[:, 3:] & at[:, 2:-1] & at[:, 1:-2] & at[:, :-3]).any(axis=1) if raw.shape[1] > 3 else clipped
        )
        clipped = clipped | runs
    return np.asarray(clipped & (span > 10.0 * noise) & (span > 0), dtype=np.bool_)
