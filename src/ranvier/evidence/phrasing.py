"""What people type: lay words for each statement, for what is off topic, and for what is declined. Written by another hand."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from .statement import STATEMENTS


def _rows(name: str) -> dict[str, object]:
    import tomllib

    return tomllib.loads((STATEMENTS / name).read_text(encoding="utf-8"))


def _asked_as(name: str) -> dict[str, tuple[str, ...]]:
    return {key: tuple(row["asked_as"]) for key, row in _rows(name).items() if isinstance(row, dict)}


@cache
def asked_as() -> Mapping[str, tuple[str, ...]]:
    """Lay phrasings by statement id."""
    return _asked_as("asked_as.toml")


@cache
def declined_requests() -> Mapping[str, tuple[str, ...]]:
    """Phrasings of the requests that are declined, by reason."""
    return _asked_as("declined.toml")


@cache
def off_topic() -> tuple[str, ...]:
    """Phrasings that no statement answers."""
    rows = _rows("off_topic.toml")["asked_as"]
    return tuple(str(row) for row in rows) if isinstance(rows, list) else ()


@cache
def other_illness() -> tuple[str, ...]:
    """Phrasings about other illnesses of nerve and brain that no statement answers."""
    rows = _rows("other_illness.toml")["asked_as"]
    return tuple(str(row) for row in rows) if isinstance(rows, list) else ()


@dataclass(frozen=True)
class Asked:
    """A question as it stands in a letter: what led up to it, its topic, and the statement that answers it (or None)."""

    text: str
    context: str
    topic: str
    statement: str | None

    @property
    def whole(self) -> str:
        """The question with what led up to it."""
        return f"{self.context} {self.text}".strip()


@cache
def asked_in_letters() -> tuple[Asked, ...]:
    """Questions written by one further hand, with their topics; out of scope ones among them."""
    rows = _rows("asked_in_letters.toml")["asked"]
    return tuple(
        Asked(str(row["text"]), str(row.get("context", "")), str(row["topic"]), row.get("statement"))
        for row in (rows if isinstance(rows, list) else ())
    )
