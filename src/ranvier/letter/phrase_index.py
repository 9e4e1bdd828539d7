"""Thousands of phrases, of which a sentence meets only those that one of its words can open.

A phrase is a regular expression of the lexicon; the words that can open it are read off its first letters, so that a phrase
is compiled, and matched, only when a word of the sentence begins that way.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping

_PART = re.compile(r"\\.|\[\^?\]?[^\]]*\]|[()|]|[^\\\[()|]+", re.DOTALL)
_GAP = r"(?:[^\w.!?]+[\w'/]+){0,%d}[^\w.!?]+"
_BLANK = re.compile(r"\[[^\]]*\]|\\.| \?| ")  # a character class and an escaped letter stay as they are
_BLANKS = {" ?": r"[\s-]*", " ": r"[\s,-]+"}
_GAP_MARK = re.compile(r" ~~? | (?!\?)|^\{0,\d+\}")  # ` ~ `, ` ~~ `, a blank, or the end of `(?:\w+ ){0,3}`
_AROUND = ("(?!", "(?=", "(?<!", "(?<=")
_LONGEST = 8  # letters of a word's beginning that are compared


def beginnings(text: str) -> frozenset[str]:
    """Every beginning of every word of a text, up to eight letters."""
    words = set(re.findall(r"[\w']+", text))
    return frozenset(word[:size] for word in words for size in range(1, min(len(word), _LONGEST) + 1))


class PhraseIndex:
    """Groups of phrases by name.

    A blank in a phrase is any white space, comma or hyphen, ` ?` none or some of it, ` ~ ` up to four words between and
    ` ~~ ` up to nine, `<name>` a class of words. Phrases match whole words.
    """

    def __init__(self, groups: Mapping[str, Iterable[str]], classes: Mapping[str, str]) -> None:
        self._classes = classes
        self._opening_of_class: dict[str, frozenset[str] | None] = {}
        self._phrases: list[tuple[str, str]] = []
        self._compiled: dict[int, re.Pattern[str]] = {}
        self._opened_by: dict[str, list[int]] = {}
        self._always: list[int] = []
        self._later: list[tuple[frozenset[str], ...]] = []  # what further words of the phrase can begin with
        for name, patterns in groups.items():
            for pattern in patterns:
                for phrase in alternatives(pattern):
                    self._add(name, phrase)

    def _add(self, name: str, phrase: str) -> None:
        number = len(self._phrases)
        self._phrases.append((name, phrase))
        rest = (self.openings(part) for part in _after_gaps(phrase))
        self._later.append(tuple(opening for opening in rest if opening is not None))
        opening = self.openings(phrase)
        if opening is None:
            self._always.append(number)
            return
        for beginning in opening:
            self._opened_by.setdefault(beginning, []).append(number)

    def met(self, begun: frozenset[str]) -> dict[str, list[re.Pattern[str]]]:
        """The phrases of each group that can match a text whose words begin so."""
        numbers = set(self._always)
        for beginning in begun & self._opened_by.keys():
            numbers.update(self._opened_by[beginning])
        found: dict[str, list[re.Pattern[str]]] = {}
        for number in sorted(numbers):
            for opening in self._later[number]:
                if begun.isdisjoint(opening):
                    break
            else:
                found.setdefault(self._phrases[number][0], []).append(self._expression(number))
        return found

    def _expression(self, number: int) -> re.Pattern[str]:
        known = self._compiled.get(number)
        if known is None:
            phrase = re.sub(
                r"<([a-z]\w*)>", lambda name: f"(?:{self._classes[name.group(1)]})", self._phrases[number][1]
            )
            phrase = phrase.replace(" ~~ ", _GAP % 9).replace(" ~ ", _GAP % 4)
            phrase = _BLANK.sub(lambda blank: _BLANKS.get(blank.group(), blank.group()), phrase)
            known = self._compiled[number] = re.compile(rf"(?<!\w)(?:{phrase})(?!\w)")
        return known

    def openings(self, phrase: str) -> frozenset[str] | None:
        """The word beginnings with which a phrase can open; None when any word might."""
        found = self._opening(phrase, 0)
        return None if found is None else frozenset(beginning[:_LONGEST] for beginning in found)

    def _opening(self, phrase: str, at: int) -> set[str] | None:
        read = ""
        while at < len(phrase):
            letter = phrase[at]
            if phrase.startswith(_AROUND, at):
                at = _closing(phrase, at) + 1
            elif letter.isalnum() or letter == "'":
                after = phrase[at + 1 : at + 2]
                if after in ("?", "*", "{"):
                    return self._or_without(read or letter, phrase, at) if not read else {read}
                read += letter
                if after == "+" or len(read) == _LONGEST:
                    return {read}
                at += 1
            elif read:
                return {read}
            elif letter in "(<" and (letter == "(" or re.match(r"<[a-z]\w*>", phrase[at:])):
                return self._of_group(phrase, at)
            elif letter == "\\" and phrase[at + 1] == "d":
                return set("0123456789") if phrase[at + 2 : at + 3] not in ("?", "*") else None
            elif letter in ".[" or (letter == "\\" and phrase[at + 1] in "wWsSD"):
                return None
            else:  # a mark, a blank or a border: no word has begun yet
                at += 2 if letter == "\\" else 1
        return {read} if read else None

    def _or_without(self, read: str, phrase: str, at: int) -> set[str] | None:
        quantifier = re.compile(r"[?*]|\{[^}]*\}").match(phrase, at + 1)
        rest = self._opening(phrase, quantifier.end() if quantifier else at + 1)
        return None if rest is None else {read} | rest

    def _of_group(self, phrase: str, at: int) -> set[str] | None:
        if phrase[at] == "<":
            end = phrase.index(">", at)
            within = self._of_class(phrase[at + 1 : end])
        else:
            end = _closing(phrase, at)
            within = self._of_any(re.sub(r"^\?(?::|P<\w+>)", "", phrase[at + 1 : end]))
        if within is None:
            return None
        if phrase[end + 1 : end + 2] in ("?", "*") or phrase.startswith("{0", end + 1):
            quantifier = re.compile(r"[?*]|\{[^}]*\}").match(phrase, end + 1)
            assert quantifier is not None
            rest = self._opening(phrase, quantifier.end())
            return None if rest is None else set(within) | rest
        return set(within)

    def _of_any(self, pattern: str) -> frozenset[str] | None:
        found: set[str] = set()
        for phrase in alternatives(pattern):
            opening = self._opening(phrase, 0)
            if opening is None:
                return None
            found |= opening
        return frozenset(found)

    def _of_class(self, name: str) -> frozenset[str] | None:
        if name not in self._opening_of_class:
            self._opening_of_class[name] = self._of_any(self._classes[name])
        return self._opening_of_class[name]


def alternatives(pattern: str) -> Iterator[str]:
    """The alternatives of a pattern at its top level."""
    depth, since = 0, 0
    for part in _PART.finditer(pattern):
        mark = part.group()
        if mark == "(":
            depth += 1
        elif mark == ")":
            depth -= 1
        elif mark == "|" and depth == 0:
            yield pattern[since : part.start()]
            since = part.end()
    yield pattern[since:]


def _after_gaps(phrase: str) -> Iterator[str]:
    """What follows each blank or gap of a phrase at its top level; a match has a word for every one of them."""
    depth = 0
    for part in _PART.finditer(phrase):
        mark = part.group()
        depth += {"(": 1, ")": -1}.get(mark, 0)
        if depth == 0:
            for gap in _GAP_MARK.finditer(mark):
                yield phrase[part.start() + gap.end() :]


def _closing(pattern: str, at: int) -> int:
    depth = 0
    for part in _PART.finditer(pattern, at):
        depth += {"(": 1, ")": -1}.get(part.group(), 0)
        if depth == 0:
            return part.start()
    return len(pattern)
