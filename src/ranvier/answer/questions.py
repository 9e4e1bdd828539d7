"""The questions of a letter, each handled by itself: answered, declined and referred back, or said to be out of scope."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from ranvier.case import Case, Question
from ranvier.evidence import statements as all_statements
from ranvier.terms import InputRefused

from .circumstances import circumstances
from .facts import fact
from .point import MUST, STRONG, PlannedQuestion, Point, point_of
from .support import Kind, merged
from .wording import declined_statements, outlines, sentences

OUT_OF_SCOPE = "out_of_scope"
MOST_QUESTIONS = 5  # more would leave no room to answer any of them well [judgement]


NEVER = {
    "als-survival",
    "column-role",
}  # no figure of survival reaches a reader; the note is said once, at the end


# "What is this illness, and how long ...": the first half has no words of its own to be found by.
WHAT_IT_IS = re.compile(
    r"\bwhat(?:'s|’s| is| exactly is) (?:it|this(?: illness| disease| condition| disorder)?|mmn|multifocal motor neuropathy)"
    r"\s*(?:,|\?|;|and\b)",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Found:
    """What one question was taken to ask: its topic, whether we answer it, why it is declined, its statements best first."""

    topic: str
    in_scope: bool = True
    declined: str | None = None
    statements: tuple[str, ...] = ()


Find = Callable[[str], Sequence[Found]]


def find_in_evidence(text: str) -> tuple[Found, ...]:
    """The questions in a text, by `evidence.ask`; none when it has no words."""
    from ranvier.evidence import ask

    try:
        sections = ask(text).sections
    except InputRefused:
        return ()
    found = tuple(
        Found(
            section.topic,
            section.in_scope,
            section.declined,
            tuple(s.rests_on for s in section.sentences if s.rests_on in all_statements()),
        )
        for section in sections
    )
    if WHAT_IT_IS.search(text) and not any(one.topic == "definition" for one in found):
        return (Found("definition"), *found)
    return found


def planned_questions(case: Case, find: Find | None) -> tuple[PlannedQuestion, ...]:
    """The letter's questions with their handling; those of one topic and handling are answered together."""
    planned: dict[tuple[str, str, str | None], PlannedQuestion] = {}
    for question in case.questions:
        for one in _handled(question, () if find is None else find(question.text)):
            key = (one.reason or one.topic, one.handling, one.reason)
            before = planned.get(key)
            if before is not None:
                ids = tuple(dict.fromkeys((*before.statements, *one.statements)))
                facts = merged((*before.facts, *one.facts))
                one = PlannedQuestion(before.topic, one.handling, facts, one.reason, ids)
            planned[key] = one
    return tuple(planned.values())[:MOST_QUESTIONS]


def _handled(question: Question, found: Sequence[Found]) -> list[PlannedQuestion]:
    """One question of the letter may hold several; without a finder it goes by the reader's topic."""
    spans = () if question.span is None else (question.span,)
    support = (fact(Kind.QUESTION, question.topic, spans),)
    rows = []
    for one in found or (Found(question.topic, in_scope=question.topic != OUT_OF_SCOPE),):
        if one.declined:
            rows.append(PlannedQuestion(one.topic, "declined", support, one.declined))
        elif one.in_scope and one.topic in outlines():
            ids = tuple(
                identity
                for place, identity in enumerate(one.statements)
                if identity not in NEVER and (place == 0 or all_statements()[identity].topic == one.topic)
            )
            rows.append(PlannedQuestion(one.topic, "answered", support, None, ids))
        else:
            rows.append(PlannedQuestion(OUT_OF_SCOPE, OUT_OF_SCOPE, support))
    return rows


def default_topic(case: Case) -> str | None:
    """What to explain when a letter asks nothing: what its own facts make most wanted; None when it has no such fact."""
    holds = circumstances(case, frozenset())
    if "mmn_named" in holds:
        return "definition"
    if holds & {"als_diagnosed", "als_suspected", "als_feared"}:
        return "differential_als"
    if holds & {"weak", "nerve_test_done"}:
        return "diagnosis_tests"
    return None


def declined(questions: tuple[PlannedQuestion, ...]) -> Iterator[Point]:
    """The points that decline, kindly, and refer back; and that say what is out of scope."""
    refused = [q for q in questions if q.handling == "declined"]
    for question in refused:
        words = f"decline_{question.reason}"
        if words not in sentences():
            words = "decline_other"
        yield Point(words, facts=question.facts, rank=MUST)
    if refused:
        yield Point("decline_refer", facts=tuple(s for q in refused for s in q.facts), rank=MUST)
    for question in refused:
        known = declined_statements().get(question.reason or "")
        if known is not None:
            yield point_of(known, question.facts, STRONG)
    outside = [q for q in questions if q.handling == OUT_OF_SCOPE]
    if outside:
        facts = tuple(s for q in outside for s in q.facts)
        only = len(outside) == len(questions)
        yield Point("off_topic_all" if only else "off_topic", facts=facts, rank=MUST)
        yield Point("off_topic_refer", facts=facts, rank=MUST)
