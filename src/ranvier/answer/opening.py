"""The opening: thanks, and the reader's own story in short phrases of ours, without side, place, work or name."""

from __future__ import annotations

from collections.abc import Iterator

from ranvier.case import Case, Response
from ranvier.evidence import topics as topic_labels
from ranvier.terms import Presence

from .circumstances import WEAK, Asked, Diagnosed, RuledOut, Suspected
from .facts import condition, conditions, finding, letter, treatment, treatments
from .point import MUST, STRONG, USEFUL, PlannedQuestion, Point
from .support import Kind, Support
from .wording import phrases

NUMBERS = ("", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
MOST_ASKED = 3  # questions named in the opening; a longer list reads like a form


def opening(case: Case, questions: tuple[PlannedQuestion, ...], *, writer: str) -> Iterator[Point]:
    """The points of the opening, in order."""
    yield Point("thanks" if questions else "thanks_no_question", facts=(letter(case),), rank=MUST)
    if writer != "patient":
        yield Point(writer, facts=(letter(case),), rank=MUST)
    yield from _complaint(case)
    yield from _treated(case)
    yield from _named(case)
    yield from _asked(case, questions)


def _complaint(case: Case) -> Iterator[Point]:
    for identity, words in phrases()["complaint"].items():
        own = [f for f in case.findings if f.id == identity and f.counts]
        support = finding(case, identity)
        if support is None or case.presence(identity) is not Presence.PRESENT:
            continue
        if identity not in WEAK and conditions(case, "mmn", Diagnosed):
            return  # somebody with MMN does not live with "twitching": better nothing than beside the point
        months = next((f.since_months for f in own if f.since_months is not None), None)
        duration, decade = duration_words(months), decade_words(case.patient.age_years)
        slots = {"complaint": words}
        if duration is None:
            yield Point("writes_of", facts=(support,), slots=slots, rank=STRONG)
        elif decade is None:
            yield Point("lived_with", facts=(support,), slots={**slots, "duration": duration}, rank=STRONG)
        else:
            age = Support(Kind.PATIENT, "age_years", because="the age in the letter, as a decade")
            slots = {**slots, "duration": duration, "decade": decade}
            yield Point("lived_with_decade", facts=(support, age), slots=slots, rank=STRONG)
        return


def _treated(case: Case) -> Iterator[Point]:
    for one in treatments(case, "surgery")[:1]:
        if one.response in (Response.NONE, Response.WORSENED):
            yield Point(f"surgery_{one.response.value}", facts=(treatment(one),), rank=STRONG)
    for identity in ("ivig", "scig"):
        for one in treatments(case, identity)[:1]:
            told = "given" if one.response is None or identity == "scig" else one.response.value
            if identity == "scig" and one.response is Response.IMPROVED:
                told = "improved"
            yield Point(f"{identity}_{told}", facts=(treatment(one),), rank=STRONG)


def _named(case: Case) -> Iterator[Point]:
    for certainty, words in (
        (Diagnosed, "mmn_diagnosed"),
        (Suspected, "mmn_suspected"),
        (Asked, "mmn_asked"),
    ):
        if found := conditions(case, "mmn", certainty):
            yield Point(words, facts=(condition(found[0]),), rank=STRONG)
            break
    else:
        if found := conditions(case, "mmn", RuledOut):
            yield Point("mmn_ruled_out", facts=(condition(found[0]),), rank=STRONG)
    words_of_als = ((Diagnosed, "als_diagnosed"), (Suspected, "als_suspected"), (RuledOut, "als_ruled_out"))
    for certainty, words in (*words_of_als, (Asked, "als_feared")):
        if found := conditions(case, "als", certainty):
            if certainty is Diagnosed and conditions(case, "mmn", Diagnosed):
                words = "als_suspected"  # a letter that says both is not one to break such news with
            yield Point(words, facts=(condition(found[0]),), rank=STRONG)
            if certainty in (Suspected, Asked):
                yield Point("fear_makes_sense", facts=(condition(found[0]),), rank=USEFUL)
            break


def _asked(case: Case, questions: tuple[PlannedQuestion, ...]) -> Iterator[Point]:
    answered = [q for q in questions if q.handling == "answered"]
    if not questions:
        yield Point("asks_nothing", facts=(letter(case),), rank=STRONG)
    if len(answered) == 1:
        yield Point("wants_to_understand", facts=answered[0].facts, rank=USEFUL)
    elif answered:
        asked = asked_words([q.topic for q in answered][:MOST_ASKED])
        facts = tuple(support for q in answered for support in q.facts)
        yield Point("asks", facts=facts, slots={"asked": asked}, rank=USEFUL)


def asked_words(topics: list[str]) -> str:
    """What is asked, as the end of "You ask ...".

    Example
        >>> asked_words(["definition", "steroids"])
        'what MMN is, and about steroids'
    """
    labels = [topic_labels()[topic] for topic in dict.fromkeys(topics)]
    told = [label if label.split()[0] in ("what", "how", "whether") else f"about {label}" for label in labels]
    return told[0] if len(told) == 1 else ", ".join(told[:-1]) + f", and {told[-1]}"


def duration_words(months: float | None) -> str | None:
    """A duration as people say it, rounded so that it does not point at one person; None when not known.

    Example
        >>> duration_words(36), duration_words(5), duration_words(150)
        ('about three years', 'some months', 'more than ten years')
    """
    if months is None:
        return None
    if months < 2:
        return "some weeks"
    if months < 10:
        return "some months"
    years = round(months / 12)
    if years <= 1:
        return "about a year"
    return f"about {NUMBERS[years]} years" if years < len(NUMBERS) else "more than ten years"


def decade_words(age_years: float | None) -> str | None:
    """The decade of an age, "fifties"; None below twenty, above ninety or when not known."""
    return None if age_years is None else phrases()["decade"].get(str(int(age_years // 10 * 10)))
