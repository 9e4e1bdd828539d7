"""The questions of a letter, each handled by itself: answered, declined and referred back, or said to be out of scope."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Protocol

from ranvier.case import Case, Question
from ranvier.evidence import topics as topic_labels

from .circumstances import circumstances
from .facts import fact
from .point import MUST, PlannedQuestion, Point
from .support import Kind
from .wording import sentences

OUT_OF_SCOPE = "out_of_scope"
MOST_QUESTIONS = 5  # more would leave no room to answer any of them well [judgement]


class Found(Protocol):
    """What the evidence finds for one question (`evidence.ask`)."""

    @property
    def topic(self) -> str:
        """The topic it belongs to."""

    @property
    def in_scope(self) -> bool:
        """Whether any statement answers it."""

    @property
    def declined(self) -> str | None:
        """Why a column may not grant it, if so."""

    @property
    def statements(self) -> Sequence[str]:
        """The statements that answer it, best first."""


Find = Callable[[str], Found]


def planned_questions(case: Case, find: Find | None) -> tuple[PlannedQuestion, ...]:
    """The letter's questions with their handling; those of one topic and handling are answered together."""
    planned: dict[tuple[str, str, str | None], PlannedQuestion] = {}
    for question in case.questions:
        one = _handled(question, None if find is None else find(question.text))
        key = (one.topic, one.handling, one.reason)
        before = planned.get(key)
        if before is not None:
            ids = tuple(dict.fromkeys((*before.statements, *one.statements)))
            one = PlannedQuestion(one.topic, one.handling, (*before.facts, *one.facts), one.reason, ids)
        planned[key] = one
    return tuple(planned.values())[:MOST_QUESTIONS]


def _handled(question: Question, found: Found | None) -> PlannedQuestion:
    spans = () if question.span is None else (question.span,)
    support = (fact(Kind.QUESTION, question.topic, spans),)
    topic = question.topic if question.topic in topic_labels() else OUT_OF_SCOPE
    statements: tuple[str, ...] = ()
    if found is not None:
        if found.declined:
            return PlannedQuestion(found.topic, "declined", support, found.declined, tuple(found.statements))
        if topic == OUT_OF_SCOPE and found.in_scope:
            topic = found.topic
        if found.in_scope and found.topic == topic:
            statements = tuple(found.statements)
    if topic == OUT_OF_SCOPE:
        return PlannedQuestion(topic, "out_of_scope", support)
    return PlannedQuestion(topic, "answered", support, None, statements)


def default_topic(case: Case) -> str | None:
    """What to explain when a letter asks nothing: what its own facts make most wanted; None when it has no such fact."""
    holds = circumstances(case, frozenset())
    if "mmn_named" in holds:
        return "definition"
    if holds & {"als_diagnosed", "als_suspected", "als_ruled_out", "als_feared"}:
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
    outside = [q for q in questions if q.handling == OUT_OF_SCOPE]
    if outside:
        facts = tuple(s for q in outside for s in q.facts)
        only = len(outside) == len(questions)
        yield Point("off_topic_all" if only else "off_topic", facts=facts, rank=MUST)
        yield Point("off_topic_refer", facts=facts, rank=MUST)
