"""The clinic report: one page in HTML, and the same page as PDF."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial
from html import escape
from pathlib import Path

from ranvier.figure import pictures_as_images
from ranvier.terms.optional import require

from .alternatives import Alternative, as_of, to_avoid
from .facts import facts, source_of
from .flag import Flag, Severity
from .outlook import Outlook
from .patterns import Answer
from .picture import draw
from .report_plans import every_plan, plans_table
from .report_style import STYLE
from .summary import (
    MODEL_SOURCE,
    PURPOSE,
    effect_sentence,
    fit_sentence,
    sentence,
    wear_off_sentence,
    words,
)


def clinic_report(outlook: Outlook) -> str:
    """The report as one self-contained HTML page."""
    diary = outlook.diary
    weight = f"{diary.weight_kg:g} kg" if diary.weight_kg else "weight not said"
    span = f"{diary.fitted_from} to {diary.last_date}" if diary.fitted_from else "empty diary"
    figure = draw(outlook).svg()
    grave = any(flag.severity is not Severity.INFO for flag in outlook.flags)
    roomy = "" if grave else " wide"  # the first page has room where nothing must be settled
    return "".join(
        (
            '<!doctype html><html lang="en"><head><meta charset="utf-8">',
            '<meta name="viewport" content="width=device-width, initial-scale=1">',
            f"<title>Immunoglobulin report</title><style>{STYLE}</style></head><body><main>",
            '<header><h1>Immunoglobulin: what the diary says</h1><p class="unsigned">NOT SIGNED</p>',
            f'<p class="patient">Diary {escape(span)}, {escape(weight)}</p></header>',
            f'<p class="purpose">{escape(PURPOSE)} {escape(fit_sentence(outlook))} Numbers lead to the sources in the annex.</p>',
            _flags(outlook),
            f'<div class="picture{roomy}">{figure}</div>',
            _findings(outlook),
            plans_table(outlook, partial(_reference, outlook)),
            _learning(outlook),
            '<div class="annex"><h1>Annex</h1>',
            every_plan(outlook, partial(_reference, outlook)),
            _asked(outlook),
            _looked_for(outlook),
            _protocols(outlook),
            _alternatives(outlook),
            _sources(outlook),
            "</div></main></body></html>",
        )
    )


def write_pdf(page: str, path: Path) -> None:
    """Write the page as PDF.

    Raises
        MissingDependency: WeasyPrint, or the system libraries it draws with, are not there.
    """
    path.write_bytes(bytes(require("weasyprint").HTML(string=pictures_as_images(page)).write_pdf()))


def _list(rows: Iterable[str], kind: str = "") -> str:
    items = "".join(f"<li>{row}</li>" for row in rows)
    return f'<ul class="{kind}">{items}</ul>' if items else ""


def _reference(outlook: Outlook, text: str) -> str:
    """The number of a source in the list at the foot."""
    number = _numbered(outlook).get(text)
    if number is None:
        return ""
    return f'<sup title="{escape(text, quote=True)}"><a href="#source-{number}">{number}</a></sup>'


def _numbered(outlook: Outlook) -> dict[str, int]:
    """Every source named on the page, numbered in order of appearance."""
    texts = [MODEL_SOURCE, *(flag.source for flag in _shown_flags(outlook))]
    texts += [str(outlook.series.measure.source)] if outlook.series else []
    texts += [flag.source for plan in outlook.plans for flag in plan.flags]
    texts += [str(source_of(facts("beyond_strength")["headache"]))]
    texts += [protocol.source for protocol in outlook.protocols]
    texts += [str(one.source) for one in (*outlook.alternatives, *_avoided(outlook))]
    texts += [str(pattern.series.measure.source) for pattern in outlook.patterns]
    return {text: number for number, text in enumerate(dict.fromkeys(texts), start=1)}


def _shown_flags(outlook: Outlook) -> list[Flag]:
    order = [Severity.REFUSE, Severity.WARN, Severity.INFO]
    return sorted(outlook.flags, key=lambda flag: order.index(flag.severity))


def _flags(outlook: Outlook) -> str:
    titles = {
        Severity.REFUSE: "No plan until this is settled",
        Severity.WARN: "A prescriber must look at",
    }
    parts = []
    for severity, title in titles.items():
        rows = [flag for flag in _shown_flags(outlook) if flag.severity is severity]
        if rows:
            parts.append(
                f'<section class="{severity.value}"><h2>{title}</h2>{_list(_flag(outlook, row) for row in rows)}</section>'
            )
    return "".join(parts)


def _flag(outlook: Outlook, flag: Flag) -> str:
    lift = f" <em>Acceptable if: {escape(flag.acceptable_if)}.</em>" if flag.acceptable_if else ""
    text = escape(sentence(flag.because))
    return f"<b>{escape(words(flag.id))}</b>: {text}{lift}{_reference(outlook, flag.source)}"


def _findings(outlook: Outlook) -> str:
    rows = [escape(wear_off_sentence(outlook))]
    if outlook.series is not None:
        rows[0] += _reference(outlook, str(outlook.series.measure.source))
    model = _reference(outlook, MODEL_SOURCE)
    rows[0] += model
    rows += [
        escape(effect_sentence(outlook, series)) + model for series in outlook.posterior.observations.series
    ]
    rows += [
        f"{escape(words(p.series.name))}, <b>{escape(words(p.id))}</b>: {escape(p.because)}"
        f"{_reference(outlook, str(p.series.measure.source))}"
        for p in outlook.patterns
        if p.answer is Answer.YES
    ]
    return f"<h2>What is found</h2>{_list(rows)}"


def _looked_for(outlook: Outlook) -> str:
    rows = [
        f"{escape(words(p.series.name))}, {escape(words(p.id))}: {p.answer.value}. {escape(p.because)}"
        f"{_reference(outlook, str(p.series.measure.source))}"
        for p in outlook.patterns
    ]
    return f"<h2>What was looked for in the readings themselves</h2>{_list(rows)}" if rows else ""


def _learning(outlook: Outlook) -> str:
    taught = _list(map(escape, outlook.learned))
    more = _list(f"{escape(row.label)}: {row.gain_bits:.1f} bits" for row in outlook.measurements)
    model = _reference(outlook, MODEL_SOURCE)
    parts = [f"<div><h2>What the diary taught{model}</h2>{taught}</div>" if taught else ""]
    parts.append(f"<div><h2>What would teach more{model}</h2>{more}</div>" if more else "")
    return f'<div class="pair small">{"".join(parts)}</div>'


def _asked(outlook: Outlook) -> str:
    asked = _list(_flag(outlook, flag) for flag in _shown_flags(outlook) if flag.severity is Severity.INFO)
    title = "Questions to settle first, and what else was noticed"
    return f"<h2>{title}</h2><div class='small columns'>{asked}</div>" if asked else ""


def _protocols(outlook: Outlook) -> str:
    parts = []
    for protocol in outlook.protocols:
        steps = _list(
            f"{escape(step.label)} ({step.grams:g} g every {step.interval_days} days) for {step.weeks} weeks: lowest "
            f"{step.trough.median:.1f} ({step.trough.low:.1f}&ndash;{step.trough.high:.1f}) "
            f"{escape(step.trough.unit)}, chance of a "
            f"fall by what the stop rule names {step.chance_of_fall:.0%}"
            for step in protocol.steps
        )
        parts.append(
            f"<p><b>{escape(words(protocol.id).capitalize())}</b>{_reference(outlook, protocol.source)}</p>{steps}"
            f"<p class='small'>Stop: {escape(sentence(protocol.stop_rule))} "
            f"Restart: {escape(sentence(protocol.restart_rule))}</p>"
        )
    if not parts:
        return ""
    known = f"<p class='small'>{escape(sentence(outlook.protocols[0].context))}</p>"
    return f"<h2>If less is to be tried, under watch</h2>{known}{''.join(parts)}"


def _alternatives(outlook: Outlook) -> str:
    if outlook.reason is None:
        return ""
    rows = _list(
        f"<b>{escape(one.label)}</b>: {escape(one.result)}; {escape(one.status)}. Evidence: {escape(one.grade)}"
        f"{f'; newest document found {escape(one.newest)}' if one.newest else ''}{_reference(outlook, str(one.source))}"
        for one in outlook.alternatives
    )
    avoided = "; ".join(
        f"{escape(one.label)} ({escape(one.result)}){_reference(outlook, str(one.source))}"
        for one in _avoided(outlook)
    )
    return (
        f"<h2>If this does not suffice: {escape(words(outlook.reason.name.lower()))}</h2><p>{escape(outlook.reason.value)}.</p>"
        f"<div class='small'>{rows}<p>Not among them, since they did not help or may make MMN worse: {avoided}.</p>"
        f"<p>Trials and approvals as looked for on {as_of()}.</p></div>"
    )


def _avoided(outlook: Outlook) -> tuple[Alternative, ...]:
    return to_avoid() if outlook.reason is not None else ()


def _sources(outlook: Outlook) -> str:
    rows = "".join(
        f'<li id="source-{number}">{escape(text)}</li>' for text, number in _numbered(outlook).items()
    )
    priors = (
        "Every population value, with its source and how well that was checked, lies in ranvier's treatment/parameters "
        "(docs/treatment.md)."
    )
    return f'<section class="sources"><h2>Sources</h2><ol>{rows}</ol><p>{priors}</p></section>'
