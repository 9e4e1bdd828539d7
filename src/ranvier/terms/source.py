"""Where a fact comes from, and how well that was checked."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from .errors import DataError


class Mark(Enum):
    """How a fact reached us."""

    SEEN = "seen"  # read in the source, its abstract or a reproduced table
    RECALLED = "recalled"  # general knowledge; every output that leans on it says so
    DERIVED = "derived"  # our arithmetic on seen numbers; the locator says how
    JUDGEMENT = "judgement"  # our working choice; no source


@dataclass(frozen=True)
class Source:
    """A citation with the table or page, and the mark. The citation is never empty.

    `locator` is the table, page or row; `address` a DOI or web page.
    """

    citation: str
    mark: Mark = Mark.SEEN
    locator: str | None = None
    address: str | None = None
    year: int | None = None

    def __post_init__(self) -> None:
        if not self.citation.strip():
            raise DataError(
                path="source.citation", given="it is empty", expected="Every fact names where it comes from"
            )

    def __str__(self) -> str:
        text = self.citation if self.locator is None else f"{self.citation}, {self.locator}"
        if self.mark is Mark.SEEN:
            return text
        return (
            f"{text} ({self.mark.value}, not verified)"
            if self.mark is Mark.RECALLED
            else f"{text} ({self.mark.value})"
        )
