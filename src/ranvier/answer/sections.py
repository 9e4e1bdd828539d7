"""What stands in each section of an answer, chosen from the outlines by what holds of the case."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from ranvier.case import Case, Condition
from ranvier.criteria import Judgement
from ranvier.evidence import topics as topic_labels

from .circumstances import NEIGHBOURS
from .facts import condition, fact, letter
from .fit import excluded
from .point import EXTRA, MUST, STRONG, USEFUL, PlannedQuestion, Point, point_of
from .support import Kind, criterion
from .wording import Outline, asks, illness_statements, outlines, sentences, urgent_statements

ASKS = 3  # a visit leaves room for about three (evidence base, answers.md section 2)
BODY = {1: 7, 2: 4, 3: 3}  # points of a question's own section, by how many questions there are
UNFIT = {
    "grave",
    "pinched_diagnosed",
    "other_diagnosed",
    "mmn_ruled_out",
}  # MMN is not to be made likelier than it is
OF_OTHER_ILLNESS = ("differential_other", "other_neuropathy")


def urgent(case: Case) -> Iterator[Point]:
    """The advice of every red flag, the most urgent first."""
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


def _outline(holds: frozenset[str], topic: str) -> Outline:
    outline = outlines()[topic]
    if "grave" in holds and outline.grave is not None:
        return outline.grave
    return outline.urgent if "urgent" in holds and outline.urgent is not None else outline


def leads(case: Case, holds: frozenset[str], answered: list[PlannedQuestion]) -> Iterator[Point]:
    """The short answer: the most wanted facts of each question."""
    if case.red_flags and answered:
        facts = tuple(fact(Kind.RED_FLAG, flag.id, flag.spans) for flag in case.red_flags)
        yield Point("questions_can_wait", facts=facts, rank=MUST)
    for question in answered:
        outline = _outline(holds, question.topic)
        best = tuple(i for i in question.statements[:1] if i not in outline.lead and outline.urgent is None)
        if question.topic in OF_OTHER_ILLNESS:
            best = (*best, *(illness_statements()[c.id][0] for c in named_illnesses(case) if c.id))
        lead = (*best, *outline.lead)[: 2 if len(answered) == 1 else 1]
        for identity in lead:
            yield point_of(identity, question.facts, MUST)


def body(case: Case, holds: frozenset[str], question: PlannedQuestion, how_many: int) -> Iterator[Point]:
    """The points of one question's own section; fewer when there are several questions."""
    outline = _outline(holds, question.topic)
    if question.topic in OF_OTHER_ILLNESS and named_illnesses(case):
        how_many = max(how_many, 2)  # the illness that the letter names matters more than all the others
    known = (*question.statements[:1], *outline.body[:2], *question.statements[1:3], *outline.body[2:])
    wanted = tuple(dict.fromkeys((*outline.lead, *known)))
    most = BODY.get(how_many, 3) + len(outline.lead)
    first = len(outline.lead) + 3  # what the outline holds for the heart of the matter is not cut for what is only near
    for index, identity in enumerate(wanted):
        yield point_of(
            identity, question.facts, EXTRA if index >= most else (STRONG if index < first else USEFUL)
        )


def als(
    case: Case, judgement: Judgement, holds: frozenset[str], answered: list[PlannedQuestion]
) -> Iterator[Point]:
    """How MMN differs from ALS, when that is the fear or was suspected; no figure of survival, ever."""
    named = holds & {"als_feared", "als_suspected", "als_ruled_out", "als_diagnosed"}
    if not named or any(q.topic == "differential_als" for q in answered):
        return
    facts = tuple(condition(c) for c in case.conditions if c.id in ("als", "pma"))
    grave = "grave" in holds or excluded(judgement)
    for identity in outlines()["extra.als_grave" if grave else "extra.als"].body:
        yield point_of(identity, facts, STRONG)
    if holds & {"als_ruled_out", "mmn_diagnosed"} and not grave:
        for identity in outlines()["extra.als_reassured"].body:
            yield point_of(identity, facts, STRONG)


def named_illnesses(case: Case) -> list[Condition]:
    """Conditions of the letter, other than MMN and ALS, of which something is known."""
    return [c for c in case.conditions if c.id not in NEIGHBOURS and c.id in illness_statements()]


def other_illnesses(case: Case) -> Iterator[Point]:
    """What is known of another illness that the letter names."""
    for one in named_illnesses(case):
        for identity in illness_statements()[one.id or ""]:
            yield point_of(identity, (condition(one),), USEFUL)


def treatment(
    judgement: Judgement, holds: frozenset[str], answered: list[PlannedQuestion]
) -> Iterator[Point]:
    """What treatment does and over what time, by what the reader has had."""
    topics = {q.topic for q in answered}
    facts = (criterion(judgement.edition.id),) if "mmn_named" not in holds else ()
    if "mmn_ruled_out" in holds:
        return
    if "immunoglobulin_failed" in holds:
        name = "failed"
    elif "on_immunoglobulin" in holds:
        name = "treated"
    elif (
        judgement.category == "not_met"
        or "pinched_diagnosed" in holds
        or topics & {"ivig_how", "scig", "alternatives"}
    ):
        return
    elif holds & {"mmn_named", "weak"}:
        name = "untreated"
        if "mmn_diagnosed" not in holds:
            yield Point("before_treatment", facts=facts, rank=STRONG)
    else:
        return
    for index, identity in enumerate(outlines()[f"extra.{name}"].body):
        yield point_of(identity, facts, STRONG if index < 4 else USEFUL)


def not_known(
    judgement: Judgement, holds: frozenset[str], answered: list[PlannedQuestion]
) -> Iterator[Point]:
    """What is not known, and where studies disagree."""
    if "urgent" in holds:
        return
    if "mmn_diagnosed" in holds or "on_immunoglobulin" in holds:
        name = "not_known"
    elif judgement.category == "not_met" or holds & UNFIT:
        return
    else:
        name = "not_known_undiagnosed"
    *told, last = outlines()[f"extra.{name}"].body
    yield point_of(last, (), MUST)  # what no study can tell of this reader: an answer is never without it
    if name == "not_known":
        yield Point("sources_disagree", rank=STRONG, leads_in=True)
    for identity in told:
        disagrees = name == "not_known" and identity != told[-1]  # the dark study and the bright one, or neither
        yield replace(point_of(identity, (), STRONG), leads_in=disagrees)


def questions_to_ask(judgement: Judgement, holds: frozenset[str]) -> Iterator[Point]:
    """Three questions for the doctor, from what the criteria lack and what holds of the case."""
    themes: set[str] = set()
    lacking = set(judgement.missing)
    for ask in asks():
        missing = [identity for identity in ask.missing if identity in lacking]
        applies = holds & set(ask.when) or missing or not (ask.when or ask.missing)
        if not applies or holds & set(ask.unless) or ask.theme in themes or len(themes) == ASKS:
            continue
        themes.add(ask.theme)
        facts = (criterion(judgement.edition.id),) if missing else ()
        yield Point(f"ask.{ask.theme}", ask.text, ask.statements, facts, rank=MUST)


def note(case: Case, holds: frozenset[str]) -> Iterator[Point]:
    """What an answer is not, and when to get help."""
    for identity in outlines()["extra.note"].body:
        yield point_of(identity, (letter(case),), MUST)
    if not case.red_flags:
        yield point_of("emergency-breathing", (), MUST)  # never dropped for a sentence that only informs
        if "on_immunoglobulin" in holds:
            yield point_of("emergency-chest-pain", (), MUST)


def told_in_other_words(question: PlannedQuestion) -> Iterator[str]:
    """Statements whose fact a question's section tells in words of ours."""
    for identity in outlines()[question.topic].body:
        if identity in sentences():
            yield from sentences()[identity].tells


def title(topic: str) -> str:
    """The heading of a topic."""
    label = topic_labels()[topic]
    return label[0].upper() + label[1:]
