"""Sensory conduction: each nerve normal, abnormal or unknown, and what was read to say so.

The most distal response is judged by amplitude, velocity and, at the limit's own distance, peak latency. Between
neighbouring sites a sensory segment is judged by presence and velocity, never by amplitude, which falls with distance in
health (Kimura et al., Neurology 1986;36:647-652).
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from itertools import pairwise

from ranvier.recording import Kind
from ranvier.terms import Verdict, vocabulary

from .reference_limits import Limit, ReferenceLimits
from .segments import words
from .study import Context, MarkedRecording

DISTANCE_TOLERANCE_MM = 15.0  # a peak latency limit holds for its own distance; velocity serves for others
VERDICT_WORDS = {Verdict.MET: "normal", Verdict.NOT_MET: "abnormal", Verdict.UNKNOWN: "unknown"}


@dataclass(frozen=True)
class SensorySegment:
    """A stretch between two stimulation sites of one sensory nerve. `normal` is MET, NOT_MET or UNKNOWN."""

    distal_site: str
    proximal_site: str
    velocity_m_per_s: float | None
    normal: Verdict
    because: str


@dataclass(frozen=True)
class SensoryResult:
    """One sensory nerve of one side. `normal`: MET only with amplitude and conduction both measured and normal."""

    nerve: str
    side: str
    record_at: str
    amplitude_uv: float | None
    velocity_m_per_s: float | None
    peak_latency_ms: float | None
    normal: Verdict
    amplitude_normal: Verdict
    because: tuple[str, ...]
    segments: tuple[SensorySegment, ...] = ()

    @property
    def word(self) -> str:
        """normal, abnormal or unknown."""
        return VERDICT_WORDS[self.normal]


def judge_sensory(
    recordings: tuple[MarkedRecording, ...], *, limits: ReferenceLimits, context: Context
) -> tuple[SensoryResult, ...]:
    """Judge every sensory nerve of the study."""
    groups: dict[tuple[str, str, str], list[MarkedRecording]] = defaultdict(list)
    for item in recordings:
        r = item.recording
        if r.kind is Kind.SENSORY:
            groups[r.nerve, r.side.value, r.record_at].append(item)
    results = []
    for (nerve, side, record_at), rows in groups.items():
        rows.sort(key=lambda item: abs(_order(item) - vocabulary.site_order(record_at)))
        results.append(_judge(nerve, side, record_at, rows, limits, context))
    return tuple(results)


def _order(item: MarkedRecording) -> int:
    return vocabulary.site_order(item.recording.stimulate_at)


def _judge(
    nerve: str,
    side: str,
    record_at: str,
    rows: list[MarkedRecording],
    limits: ReferenceLimits,
    context: Context,
) -> SensoryResult:
    first = rows[0].recording

    def limit(quantity: str) -> Limit | None:
        return limits.find(nerve=nerve, record_at=record_at, quantity=quantity, context=context)

    amplitude = first.negative_peak_amplitude_uv
    amplitude_limit = limit("sensory_amplitude")
    told: list[str] = []
    if amplitude is None:
        amplitude_normal = Verdict.UNKNOWN
        told.append("amplitude not measured")
    elif amplitude == 0:
        amplitude_normal = Verdict.NOT_MET
        told.append("no response")
    elif amplitude_limit is None:
        amplitude_normal = Verdict.UNKNOWN
        told.append("no limit of normal known for the amplitude")
    else:
        amplitude_normal = _met(amplitude >= amplitude_limit.value)
        told.append(f"amplitude {amplitude:.3g} uV, {amplitude_limit}")
    velocity = None
    if first.onset_latency_ms and first.distance_mm:
        velocity = first.distance_mm / first.onset_latency_ms
    conduction, text = _conduction(velocity, first.peak_latency_ms, first.distance_mm, limit)
    if amplitude == 0:
        conduction, text = Verdict.NOT_MET, "no response to time"
    told.append(text)
    segments = tuple(
        _segment(distal, proximal, limit("sensory_velocity")) for distal, proximal in pairwise(rows)
    )
    told += [f"{words(s.distal_site)} to {words(s.proximal_site)}: {s.because}" for s in segments]
    normal = amplitude_normal & conduction
    if any(segment.normal is Verdict.NOT_MET for segment in segments):
        normal = Verdict.NOT_MET
    return SensoryResult(
        nerve,
        side,
        record_at,
        amplitude,
        velocity,
        first.peak_latency_ms,
        normal,
        amplitude_normal,
        tuple(told),
        segments,
    )


def _conduction(
    velocity: float | None, peak_latency_ms: float | None, distance_mm: float | None, limit: object
) -> tuple[Verdict, str]:
    """Velocity where there is one, and the peak latency at its own distance; abnormal when either is."""
    find = limit  # a function from quantity to Limit
    assert callable(find)
    speed_limit: Limit | None = find("sensory_velocity")
    peak_limit: Limit | None = find("sensory_peak_latency")
    verdicts: list[Verdict] = []
    told: list[str] = []
    if velocity is not None and speed_limit is not None:
        verdicts.append(_met(velocity >= speed_limit.value))
        told.append(f"velocity {velocity:.3g} m/s, {speed_limit}")
    same_distance = (
        peak_limit is not None
        and peak_limit.distance_mm is not None
        and distance_mm is not None
        and abs(distance_mm - peak_limit.distance_mm) <= DISTANCE_TOLERANCE_MM
    )
    if peak_latency_ms is not None and peak_limit is not None and same_distance:
        verdicts.append(_met(peak_latency_ms <= peak_limit.value))
        told.append(f"peak latency {peak_latency_ms:.3g} ms, {peak_limit}")
    if not verdicts:
        return (
            Verdict.UNKNOWN,
            "conduction not judged: needs an onset latency with its distance, or a peak latency at the limit's",
        )
    if Verdict.NOT_MET in verdicts:
        return Verdict.NOT_MET, "; ".join(told)
    return Verdict.MET, "; ".join(told)


def _segment(distal: MarkedRecording, proximal: MarkedRecording, limit: Limit | None) -> SensorySegment:
    first, second = distal.recording, proximal.recording
    velocity = None
    if first.onset_latency_ms is not None and second.onset_latency_ms is not None and second.distance_mm:
        time = second.onset_latency_ms - first.onset_latency_ms
        velocity = second.distance_mm / time if time > 0 else None
    if second.is_absent and not first.is_absent:
        normal, because = Verdict.NOT_MET, "no response from the proximal site"
    elif velocity is None or limit is None:
        normal, because = Verdict.UNKNOWN, "velocity not known"
    else:
        normal, because = _met(velocity >= limit.value), f"velocity {velocity:.3g} m/s, {limit}"
    return SensorySegment(first.stimulate_at, second.stimulate_at, velocity, normal, because)


def _met(value: bool) -> Verdict:
    return Verdict.MET if value else Verdict.NOT_MET
