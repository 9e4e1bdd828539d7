"""A judged study as the JSON document of interfaces.md (`ranvier ncs`); keys beyond those named there are added."""

from __future__ import annotations

from typing import Any

from ranvier.recording import Kind
from ranvier.terms import Source

from .artefact import Flag
from .block_criteria import BlockGrade, BlockVerdict, block_editions
from .demyelination import PARAMETERS, DemyelinationSet
from .judgement import SegmentResult, StudyResult
from .sensory import SensoryResult
from .study import MarkedRecording


def to_document(result: StudyResult) -> dict[str, Any]:
    """Everything that was found, as plain values; a key named in interfaces.md is always there."""
    by_recording: dict[tuple[str, ...], list[str]] = {}
    for flag in result.flags:
        if flag.recording is not None:
            by_recording.setdefault(flag.recording, []).append(flag.id)
    return {
        "recordings": [_recording(item, by_recording.get(item.recording.key, [])) for item in result.recordings],
        "segments": [_segment(item) for item in result.segments],
        "sensory": [_sensory(item) for item in result.sensory],
        "demyelination": {item.id: _demyelination(item) for item in result.demyelination},
        "derived": [
            {
                "nerve": v.nerve, "side": v.side, "muscle": v.muscle,
                "terminal_latency_index": _round(v.terminal_latency_index, 3),
                "residual_latency_ms": _round(v.residual_latency_ms, 3),
                "f_minimum_latency_ms": _round(v.f_latency_ms, 3),
                "f_persistence_fraction": _round(v.f_persistence_fraction, 3),
                "f_ratio": _round(v.f_ratio, 3),
                "side_difference_fraction": _round(v.side_difference_fraction, 3),
            }
            for v in result.derived
        ],
        "out_of_limits": [
            {
                "nerve": o.nerve, "side": o.side, "place": o.place, "quantity": o.quantity, "value": _round(o.value, 3),
                "limit": o.limit.value, "unit": o.limit.unit, "bound": o.limit.bound, "source": str(o.limit.source),
                "at_entrapment_site": o.at_entrapment_site,
            }
            for o in result.outside
        ],
        "summary": {
            "pattern": result.summary.pattern.value,
            "title": result.summary.title,
            "because": list(result.summary.sentences),
        },
        "flags": [_flag(flag) for flag in result.flags if flag.segment is None],
        "limits": list(result.limits.names),
        "limit_sources": {name: list(rows) for name, rows in result.limits.sources.items()},
        "editions": {
            e.id: {"label": e.label, "source": str(e.source), "verified": e.is_verified} for e in result.editions
        },
        "not_judged": _not_judged(result),
        "faults": [
            {"path": f.path, "given": f.given, "expected": f.expected} for f in result.study.faults
        ],
        "left_out": list(result.study.left_out),
        "unknown_columns": list(result.study.unknown_columns),
        "extra": [
            {"recording": "/".join(key), **dict(cells)} for key, cells in result.study.extra.items()
        ],
    }  # fmt: skip


def _not_judged(result: StudyResult) -> dict[str, str]:
    """Why an edition has no verdict: it was not asked for, or its table is only recalled."""
    used = {edition.id for edition in result.editions}
    return {
        key: "not asked for" if edition.on_by_default else "its table is only recalled: --unverified adds it"
        for key, edition in block_editions().items()
        if key not in used
    }


def _recording(item: MarkedRecording, flags: list[str]) -> dict[str, Any]:
    r = item.recording
    sensory = r.kind is Kind.SENSORY
    return {
        "nerve": r.nerve,
        "side": r.side.value,
        "kind": r.kind.value,
        "muscle": None if sensory else r.record_at,
        "record_at": r.record_at,
        "site": r.stimulate_at,
        "distance_mm": r.distance_mm,
        "onset_latency_ms": _round(r.onset_latency_ms, 3),
        "peak_latency_ms": _round(r.peak_latency_ms, 3),
        "peak_amplitude_mv": None if sensory else _round(r.negative_peak_amplitude_mv, 4),
        "peak_amplitude_uv": _round(r.negative_peak_amplitude_uv, 3) if sensory else None,
        "peak_to_peak_amplitude_mv": None if sensory else _round(r.peak_to_peak_amplitude_mv, 4),
        "peak_to_peak_amplitude_uv": _round(r.peak_to_peak_amplitude_uv, 3) if sensory else None,
        "negative_area_mv_ms": _round(r.negative_peak_area_mv_ms, 4),
        "negative_duration_ms": _round(r.negative_peak_duration_ms, 3),
        "duration_to_last_negative_phase_ms": _round(r.duration_to_last_negative_phase_ms, 3),
        "total_duration_ms": _round(r.total_duration_ms, 3),
        "f_persistence_fraction": _round(r.f_persistence_fraction, 3),
        "temperature_celsius": r.temperature_celsius,
        "return_ms": _round(item.marker("return_ms"), 3),
        "has_trace": r.waveform is not None,
        "from_trace": list(item.from_trace),
        "flags": [*item.flags, *dict.fromkeys(flags)],
    }


def _segment(item: SegmentResult) -> dict[str, Any]:
    s = item.segment
    # An edition that was not asked for has said nothing: unknown, and `not_judged` tells why.
    verdicts = dict.fromkeys(block_editions(), BlockGrade.UNKNOWN.value)
    verdicts |= {key: grade.value for key, grade in item.grades.items()}
    return {
        "nerve": s.nerve,
        "side": s.side,
        "muscle": s.muscle,
        "distal_site": s.distal_site,
        "proximal_site": s.proximal_site,
        "region": s.region,
        "distance_mm": s.distance_mm,
        "velocity_m_per_s": _round(s.velocity_m_per_s, 2),
        "area_reduction_fraction": _round(s.area_reduction_fraction, 4),
        "amplitude_reduction_fraction": _round(s.amplitude_reduction_fraction, 4),
        "duration_increase_fraction": _round(s.duration_increase_fraction, 4),
        "crossing_amplitude_mv": _round(s.crossing_amplitude_mv, 4) if s.crossing_amplitude_mv else None,
        "at_entrapment_site": s.is_at_entrapment_site,
        "entrapment_sites": [site.name for site in s.entrapment],
        "verdicts": verdicts,
        "cautious_verdicts": {key: grade.value for key, grade in item.cautious.items()},
        "verdict_details": {key: _verdict(v) for key, v in item.verdicts.items()},
        "blocked_fraction": None,
        "flags": list(dict.fromkeys(flag.id for flag in item.flags)),
        "flag_details": [_flag(flag) for flag in item.flags],
    }


def _verdict(verdict: BlockVerdict) -> dict[str, Any]:
    return {
        "by_numbers": verdict.grade.value,
        "could_be": [grade.value for grade in verdict.could_be],
        "because": list(verdict.because),
        "missing": list(verdict.missing),
        "amplitude_alone": None if verdict.amplitude_alone is None else verdict.amplitude_alone.value,
        "source": _source(verdict.source),
    }


def _sensory(item: SensoryResult) -> dict[str, Any]:
    return {
        "nerve": item.nerve,
        "side": item.side,
        "record_at": item.record_at,
        "verdict": item.word,
        "peak_amplitude_uv": _round(item.amplitude_uv, 3),
        "velocity_m_per_s": _round(item.velocity_m_per_s, 2),
        "peak_latency_ms": _round(item.peak_latency_ms, 3),
        "because": list(item.because),
        "segments": [
            {
                "distal_site": s.distal_site, "proximal_site": s.proximal_site,
                "velocity_m_per_s": _round(s.velocity_m_per_s, 2),
                "verdict": {"met": "normal", "not_met": "abnormal", "unknown": "unknown"}[s.normal.value],
            }
            for s in item.segments
        ],
    }  # fmt: skip


def _demyelination(item: DemyelinationSet) -> dict[str, Any]:
    return {
        "verdict": item.word,
        "because": list(item.because),
        "source": _source(item.source),
        "nerves": [
            {
                "nerve": n.nerve, "side": n.side,
                "parameters": {
                    key: {"name": PARAMETERS[key], "verdict": n.verdicts[key].value, "because": n.because[key]}
                    for key in PARAMETERS
                },
            }
            for n in item.nerves
        ],
    }  # fmt: skip


def _flag(flag: Flag) -> dict[str, Any]:
    return {
        "id": flag.id,
        "because": flag.because,
        "effect": flag.effect.value,
        "source": _source(flag.source),
    }


def _source(source: Source) -> str:
    return str(source)


def _round(value: float | None, digits: int) -> float | None:
    if value is None:
        return None
    return round(float(value), digits) + 0.0
