"""Why the findings fit or do not: the reader's own facts beside what is known, then the verdict of the criteria in plain words.

Never beyond the verdict: the words of a category come from the judgement, and whose word decides is always said.
"""

from __future__ import annotations

from collections.abc import Iterator

from ranvier.case import Case
from ranvier.criteria import Judgement
from ranvier.terms import Presence, Verdict

from .facts import finding, is_present
from .point import MUST, STRONG, USEFUL, Point, point_of
from .support import Support, criterion
from .wording import FitFact, fit_facts, phrases

MOST_FACTS = 6  # a reader holds about that many [judgement]
MOST_MISSING = 2
URGENT = (
    "dyspnoea",
    "pain",
    "bulbar_signs",
    "rapid_onset",
)  # told once, at the top, when there are red flags


def fit(case: Case, judgement: Judgement, circumstances: frozenset[str]) -> Iterator[Point]:
    """The points of "how your story fits"; none when the case has no fact that speaks for or against."""
    facts = [(f, s) for f, s in told_facts(case) if not ("urgent" in circumstances and f.finding in URGENT)]
    if "grave" in circumstances:  # "twitches are no sign of ALS by themselves" is no comfort to give here
        facts = [(f, s) for f, s in facts if f.way != "beside" or f.finding == "brisk_reflexes"]
    if (
        "pinched_diagnosed" in circumstances
    ):  # "the block may be missed" would feed a doubt that nothing supports
        facts = [(f, s) for f, s in facts if f.way != "beside" or f.finding == "sensory_symptoms"]
    if not facts or (
        not any(fact.way != "beside" for fact, _ in facts) and "pinched_diagnosed" not in circumstances
    ):
        return
    for index, (fact, support) in enumerate(facts[:MOST_FACTS]):
        rank = STRONG if fact.way == "against" or index < MOST_FACTS - 1 else USEFUL
        if fact.say:
            yield Point(f"fact.{fact.finding}", fact.say, facts=(support,), rank=rank)
        more = () if "mmn_diagnosed" in circumstances else fact.undiagnosed
        for place, identity in enumerate((*fact.statements, *more)):
            yield point_of(identity, (support,), rank + min(place, 1))
    yield from _verdict(judgement, facts, circumstances)


def told_facts(case: Case) -> list[tuple[FitFact, Support]]:
    """Facts of the case that say something of MMN, the weightiest first, each way of saying it once."""
    found: list[tuple[FitFact, Support]] = []
    unsettled = case.contradictions()
    if all(is_present(case, tempo) for tempo in ("rapid_onset", "slow_progression")):
        unsettled = (*unsettled, "rapid_onset", "slow_progression")
    for fact in fit_facts():
        if fact.finding in unsettled:
            continue
        support = finding(case, fact.finding, Presence.PRESENT if fact.present else Presence.ABSENT)
        if support is not None and fact.statements not in [told.statements for told, _ in found]:
            found.append((fact, support))
    return found


def _verdict(
    judgement: Judgement, facts: list[tuple[FitFact, Support]], circumstances: frozenset[str]
) -> Iterator[Point]:
    whole = (criterion(judgement.edition.id), *_clauses(judgement))
    toward = sum(fact.way == "toward" for fact, _ in facts)
    against = any(fact.way == "against" for fact, _ in facts)
    if judgement.category in ("definite", "probable", "possible"):
        words = f"fits_{judgement.category}"
    elif judgement.category == "not_met":
        words = "does_not_fit"
    elif against:
        words = "fits_mixed" if toward else "fits_unclear"
    elif circumstances & {"pinched_diagnosed", "other_diagnosed", "mmn_ruled_out"}:
        words = "fits_unclear"
    else:
        words = "fits_much" if toward >= 3 else ("fits_some" if toward else "fits_unclear")
    yield Point(words, facts=whole, rank=MUST)
    if judgement.category == "not_met" and not against and not excluded(judgement):
        yield point_of("criteria-sensitivity", whole)
    missing = missing_words(judgement.missing)
    if judgement.category == "undetermined" and missing:
        yield Point("still_open", facts=whole, rank=STRONG)
        yield Point("still_open_such_as", facts=whole, slots={"missing": missing}, rank=STRONG)
    decided = "mmn_diagnosed" in circumstances and judgement.category != "not_met"
    yield Point("doctors_decided" if decided else "doctors_decide", facts=whole, rank=MUST)


def excluded(judgement: Judgement) -> bool:
    """Whether a sign that excludes is there; then nothing that comforts is said."""
    return any(
        result.clause.kind == "exclusion" and result.verdict is Verdict.MET for result in judgement.clauses
    )


def _clauses(judgement: Judgement) -> tuple[Support, ...]:
    """The clauses that the facts decided: met, or for an exclusion met against."""
    return tuple(
        criterion(result.id)
        for result in judgement.clauses
        if result.verdict is Verdict.MET and result.clause.kind != "path"
    )


def missing_words(missing: tuple[str, ...]) -> str | None:
    """What the criteria lack, as the end of "It does not say ..."; None when there are no words for it."""
    known = phrases()["missing"]
    told = list(dict.fromkeys(known[identity] for identity in missing if identity in known))[:MOST_MISSING]
    return ", or ".join(told) if told else None
