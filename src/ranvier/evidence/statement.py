"""Statements: one fact each, in clinical and in plain words, with its sources, read from the files in `statements/`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import Enum
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

from ranvier.terms import DataError, Mark, Source
from ranvier.terms.vocabulary import nearest, read_toml

from .topic import topics

STATEMENTS = Path(__file__).parent / "statements"
SOURCES_FILE = "sources.toml"
PHRASING_FILES = (
    "asked_as.toml",
    "asked_in_letters.toml",
    "declined.toml",
    "off_topic.toml",
    "other_illness.toml",
)
KEYS = {
    "topic", "claim", "plain", "strength", "mark", "sources", "numbers", "conflicts", "supersedes", "seed", "as_of",
}  # fmt: skip


class Strength(Enum):
    """The kind of evidence behind a statement, strongest first."""

    RCT = "rct"
    GUIDELINE = "guideline"
    COHORT = "cohort"
    CASE_SERIES = "case_series"
    TEXTBOOK = "textbook"
    EXPERT = "expert"


class Relation(Enum):
    """What a statement does to a sentence of the 2015 column."""

    SUPPORTS = "supports"
    REFINES = "refines"
    CONTRADICTS = "contradicts"


@dataclass(frozen=True)
class Figure:
    """One number of a claim. A point `value`, a range `low` to `high`, or both."""

    name: str
    unit: str
    value: float | None = None
    low: float | None = None
    high: float | None = None

    def __post_init__(self) -> None:
        if self.value is None and (self.low is None or self.high is None):
            raise DataError(
                path=f"numbers.{self.name}", given="no value", expected="A value, or both low and high"
            )


@dataclass(frozen=True)
class Statement:
    """One fact. It has at least one source, and its plain words are never empty.

    `claim` is for clinicians, `plain` the same for a patient. `mark` says how the fact reached us; each source carries
    it too. `seed` names sentences of the 2015 column and what this statement does to them. `as_of` is the year up to
    which it was checked.
    """

    id: str
    topic: str
    claim: str
    plain: str
    strength: Strength
    mark: Mark
    sources: tuple[Source, ...]
    as_of: int
    numbers: tuple[Figure, ...] = ()
    conflicts: str | None = None
    supersedes: str | None = None
    seed: Mapping[str, Relation] = field(default_factory=lambda: MappingProxyType({}))

    def __post_init__(self) -> None:
        if not self.sources:
            raise DataError(
                path=f"statements.{self.id}", given="no source", expected="At least one key of sources.toml"
            )
        if self.topic not in topics():
            raise DataError(
                path=f"statements.{self.id}.topic",
                given=f'"{self.topic}" is no topic',
                expected=f"One of topics.toml.{nearest(self.topic, topics())}",
            )
        if not self.claim.strip() or not self.plain.strip():
            raise DataError(
                path=f"statements.{self.id}",
                given="no words",
                expected="Both `claim` and `plain`, in full sentences",
            )

    @property
    def citation(self) -> str:
        """The first source, as a reader sees it: the one that carries the fact."""
        return str(self.sources[0])

    def is_due(self, today: date) -> bool:
        """Whether it was last checked more than a year ago, by whole years."""
        return today.year - self.as_of > 1


@cache
def statements() -> Mapping[str, Statement]:
    """Every statement by id, in the order of the files.

    Raises
        DataError: a statement without a source, an id met twice, an unknown topic, source or key.
    """
    return read_statements(STATEMENTS)


def read_statements(folder: Path) -> Mapping[str, Statement]:
    """Read a folder of statement files and its sources.toml. Raises DataError."""
    known = {key: row for key, row in read_toml(folder / SOURCES_FILE).items() if isinstance(row, dict)}
    found: dict[str, Statement] = {}
    for path in sorted(folder.glob("*.toml")):
        if path.name == SOURCES_FILE or path.name in PHRASING_FILES:
            continue
        for key, row in read_toml(path).items():
            if not isinstance(row, dict):
                continue
            if key in found:
                raise DataError(
                    path=f"{path.name}.{key}",
                    given="this id is taken",
                    expected="An id used once in all files",
                )
            found[key] = _statement(key, row, known, path=path.name)
    return MappingProxyType(found)


def _statement(key: str, row: Mapping[str, Any], known: Mapping[str, Any], *, path: str) -> Statement:
    where = f"{path}.{key}"
    if unknown := set(row) - KEYS:
        raise DataError(
            path=where, given=f"unknown key {sorted(unknown)}", expected=f"Keys among {sorted(KEYS)}"
        )
    if missing := {"topic", "claim", "plain", "strength", "mark", "as_of"} - set(row):
        raise DataError(path=where, given=f"{sorted(missing)} missing", expected="Every statement has them")
    try:
        mark = Mark(row["mark"])
        return Statement(
            id=key,
            topic=row["topic"],
            claim=row["claim"],
            plain=row["plain"],
            strength=Strength(row["strength"]),
            mark=mark,
            sources=tuple(_sources(row.get("sources", ()), known, mark, where=where)),
            as_of=row["as_of"],
            numbers=tuple(Figure(**figure) for figure in row.get("numbers", ())),
            conflicts=row.get("conflicts"),
            supersedes=row.get("supersedes"),
            seed=MappingProxyType({name: Relation(word) for name, word in row.get("seed", {}).items()}),
        )
    except (ValueError, TypeError) as error:
        raise DataError(path=where, given=str(error), expected="See docs/evidence.md for the keys") from error


def _sources(keys: Any, known: Mapping[str, Any], mark: Mark, *, where: str) -> Iterator[Source]:
    for key in keys:
        if key not in known:
            raise DataError(
                path=f"{where}.sources",
                given=f'"{key}" is no source',
                expected=f"A key of sources.toml.{nearest(str(key), known)}",
            )
        row = known[key]
        yield Source(citation=row["citation"], mark=mark, address=_address(row), year=row["year"])


def _address(row: Mapping[str, Any]) -> str | None:
    """The web address of a source: DOI first, then PubMed Central, PubMed, or the page."""
    if "doi" in row:
        return f"https://doi.org/{row['doi']}"
    if "pmc" in row:
        return f"https://pmc.ncbi.nlm.nih.gov/articles/{row['pmc']}/"
    if "pmid" in row:
        return f"https://pubmed.ncbi.nlm.nih.gov/{row['pmid']}/"
    return str(row["url"]) if "url" in row else None
