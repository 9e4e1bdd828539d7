"""The plan of an answer: which questions, which facts of the case, which statements, in what order. No sentence yet."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import TYPE_CHECKING

from ranvier.case import Case
from ranvier.criteria import Judgement
from ranvier.differential import WeighedCase

from . import course, sections
from .circumstances import NEIGHBOURS, circumstances
from .facts import condition, letter
from .fit import fit
from .older_page import changes, older_answer
from .opening import opening
from .point import MUST, Plan, PlannedQuestion, PlannedSection, Point, point_of
from .questions import Find, declined, default_topic, planned_questions
from .weighing import woven
from .wording import illness_statements, phrases
from .writer import is_english, writer_of

if TYPE_CHECKING:
    from ranvier.treatment import Outlook


def plan(
    case: Case,
    judgement: Judgement,
    *,
    text: str,
    find: Find | None = None,
    weighed: WeighedCase | None = None,
    outlook: Outlook | None = None,
) -> Plan:
    """Plan the answer to a letter.

    Parameters
        case : what the letter says.
        judgement : the MMN guideline's verdict on it; the plan says nothing beyond it.
        text : the document as given. Read only for its language, for who writes, and for an older answer in it; none of
            its words enter the plan.
        weighed : the comparison with other illnesses, when there is one.
        find : finds statements for one question (`evidence.ask`); None to go by the topic's outline alone.
        outlook : what followed from a treatment diary that came with the letter.
    """
    words = text if case.letter_span is None else case.letter_span.of(text)
    questions = planned_questions(case, find)
    if not is_english(words):
        return _short("another_language", case, (), ("not_english", "not_english_person"))
    topics = frozenset(q.topic for q in questions if q.handling != "out_of_scope")
    holds = circumstances(case, topics)
    if (elsewhere := _elsewhere(case, questions, holds)) is not None:
        return elsewhere
    return _full(
        case, judgement, text, questions, holds, writer=writer_of(words), weighed=weighed, outlook=outlook
    )


def _full(
    case: Case,
    judgement: Judgement,
    text: str,
    questions: tuple[PlannedQuestion, ...],
    holds: frozenset[str],
    *,
    writer: str,
    weighed: WeighedCase | None,
    outlook: Outlook | None,
) -> Plan:
    answered = [q for q in questions if q.handling == "answered"]
    topic = default_topic(case)
    if not questions and topic is not None:
        answered = [PlannedQuestion(topic, "answered", (letter(case),))]
    once = _Once()
    # Built in the order of who may use a statement first, shown in the order of reading.
    urgent = once.keep([*sections.urgent(case), *course.urgent(outlook, is_alone=not case.red_flags)])
    holds = holds | {"urgent"} if urgent else holds
    short = once.keep([*sections.leads(case, holds, answered), *declined(questions)])
    older = older_answer(text, case)
    changed = once.keep(changes(text, older)) if older is not None else ()
    beside = once.keep(sections.other_illnesses(case))
    own = [(q, once.keep(sections.body(case, holds, q, len(answered)))) for q in answered]
    once.told |= {tells for q in answered for tells in sections.told_in_other_words(q)}
    fitted = once.keep(woven(fit(case, judgement, holds), weighed, case, judgement, holds))
    als = once.keep(sections.als(case, judgement, holds, answered))
    timed = course.points(case, holds, answered, text, outlook)
    treated = once.keep([*sections.treatment(judgement, holds, answered), *timed])
    unknown = once.keep(sections.not_known(judgement, holds, answered))
    planned = [
        PlannedSection("urgent", "Please act on this first", urgent, urgent=True),
        PlannedSection("your_letter", "Your letter", tuple(opening(case, questions, writer=writer))),
        PlannedSection("short_answer", "The short answer", short),
        *(PlannedSection(f"topic.{q.topic}", sections.title(q.topic), points) for q, points in own),
        PlannedSection("other_illness", "What else it could be", beside),
        PlannedSection("fit", "How your story fits", fitted),
        PlannedSection("als", "MMN and ALS", als),
        PlannedSection("treatment", "What treatment does, and when", treated),
        PlannedSection("not_known", "What nobody can be sure of", unknown),
        PlannedSection("changed", "What has changed since the older answer", changed),
        PlannedSection(
            "asks",
            "Three things to ask your doctor",
            tuple(sections.questions_to_ask(judgement, holds)),
            listed=True,
        ),
        PlannedSection("note", "Please remember", once.keep(sections.note(case, holds))),
    ]
    return Plan("full", questions, tuple(s for s in planned if s.points), holds)


class _Once:
    """Keeps the points whose statements were not told yet; a lead-in whose fact is told already is left out too."""

    def __init__(self) -> None:
        self.told: set[str] = set()

    def keep(self, points: Iterable[Point]) -> tuple[Point, ...]:
        kept: list[Point] = []
        waiting: Point | None = None
        for point in points:
            if point.leads_in:
                waiting = point
                continue
            if point.statements and point.id in self.told:
                continue
            if waiting is not None:
                kept.append(waiting)
                waiting = None
            kept.append(point)
            self.told.add(point.id)
        return tuple(kept)


def _elsewhere(case: Case, questions: tuple[PlannedQuestion, ...], holds: frozenset[str]) -> Plan | None:
    """A short honest answer: the letter is about another illness, asks only what is out of scope, or says nothing."""
    near = holds & {"mmn_named", "als_feared", "als_suspected", "als_diagnosed"}
    if any(q.handling == "answered" and q.topic != "other_neuropathy" for q in questions) or near:
        return None
    others = [c for c in case.conditions if c.id not in NEIGHBOURS and c.subject.value == "patient"]
    if any(q.handling == "declined" for q in questions) or (
        holds & {"weak", "nerve_test_done"} and not others
    ):
        return None
    knows = any(c.id in illness_statements() for c in others)
    if knows and holds & {"weak", "sensory_loss"} and "other_diagnosed" not in holds:
        return None
    if others:
        name = phrases()["illness"].get(others[0].id or "")
        said = Point(
            "other_illness" if name else "other_illness_unnamed",
            facts=(condition(others[0]),),
            slots={"illness": name or ""},
            rank=MUST,
        )
        known = [
            point_of(i, (condition(others[0]),)) for i in illness_statements().get(others[0].id or "", ())
        ]
        return _short("other_illness", case, questions, (said, *known, "off_topic_refer"))
    if questions:
        return _short("out_of_scope", case, questions, tuple(declined(questions)))
    return _short("nothing_found", case, questions, ("nothing_found", point_of("mmn-definition")))


def _short(
    kind: str, case: Case, questions: tuple[PlannedQuestion, ...], said: tuple[str | Point, ...]
) -> Plan:
    urgent = tuple(sections.urgent(case))
    points = [p if isinstance(p, Point) else Point(p, facts=(letter(case),), rank=MUST) for p in said]
    thanks = Point("thanks", facts=(letter(case),), rank=MUST)
    told = {point.id for point in urgent}
    note = tuple(replace(p, rank=MUST) for p in sections.note(case, frozenset()) if p.id not in told)
    planned = (
        PlannedSection("urgent", "Please act on this first", urgent, urgent=True),
        PlannedSection("your_letter", "Your letter", (thanks, *points)),
        PlannedSection("note", "Please remember", note),
    )
    return Plan(kind, questions, tuple(s for s in planned if s.points), frozenset())
