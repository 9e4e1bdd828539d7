"""What the comparison with other illnesses adds to an answer: what fits best, what counts for and against it, what is next.

A reader is never given a number, and no fatal illness is named as the likeliest: then the answer asks for a careful look
soon. The clinician's view has every number (weighing_shown.py).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from typing import Any

from ranvier.case import Case
from ranvier.criteria import Judgement
from ranvier.differential import Contribution, WeighedCase
from ranvier.terms import Presence
from ranvier.terms.vocabulary import read_toml

from .facts import finding
from .fit import excluded
from .point import STRONG, USEFUL, Point
from .support import Kind, Support
from .wording import WORDING, phrases

MMN = "mmn"
FATAL = ("als", "pma")
CLEAR, LIKELY = (
    0.8,
    0.5,
)  # below LIKELY nothing stands out; between the two, others are not far behind [judgement]
COUNTS = 2.0  # a finding that makes MMN less than twice as likely is not named [judgement]
MOST_CLUES = 2
BECAUSE = "compared with the other illnesses (ranvier weigh)"
QUIET = {"urgent", "mmn_ruled_out", "als_diagnosed"}  # a comparison is not what such a letter needs
UNFIT = {"grave", "pinched_diagnosed", "other_diagnosed"}  # MMN is not to be made likelier than it is


@cache
def words() -> Mapping[str, Mapping[str, str]]:
    """The tables of `wording/weighing.toml`."""
    rows: Mapping[str, Any] = read_toml(WORDING / "weighing.toml")
    return {key: row for key, row in rows.items() if isinstance(row, dict)}


def woven(
    told: Iterable[Point],
    weighed: WeighedCase | None,
    case: Case,
    judgement: Judgement,
    circumstances: frozenset[str],
) -> tuple[Point, ...]:
    """The points of "how your story fits" with those of the comparison before the last, which says whose word decides."""
    points = tuple(told)
    if weighed is None or not points or circumstances & QUIET or weighed.weighing.observations.is_empty:
        return points
    more = tuple(_compared(weighed, case, judgement, circumstances))
    return (*points[:-1], *more, points[-1])


def _compared(
    weighed: WeighedCase, case: Case, judgement: Judgement, circumstances: frozenset[str]
) -> Iterator[Point]:
    weighing = weighed.weighing
    leader, share = weighing.leader, weighing.posterior[weighing.leader]
    fatal = sum(weighing.posterior[name] for name in FATAL)
    against_mmn = bool(circumstances & UNFIT) or judgement.category == "not_met" or excluded(judgement)
    if fatal >= LIKELY:
        yield _point("look_soon", _weighed(leader))
        return
    if leader == MMN and against_mmn:
        return  # signs against it stand in the letter, or another illness was found: nothing here makes MMN likelier
    if leader == MMN and share >= LIKELY:
        yield _point("fits_best" if share >= CLEAR else "fits_best_narrowly", _weighed(MMN))
        yield from _clues(weighed, case)
    elif share < LIKELY or leader in FATAL or leader == "other":
        yield _point("mixed" if "mmn_diagnosed" in circumstances else "none_stands_out", _weighed(leader))
    elif "mmn_diagnosed" in circumstances:
        yield _point("mixed", _weighed(leader))
    elif (illness := phrases()["illness"].get(leader)) is not None:
        yield _point("other_fits_better", _weighed(leader), illness=illness)
    if not against_mmn:
        yield from _next(weighed)


def _clues(weighed: WeighedCase, case: Case) -> Iterator[Point]:
    """What counts for MMN and what against it, in the reader's words, the weightiest first."""
    rows = weighed.weighing.contributions
    toward = [row for row in rows if row.likelihood_ratio[MMN] >= COUNTS]
    against = [row for row in rows if row.likelihood_ratio[MMN] <= 1 / COUNTS]
    toward.sort(key=lambda row: -row.likelihood_ratio[MMN])
    against.sort(key=lambda row: row.likelihood_ratio[MMN])
    for name, chosen in (("counts_most", toward), ("counts_against", against)):
        said = _said(chosen)[:MOST_CLUES]
        if said:
            facts = (_weighed(MMN), *(s for row, _ in said for s in _facts(row, case)))
            yield _point(name, *facts, clues=" and ".join(text for _, text in said))
    if not against:
        yield _point("nothing_against", _weighed(MMN))


def _said(rows: Iterable[Contribution]) -> list[tuple[Contribution, str]]:
    """Those of the contributions that have words, each way of saying it once."""
    told: dict[str, Contribution] = {}
    for row in rows:
        text = words().get(row.verdict, {}).get(row.finding)
        if text is not None:
            told.setdefault(text, row)
    return [(row, text) for text, row in told.items()]


def _facts(row: Contribution, case: Case) -> tuple[Support, ...]:
    presence = Presence.PRESENT if row.verdict == "present" else Presence.ABSENT
    support = finding(case, row.finding, presence)
    return (_weighed(row.finding),) if support is None else (support,)


def _next(weighed: WeighedCase) -> Iterator[Point]:
    for row in weighed.next_tests[:1]:
        text = words()["tests"].get(row.test.id)
        if text is not None:
            yield _point("tells_most", _weighed(row.test.id), rank=USEFUL, test=text)


def _weighed(identity: str) -> Support:
    return Support(Kind.WEIGHED, identity, (), BECAUSE)


def _point(name: str, *facts: Support, rank: int = STRONG, **slots: str) -> Point:
    return Point(f"weighed.{name}", words()["sentences"][name].format_map(slots), facts=facts, rank=rank)
