"""How hard a text is to read: the Flesch-Kincaid grade, counted so that it is never too kind."""

from __future__ import annotations

import re
from functools import cache
from importlib import import_module
from typing import Any

WORD = re.compile(r"[A-Za-z][A-Za-z'’]*")
SENTENCE_END = re.compile(r"[.?!]+(?=\s|$)")
VOWELS = re.compile(r"[aeiouy]+")
SILENT_E = re.compile(r"(?<=[^aeiouyl])e$|(?<=[^aeiouydt])ed$|(?<=[^aeiouyscxzgh])es$")


def reading_grade(text: str) -> float | None:
    """Flesch-Kincaid grade; None when pyphen, which hyphenates, is not installed (extra `reading-level`).

    Source
        Kincaid JP et al. Derivation of new readability formulas, 1975: 0.39 words a sentence + 11.8 syllables a word - 15.59.
    Example
        >>> reading_grade("") is None
        True
    """
    words = WORD.findall(text)
    hyphenation = _hyphenation()
    if not words or hyphenation is None:
        return None
    sentences = max(1, len(SENTENCE_END.findall(text)))
    syllables = sum(_syllables(word, hyphenation) for word in words)
    return round(0.39 * len(words) / sentences + 11.8 * syllables / len(words) - 15.59, 1)


def _syllables(word: str, hyphenation: Any) -> int:
    """The larger of two counts: hyphenation leaves some syllables together, runs of vowels take some apart."""
    if len(word) > 1 and word.isupper():
        return len(word)  # an abbreviation is read letter by letter
    small = word.lower()
    spoken = len(VOWELS.findall(SILENT_E.sub("", small)))
    return max(1, spoken, len(hyphenation.positions(small)) + 1)


@cache
def _hyphenation() -> Any:
    try:
        return import_module("pyphen").Pyphen(lang="en_US")
    except ImportError:
        return None
