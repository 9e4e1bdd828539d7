"""A judged study for the terminal: one table a nerve, the verdicts, what to be careful of, and the summary."""

from __future__ import annotations

from ranvier.recording import Kind

from .block_criteria import BlockGrade
from .judgement import LEADING_EDITION, SegmentResult, StudyResult
from .segments import change, words
from .study import MarkedRecording, by_nerve


def as_text(result: StudyResult) -> str:
    """The study in plain text; blanks were not measured."""
    lines: list[str] = [result.summary.title, "=" * len(result.summary.title)]
    lines += [f"  {sentence}" for sentence in result.summary.sentences]
    for (nerve, side, muscle), rows in by_nerve(result.recordings).items():
        own = [
            s
            for s in result.segments
            if (s.segment.nerve, s.segment.side, s.segment.muscle) == (nerve, side, muscle)
        ]
        lines += ["", f"{side} {words(nerve)}, {muscle.upper()}"]
        lines += [
            f"  {'site':<18}{'onset ms':>10}{'ampl mV':>10}{'area mVms':>11}{'dur ms':>9}{'dist mm':>9}{'m/s':>7}"
        ]
        speed = {s.segment.proximal_site: s.segment.velocity_m_per_s for s in own}
        lines += [_recording(item, speed.get(item.recording.stimulate_at)) for item in rows]
        lines += [line for s in own for line in _segment(s)]
    sensory = [item for item in result.recordings if item.recording.kind is Kind.SENSORY]
    if sensory:
        lines += ["", "Sensory"]
        for s in result.sensory:
            lines += [f"  {s.side} {words(s.nerve)}, {words(s.record_at)}: {s.word} ({'; '.join(s.because)})"]
    for item in result.recordings:
        if item.recording.kind is Kind.F_WAVE:
            r = item.recording
            latency = "absent" if r.is_absent else _cell(r.onset_latency_ms, "{:.1f} ms")
            lines += ["", f"F wave, {r.side.value} {words(r.nerve)}: {latency}"]
    lines += ["", "Demyelination (CIDP guidelines)"]
    lines += [f"  {d.id}: {words(d.word)}, {d.source.mark.value}" for d in result.demyelination]
    general = [flag for flag in result.flags if flag.segment is None]
    if general:
        lines += ["", "Noticed"]
        lines += [f"  {flag.id}: {flag.because}" for flag in general]
    lines += [
        "",
        f"Limits of normal: {', '.join(result.limits.names)}. Editions: {', '.join(e.id for e in result.editions)}.",
    ]
    lines += ["Not signed. Measures and published definitions; it does not diagnose."]
    return "\n".join(lines)


def _recording(item: MarkedRecording, velocity: float | None) -> str:
    r = item.recording
    flags = f"   [{', '.join(item.flags)}]" if item.flags else ""
    return (
        f"  {words(r.stimulate_at):<18}{_cell(r.onset_latency_ms, '{:.2f}'):>10}"
        f"{_cell(r.negative_peak_amplitude_mv, '{:.2f}'):>10}{_cell(r.negative_peak_area_mv_ms, '{:.1f}'):>11}"
        f"{_cell(r.negative_peak_duration_ms, '{:.2f}'):>9}{_cell(r.distance_mm, '{:.0f}'):>9}"
        f"{_cell(velocity, '{:.1f}'):>7}{flags}"
    )


def _segment(s: SegmentResult) -> list[str]:
    segment = s.segment
    changes = ", ".join(
        f"{name} {'not known' if value is None else change(value)}"
        for name, value in (
            ("area", _minus(segment.area_reduction_fraction)),
            ("amplitude", _minus(segment.amplitude_reduction_fraction)),
            ("duration", segment.duration_increase_fraction),
        )
    )
    place = f"{words(segment.distal_site)} to {words(segment.proximal_site)}"
    trap = " (entrapment site)" if segment.is_at_entrapment_site else ""
    lines = [f"  {place}{trap}: {changes}"]
    interesting = [(k, g) for k, g in s.grades.items() if g is not BlockGrade.NONE]
    for key, grade in interesting:
        cautious = s.cautious[key]
        careful = "" if cautious is grade else f" ({cautious.value} with caution)"
        lines.append(f"    {key}: {grade.value}{careful}")
    if LEADING_EDITION in s.verdicts and interesting:
        lines += [f"      {text}" for text in s.verdicts[LEADING_EDITION].because]
    lines += [f"    ! {flag.id}: {flag.because}" for flag in s.flags]
    return lines


def _minus(value: float | None) -> float | None:
    return None if value is None else -value + 0.0


def _cell(value: float | None, shape: str) -> str:
    return "" if value is None else shape.format(value)
