"""The letter as a reviewer sees it: in runs, each with the facts read from it, names and addresses blacked out."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

from ranvier.case import Case, ConditionCertainty, Response
from ranvier.terms import Certainty, Presence, Span, Subject
from ranvier.terms.vocabulary import findings

from .wording import phrases

CERTAINTY = {
    ConditionCertainty.DIAGNOSED: "diagnosed",
    ConditionCertainty.SUSPECTED: "suspected",
    ConditionCertainty.RULED_OUT: "ruled out",
    ConditionCertainty.ASKED_ABOUT: "asked about or feared",
}
RESPONSE = {Response.IMPROVED: "helped", Response.NONE: "did not help", Response.WORSENED: "made it worse"}


@dataclass(frozen=True)
class Reading:
    """One thing read in the letter: a label, details, the colour group it is shown in, and the words that said it."""

    number: int
    group: str
    label: str
    detail: str
    absent: bool
    spans: tuple[Span, ...]


@dataclass(frozen=True)
class Run:
    """A stretch of the letter with the numbers of the readings that cover it; `hidden` names what was blacked out."""

    text: str
    numbers: tuple[int, ...]
    hidden: str | None = None


def readings(case: Case) -> tuple[Reading, ...]:
    """Everything read, in the order in which the letter says it."""
    rows: list[tuple[str, str, str, bool, tuple[Span, ...]]] = []
    for f in case.findings:
        term = findings()[f.id]
        detail = [
            f.presence.value if f.presence is Presence.PRESENT else "said not to be there",
            "" if f.side is None else f.side.value if f.side.value != "both" else "both sides",
            "" if f.since_months is None else f"for {f.since_months:g} months",
            "" if f.certainty is Certainty.STATED else f.certainty.value,
            ""
            if f.subject is Subject.PATIENT
            else f"of {'the family' if f.subject is Subject.FAMILY else 'someone else'}",
        ]
        rows.append((term.group, term.label, _joined(detail), f.presence is Presence.ABSENT, f.spans))
    for c in case.conditions:
        whose = "" if c.subject is Subject.PATIENT else f"of {c.subject.value}"
        rows.append(("condition", c.name, _joined([CERTAINTY[c.certainty], whose]), False, c.spans))
    for t in case.treatments:
        detail = [
            "given" if t.given else "not given",
            "" if t.response is None else RESPONSE[t.response],
            "" if t.months_ago is None else f"{t.months_ago:g} months ago",
        ]
        rows.append(("treatment", _named("treatment", t.id), _joined(detail), not t.given, t.spans))
    for lab in case.labs:
        value = "" if lab.value is None else f"{lab.value:g} {lab.unit or ''}".strip()
        detail = [lab.verdict.value, f"{lab.isotype or ''}".replace("ig", "Ig"), value]
        rows.append(("laboratory", _named("analyte", lab.analyte), _joined(detail), False, lab.spans))
    for q in case.questions:
        rows.append(
            ("question", "Question", q.topic.replace("_", " "), False, () if q.span is None else (q.span,))
        )
    for flag in case.red_flags:
        rows.append(("red_flag", "Red flag", flag.id.replace("_", " "), False, flag.spans))
    rows.sort(key=lambda row: row[4][0].start if row[4] else 1 << 30)
    return tuple(
        Reading(number, group, one_line(label), one_line(detail), absent, spans)
        for number, (group, label, detail, absent, spans) in enumerate(rows, start=1)
    )


def _named(table: str, identity: str) -> str:
    plain = identity.replace("_", " ")
    return phrases()[table].get(identity, plain[:1].upper() + plain[1:])


def _joined(parts: list[str]) -> str:
    return ", ".join(part for part in parts if part)


def runs(text: str, case: Case, read: tuple[Reading, ...]) -> tuple[Run, ...]:
    """The letter cut where a reading or a blacked-out detail begins or ends."""
    whole = case.letter_span or Span(0, max(len(text), 1))
    start, end = whole.start, min(whole.end, len(text))
    cuts = {start, end}
    for span in (*(s for r in read for s in r.spans), *(detail.span for detail in case.identifying)):
        cuts |= {min(max(span.start, start), end), min(max(span.end, start), end)}
    made: list[Run] = []
    ordered = sorted(cuts)
    for one, other in pairwise(ordered):
        piece = Span(one, other)
        hidden = next((d for d in case.identifying if d.span.overlaps(piece)), None)
        numbers = tuple(r.number for r in read if any(span.overlaps(piece) for span in r.spans))
        if hidden is not None:
            if made and made[-1].hidden == one_line(hidden.kind):
                continue  # a detail cut in two by a finding is blacked out once
            made.append(Run("", numbers, one_line(hidden.kind)))
        else:
            made.append(Run(printable(piece.of(text)), numbers))
    return tuple(made)


def printable(text: str) -> str:
    """Text with control and direction characters made spaces: they could rewrite a terminal or turn a line around."""
    return "".join(c if c.isprintable() or c == "\n" else " " for c in text)


def one_line(text: str) -> str:
    """Printable text on one line."""
    return " ".join(printable(text).split())


def quoted(text: str, case: Case, reading: Reading) -> str:
    """The words that said it, shortened, with identifying details blacked out."""
    words = []
    for span in reading.spans[:2]:
        part = span.of(text)
        for detail in case.identifying:
            if detail.span.overlaps(span):
                part = f"({one_line(detail.kind)} hidden)"
        words.append(one_line(part))
    told = " … ".join(words)
    return told if len(told) <= 70 else told[:69] + "…"
