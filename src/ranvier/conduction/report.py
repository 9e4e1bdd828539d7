"""The report a department would file: one HTML page with its pictures inside, and the same as PDF (A4)."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape

from ranvier.figure import pictures_as_images
from ranvier.recording import Kind
from ranvier.terms.optional import require

from .block_criteria import BlockGrade, block_editions
from .body_map import body_map
from .judgement import LEADING_EDITION, SegmentResult, StudyResult
from .reference_limits import SET_LABELS
from .report_style import STYLE
from .segments import change, words
from .study import MarkedRecording, by_nerve
from .trace_figure import nerve_figures

UNSIGNED = (
    "Not signed. A draft made by a program from the numbers given; a clinician reads, corrects and signs it."
)


TRACES_LEGEND = (
    "Negative is up. 1 onset, 2 negative peak, 3 return to the baseline; the negative area is shaded. All sites of a nerve share "
    "one gain and one time base. Left, in blue: distance and velocity between two sites; right: what is lost between them."
)


def html_report(result: StudyResult) -> str:
    """The whole report as one HTML page that needs nothing else: patient line, summary, tables, traces, criteria, limits."""
    context = result.study.context
    person = context.patient_line or "Patient: not named"
    details = [
        f"age {context.age_years:g}" if context.age_years is not None else "",
        context.sex or "",
        f"height {context.height_cm:g} cm" if context.height_cm is not None else "",
        f"low-frequency filter {context.low_filter_hz:g} Hz" if context.low_filter_hz is not None else "",
    ]
    line = ", ".join(part for part in (person, *details) if part)
    figures = "".join(f'<div class="trace">{figure.svg()}</div>' for _, figure in nerve_figures(result))
    traces = f'<h2>Traces</h2><p class="small">{TRACES_LEGEND}</p>{figures}' if figures else ""
    leading = block_editions()[LEADING_EDITION].short
    return "".join(
        (
            '<!doctype html><html lang="en"><head><meta charset="utf-8">',
            '<meta name="viewport" content="width=device-width, initial-scale=1">',
            f"<title>Nerve conduction study</title><style>{STYLE}</style></head><body><main>",
            '<header><p class="unsigned">NOT SIGNED</p><h1>Nerve conduction study</h1>',
            f'<p class="patient">{escape(line)}</p></header>',
            f'<section class="summary"><div class="map">{body_map(result).svg()}</div><div>',
            f"<h2>{escape(result.summary.title)}</h2><ul>",
            "".join(f"<li>{escape(sentence)}</li>" for sentence in result.summary.sentences),
            "</ul></div></section>",
            _faults(result),
            f'<h2>Motor conduction</h2><p class="small">Changes are of this response against the more distal one. '
            f"Block by {escape(leading)}; the other definitions follow below.</p>",
            "".join(_nerve(result, key, rows) for key, rows in by_nerve(result.recordings).items()),
            _sensory(result),
            _f_waves(result),
            _derived(result),
            traces,
            _verdicts(result),
            _noticed(result),
            _demyelination(result),
            _foot(result),
            f'<footer><p class="foot">{escape(UNSIGNED)}</p>',
            '<p class="sign"><span>Examined by</span><span>Date</span><span>Signature</span></p></footer></main></body></html>',
        )
    )


def pdf_report(page: str) -> bytes:
    """The same page as PDF.

    Raises
        MissingDependency: WeasyPrint, or the system libraries it draws with, are not there.
    """
    return bytes(require("weasyprint").HTML(string=pictures_as_images(page)).write_pdf())


def _cells(values: Iterable[str], tag: str = "td") -> str:
    return "<tr>" + "".join(f"<{tag}>{value}</{tag}>" for value in values) + "</tr>"


def _number(value: float | None, shape: str = "{:.1f}") -> str:
    return "" if value is None else shape.format(value)


def _percent(value: float | None) -> str:
    return "" if value is None else change(value)


def _nerve(result: StudyResult, key: tuple[str, str, str], rows: list[MarkedRecording]) -> str:
    nerve, side, muscle = key
    outside = {(o.place, o.quantity) for o in result.outside if (o.nerve, o.side) == (nerve, side)}
    segments = {
        s.segment.proximal_site: s
        for s in result.segments
        if (s.segment.nerve, s.segment.side, s.segment.muscle) == key
    }
    head = ("Stimulated at", "Distance mm", "Onset ms", "Amplitude mV", "Area mV&middot;ms", "Duration ms", "Velocity m/s",
            "Area change", "Ampl. change", "Duration change", "Block")  # fmt: skip
    body = []
    for index, item in enumerate(rows):
        r = item.recording
        s = segments.get(r.stimulate_at)

        def mark(text: str, quantity: str, place: str) -> str:
            return f"<b>{text}&nbsp;*</b>" if text and (place, quantity) in outside else text

        distal = r.stimulate_at if index == 0 else ""
        speed = "" if s is None else _number(s.segment.velocity_m_per_s)
        place = "" if s is None else f"{s.segment.distal_site} to {s.segment.proximal_site}"
        body.append(
            _cells(
                (
                    escape(words(r.stimulate_at)), _number(r.distance_mm, "{:.0f}"),
                    mark(_number(r.onset_latency_ms, "{:.2f}"), "distal_motor_latency", distal),
                    "absent" if r.is_absent
                    else mark(_number(r.negative_peak_amplitude_mv, "{:.2f}"), "amplitude", distal),
                    "" if r.is_absent else _number(r.negative_peak_area_mv_ms),
                    _number(r.negative_peak_duration_ms, "{:.2f}"),
                    mark(speed, "velocity", place), *(_drops(s) if s is not None else ("", "", "", "")),
                )
            )
        )  # fmt: skip
    return (
        f'<div class="nerve"><table class="motor"><caption>{escape(side.capitalize())} {escape(words(nerve))} nerve, '
        f"recorded from {escape(muscle.upper())}</caption><thead>{_cells(head, 'th')}</thead>"
        f"<tbody>{''.join(body)}</tbody></table></div>"
    )


def _drops(s: SegmentResult) -> tuple[str, str, str, str]:
    segment = s.segment
    area, amplitude = segment.area_reduction_fraction, segment.amplitude_reduction_fraction
    grade = s.grades.get(LEADING_EDITION)
    word = "" if grade is None else grade.value
    if grade in (BlockGrade.DEFINITE, BlockGrade.PROBABLE):
        word = f'<span class="block">{word}</span>'
    cautious = s.cautious.get(LEADING_EDITION)
    if cautious is not None and cautious is not grade:
        word += f"; {cautious.value} with caution"
    if segment.is_at_entrapment_site:
        word += "; entrapment site"
    return (
        _percent(None if area is None else -area + 0.0),
        _percent(None if amplitude is None else -amplitude + 0.0),
        _percent(segment.duration_increase_fraction),
        word,
    )


def _sensory(result: StudyResult) -> str:
    if not result.sensory:
        return "<h2>Sensory conduction</h2><p>No sensory nerve was examined.</p>"
    rows = "".join(
        _cells(
            (
                escape(f"{s.side} {words(s.nerve)}"), escape(words(s.record_at)), _number(s.amplitude_uv),
                _number(s.velocity_m_per_s), _number(s.peak_latency_ms, "{:.2f}"),
                s.word if s.word == "normal" else f"<b>{s.word}</b>", escape("; ".join(s.because)),
            )
        )
        for s in result.sensory
    )  # fmt: skip
    head = _cells(
        ("Nerve", "Recorded at", "Amplitude uV", "Velocity m/s", "Peak ms", "Verdict", "Because"), "th"
    )
    return (
        f'<h2>Sensory conduction</h2><table class="words"><thead>{head}</thead><tbody>{rows}</tbody></table>'
    )


def _f_waves(result: StudyResult) -> str:
    rows = "".join(
        _cells(
            (
                escape(f"{r.side.value} {words(r.nerve)}"), escape(r.record_at.upper()),
                "absent" if r.is_absent else _number(r.onset_latency_ms),
                "" if r.f_persistence_fraction is None else f"{100 * r.f_persistence_fraction:.0f} %",
            )
        )
        for r in (item.recording for item in result.recordings)
        if r.kind is Kind.F_WAVE
    )  # fmt: skip
    if not rows:
        return ""
    head = _cells(("Nerve", "Muscle", "Minimum latency ms", "Persistence"), "th")
    return f'<h2>F waves</h2><table class="f-waves"><thead>{head}</thead><tbody>{rows}</tbody></table>'


def _derived(result: StudyResult) -> str:
    """Terminal latency index, residual latency, F ratio and side difference, where their parts were measured."""
    rows = []
    for v in result.derived:
        values = (v.terminal_latency_index, v.residual_latency_ms, v.f_ratio, v.side_difference_fraction)
        if any(value is not None for value in values):
            index, residual, ratio, side = values
            rows.append(
                _cells(
                    (
                        escape(f"{v.side} {words(v.nerve)}, {v.muscle.upper()}"), _number(index, "{:.2f}"),
                        _number(residual, "{:.2f}"), _number(ratio, "{:.2f}"),
                        "" if side is None else f"{100 * side:.0f} %",
                    )
                )
            )  # fmt: skip
    if not rows:
        return ""
    head = _cells(
        ("Nerve", "Terminal latency index", "Residual latency ms", "F ratio", "Side difference"), "th"
    )
    note = (
        "Index: distal distance over velocity times distal latency. Residual: distal latency less the time the distal distance "
        "takes. F ratio: (F - M - 1) / 2M. Side difference: distal amplitude."
    )
    return (
        f'<h2>Derived values</h2><table class="derived"><thead>{head}</thead><tbody>{"".join(rows)}</tbody></table>'
        f'<p class="small">{note}</p>'
    )


def _verdicts(result: StudyResult) -> str:
    ids = [edition.id for edition in result.editions]
    head = _cells(("Segment", *(escape(edition.short) for edition in result.editions)), "th")
    body, because = [], []
    for s in result.segments:
        words_of = [
            f'<span class="block">{s.grades[i].value}</span>'
            if s.grades[i] in (BlockGrade.DEFINITE, BlockGrade.PROBABLE)
            else s.grades[i].value
            for i in ids
        ]
        body.append(_cells((escape(s.segment.place), *words_of)))
        if any(s.grades[i] is not BlockGrade.NONE for i in ids):
            lines = [f"<li>{escape(text)}</li>" for i in ids for text in s.verdicts[i].because]
            place = s.segment.place[:1].upper() + s.segment.place[1:]
            because.append(f"<h4>{escape(place)}</h4><ul>{''.join(lines)}</ul>")
    if not body:
        return ""
    return (
        "<h2>Conduction block, by each definition</h2>"
        f'<table class="editions"><thead>{head}</thead><tbody>{"".join(body)}</tbody></table>'
        f'<div class="because">{"".join(because)}</div>'
    )


def _noticed(result: StudyResult) -> str:
    rows: dict[tuple[str, str], list[str]] = {}
    for flag in result.flags:
        where = flag.segment or flag.recording
        if flag.recording is not None and flag.id == "cold_limb":
            where = (*flag.recording[:2], "", "", "")
        elif flag.id == "cold_limb":
            continue
        place = "whole study" if where is None else " ".join((where[1], words(where[0])))
        rows.setdefault((flag.id, flag.because), []).append(place)
    if not rows:
        return ""
    lines = "".join(
        f"<li><b>{escape(words(name))}</b> ({escape(', '.join(dict.fromkeys(places)))}): {escape(because)}</li>"
        for (name, because), places in rows.items()
    )
    return f"<h2>To be careful of</h2><ul>{lines}</ul>"


def _demyelination(result: StudyResult) -> str:
    rows = "".join(
        f"<li><b>{escape(block_editions()[d.id].short)}</b>: {escape(words(d.word))} ({escape(str(d.source))})</li>"
        for d in result.demyelination
    )
    return f"<h2>Demyelination, by the CIDP guidelines</h2><ul>{rows}</ul>"


def _faults(result: StudyResult) -> str:
    if not result.study.faults:
        return ""
    rows = "".join(f"<li>{escape(str(fault))}</li>" for fault in result.study.faults)
    left = escape(", ".join(result.study.left_out)) or "none"
    return f'<section class="faults"><h2>Not read</h2><p>Left out: {left}.</p><ul>{rows}</ul></section>'


def _foot(result: StudyResult) -> str:
    editions = "".join(f"<li>{escape(e.label)}: {escape(str(e.source))}</li>" for e in result.editions)
    used = {str(o.limit.source) for o in result.outside}
    limits = "".join(
        f"<li>{escape(SET_LABELS.get(name, name))}: {escape('; '.join(sources))}</li>"
        for name, sources in result.limits.sources.items()
    )
    note = "* outside its limit of normal. " if used else ""
    return (
        "<h2>Definitions and limits used</h2>"
        f'<div class="small"><p>{note}Amplitude: baseline to negative peak. Area and duration: first negative phase. '
        "Electronegative is up. Reductions are of the proximal against the distal response of neighbouring sites. Nothing is "
        f"corrected for temperature.</p><ul>{editions}</ul><p>Limits of normal, the first that knows a value is used:</p>"
        f"<ul>{limits}</ul></div>"
    )
