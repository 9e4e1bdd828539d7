"""What the column says of itself, each with its source: notices.toml."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from ranvier.terms import Mark, Source
from ranvier.terms.vocabulary import read_toml


@dataclass(frozen=True)
class Notice:
    """A few fixed sentences about what this column does, with the source they rest on."""

    id: str
    text: str
    source: Source


@cache
def _rows() -> dict[str, Any]:
    return read_toml(Path(__file__).parent / "notices.toml")


@cache
def notice(name: str) -> Notice:
    """A notice by id: `off_topic`, or `declined.personal_dose`."""
    row: Any = _rows()
    for key in name.split("."):
        row = row[key]
    cited = _rows()["sources"][row["source"]]
    return Notice(
        id=name,
        text=row["text"],
        source=Source(
            citation=cited["citation"],
            mark=Mark(cited["mark"]),
            address=cited.get("address"),
            year=cited["year"],
        ),
    )


def emergency_statements() -> Mapping[str, list[str]]:
    """The statements that stand under each red flag's own advice, by red flag id."""
    rows: Mapping[str, list[str]] = _rows()["emergency"]
    return rows
