"""From a plan to a draft: every point becomes sentences that carry its support, then the whole is cut to length."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date

from ranvier.evidence import Statement

from .course import MODEL
from .draft import Citation, Draft, Section, Sentence
from .point import EXTRA, MUST, Plan, PlannedSection, Point
from .support import Support, merged, statement
from .wording import fill, sentences

# An answer is 350 to 700 words; headings, the numbers of sources and the status line take the rest.
MOST_WORDS = 610
ENOUGH_WORDS = 430  # an EXTRA point is there only to fill an answer that would otherwise be too thin
SENTENCE_END = re.compile(r"(?<=[.?!])\s+(?=[A-Z“0-9])")


def compose(plan: Plan, statements: Mapping[str, Statement], *, drafted_on: date) -> Draft:
    """Write the draft that a plan asks for.

    Points are dropped from the least needed, the last first, until the answer is short enough to be read; what must be
    said is never dropped.
    """
    plan_sections = _shortened(plan.sections, statements)
    sections = tuple(
        Section(
            section.id,
            section.title,
            tuple(s for point in section.points for s in sentences_of(point, statements)),
            section.urgent,
            section.listed,
        )
        for section in plan_sections
    )
    used = list(dict.fromkeys(i for section in sections for s in section.sentences for i in s.numbered))
    citations, numbers = _cite(used, statements)
    return Draft(
        sections=sections,
        citations=citations,
        drafted_on=drafted_on,
        evidence_as_of=max((statements[i].as_of for i in used if i in statements), default=None),
        handling=tuple(q.handling for q in plan.questions),
        numbers=numbers,
    )


def sentences_of(point: Point, statements: Mapping[str, Statement]) -> tuple[Sentence, ...]:
    """The sentences of one point: the statement's own plain words, or ours; each with all that it rests on."""
    if point.text is not None:
        words, own = [point.text], point.statements
    elif point.id in sentences():
        words, own = [fill(point.id, point.slots)], (*point.statements, *sentences()[point.id].statements)
    else:
        words, own = SENTENCE_END.split(statements[point.id].plain), point.statements
        words = words if point.part is None else words[point.part - 1 : point.part]
    support = _support(point, own)
    return tuple(Sentence(text, support[0], support[1:]) for text in words)


def _support(point: Point, own: tuple[str, ...]) -> tuple[Support, ...]:
    by_statement = tuple(statement(identity) for identity in own)
    # A fact of the case comes first in a sentence about the reader, a statement in a sentence about the illness.
    ordered = (*by_statement, *point.facts) if point.statements else (*point.facts, *by_statement)
    return merged(ordered)


def _shortened(
    sections: tuple[PlannedSection, ...], statements: Mapping[str, Statement]
) -> tuple[PlannedSection, ...]:
    kept = {
        (row, column): point
        for row, section in enumerate(sections)
        for column, point in enumerate(section.points)
    }
    words = {
        place: sum(sentence.words for sentence in sentences_of(point, statements))
        for place, point in kept.items()
    }
    droppable = sorted(
        (place for place, point in kept.items() if point.rank != MUST and not point.leads_in),
        key=lambda place: (-kept[place].rank, -place[0], -place[1]),
    )
    for row, column in droppable:
        limit = ENOUGH_WORDS if kept[row, column].rank == EXTRA else MOST_WORDS
        if sum(words[place] for place in kept) <= limit:
            continue
        del kept[row, column]
        while (before := kept.get((row, column - 1))) and before.leads_in and (row, column + 1) not in kept:
            del kept[row, column - 1]
            column -= 1
    for row, column in reversed(droppable):  # a short point may still fit where a longer one did not
        point = sections[row].points[column]
        led_in = column > 0 and sections[row].points[column - 1].leads_in
        room = MOST_WORDS - sum(words[place] for place in kept)
        if (row, column) not in kept and point.rank != EXTRA and not led_in and words[row, column] <= room:
            kept[row, column] = point
    shortened = []
    for row, section in enumerate(sections):
        points = tuple(p for column, p in enumerate(section.points) if (row, column) in kept)
        if points:
            shortened.append(
                PlannedSection(section.id, section.title, points, section.urgent, section.listed)
            )
    return tuple(shortened)


def _cite(
    used: list[str], statements: Mapping[str, Statement]
) -> tuple[tuple[Citation, ...], dict[str, tuple[int, ...]]]:
    """Number the first source of each statement, the one that carries the fact, in the order of first use."""
    order: dict[str, int] = {}
    carried: dict[str, list[str]] = {}
    numbers: dict[str, tuple[int, ...]] = {}
    for identity in used:
        citation = MODEL[identity][0] if identity in MODEL else statements[identity].sources[0].citation
        number = order.setdefault(citation, len(order) + 1)
        carried.setdefault(citation, []).append(identity)
        numbers[identity] = (number,)
    rows = []
    for citation, number in order.items():
        first = carried[citation][0]
        if first in MODEL:
            rows.append(Citation(number, citation, MODEL[first][1], (first,)))
            continue
        marks = [statements[identity].mark for identity in carried[citation]]
        source = next(s for i in carried[citation] for s in statements[i].sources[:1])
        rows.append(Citation(number, citation, marks[0], tuple(carried[citation]), source.address))
    return tuple(rows), numbers
