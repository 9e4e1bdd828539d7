"""The plan of an answer: which questions, which facts of the case, which statements, in what order. No sentence yet."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from ranvier.case import Case
from ranvier.criteria import Judgement
from ranvier.evidence import topics as topic_labels

from .circumstances import circumstances
from .facts import condition, fact, letter
from .fit import excluded, fit
from .older_page import changes, older_answer
from .opening import opening
from .point import EXTRA, MUST, STRONG, USEFUL, Plan, PlannedQuestion, PlannedSection, Point, point_of
from .questions import Find, declined, default_topic, planned_questions
from .support import Kind, Support, criterion
from .wording import asks, illness_statements, outlines, phrases, sentences, urgent_statements
from .writer import is_carer, is_english

ASKS = 3  # a visit leaves room for about three (evidence base, answers.md section 2)
BODY = {1: 7, 2: 4, 3: 3}  # how many points a question's own section may have, by how many questions there are
NEIGHBOURS = ("als", "pma", "mmn")


def plan(case: Case, judgement: Judgement, *, text: str, find: Find | None = None) -> Plan:
    """Plan the answer to a letter.

    Parameters
        case : what the letter says.
        judgement : the MMN guideline's verdict on it; the plan says nothing beyond it.
        text : the document as given. Read only for its language, for who writes, and for an older answer in it; none of
            its words enter the plan.
        find : finds statements for one question (`evidence.ask`); None to go by the topic's outline alone.
    """
    words = text if case.letter_span is None else case.letter_span.of(text)
    questions = planned_questions(case, find)
    if not is_english(words):
        return _short("another_language", case, (), ("not_english", "not_english_person"))
    topics = frozenset(q.topic for q in questions if q.handling != "out_of_scope")
    holds = circumstances(case, topics)
    if (elsewhere := _elsewhere(case, questions, holds)) is not None:
        return elsewhere
    return _full(case, judgement, text, questions, holds, carer=is_carer(words))


def _full(
    case: Case,
    judgement: Judgement,
    text: str,
    questions: tuple[PlannedQuestion, ...],
    holds: frozenset[str],
    *,
    carer: bool,
) -> Plan:
    answered = [q for q in questions if q.handling == "answered"]
    topic = default_topic(case)
    if not questions and topic is not None:
        answered = [PlannedQuestion(topic, "answered", (letter(case),))]
    once = _Once()
    # Built in the order of who may use a statement first, shown in the order of reading.
    urgent = once.keep(_urgent(case))
    short = once.keep([*_leads(answered), *declined(questions)])
    older = older_answer(text, case)
    changed = once.keep(changes(text, older)) if older is not None else ()
    once.told |= {tells for q in answered for tells in _told_in_other_words(q)}
    fitted = once.keep(fit(case, judgement, holds))
    als = once.keep(_als(case, judgement, holds, answered))
    beside = once.keep(_other_illnesses(case))
    own = [(q, once.keep(_body(q, len(answered)))) for q in answered]
    treated = once.keep(_treatment(judgement, holds, answered))
    unknown = once.keep(_not_known(case, holds, answered))
    sections = [
        PlannedSection("urgent", "Please act on this first", urgent, urgent=True),
        PlannedSection("your_letter", "Your letter", tuple(opening(case, questions, carer=carer))),
        PlannedSection("short_answer", "The short answer", short),
        *(PlannedSection(f"topic.{q.topic}", _title(q.topic), points) for q, points in own),
        PlannedSection("fit", "How your story fits", fitted),
        PlannedSection("als", "MMN and ALS", als),
        PlannedSection("other_illness", "What else it could be", beside),
        PlannedSection("treatment", "What treatment does, and when", treated),
        PlannedSection("not_known", "What nobody can be sure of", unknown),
        PlannedSection("changed", "What has changed since the older answer", changed),
        PlannedSection("asks", "Three things to ask your doctor", tuple(_asks(judgement, holds)), listed=True),
        PlannedSection("note", "Please remember", once.keep(_note(case, holds))),
    ]
    return Plan("full", questions, tuple(s for s in sections if s.points), holds)


def _told_in_other_words(question: PlannedQuestion) -> Iterator[str]:
    for identity in outlines()[question.topic].body:
        if identity in sentences():
            yield from sentences()[identity].tells


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


def _urgent(case: Case) -> Iterator[Point]:
    order = list(urgent_statements())
    flags = sorted(case.red_flags, key=lambda flag: order.index(flag.id if flag.id in order else "other"))
    if not flags:
        return
    facts = tuple(fact(Kind.RED_FLAG, flag.id, flag.spans) for flag in flags)
    yield Point("urgent_first", facts=facts, rank=MUST)
    for flag, support in zip(flags, facts, strict=True):
        identity = urgent_statements().get(flag.id, urgent_statements()["other"])
        yield point_of(identity, (support,), MUST)
        if flag.id == "suicidal_thoughts":
            yield Point("urgent_not_alone", facts=(support,), rank=MUST)


def _leads(answered: list[PlannedQuestion]) -> Iterator[Point]:
    for question in answered:
        outline = outlines()[question.topic]
        best = tuple(i for i in question.statements[:1] if i not in outline.lead)
        lead = (*best, *outline.lead)[: 2 if len(answered) == 1 else 1]
        for identity in lead:
            yield point_of(identity, question.facts, MUST)


def _body(question: PlannedQuestion, how_many: int) -> Iterator[Point]:
    outline = outlines()[question.topic]
    wanted = tuple(dict.fromkeys((*outline.lead, *question.statements[:3], *outline.body)))
    for index, identity in enumerate(wanted[: BODY.get(how_many, 3) + len(outline.lead)]):
        yield point_of(identity, question.facts, STRONG if index < 4 else (USEFUL if index < 6 else EXTRA))


def _als(
    case: Case, judgement: Judgement, holds: frozenset[str], answered: list[PlannedQuestion]
) -> Iterator[Point]:
    named = holds & {"als_feared", "als_suspected", "als_ruled_out", "als_diagnosed"}
    if not named:
        return
    supports = tuple(condition(c) for c in case.conditions if c.id in ("als", "pma"))
    facts = supports or tuple(s for q in answered if q.topic == "differential_als" for s in q.facts)
    grave = "als_diagnosed" in holds or excluded(judgement)
    for identity in outlines()["extra.als"].body:
        if not (grave and identity == "cramps-fasciculations"):  # true, but a comfort that is not ours to give here
            yield point_of(identity, facts, STRONG)
    if holds & {"als_ruled_out", "mmn_diagnosed"} and not grave:
        for identity in outlines()["extra.als_reassured"].body:
            yield point_of(identity, facts, STRONG)


def _other_illnesses(case: Case) -> Iterator[Point]:
    for one in case.conditions:
        if one.id in NEIGHBOURS or one.id not in illness_statements():
            continue
        for identity in illness_statements()[one.id][:2]:
            yield point_of(identity, (condition(one),), USEFUL)


def _treatment(
    judgement: Judgement, holds: frozenset[str], answered: list[PlannedQuestion]
) -> Iterator[Point]:
    topics = {q.topic for q in answered}
    facts = (criterion(judgement.edition.id),) if "mmn_named" not in holds else ()
    if "immunoglobulin_failed" in holds:
        name = "failed"
    elif "on_immunoglobulin" in holds:
        name = "treated"
    elif judgement.category == "not_met" or topics & {"ivig_how", "scig", "alternatives"}:
        return
    elif holds & {"mmn_named", "weak"}:
        name = "untreated"
        if "mmn_diagnosed" not in holds:
            yield Point("before_treatment", facts=facts, rank=STRONG)
    else:
        return
    for index, identity in enumerate(outlines()[f"extra.{name}"].body):
        yield point_of(identity, facts, STRONG if index < 4 else USEFUL)


def _not_known(case: Case, holds: frozenset[str], answered: list[PlannedQuestion]) -> Iterator[Point]:
    if "mmn_diagnosed" in holds or "on_immunoglobulin" in holds:
        yield Point("sources_disagree", rank=STRONG, leads_in=True)
        name = "not_known"
    elif "signs_against" in holds:
        return
    else:
        name = "not_known_undiagnosed"
    for identity in outlines()[f"extra.{name}"].body:
        yield point_of(identity, (), STRONG)


def _asks(judgement: Judgement, holds: frozenset[str]) -> Iterator[Point]:
    themes: set[str] = set()
    lacking = set(judgement.missing)
    for ask in asks():
        missing = [identity for identity in ask.missing if identity in lacking]
        applies = holds & set(ask.when) or missing or not (ask.when or ask.missing)
        if not applies or ask.theme in themes or len(themes) == ASKS:
            continue
        themes.add(ask.theme)
        facts = (criterion(judgement.edition.id),) if missing else ()
        yield Point(f"ask.{ask.theme}", ask.text, ask.statements, facts, rank=MUST)


def _note(case: Case, holds: frozenset[str]) -> Iterator[Point]:
    for identity in outlines()["extra.note"].body:
        yield point_of(identity, (letter(case),), MUST)
    if not case.red_flags:
        yield point_of("emergency-breathing", (), USEFUL)
        if "on_immunoglobulin" in holds:
            yield point_of("emergency-chest-pain", (), USEFUL)


def _title(topic: str) -> str:
    label = topic_labels()[topic]
    return label[0].upper() + label[1:]


def _elsewhere(case: Case, questions: tuple[PlannedQuestion, ...], holds: frozenset[str]) -> Plan | None:
    """A short honest answer: the letter is about another illness, asks only what is out of scope, or says nothing."""
    near = holds & {"mmn_named", "als_feared", "als_suspected", "als_ruled_out", "als_diagnosed"}
    if any(q.handling == "answered" and q.topic != "other_neuropathy" for q in questions) or near:
        return None
    others = [c for c in case.conditions if c.id not in NEIGHBOURS and c.subject.value == "patient"]
    if any(q.handling == "declined" for q in questions) or (holds & {"weak", "nerve_test_done"} and not others):
        return None
    if any(c.id in illness_statements() for c in others) and holds & {"weak", "sensory_loss"}:
        return None
    if others:
        name = phrases()["illness"].get(others[0].id or "")
        said = Point(
            "other_illness" if name else "other_illness_unnamed",
            facts=(condition(others[0]),),
            slots={"illness": name or ""},
            rank=MUST,
        )
        known = [point_of(i, (condition(others[0]),)) for i in illness_statements().get(others[0].id or "", ())]
        return _short("other_illness", case, questions, (said, *known, "off_topic_refer"))
    if questions:
        return _short("out_of_scope", case, questions, tuple(declined(questions)))
    return _short("nothing_found", case, questions, ("nothing_found", point_of("mmn-definition")))


def _short(
    kind: str, case: Case, questions: tuple[PlannedQuestion, ...], said: tuple[str | Point, ...]
) -> Plan:
    urgent = tuple(_urgent(case))
    points = [p if isinstance(p, Point) else Point(p, facts=(letter(case),), rank=MUST) for p in said]
    thanks = Point("thanks", facts=(letter(case),), rank=MUST)
    told = {point.id for point in urgent}
    note = tuple(replace(p, rank=MUST) for p in _note(case, frozenset()) if p.id not in told)
    sections = (
        PlannedSection("urgent", "Please act on this first", urgent, urgent=True),
        PlannedSection("your_letter", "Your letter", (thanks, *points)),
        PlannedSection("note", "Please remember", note),
    )
    return Plan(kind, questions, tuple(s for s in sections if s.points), frozenset())
