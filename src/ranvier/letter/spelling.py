"""A text as the safety rules read it: small letters, plain quotes, near misspellings mended, every letter traceable.

The rules of `red_flags` are matched on this reading; `Plain.span` gives back where the words stand in the text as given.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from weakref import WeakSet

from ranvier.terms import Span

from .text import normalise

_WORD = re.compile(r"[A-Za-z][A-Za-z']*")


@dataclass(frozen=True)
class Plain:
    """The reading, with `origin[i]` the place in the given text of its i-th letter (and one past the last)."""

    text: str
    origin: tuple[int, ...] | None

    def span(self, start: int, end: int) -> Span:
        """Where `text[start:end]` stands in the text as given."""
        if self.origin is None:
            return Span(start, end)
        first = self.origin[start]
        return Span(
            first, max(first + 1, self.origin[end - 1] + 1, self.origin[end] if end < len(self.text) else 0)
        )


def read(text: str, acronyms: Mapping[str, str], slips: Mapping[str, str], mender: Mender) -> Plain:
    """Read a text plainly.

    Parameters
        text : As given.
        acronyms : Capitals that stand for words (`SOB`).
        slips : Known misspellings and what they stand for.
        mender : Mends words one slip away from a word that matters.
    """
    flat = normalise(text)
    pieces: list[str] = []
    origin: list[int] = []
    done = 0
    for word in _WORD.finditer(flat):
        start, end = word.span()
        as_given = text[start:end]
        meant = acronyms.get(as_given) or slips.get(word.group()) or mender.mend(word.group())
        if meant is None or meant == word.group():
            continue
        pieces += (flat[done:start], meant)
        origin += range(done, start)
        origin += (min(start + index, end - 1) for index in range(len(meant)))
        done = end
    if not pieces:
        return Plain(flat, None)
    pieces.append(flat[done:])
    origin += range(done, len(flat))
    return Plain("".join(pieces), tuple(origin))


_menders: WeakSet[Mender] = WeakSet()


def forget() -> None:
    """Let go of the words that were looked up: they are words of letters."""
    for mender in tuple(_menders):
        mender.mend.cache_clear()


class Mender:
    """Knows the words that matter and the other words that look like them."""

    def __init__(self, words: frozenset[str], other: frozenset[str]) -> None:
        self._known = words | other
        self._near: dict[str, str] = {}
        for word in sorted(words):
            for short in _shortened(word):
                self._near.setdefault(short, word)
        self._words = words
        self.mend = lru_cache(maxsize=4096)(self._mend)
        _menders.add(self)

    def _mend(self, word: str) -> str | None:
        if not 6 <= len(word) <= 20 or word in self._known or "'" in word:
            return None
        for candidate in (word, *_shortened(word)):
            meant = candidate if candidate in self._words else self._near.get(candidate)
            if (
                meant
                and meant[0] == word[0]
                and abs(len(meant) - len(word)) <= 1
                and not _is_form(word, meant)
            ):
                return meant
        return None


def _shortened(word: str) -> Iterator[str]:
    for index in range(len(word)):
        yield word[:index] + word[index + 1 :]


def _is_form(word: str, meant: str) -> bool:
    # "breathes", "swallowed": forms of the word itself, which the patterns know.
    return word.startswith(meant) or meant.startswith(word)
