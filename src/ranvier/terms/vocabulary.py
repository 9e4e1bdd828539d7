"""The project's ids: findings, diseases, nerves, muscles and sites, read once from the data files beside this module."""

from __future__ import annotations

import difflib
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from .errors import DataError, InputRefused
from .finding import Side
from .source import Mark

DATA = Path(__file__).parent / "data"


NAMES_OF_PEOPLE = ("Babinski",)


@dataclass(frozen=True)
class FindingTerm:
    """A finding id with its label, its HPO id (and whether that was verified) and the words people use."""

    id: str
    label: str
    group: str
    kind: str
    synonyms: tuple[str, ...]
    hpo: str | None = None
    hpo_label: str | None = None
    hpo_mark: Mark | None = None


def in_line(label: str) -> str:
    """A label as it stands inside a sentence: its first letter small, unless the word is an abbreviation.

    Example
        >>> in_line("Babinski sign"), in_line("IgM antibodies to GM1"), in_line("Foot drop")
        ('Babinski sign', 'IgM antibodies to GM1', 'foot drop')
    """
    first = label.split(" ", 1)[0]
    kept = first in NAMES_OF_PEOPLE or any(character.isupper() for character in first[1:])
    return label if kept else label[:1].lower() + label[1:]


@dataclass(frozen=True)
class Code:
    """A code in a public system; a recalled one is never shown as verified."""

    system: str
    code: str
    mark: Mark


@dataclass(frozen=True)
class DiseaseTerm:
    """A disease id with its names, its codes and whether a treatment changes its course."""

    id: str
    label: str
    short: str
    treatable: bool
    synonyms: tuple[str, ...]
    codes: tuple[Code, ...]


@dataclass(frozen=True)
class Muscle:
    """A recording muscle and the nerve that supplies it."""

    id: str
    label: str
    nerve: str


def read_toml(path: Path) -> dict[str, Any]:
    """Read one of our own data files; it must name its source.

    Raises
        DataError: not TOML, or no `source` at the top.
    """
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
    except tomllib.TOMLDecodeError as error:
        raise DataError(path=path.name, given=f"not TOML ({error})", expected="A TOML file") from error
    if not content.get("source"):
        raise DataError(
            path=path.name, given="no `source`", expected="Every data file names where its facts come from"
        )
    return content


@cache
def findings() -> Mapping[str, FindingTerm]:
    """Every finding id, in the order they are shown."""
    rows = {key: row for key, row in read_toml(DATA / "findings.toml").items() if isinstance(row, dict)}
    return {
        key: FindingTerm(
            id=key,
            label=row["label"],
            group=row["group"],
            kind=row["kind"],
            synonyms=tuple(row["synonyms"]),
            hpo=row.get("hpo"),
            hpo_label=row.get("hpo_label"),
            hpo_mark=Mark(row["hpo_mark"]) if "hpo" in row else None,
        )
        for key, row in rows.items()
    }


@cache
def diseases() -> Mapping[str, DiseaseTerm]:
    """Every disease id of the differential."""
    rows = {key: row for key, row in read_toml(DATA / "diseases.toml").items() if isinstance(row, dict)}
    return {
        key: DiseaseTerm(
            id=key,
            label=row["label"],
            short=row["short"],
            treatable=row["treatable"],
            synonyms=tuple(row["synonyms"]),
            codes=tuple(Code(c["system"], c["code"], Mark(c["mark"])) for c in row["codes"]),
        )
        for key, row in rows.items()
    }


@cache
def _anatomy() -> dict[str, Any]:
    return read_toml(DATA / "anatomy.toml")


def _key(text: str) -> str:
    return " ".join(text.strip().lower().replace("_", " ").replace("-", " ").split())


@cache
def _spellings(table: str) -> Mapping[str, str]:
    spellings: dict[str, str] = {}
    for name, row in _anatomy()[table].items():
        for spelling in (name, *row["synonyms"]):
            spellings[_key(spelling)] = name
    return spellings


def nearest(given: str, allowed: Iterable[str]) -> str:
    """Name the closest allowed word, for the end of an error: " Nearest match: wrist." or nothing."""
    match = difflib.get_close_matches(given.strip().lower(), list(allowed), n=1, cutoff=0.5)
    return f" Nearest match: {match[0]}." if match else ""


def _lookup(table: str, what: str, given: str, path: str) -> str:
    spellings = _spellings(table)
    found = spellings.get(_key(given))
    if found is None:
        names = ", ".join(_anatomy()[table])
        raise InputRefused(
            path=path,
            given=f'"{given}" is no {what} we know',
            expected=f"One of: {names}.{nearest(given, spellings)}",
        )
    return found


def nerve(given: str, *, path: str = "nerve") -> str:
    """Our name for a nerve, from any usual spelling (fibular = peroneal). Raises InputRefused."""
    return _lookup("nerves", "nerve", given, path)


def muscle(given: str, *, path: str = "record_at") -> Muscle:
    """A recording muscle, from any usual spelling. Raises InputRefused."""
    name = _lookup("muscles", "muscle", given, path)
    row = _anatomy()["muscles"][name]
    return Muscle(id=name, label=row["label"], nerve=row["nerve"])


def site(given: str, *, path: str = "stimulate_at") -> str:
    """Our name for a stimulation site, from any usual spelling. Raises InputRefused."""
    return _lookup("sites", "site", given, path)


def site_order(name: str) -> int:
    """Where a site lies from distal (small) to proximal (large)."""
    return int(_anatomy()["sites"][name]["order"])


def limb(nerve_name: str) -> str:
    """The limb a nerve belongs to: upper, lower, trunk or head."""
    return str(_anatomy()["nerves"][nerve_name]["limb"])


def side(given: str, *, path: str = "side") -> Side:
    """Left or right, from L, R, lt, rt or the word. Raises InputRefused."""
    sides = {
        "l": Side.LEFT,
        "lt": Side.LEFT,
        "left": Side.LEFT,
        "r": Side.RIGHT,
        "rt": Side.RIGHT,
        "right": Side.RIGHT,
    }
    found = sides.get(_key(given).rstrip("."))
    if found is None:
        raise InputRefused(path=path, given=f'"{given}" is no side', expected="left or right (L or R)")
    return found
