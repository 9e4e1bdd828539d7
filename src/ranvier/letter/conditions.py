"""Diseases named in a letter: whose they are, and whether made, thought of, excluded or only asked about."""

from __future__ import annotations

import re

from ranvier.case import Condition, ConditionCertainty
from ranvier.terms import Span, Subject
from ranvier.terms.vocabulary import diseases

from .context import context_of
from .named import find_named
from .text import Sentence
from .trained import Hearing
import os
CMODE=os.environ.get('CMODE','');CKEEP=float(os.environ.get('CKEEP','0.1'))

_EXCLUDED_BEFORE = re.compile(
    r"\b(?:ruled out|rules out|rule out|excluded|excludes|not|n't|no|never|without|wrong(?:ly)?|mistaken|turned out not|negative for|disproved|discounted|instead of|misdiagnosed(?: with| as)?|denies|nor|neither|rather than|used to think|mistook (?:it|this) for)\b[^.;,]{0,34}$"
)
_NOT_AN_EXCLUSION = re.compile(
    r"\b(?:not|n't) (?:sure|certain|known?|only|yet|rul(?:e|ed) out|exclude[d]?|just|confirmed|proven|tell|say|want|understand|wait)\b|\bno (?:longer sure|doubt)\b|\bcannot (?:exclude|rule)"
)
_EXCLUDED_AFTER = re.compile(
    r"^[\s,)]*(?:\w+ ){0,4}?(?:(?:is|was|were|has been|have been|had been|been|now|since|and|be|were both|are|both|that|it|this|which|came|come|comes) )*(?:\w+ )?(?:ruled out|excluded|wrong(?:ly)?|disproved|discounted|dismissed|refuted|out\b(?! of)|negative|clear\b|untenable|not (?:the|it|what|confirmed|supported|present|found|thought|likely)|a mistake|incorrect|withdrawn|off the table|revised|abandoned|dropped|never (?:the|confirmed))"
)
_FIRST_THOUGHT = re.compile(
    r"\b(?:initially|at first|first|originally|previously|earlier|elsewhere|for years|for \w+ (?:years|months)|on the assumption|the assumption)\b"
)
_LATER = re.compile(
    r"\b(?:but|then|now|later|until|before|finally|eventually|turned out|in fact|actually|revised|changed|withdrawn|abandoned|since)\b"
)
_DIAGNOSED = re.compile(
    r"\b(?:diagnos(?:ed|is|es)(?: (?:with|of|as|was|is|has|made|to))*|dx'?d?(?: with)?|confirmed(?: as)?|known|established|(?:i|he|she) (?:have|has|had|got|am|was)|i've|i have had|living with|suffer(?:s|ing)? from|definite|case of|due to|with|treated for|met (?:the )?criteria for|meets (?:the )?criteria for|revised to|changed to|called|my|his|her|turned out to be|in favour of|background:?)\b[^.;]{0,24}$"
)
_SUSPECTED_BEFORE = re.compile(
    r"(?:\?\s?$|\b(?:suspect(?:s|ed|ing)?|possible|possibly|probable|probably|query|thought|thinks?|think|thinking|believe[sd]?|considered|considering|could be|may be|might be|may have|might have|maybe|perhaps|said|suggest(?:s|ed|ing|ive)?|mentioned|raised|concern(?:s|ed)?|likely|presum(?:ed|ably)|told|differential|mooted|floated|looks? like|in keeping with|consistent with|compatible with|suspicion|suspicious|working|features of|impression|imp:?|labelled|label|favou?r(?:s|ed)?|leaning|points? to|guess(?:ed)?|treated as|sent (?:\w+ ){0,3}(?:for|with|as|in as)|referred (?:with|as|for)|assum(?:ed|ption)|(?:put|putting) (?:it )?down to|blamed|evidence for|argu(?:es|ing) (?:for|against)|toward(?:s)?|reading is|wonder(?:s|ed|ing)? about|clinically|assess(?:ed|ment) for|against (?:pure )?|rather than|worr(?:y|ied) about|operated for)\b[^.;]{0,30}$)"
)
_SUSPECTED_AFTER = re.compile(
    r"^[\s,\"')]*(?:\w+ ){0,2}?(?:(?:is|was|has been|were|had been|remains|are|being|to be|as|has to be|needs to be) )*(?:my |the |a |our )?(?:suspected|considered|suggested|mentioned|raised|mooted|queried|possible|probable|probably|likely|unlikely|thought|\?|leading|working|until proven otherwise|first|possibility|a possibility|in the differential|at the top)"
)
_ASKED = re.compile(
    r"\b(?:afraid|scared|worr(?:y|ied|ies|ying)|terrified|fear(?:s|ed|ing)?|frightened|anxious|dread(?:s|ing)?|googled?|read about|reading about|different from|differ(?:s|ence|ent)?|versus|compared|mean(?:s)? i have|turn into|is it|could (?:it|this) be|panic\w*|convinced|wonder(?:s|ed|ing)? (?:how|what|why|if|whether)|needs? testing for|web|internet|television|tv|heard of|(?:know|ask\w*|asking|question|tell me) (?:\w+ )?(?:if|whether|about|more about|what))\b[^.;]{0,50}$"
)
_CLINICAL = re.compile(
    r"\b(?:o/e|ncs|emg|csf|mrc|examination|plantars?|fasciculat\w+|dear colleague|referr(?:al|ed)|c/o|hx|pmh|snaps?|cmaps?|igm|\d{2}[mf]|gentleman|presents?|presented|reflexes|this (?:\d\d|man|woman|lady)|mri|biopsy)\b"
)
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
    """Diseases named, each once per person, with its last word on whether the patient has it."""
    rows: list[Condition] = []
    clinical = _CLINICAL.search(normal) is not None
    for sentence, hearing in zip(parts, heard, strict=True):
        for name, start, end in find_named(normal, "conditions", sentence.start, sentence.end):
            made = _condition(normal, sentence, name, start, end, kin_is_patient, clinical=clinical)
            if CMODE and hearing.probability(name) < CKEEP:
                made = None
            elif CMODE:
                certainty, subject = hearing.condition(name, start, end)
                if made is not None and made.subject is not Subject.PATIENT:
                    subject = made.subject
                if CMODE == "all" or made is not None:
                    made = _named(name, certainty, subject, start, end)
            if made is not None:
                rows.append(made)
    return _one_each(rows)


def condition_spans(normal: str, sentence: Sentence) -> list[tuple[int, int]]:
    """Where a sentence names diseases: the "atrophy" of spinal muscular atrophy is no wasted muscle."""
    return [(start, end) for _, start, end in find_named(normal, "conditions", sentence.start, sentence.end)]


def _condition(
    normal: str,
    sentence: Sentence,
    name: str,
    start: int,
    end: int,
    kin_is_patient: frozenset[str],
    *,
    clinical: bool,
) -> Condition | None:
    context = context_of(normal, sentence, start, end, kin_is_patient=kin_is_patient)
    clause = sentence.clause_at(start)
    before, after = normal[sentence.start : start], normal[end : sentence.end]
    near = normal[clause.start : start]
    if context.subject is not Subject.PATIENT:
        if _NO_RELATIVE.search(near) or clause.is_question:
            return None
        unsure = _SUSPECTED_BEFORE.search(near) is not None and "told" not in near
        certainty = ConditionCertainty.SUSPECTED if unsure else ConditionCertainty.DIAGNOSED
        return _named(name, certainty, context.subject, start, end)
    certainty_or_none = _certainty(near, before, after, asked=context.is_question, clinical=clinical)
    return None if certainty_or_none is None else _named(name, certainty_or_none, Subject.PATIENT, start, end)


def _certainty(
    near: str, before: str, after: str, *, asked: bool, clinical: bool
) -> ConditionCertainty | None:
    """What the words around a disease make of it; None for general talk about it."""
    if _EXCLUDED_AFTER.match(after):
        return ConditionCertainty.RULED_OUT
    if asked:
        return ConditionCertainty.ASKED_ABOUT
    if _GENERAL_TALK.search(near) or (_GENERAL_VERB.match(after) and not near.strip()):
        return None
    if _EXCLUDED_BEFORE.search(near) and not _NOT_AN_EXCLUSION.search(near):
        return ConditionCertainty.RULED_OUT
    if _FIRST_THOUGHT.search(before[-70:]) and _LATER.search(after):
        return ConditionCertainty.RULED_OUT
    if _SUSPECTED_AFTER.match(after):
        return ConditionCertainty.SUSPECTED
    fear = _ASKED.search(before)
    if fear is not None and not (clinical and re.match(r"worr|concern", fear.group())):
        return ConditionCertainty.ASKED_ABOUT
    if _DIAGNOSED.search(near) and re.search(
        r"\b(?:diagnos\w+|dx'?d?|confirmed|known|definite|turned out|revised to|changed to|in favour of)\b",
        near[-40:],
    ):
        return ConditionCertainty.DIAGNOSED
    if re.search(r"\btold (?:me|him|her|us)? ?(?:that )?(?:it|this|i|he|she)\b", near):
        return ConditionCertainty.DIAGNOSED
    if _SUSPECTED_BEFORE.search(near):
        return ConditionCertainty.SUSPECTED
    return ConditionCertainty.DIAGNOSED


def _named(name: str, certainty: ConditionCertainty, subject: Subject, start: int, end: int) -> Condition:
    known = diseases().get(name)
    label = known.label if known else name.replace("_", " ").capitalize()
    return Condition(label, name, certainty, subject, (Span(start, end),))


_STRENGTH = {
    ConditionCertainty.RULED_OUT: 3,
    ConditionCertainty.DIAGNOSED: 2,
    ConditionCertainty.SUSPECTED: 1,
    ConditionCertainty.ASKED_ABOUT: 0,
}


def _one_each(rows: list[Condition]) -> tuple[Condition, ...]:
    kept: dict[tuple[str | None, Subject], Condition] = {}
    for row in rows:
        key = (row.id, row.subject)
        held = kept.get(key)
        if held is None:
            kept[key] = row
            continue
        best = row if _STRENGTH[row.certainty] > _STRENGTH[held.certainty] else held
        kept[key] = Condition(best.name, best.id, best.certainty, best.subject, held.spans + row.spans)
    return tuple(kept.values())
