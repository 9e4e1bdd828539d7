"""An older answer that came on the same page as the letter: what it says that is told better today."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ranvier.case import Case
from ranvier.terms import Span

from .facts import fact
from .point import MUST, USEFUL, Point, point_of
from .support import Kind
from .wording import old_claims

FEWEST_CHARACTERS = 600  # shorter text around a letter is furniture, not an answer [judgement]
ABOUT = re.compile(r"multifocal motor|\bMMN\b", re.IGNORECASE)
YEAR = re.compile(r"(?:©|\(c\)|copyright)\s*((?:19|20)\d\d)", re.IGNORECASE)
MOST_CLAIMS = 5  # more would crowd out the answer itself [judgement]


def older_answer(text: str, case: Case) -> Span | None:
    """The text after the letter, when it is long enough and is about MMN; None when there is no such answer."""
    if case.letter_span is None or len(text) - case.letter_span.end < FEWEST_CHARACTERS:
        return None
    span = Span(case.letter_span.end, len(text))
    return span if ABOUT.search(span.of(text)) else None


def changes(text: str, span: Span) -> Iterator[Point]:
    """The points of "what has changed": what the page says, in our words, and what is known today."""
    page = span.of(text)
    year = YEAR.search(page)
    told = "" if year is None else f" from {year.group(1)} or before"
    whole = fact(Kind.OLDER_PAGE, "older_page", (span,))
    count = 0
    for claim in old_claims():
        match = re.search(claim.pattern, page, re.IGNORECASE) if claim.pattern else None
        missed = claim.absent is not None and not re.search(claim.absent, page, re.IGNORECASE)
        if (match is None and not missed) or count == MOST_CLAIMS:
            continue
        where = whole if match is None else fact(
            Kind.OLDER_PAGE, claim.id, (Span(span.start + match.start(), span.start + match.end()),)
        )  # fmt: skip
        if count == 0:
            yield Point("older_page", facts=(whole,), slots={"year": told}, rank=MUST)
        rank = MUST if count < 3 else USEFUL  # what an older page has wrong is never cut for what only informs
        yield Point(f"old.{claim.id}", claim.say, facts=(where,), rank=rank, leads_in=True)
        for identity in claim.statements:
            yield point_of(identity, (where,), rank)
        count += 1
