"""Diseases named in a letter: whose they are, and whether made, thought of, excluded or only asked about."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import replace

from ranvier.case import Condition, ConditionCertainty
from ranvier.terms import Span, Subject
from ranvier.terms.vocabulary import diseases

from .context import context_of
from .named import find_named
from .text import Sentence
from .trained import Hearing

SPOKEN_OF = 0.1  # probability below which a disease's name is taken for something else ("MS" of a manuscript)
_GENERAL_TALK = re.compile(
    r"\b(?:people|patients|someone|anyone|those|many|men|women) (?:with|who have|living with|diagnosed with)\b|\bin (?:pure |typical |classical )?$|\b(?:as|seen|common|typical|expected|possible|unusual|rare) in (?:\w+ )?$|\b(?:cause|causes|symptoms?|signs?|features?|hallmark|criteria|treatment|clinic|association|society|charity|group|nurse|specialist|column|study|trial|expert|testing|test) (?:of|for|in|on) (?:\w+ )?$"
)
_GENERAL_VERB = re.compile(
    r"^\s*(?:usually|often|typically|commonly|generally|can|may|causes?|affects?|starts?|presents?|is (?:a|an|rare|called|known|caused|treated|usually|not (?:the same|inherited|fatal))|are|nurse|clinic|association|society|criteria|specialist|support|charity|patients?|group|drug|trials?|research|registry)\b"
)
_NO_RELATIVE = re.compile(
    r"\b(?:nobody|no one|no-one|none|neither|no (?:\w+ )?(?:relatives?|family|brothers?|sisters?|siblings?))\b|\b(?:not|n't|never) (?:have|had|has|got|suffer)\b[^.;,]{0,20}$"
)


def conditions(
    normal: str, parts: tuple[Sentence, ...], heard: tuple[Hearing, ...], *, kin_is_patient: frozenset[str]
) -> tuple[Condition, ...]:
    """Diseases named, each once a person; general talk about one is left out.

    The names are looked up, how they are meant is heard, and whose they are must be the patient's by both to be the
    patient's (in a carer's letter, by the rules alone: they know which relative is meant).
    """
    rows: list[Condition] = []
    for sentence, hearing in zip(parts, heard, strict=True):
        for name, start, end in find_named(normal, "conditions", sentence.start, sentence.end):
            if name != _UNLISTED and hearing.probability(name) < SPOKEN_OF:
                continue
            context = context_of(normal, sentence, start, end, kin_is_patient=kin_is_patient)
            if _is_general(normal, sentence, start, end, context.subject):
                continue
            certainty, whose = hearing.condition(name, start, end)
            if context.subject is not Subject.PATIENT or kin_is_patient:
                whose = context.subject
            rows.append(_named(normal, name, certainty, whose, start, end))
    return _one_each(rows)


def condition_spans(normal: str, sentence: Sentence) -> list[tuple[int, int]]:
    """Where a sentence names diseases: the "atrophy" of spinal muscular atrophy is no wasted muscle."""
    return [(start, end) for _, start, end in find_named(normal, "conditions", sentence.start, sentence.end)]


def _is_general(normal: str, sentence: Sentence, start: int, end: int, whose: Subject) -> bool:
    """ "People with ALS", "ALS usually starts", "nobody in the family had MMN": nobody's disease."""
    clause = sentence.clause_at(start)
    near, after = normal[clause.start : start], normal[end : sentence.end]
    if whose is not Subject.PATIENT:
        return clause.is_question or _NO_RELATIVE.search(near) is not None
    if clause.is_question:
        return False
    return bool(_GENERAL_TALK.search(near) or (_GENERAL_VERB.match(after) and not near.strip()))


_UNLISTED = "other"  # a disease that has a name and no id of ours


def _named(
    normal: str, name: str, certainty: ConditionCertainty, subject: Subject, start: int, end: int
) -> Condition:
    known = diseases().get(name)
    label = (
        normal[start:end].capitalize()
        if name == _UNLISTED
        else known.label
        if known
        else name.replace("_", " ").capitalize()
    )
    return Condition(label, name, certainty, subject, (Span(start, end),))


def _one_each(rows: list[Condition]) -> tuple[Condition, ...]:
    """Each disease once a person: excluded if that is said at least as often as made, else made, thought of, or only asked about."""
    told: dict[tuple[str | None, str, Subject], list[Condition]] = {}
    for row in rows:
        told.setdefault((row.id, row.name if row.id == _UNLISTED else "", row.subject), []).append(row)
    return tuple(
        replace(
            items[0], certainty=_together(items), spans=tuple(span for item in items for span in item.spans)
        )
        for items in told.values()
    )


def _together(items: list[Condition]) -> ConditionCertainty:
    count = Counter(item.certainty for item in items)
    if count[ConditionCertainty.RULED_OUT] and (
        count[ConditionCertainty.RULED_OUT] >= count[ConditionCertainty.DIAGNOSED]
    ):
        return ConditionCertainty.RULED_OUT
    return next(
        certainty
        for certainty in (
            ConditionCertainty.DIAGNOSED, ConditionCertainty.SUSPECTED, ConditionCertainty.ASKED_ABOUT
        )
        if count[certainty]
    )  # fmt: skip
