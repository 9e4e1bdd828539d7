"""The lexicon: patterns kept as data in `lexicon/*.toml`, compiled once.

A blank in a pattern is any white space, `<name>` a class of the file, ` ~ ` up to four words in between. Patterns match
whole words of the normalised (lower-case) text.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from ranvier.terms.vocabulary import read_toml

FOLDER = Path(__file__).parent / "lexicon"


@cache
def data(name: str) -> Mapping[str, Any]:
    """One file of the lexicon."""
    return read_toml(FOLDER / f"{name}.toml")


def expand(pattern: str, classes: Mapping[str, str]) -> str:
    """Turn a lexicon pattern into a regular expression."""
    text = re.sub(r"<(\w+)>", lambda match: "(?:" + classes[match.group(1)] + ")", pattern)
    text = text.replace(" ~ ", r"(?: [^\s.;:!?]+){0,4}? ")
    text = re.sub(
        r"\(\?<[!=][^()]*\)", lambda match: match.group().replace(" ", r"\s"), text
    )  # of fixed width
    text = re.sub(r"(?<!\\) \?", r"\\s*", text)  # an optional blank
    return re.sub(r"(?<!\\) ", r"\\s+", text)


def whole_word(patterns: Iterable[str], classes: Mapping[str, str] | None = None) -> re.Pattern[str]:
    """One expression that matches any of the patterns as whole words, the longest alternatives first."""
    parts = sorted((expand(pattern, classes or {}) for pattern in patterns), key=len, reverse=True)
    return re.compile(r"(?<![\w])(?:" + "|".join(f"(?:{part})" for part in parts) + r")(?![\w])")


@dataclass(frozen=True)
class State:
    """Something examined, the words for normal, and the findings that "normal" makes absent."""

    thing: re.Pattern[str]
    normal: re.Pattern[str] | None
    absent: tuple[str, ...]


@dataclass(frozen=True)
class FindingLexicon:
    """Compiled patterns for findings. Phrases come in two: those without a "not" of their own, and those that need one."""

    phrases: Mapping[str, tuple[re.Pattern[str], re.Pattern[str]]]
    denials: Mapping[str, re.Pattern[str]]
    deficit: re.Pattern[str]
    parts: Mapping[str, re.Pattern[str]]
    states: tuple[State, ...]


@cache
def finding_lexicon() -> FindingLexicon:
    """The finding patterns, compiled."""
    content = data("findings")
    classes = content["classes"]
    return FindingLexicon(
        phrases={name: _split_by_not(patterns, classes) for name, patterns in content["phrases"].items()},
        denials={name: whole_word(patterns, classes) for name, patterns in content["absent_phrases"].items()},
        deficit=whole_word(content["weakness"]["deficit"], classes),
        parts={
            name: whole_word(patterns, classes) for name, patterns in content["weakness"]["parts"].items()
        },
        states=tuple(
            State(
                thing=whole_word(row["thing"], classes),
                normal=whole_word(row["normal_words"], classes) if "normal_words" in row else None,
                absent=tuple(row["normal"]),
            )
            for row in content["states"]["row"]
        ),
    )


_NEEDS_A_NOT = re.compile(r"<cannot>|\bnot\b|n't|\bno\b|\bnever\b|nobody|stopped")


def _split_by_not(patterns: list[str], classes: Mapping[str, str]) -> tuple[re.Pattern[str], re.Pattern[str]]:
    """ "could not feel" holds its own "not"; in "reflexes (was) (not) reduced" the not denies the finding."""
    own = [pattern for pattern in patterns if _NEEDS_A_NOT.search(pattern)]
    plain = [pattern for pattern in patterns if not _NEEDS_A_NOT.search(pattern)]
    return whole_word(plain or ["(?!)"], classes), whole_word(own or ["(?!)"], classes)
