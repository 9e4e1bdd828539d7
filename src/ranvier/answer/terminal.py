"""A reply as terminal text: urgent advice, what was understood, the verdict, the draft, its sources."""

from __future__ import annotations

import textwrap

from ranvier.criteria import explain
from ranvier.differential import WeighedCase

from .draft import Section
from .reading_level import reading_grade
from .reply import Reply, advice, lines_of
from .shown_letter import quoted, readings
from .weighing_shown import weighed_lines

WIDEST, NARROWEST = 88, 40


class Style:
    """Bold, dim and red when the output is a terminal that shows them; nothing otherwise."""

    def __init__(self, colour: bool) -> None:
        self.colour = colour

    def __call__(self, code: str, text: str) -> str:
        """Wrap text in an escape code: "1" bold, "2" dim, "31" red, "36" cyan."""
        return f"\x1b[{code}m{text}\x1b[0m" if self.colour else text


def terminal_text(reply: Reply, *, width: int = 80, colour: bool = False) -> str:
    """The reply as wrapped text; colour codes only when asked for."""
    width = max(NARROWEST, min(WIDEST, width))
    style = Style(colour)
    urgent = [section for section in reply.draft.sections if section.urgent]
    blocks = [_section(section, reply, width, style) for section in urgent]
    blocks += [_understood(reply, width, style)]
    blocks += [_measured(reply, width, style)] if reply.judged.facts.study is not None else []
    blocks.append(_verdict(reply, width, style))
    if reply.outlook is not None:
        blocks.append(_diary(reply, width, style))
    if reply.weighed is not None:
        blocks.append(_compared(reply.weighed, width, style))
    blocks.append(_rule("Draft of an answer, for a clinician to sign", width, style))
    blocks += [
        _section(section, reply, width, style) for section in reply.draft.sections if not section.urgent
    ]
    blocks += [_sources(reply, width, style), _foot(reply, width, style)]
    return "\n\n".join(blocks) + "\n"


def _rule(title: str, width: int, style: Style) -> str:
    return style("1", f"── {title} " + "─" * max(3, width - len(title) - 4))


def _section(section: Section, reply: Reply, width: int, style: Style) -> str:
    lines = lines_of(section, reply.draft)
    if section.listed:
        body = "\n".join(_wrapped(line, width, hanging="   ") for line in lines)
    else:
        body = _wrapped(" ".join(lines), width)
    if section.urgent:
        bar = style("31", "┃ ")
        told = [" ".join(s.text for s in group) for group in advice(section)]
        rows = [row for line in told for row in textwrap.wrap(line, width - 2)]
        return "\n".join(bar + row for row in [style("1;31", section.title.upper()), *rows])
    return style("1", section.title) + "\n" + body


def _understood(reply: Reply, width: int, style: Style) -> str:
    rows = [_rule("What was read in the letter", width, style)]
    read = readings(reply.case)
    if not read:
        rows.append("Nothing that this software knows was found in it.")
    widest = min(44, max((len(r.label) for r in read), default=0))
    for r in read:
        sign = (
            "−" if r.absent else ("!" if r.group == "red_flag" else ("?" if r.group == "question" else "+"))
        )
        words = quoted(reply.text, reply.case, r)
        head = f"{sign} {r.label[:widest]:<{widest}}  "
        line = textwrap.wrap(r.detail + (f"  “{words}”" if words else ""), max(20, width - len(head))) or [""]
        rows.append(head + line[0])
        rows += [" " * len(head) + style("2", more) for more in line[1:]]
    hidden = len(reply.case.identifying)
    if hidden:
        rows.append(style("2", f"{hidden} identifying detail{'s' if hidden > 1 else ''} found and kept out."))
    return "\n".join(rows)


def _measured(reply: Reply, width: int, style: Style) -> str:
    """What the nerve conduction study decides, and where the letter says otherwise."""
    study = reply.judged.facts.study
    assert study is not None
    rows = [_rule("What the nerve conduction study says", width, style)]
    rows += [
        _wrapped(f"{explain.label(f.id)}: {f.presence.value} ({f.because})", width, hanging="  ")
        for f in study.findings
    ]
    if not study.findings:
        rows.append("It decides none of the findings that the criteria read.")
    if study.left_out:
        rows.append(_wrapped(f"Not judged, for a fault in its rows: {', '.join(study.left_out)}", width))
    if reply.judged.disagreements:
        rows.append(style("1", "Letter and study disagree; the study is used:"))
        rows += [_wrapped(explain.disagreement(d), width, hanging="  ") for d in reply.judged.disagreements]
    return "\n".join(rows)


def _verdict(reply: Reply, width: int, style: Style) -> str:
    summary = explain.summary(reply.judgement).splitlines()
    body = [_wrapped(line.strip(), width, hanging="  ") for line in summary]
    told = "Published criteria applied to what was stated: no diagnosis. Reasons: ranvier judge --explain"
    note = style("2", _wrapped(told, width))
    return "\n".join([_rule("Against the MMN guideline", width, style), *body, note])


def _diary(reply: Reply, width: int, style: Style) -> str:
    """For the reviewer: the diary's own dates, and what must be settled; the answer names days only."""
    from ranvier.treatment.summary import fit_sentence, wear_off_sentence

    assert reply.outlook is not None
    rows = [_rule("What the treatment diary says (for the reviewer)", width, style)]
    rows += [
        _wrapped(line, width) for line in (fit_sentence(reply.outlook), wear_off_sentence(reply.outlook))
    ]
    grave = [flag for flag in reply.outlook.flags if flag.severity.value != "info"]
    rows += [_wrapped(f"{f.severity.value}: {f.because}", width, hanging="  ") for f in grave]
    return "\n".join(rows)


def _compared(weighed: WeighedCase, width: int, style: Style) -> str:
    rows = [_wrapped(line, width, hanging="  ") for line in weighed_lines(weighed)]
    told = "For the clinician: no number stands in the draft. Every weight and its source: ranvier weigh"
    note = style("2", _wrapped(told, width))
    return "\n".join([_rule("Weighed against other illnesses", width, style), *rows, note])


def _sources(reply: Reply, width: int, style: Style) -> str:
    rows = [style("1", "Sources")]
    for citation in reply.draft.citations:
        mark = "" if citation.caution is None else f" ({citation.caution})"
        rows.append(_wrapped(f"[{citation.number}] {citation.text}{mark}", width, hanging="    "))
    return "\n".join(rows)


def _foot(reply: Reply, width: int, style: Style) -> str:
    grade = reading_grade(reply.draft.prose)
    measured = f"{reply.draft.word_count} words"
    measured += "" if grade is None else f", reading grade {max(grade, 0):.1f} (Flesch-Kincaid)"
    return "\n".join([_wrapped(style("1", reply.draft.status), width), style("2", measured)])


def _wrapped(text: str, width: int, hanging: str = "") -> str:
    return "\n".join(textwrap.wrap(text, width, subsequent_indent=hanging, break_long_words=False))
