"""Sweeps made fit to measure: stimulus artefact taken out, smoothed, and set on their baseline. Vectorised over sweeps.

A sweep is modelled as response + decaying artefact + (level + drift + mains hum) + noise. The last bracket is fitted on
the quiet parts of the sweep, before and after the response, and taken off everywhere.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import correlate1d

Array = NDArray[np.float64]
Flags = NDArray[np.bool_]
Rows = NDArray[np.intp]

# The lower quartile of |N(0, 1)|: the noise is read off the quietest quarter, so that a long response cannot inflate it.
LOWER_QUARTILE_OF_ABSOLUTE_NORMAL = 0.31864
HUM_HZ = (50.0, 60.0)
SHORTEST_SWEEP_FOR_HUM_MS = 25.0  # below about one cycle, hum and drift cannot be told apart
# Quiet time after the response, about a quarter of a cycle: in less, the tail of a slow response passes for hum.
SHORTEST_QUIET_FOR_HUM_MS = 5.0
ARTEFACT_WINDOW_MS = 0.3
# Share of the squares left by drift that hum may leave; at 0.5 the tails of slow responses pass for hum twice as often.
HUM_LEAVES_AT_MOST = 0.4
# A tail decays over 0.1 to 1.5 ms; what three noisy windows leave of it is fitted with the middle of that range.
REST_OF_TAIL_MS = 0.4
# Of the sweep's size: a smaller jump at the blanking edge is the foot of a response, not an artefact.
SMALLEST_JUMP_FRACTION = 0.01
# Larger products are split over threads, which costs more than it saves on a busy machine.
ROWS_BELOW_BLAS_THREADS = 64


@dataclass(frozen=True)
class Settings:
    """How one kind of response is looked for. Times in ms after the stimulus.

    `blank_ms`: everything before it is stimulus artefact. `search_from_ms`: no response can begin earlier.
    `smoothing_ms`: width of the quadratic smoother. `floor`: smallest response believed, in the sweep's unit.
    `response_ms`: the longest a response is expected to go on after its peak.
    """

    blank_ms: float
    search_from_ms: float
    smoothing_ms: float
    floor: float
    response_ms: float
    satellite_ms: float


MOTOR = Settings(
    blank_ms=0.5, search_from_ms=1.0, smoothing_ms=1.0, floor=0.03, response_ms=20.0, satellite_ms=15.0
)
SENSORY = Settings(
    blank_ms=0.5, search_from_ms=0.9, smoothing_ms=0.35, floor=0.8, response_ms=4.0, satellite_ms=3.0
)


@dataclass(frozen=True)
class Conditioned:
    """Sweeps on their baseline. `sweeps` and `noise` share the unit of what was given.

    sweeps : (n, m) smoothed, artefact and baseline removed.
    time_ms : (m,) after the stimulus. [ms]
    noise : (n,) standard deviation of the noise left after smoothing.
    raw_noise : (n,) the same before smoothing.
    has_hum, has_artefact : (n,) what was found and taken out.
    search : (first, last + 1) sample indices in which a response is looked for.
    """

    sweeps: Array
    time_ms: Array
    noise: Array
    raw_noise: Array
    has_hum: Flags
    has_artefact: Flags
    search: tuple[int, int]


def noise_level(sweeps: Array, *, step_ms: float) -> Array:
    """Estimate the standard deviation of the noise of each sweep, whatever slow things it rides on.

    Second differences over 0.3 ms cancel level, drift, hum and most of a response; the lower quartile of their size is
    scaled to a Gaussian's.
    """
    lag = max(1, round(0.3 / step_ms))
    if sweeps.shape[1] <= 2 * lag + 4:
        lag = 1
    if sweeps.shape[1] < 4:
        return np.zeros(sweeps.shape[0])
    second = np.abs(sweeps[:, 2 * lag :] - 2.0 * sweeps[:, lag:-lag] + sweeps[:, : -2 * lag])
    place = second.shape[1] // 4
    quartile = np.partition(second, place, axis=1)[:, place]
    return np.asarray(quartile / (LOWER_QUARTILE_OF_ABSOLUTE_NORMAL * np.sqrt(6.0)), dtype=np.float64)


def quadratic_smoother(half: int) -> Array:
    """(2 half + 1,) weights that replace a sample by the quadratic fitted to its neighbours: it keeps a peak's height.

    Closed form; written out since importing scipy.signal for it costs half of a cold start.

    Source
        Savitzky A, Golay MJE. Anal Chem 1964;36:1627-1639; the tests compare it with scipy.signal.savgol_coeffs.
    """
    j = np.arange(-half, half + 1)
    below = (2 * half - 1) * (2 * half + 1) * (2 * half + 3)
    return np.asarray(3.0 * (3 * half**2 + 3 * half - 1 - 5 * j**2) / below, dtype=np.float64)


def condition(sweeps: Array, *, sampling_rate_hz: float, start_ms: float, settings: Settings) -> Conditioned:
    """Take artefact, drift and hum out of a block of sweeps.

    Parameters
        sweeps : (n, m) electronegative positive. [mV or uV]
        sampling_rate_hz : above 0. [Hz]
        start_ms : time of the first sample after the stimulus; negative with a pre-stimulus baseline. [ms]
    Returns
        Conditioned sweeps in the same unit.
    """
    step_ms = 1000.0 / sampling_rate_hz
    m = sweeps.shape[1]
    time: Array = start_ms + np.arange(m, dtype=np.float64) * step_ms
    raw_noise = noise_level(sweeps, step_ms=step_ms)
    clean, has_artefact = _without_artefact(sweeps, time, raw_noise, settings)
    smooth, gain = _smooth(clean, step_ms, settings)
    noise = raw_noise * gain
    first = min(int(np.searchsorted(time, settings.search_from_ms - 1e-9)), m - 1)
    onset, end = _rough_response(smooth, time, noise, first, step_ms, settings)
    level, has_hum = _baseline(smooth, time, onset, end, noise, first, settings, has_artefact)
    return Conditioned(smooth - level, time, noise, raw_noise, has_hum, has_artefact, (first, m))


def _without_artefact(sweeps: Array, time: Array, noise: Array, settings: Settings) -> tuple[Array, Flags]:
    """Hold the blanked samples and subtract an exponential tail where three short windows show one."""
    n, m = sweeps.shape
    clean = sweeps.copy()
    blank = (time > -0.15) & (time < settings.blank_ms - 1e-9)
    after = int(np.searchsorted(time, settings.blank_ms - 1e-9))
    if after + 3 >= m:
        return clean, np.zeros(n, dtype=bool)
    edges = settings.blank_ms + ARTEFACT_WINDOW_MS * np.arange(4)
    places = np.searchsorted(time, edges - 1e-9)
    found = np.zeros(n, dtype=bool)
    if np.diff(places).min() >= 2 and places[-1] < m:
        means = [sweeps[:, a:b].mean(axis=1) for a, b in pairwise(places)]
        early, late = means[0] - means[1], means[1] - means[2]
        ratio = np.divide(late, early, out=np.full(n, -1.0), where=early != 0)
        certain = np.abs(early) > 6.0 * noise * np.sqrt(2.0 / (places[1] - places[0])) + 1e-12
        # A tail decays over 0.1 to 1.5 ms; a response that has begun early does not look like one.
        found = certain & (ratio > 0.05) & (ratio < 0.82)
        if found.any():
            decay = np.log(ratio[found]) / ARTEFACT_WINDOW_MS
            # Mean of A exp(decay (t - blank)) over the first window, less the second, is `early`.
            unit = (np.exp(decay * ARTEFACT_WINDOW_MS) - 1.0) / (decay * ARTEFACT_WINDOW_MS)
            size = early[found] / (unit * (1.0 - ratio[found]))
            since = time[after:] - settings.blank_ms
            clean[found, after:] -= size[:, None] * np.exp(decay[:, None] * since[None, :])
    if blank.any():
        clean[:, blank] = clean[:, after : after + 3].mean(axis=1)[:, None]
    jump = np.abs(sweeps[:, blank] - clean[:, after][:, None]).max(axis=1) if blank.any() else np.zeros(n)
    plain = np.maximum(8.0 * noise, SMALLEST_JUMP_FRACTION * np.abs(clean).max(axis=1))
    return clean, found | (jump > plain + 1e-12)


def _smooth(sweeps: Array, step_ms: float, settings: Settings) -> tuple[Array, float]:
    """Smooth by a running quadratic (Savitzky-Golay), which keeps a peak's height; returns the gain on white noise."""
    half = round(settings.smoothing_ms / step_ms / 2)
    width = 2 * half + 1
    if half < 2 or width >= sweeps.shape[1]:
        return sweeps.copy(), 1.0
    weights = quadratic_smoother(half)
    return np.asarray(correlate1d(sweeps, weights, axis=1, mode="nearest"), dtype=np.float64), float(
        np.sqrt(np.sum(weights**2))
    )


def _rough_response(
    smooth: Array, time: Array, noise: Array, first: int, step_ms: float, settings: Settings
) -> tuple[Array, Array]:
    """Guess where the response begins and ends, (n,) each in ms, to know which samples are quiet."""
    n, m = smooth.shape
    tail = max(first, m - max(4, (m - first) // 2))
    level = np.median(smooth[:, tail::3], axis=1)
    above = np.abs(smooth[:, first:] - level[:, None])
    peak = above.argmax(axis=1)
    height = above[np.arange(n), peak]
    edge = np.maximum(0.05 * height, 5.0 * noise)
    columns = np.arange(m - first)
    below = above < edge[:, None]
    before = np.where(below & (columns <= peak[:, None]), columns, -1).max(axis=1)
    # Back over the foot too: an initial positive dip or an early phase lies within the 3 ms before the crossing.
    earliest = np.where(~below & (columns >= (before - round(3.0 / step_ms))[:, None]), columns, m).min(
        axis=1
    )
    onset = time[first] + np.minimum(before, earliest) * step_ms
    end = np.minimum(time[first] + (peak * step_ms) + settings.response_ms, time[-1])
    return onset, end


def _baseline(
    smooth: Array, time: Array, onset: Array, end: Array, noise: Array, first: int, settings: Settings,
    has_artefact: Flags,
) -> tuple[Array, Flags]:  # fmt: skip
    """Fit level, drift, the rest of an artefact's tail and, where it is plain, hum on the quiet samples.

    Returns what was fitted at every sample, (n, m), and which sweeps had hum.
    """
    n = smooth.shape[0]
    # Neighbours within the smoother's width say the same thing twice: every few samples are enough, and much faster.
    stride = max(1, round(settings.smoothing_ms * 0.4 / (time[1] - time[0])))
    quiet, at_ms = smooth[:, first % stride :: stride], time[first % stride :: stride]
    begin, m = first // stride, at_ms.size
    early = (at_ms[None, :] < onset[:, None] - 0.4) & ((np.arange(m) >= begin) | (at_ms < -0.2))[None, :]
    late = at_ms[None, :] > end[:, None]
    early_count, late_count = early.sum(axis=1), late.sum(axis=1)
    enough_late = late_count >= max(4, m // 20)
    few_early = early_count < 1
    # Both ends weigh the same, so that the fit passes through the foot of the response as well as its tail.
    weights = (
        early / np.maximum(early_count, 1)[:, None]
        + (late * enough_late[:, None]) / np.maximum(late_count, 1)[:, None]
    )
    nothing = weights.sum(axis=1) == 0
    weights[nothing, begin] = 1.0
    fit = _Fit(quiet, weights, _quiet_shapes(time, at_ms, settings))
    drift = enough_late & ~few_early
    if (~drift).any():
        fit.keep((~drift).nonzero()[0], [LEVEL])
    enough_for_hum = late_count * stride * (time[1] - time[0]) >= SHORTEST_QUIET_FOR_HUM_MS
    tailed = drift & has_artefact & (early_count >= 3)
    has_hum = np.zeros(n, dtype=bool)
    for part, shapes in ((drift & ~tailed, [LEVEL, DRIFT]), (tailed, [LEVEL, DRIFT, TAIL])):
        rows = part.nonzero()[0]
        if rows.size:
            has_hum[rows] = fit.keep_best(rows, shapes, noise[rows], enough_for_hum[rows])
    everywhere = _quiet_shapes(time, time, settings)
    level = fit.coefficients[:, :1] + fit.coefficients[:, DRIFT : DRIFT + 1] * everywhere[None, :, DRIFT]
    more = has_hum | tailed
    if more.any():
        level[more] += fit.coefficients[more, TAIL:] @ everywhere[:, TAIL:].T
    return level, has_hum


# Columns of the shapes fitted to the quiet samples; a sine and a cosine of each mains frequency follow them.
LEVEL, DRIFT, TAIL, FIRST_HUM = 0, 1, 2, 3


class _Fit:
    """Weighted least squares of every sweep on any of the shapes, from products that are made once."""

    def __init__(self, quiet: Array, weights: Array, shapes: Array) -> None:
        n, self.size = quiet.shape[0], shapes.shape[1]
        upper = np.triu_indices(self.size)
        pairs = np.ascontiguousarray(shapes[:, upper[0]] * shapes[:, upper[1]])
        self.gram = np.empty((n, self.size, self.size))
        for at in range(0, n, ROWS_BELOW_BLAS_THREADS):
            products = weights[at : at + ROWS_BELOW_BLAS_THREADS] @ pairs
            self.gram[at : at + ROWS_BELOW_BLAS_THREADS, upper[0], upper[1]] = products
            self.gram[at : at + ROWS_BELOW_BLAS_THREADS, upper[1], upper[0]] = products
        weighted = weights * quiet
        self.right = weighted @ shapes
        self.total = np.einsum("ij,ij->i", weighted, quiet)
        self.coefficients = np.zeros((n, self.size))

    def solve(self, rows: Rows, use: Sequence[int]) -> tuple[Array, Array]:
        """Coefficients of the shapes in use, and the weighted squares left over, (rows,)."""
        chosen = np.asarray(use, dtype=np.intp)
        inside = self.gram[np.ix_(rows, chosen, chosen)] + 1e-9 * np.eye(chosen.size)
        right = self.right[np.ix_(rows, chosen)]
        found: Array = np.asarray(np.linalg.solve(inside, right[:, :, None])[:, :, 0], dtype=np.float64)
        return found, np.maximum(self.total[rows] - np.einsum("ij,ij->i", found, right), 0.0)

    def keep(self, rows: Rows, use: Sequence[int]) -> Array:
        """Fit these shapes and keep them and no hum; returns the squares left over."""
        found, left_over = self.solve(rows, use)
        self._store(rows, use, found)
        return left_over

    def keep_best(self, rows: Rows, use: Sequence[int], noise: Array, may_hum: Flags) -> Flags:
        """Fit these shapes, with hum where it explains most of what they leave and stands out of the noise."""
        plain = self.keep(rows, use)
        best, has_hum = plain.copy(), np.zeros(rows.size, dtype=bool)
        for sine in range(FIRST_HUM, self.size, 2):
            with_hum = [*use, sine, sine + 1]
            found, left_over = self.solve(rows, with_hum)
            strength = np.hypot(found[:, -2], found[:, -1])
            better = (
                (left_over < HUM_LEAVES_AT_MOST * plain) & (left_over < best) & (strength > noise) & may_hum
            )
            self._store(rows[better], with_hum, found[better])
            has_hum |= better
            best = np.where(better, left_over, best)
        return has_hum

    def _store(self, rows: Rows, use: Sequence[int], found: Array) -> None:
        self.coefficients[rows] = 0.0
        self.coefficients[np.ix_(rows, np.asarray(use, dtype=np.intp))] = found


def _quiet_shapes(time: Array, at_ms: Array, settings: Settings) -> Array:
    """Level, drift, the tail of an artefact and, when the sweep is long enough, hum at both mains frequencies."""
    span = max(time[-1] - time[0], 1e-9)
    tail = np.exp(-np.maximum(at_ms - settings.blank_ms, 0.0) / REST_OF_TAIL_MS) * (at_ms > -0.15)
    columns = [np.ones(at_ms.size), (at_ms - time[0]) / span * 2.0 - 1.0, tail]
    for hertz in HUM_HZ if span >= SHORTEST_SWEEP_FOR_HUM_MS else ():
        phase = 2.0 * np.pi * hertz * at_ms / 1000.0
        columns += [np.sin(phase), np.cos(phase)]
    return np.stack(columns, axis=1)
