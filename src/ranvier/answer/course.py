"""When immunoglobulin works, in numbers: the treatment model's ranges, the times a letter names, and what a diary shows.

Days and weeks only. Nothing here names a dose or a schedule, and a diary that cannot be trusted gives no number.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from typing import TYPE_CHECKING

from ranvier.case import Case
from ranvier.terms import Mark
from ranvier.terms.vocabulary import read_toml
from ranvier.treatment.usual_course import PROVENANCE, UsualRange, usual_course

from .own_times import in_words, own_times
from .point import MUST, STRONG, PlannedQuestion, Point, point_of
from .support import Kind, Support
from .wording import WORDING

if TYPE_CHECKING:
    from ranvier.treatment import Outlook

TOPICS = {"ivig_how", "ivig_onset", "ivig_duration"}
UNFIT = {"urgent", "grave", "mmn_ruled_out", "immunoglobulin_failed"}
MODEL = {
    "usual_course": (PROVENANCE, Mark.DERIVED)
}  # id of a support: its citation, and how the numbers came about


@cache
def words() -> Mapping[str, Mapping[str, object]]:
    """The sentences of `wording/course.toml`."""
    return {key: row for key, row in read_toml(WORDING / "course.toml").items() if key != "source"}


def points(
    case: Case,
    holds: frozenset[str],
    answered: list[PlannedQuestion],
    document: str,
    outlook: Outlook | None = None,
) -> Iterator[Point]:
    """What is said of the time course.

    The model's ranges for a letter about immunoglobulin, then the letter's own times, or before both a diary's.

    Parameters
        document : The text that the case was read from.
        outlook : What followed from the reader's treatment diary, if one came with the letter.
    """
    if outlook is not None:
        yield from _diary(outlook)
    is_about = {q.topic for q in answered} & TOPICS or "on_immunoglobulin" in holds
    if holds & UNFIT or not is_about:
        return
    yield from _model()
    if outlook is None and "on_immunoglobulin" in holds:
        yield from _letter(case, document)


def urgent(outlook: Outlook | None, *, is_alone: bool) -> Iterator[Point]:
    """The advice for an alarming symptom in the diary; `is_alone` when the letter itself has no red flag."""
    if outlook is None or not any(flag.id == "alarming_symptom" for flag in outlook.flags):
        return
    support = (Support(Kind.DIARY, "alarming_symptom", because="a symptom written in the treatment diary"),)
    if is_alone:
        yield Point("urgent_first", facts=support, rank=MUST)
    yield point_of("emergency-chest-pain", support, MUST)
    yield point_of("emergency-breathing", support, MUST)


def _point(id: str, support: Support, rank: int, **slots: object) -> Point:
    row = words()[id]
    statements = row.get("statements", ())
    assert isinstance(statements, list | tuple)
    return Point(
        f"course.{id}",
        str(row["text"]).format(**slots),
        statements=tuple(statements),
        facts=(support,),
        rank=rank,
    )


def _model() -> Iterator[Point]:
    found = {row.id: row for row in usual_course()}
    onset, peak, end = (found[id] for id in ("onset", "peak", "end"))
    days = {
        f"{row.id}_{name}": round(value)
        for row in (onset, peak)
        for name, value in (("low", row.low_days), ("high", row.high_days))
    }
    yield _point("model_rise", _of_model(onset, peak), STRONG, **days)
    yield _point(
        "model_end", _of_model(end), STRONG, low=round(end.low_days / 7), high=round(end.high_days / 7)
    )


def _of_model(*rows: UsualRange) -> Support:
    """The model, with the published results that stand beside each range."""
    told = "; ".join(
        f"{row.label}: day {row.low_days:g} to {row.high_days:g} (published: {row.published})" for row in rows
    )
    return Support(Kind.MODEL, "usual_course", because=f"ranvier's treatment model, {told}")


def _letter(case: Case, document: str) -> Iterator[Point]:
    span = case.letter_span
    found = (
        own_times(document) if span is None else own_times(document[span.start : span.end], offset=span.start)
    )
    day = found.fades_after_days
    said = Support(Kind.LETTER, "times_of_treatment", found.spans)
    if found.interval_days is not None:
        yield _point("letter_interval", said, STRONG, interval=in_words(found.interval_days))
    if day is None:
        return
    if found.before_days is not None and found.interval_days is not None:
        yield _point("letter_before", said, STRONG, before=in_words(found.before_days), day=day)
    else:
        yield _point("letter_after", said, STRONG, day=day)
    usual = {row.id: row for row in usual_course()}
    if day < usual["peak"].low_days:
        id = "letter_early"
    elif day <= usual["end"].high_days:
        id = "letter_within"
    else:
        id = "letter_late"
    yield _point(id, _of_model(usual["end"]), STRONG, last=round(usual["end"].high_days / 7))


def _diary(outlook: Outlook) -> Iterator[Point]:
    from ranvier.treatment.forecast import courses

    diary, found = outlook.diary, outlook.wear_off
    support = Support(
        Kind.DIARY,
        "wear_off",
        because=f"the treatment diary: {len(diary.given)} doses and {len(diary.readings)} readings, fitted by ranvier's "
        f"treatment model ({outlook.posterior.status.value})",
    )
    if not outlook.posterior.observations.series or not diary.given:
        yield _point("diary_bare", support, MUST)
    elif not outlook.has_own_numbers:
        yield _point("diary_unsure", support, MUST)
    elif found.date is None or found.low is None or found.high is None or found.peak_days is None:
        yield _point("diary_none", support, MUST)
    else:
        start = courses(diary)[-1][0].date
        middle, low, high = ((day - start).days for day in (found.date, found.low, found.high))
        yield _point("diary_peak", support, MUST, peak=round(found.peak_days))
        yield _point("diary_end", support, MUST, middle=middle, low=low, high=high)
        yield _point("diary_worn_off", support, STRONG)
    slow = [p for p in outlook.patterns if p.id == "slow_decline" and p.answer.value == "yes"]
    if slow:
        yield _point("diary_slow", Support(Kind.DIARY, "slow_decline", because=slow[0].because), MUST)
    yield _point("diary_team", support, MUST)
