"""Facts of a case as supports: each with the spans of the words that said it."""

from __future__ import annotations

import re

from ranvier.case import Case, Condition, ConditionCertainty, Treatment
from ranvier.terms import Presence, Span, Subject

from .support import Kind, Support

GIVEN = "the case as it was given"  # a case file may carry no spans
STUDY = "nerve conduction study"
ID = re.compile(r"[a-z0-9_.-]{1,60}")  # a case file may carry anything for an id; only ours go into an answer


def fact(kind: Kind, identity: str, spans: tuple[Span, ...] = ()) -> Support:
    """A support by a fact of the case; one without spans says where it is from."""
    own = identity if ID.fullmatch(identity) else "unnamed"
    return Support(kind, own, spans, None if spans else GIVEN)


def finding(case: Case, identity: str, presence: Presence | None = None) -> Support | None:
    """The patient's own finding of this id, said flatly; None when it was not said (or not so)."""
    if presence is not None and case.presence(identity) is not presence:
        return None
    own = [f for f in case.findings if f.id == identity and f.counts and presence in (None, f.presence)]
    if not own:
        return None
    spans = tuple(span for f in own for span in f.spans)
    if not spans and any((f.because or "").startswith(STUDY) for f in own):
        return Support(Kind.FINDING, identity, (), STUDY)
    return fact(Kind.FINDING, identity, spans)


def is_present(case: Case, *identities: str) -> bool:
    """Whether any of these findings is present."""
    return any(case.presence(identity) is Presence.PRESENT for identity in identities)


def conditions(case: Case, identity: str, *certainties: ConditionCertainty) -> list[Condition]:
    """The patient's conditions of this id, with one of these certainties (any, if none is named)."""
    return [
        c
        for c in case.conditions
        if c.id == identity
        and c.subject is Subject.PATIENT
        and (not certainties or c.certainty in certainties)
    ]


def condition(one: Condition) -> Support:
    """A condition as a support."""
    return fact(Kind.CONDITION, one.id or "named", one.spans)


def treatments(case: Case, *identities: str) -> list[Treatment]:
    """Treatments of these ids that were given."""
    return [t for t in case.treatments if t.id in identities and t.given]


def treatment(one: Treatment) -> Support:
    """A treatment as a support."""
    return fact(Kind.TREATMENT, one.id, one.spans)


def letter(case: Case) -> Support:
    """The letter itself as a support."""
    return fact(Kind.LETTER, "letter", () if case.letter_span is None else (case.letter_span,))
