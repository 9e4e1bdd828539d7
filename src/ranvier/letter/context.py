"""What the words around a mention make of it: somebody else's, asked, feared, supposed, or general talk.

Whether it is denied, past or unsure the trained reader says (`trained.py`).

After the ConText algorithm in manner: triggers act forward or backward within their clause, a few across the sentence.
The trigger lists are data (`lexicon/context.toml`).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from ranvier.terms import Subject

from . import lexicon
from .text import Clause, Sentence


@dataclass(frozen=True)
class Context:
    """How a mention was meant. `is_claim` is False for what is only asked, feared, supposed or general."""

    is_claim: bool
    subject: Subject


@cache
def _triggers() -> Mapping[str, re.Pattern[str]]:
    content = lexicon.data("context")
    made: dict[str, re.Pattern[str]] = {}
    for group, lists in content.items():
        if isinstance(lists, dict):
            for name, patterns in lists.items():
                made[f"{group}.{name}"] = _trigger_expression(patterns)
    return made


def _trigger_expression(patterns: list[str]) -> re.Pattern[str]:
    # Triggers such as ": nil", "?" and "n't" begin with a mark, so the word border is asked for only beside letters.
    parts = sorted((lexicon.expand(pattern, {}) for pattern in patterns), key=len, reverse=True)
    body = "|".join(f"(?:{part})" for part in parts)
    return re.compile(
        rf"(?:(?<!\w)(?=\w)|(?=[^\w\s])|(?<=\w)(?=n't)|(?=\s?[^\w]))(?:{body})(?:(?<=\w)(?!\w)|(?<!\w))"
    )


def context_of(
    normal: str,
    sentence: Sentence,
    start: int,
    end: int,
    *,
    kin_is_patient: frozenset[str],
    core: int | None = None,
    names_what_is_there: bool = False,
) -> Context:
    """Judge the mention at `normal[start:end]` inside a sentence.

    `kin_is_patient` holds the words for kin that mean the patient ("husband" in a carer's letter). `core` is where the
    word that says it begins, when it is not the start ("my face isn't *weak*").
    `names_what_is_there`: a noun, so that a question about it ("what stops these cramps?") takes it for granted.
    """
    clause = sentence.clause_at(start)
    reader = _Clause(normal, sentence, clause, start, end, start if core is None else core)
    asked = reader.is_asked(names_what_is_there)
    supposed = reader.is_supposed()
    return Context(
        is_claim=not (asked or supposed),
        subject=reader.subject(kin_is_patient),
    )


@dataclass(frozen=True)
class _Clause:
    normal: str
    sentence: Sentence
    clause: Clause
    start: int
    end: int
    core: int

    def before(self, name: str, *, whole_sentence: bool = False) -> re.Match[str] | None:
        """The last trigger of this list that ends before the mention, in its clause (or sentence)."""
        low = self.sentence.start if whole_sentence else self.clause.start
        found = None
        for match in _triggers()[name].finditer(self.normal, low, min(self.end, self.clause.end)):
            if match.end() <= self.start:
                found = match
        return found

    def after(self, name: str) -> re.Match[str] | None:
        """The first trigger of this list that starts after the mention, in its clause."""
        return _triggers()[name].search(self.normal, self.end, max(self.clause.end, self.end))

    def is_asked(self, names_what_is_there: bool) -> bool:
        if not self.clause.is_question:
            return False
        if names_what_is_there and _TAKEN_FOR_GRANTED.search(self.normal[self.clause.start : self.start]):
            return False
        return not self.before("question.presupposing") and not _PRESUPPOSES.match(
            self.normal, self.clause.start, self.clause.end
        )

    def is_supposed(self) -> bool:
        if self.before("hypothetical.forward") or self.after("hypothetical.backward"):
            return True
        if self._if_opens_the_sentence():
            return True
        if self.before("general.forward") or self.after("general.backward"):
            return True
        fear = self.before("fear.forward", whole_sentence=True)
        if fear is None:
            return False
        between = self.normal[fear.start() : self.end]
        return _triggers()["fear.real"].search(between) is None

    def _if_opens_the_sentence(self) -> bool:
        """ "If I start to choke or my voice goes, …": the condition runs on over lists until its consequence."""
        opening = self.normal[self.sentence.start : self.start]
        match = re.match(r"\W*(?:and |but |so )?(?:if|in case|should (?:i|he|she|they|you))\b", opening)
        return match is not None and not re.search(
            r",\s+(?:then|i|he|she|we|you|please|call|ring|the|my|it)\b", opening
        )

    def subject(self, kin_is_patient: frozenset[str]) -> Subject:
        other = self._nearest("people.other")
        kin = self._nearest("people.kin")
        if kin is not None and any(word in kin_is_patient for word in kin.group().split()):
            kin = None
        own = self._nearest("people.self") or self._nearest("people.the_patient")
        kin_is = (
            Subject.OTHER
            if kin is not None and _triggers()["people.by_marriage"].search(kin.group())
            else Subject.FAMILY
        )
        candidates = [(match.end(), who) for match, who in ((other, Subject.OTHER), (kin, kin_is)) if match]
        if not candidates:
            return self._subject_after(kin_is_patient)
        end, who = max(candidates)
        if ";" in self.normal[end : self.start]:
            return self._subject_after(kin_is_patient)
        if own is not None and own.start() >= end:
            return self._subject_after(kin_is_patient)
        return who

    def _nearest(self, name: str) -> re.Match[str] | None:
        """The last mention of such a person before this one: in the clause, else in the sentence with no other since."""
        found = self.before(name, whole_sentence=True)
        if found is None or _NOT_A_SUBJECT.search(self.normal[max(0, found.start() - 18) : found.start()]):
            return None
        said = _REPORTS.match(self.normal, found.end())
        if said is not None and _REPORTED_SELF.search(self.normal, said.end(), max(said.end(), self.core)):
            return None
        return found

    def _subject_after(self, kin_is_patient: frozenset[str]) -> Subject:
        """ "Foot drop, just like my uncle", "ALS in his father"."""
        tail = self.normal[self.end : self.clause.end]
        match = re.match(
            r"(?:[\w\s'-]{0,25})\b(?:in|of|like|as did|as has|affected|runs in) (?=my|his|her|our|the|a\b)",
            tail,
        )
        if match is None:
            return Subject.PATIENT
        rest = tail[match.end() :]
        kin = _triggers()["people.kin"].match(re.sub(r"^(?:my|his|her|our|the|a) ", "", rest))
        if kin is not None and not any(word in kin_is_patient for word in kin.group().split()):
            return Subject.FAMILY
        return Subject.OTHER if _triggers()["people.other"].match(rest) else Subject.PATIENT


_NOT_A_SUBJECT = re.compile(
    r"\b(?:told|tell|with|asked|by|help|from|and|see|seen) (?:my|his|her|the) $|\b(?:a|an|am the|proud|as)(?: (?:new|single|busy|young|old|full-time))? $"
)
_REPORTS = re.compile(
    r"(?:'s)?,? (?:also |has |had |who |is |was )?(?:reports?|reported|says?|said|tells?|told|notic\w+|noted?|thinks?|thought|believes?|wants?|wanted|worr\w+|points?|mentions?|mentioned|observ\w+|describ\w+|confirms?|insists?|asks?|asked|drove|took|brought|wonders?|reckons?|complains? (?:that|about)|jokes?|teases?|found|saw|sees|calls?)\b"
)
_REPORTED_SELF = re.compile(r"\b(?:that )?(?:i|he|she|my|his|her|me|him|it)\b")
_PRESUPPOSES = re.compile(
    r"\W*(?:and |but |so )?why (?:is|are|do|does|has|have|did|was|were|am) (?:my|i|his|her|he|she)\b"
)
_TAKEN_FOR_GRANTED = re.compile(
    r"\b(?:these|this|my|his|her|the|those)(?: (?:\w+ing|awful|terrible|constant|night|nightly|left|right|leg|calf|hand|muscle|muscles|daily|odd|funny|horrible))* $"
)
