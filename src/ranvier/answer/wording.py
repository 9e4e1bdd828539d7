"""The words an answer is made of, read once from `wording/*.toml`: connecting sentences, phrases, outlines, questions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from ranvier.terms import DataError
from ranvier.terms.vocabulary import read_toml

WORDING = Path(__file__).parent / "wording"


@dataclass(frozen=True)
class Words:
    """A connecting sentence of ours, with slots in braces, and the statements that it rests on by itself.

    `tells` are statements whose fact it says in other words, so that it need not be said twice.
    """

    text: str
    statements: tuple[str, ...] = ()
    tells: tuple[str, ...] = ()


@dataclass(frozen=True)
class Outline:
    """What answers a topic: `lead` for the short answer, `body` for its own section. Ids of statements or of words.

    `urgent` is used instead when the letter has a red flag, `grave` when signs speak against MMN or ALS was diagnosed.
    """

    lead: tuple[str, ...]
    body: tuple[str, ...]
    urgent: Outline | None = None
    grave: Outline | None = None


@dataclass(frozen=True)
class FitFact:
    """How one finding, present or absent, speaks for MMN (toward), against it, or beside the question."""

    finding: str
    present: bool
    way: str
    say: str | None
    statements: tuple[str, ...]
    undiagnosed: tuple[str, ...] = ()  # told only while nobody has made the diagnosis


@dataclass(frozen=True)
class Ask:
    """A question to take to the doctor: when the criteria lack one of `missing`, or one of `when` holds of the case."""

    theme: str
    text: str
    missing: tuple[str, ...]
    when: tuple[str, ...]
    unless: tuple[str, ...]
    statements: tuple[str, ...]


@dataclass(frozen=True)
class OldClaim:
    """What an older answer says (`pattern`), or fails to say (`absent`), and the statements that tell it better."""

    id: str
    pattern: str | None
    absent: str | None
    say: str
    statements: tuple[str, ...]


def _rows(name: str) -> dict[str, Any]:
    return {key: row for key, row in read_toml(WORDING / name).items() if key != "source"}


@cache
def sentences() -> Mapping[str, Words]:
    """Connecting sentences by id."""
    return {
        key: Words(row["text"], tuple(row.get("statements", ())), tuple(row.get("tells", ())))
        for key, row in _rows("sentences.toml").items()
    }


@cache
def phrases() -> Mapping[str, Mapping[str, str]]:
    """Tables of short phrases: complaint, illness, missing, decade."""
    return _rows("story.toml")


@cache
def outlines() -> Mapping[str, Outline]:
    """An outline for every topic, and the added sections as `extra.treated` and so on."""
    rows = _rows("topics.toml")
    del rows["urgent"], rows["declined"]
    extra = {f"extra.{key}": row for key, row in rows.pop("extra").items()}
    return {key: _outline(row) for key, row in {**rows, **extra}.items()}


def _outline(row: Mapping[str, Any]) -> Outline:
    variants = {name: _outline(row[name]) for name in ("urgent", "grave") if name in row}
    return Outline(tuple(row.get("lead", ())), tuple(row["body"]), **variants)


@cache
def urgent_statements() -> Mapping[str, str]:
    """The statement that stands first for each red flag, the most urgent first; `other` for any we have no words for."""
    return dict(_rows("topics.toml")["urgent"])


@cache
def declined_statements() -> Mapping[str, str]:
    """What is generally known beside each request that is declined, by reason."""
    return dict(_rows("topics.toml")["declined"])


@cache
def fit_facts() -> tuple[FitFact, ...]:
    """What findings say of MMN, the weightiest first."""
    return tuple(
        FitFact(
            row["finding"],
            row["present"],
            row["way"],
            row.get("say"),
            tuple(row["statements"]),
            tuple(row.get("undiagnosed", ())),
        )
        for row in _rows("fit.toml")["fact"]
    )


@cache
def illness_statements() -> Mapping[str, tuple[str, ...]]:
    """What is known of other illnesses that a letter may name, by condition id."""
    return {key: tuple(ids) for key, ids in _rows("fit.toml")["illness"].items()}


@cache
def asks() -> tuple[Ask, ...]:
    """Questions for the doctor, the first that apply come first."""
    return tuple(
        Ask(
            row["theme"],
            row["text"],
            tuple(row.get("missing", ())),
            tuple(row.get("when", ())),
            tuple(row.get("unless", ())),
            tuple(row["statements"]),
        )
        for row in _rows("asks.toml")["ask"]
    )


@cache
def old_claims() -> tuple[OldClaim, ...]:
    """What older answers say that is told better today."""
    return tuple(
        OldClaim(row["id"], row.get("pattern"), row.get("absent"), row["say"], tuple(row["statements"]))
        for row in _rows("older_page.toml")["claim"]
    )


def fill(identity: str, slots: Mapping[str, str]) -> str:
    """The words of a connecting sentence with its slots filled. Raises DataError for an unknown id or slot."""
    try:
        return sentences()[identity].text.format_map(slots)
    except KeyError as error:
        raise DataError(
            path=f"sentences.{identity}",
            given=f"no {error}",
            expected="An id of sentences.toml, all slots given",
        ) from error
