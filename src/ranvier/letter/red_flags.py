"""Signs that must be acted on now, and the advice that then stands first in any answer.

A miss is the worst fault this package can have, so the rules lean towards flagging. Words, advice and their sources are
data (`lexicon/red_flags.toml`); `standing` decides whether the words are the patient's, said to be so, and now.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from typing import Any

from ranvier.case import RedFlag
from ranvier.terms import DataError, Span
from ranvier.terms.vocabulary import read_toml

from . import spelling
from .standing import Writer, denied, stands
from .text import normalise
from .text import sentences as split

LEXICON = Path(__file__).parent / "lexicon" / "red_flags.toml"
_GAP = r"(?:[^\w.!?]+[\w'/]+){0,%d}[^\w.!?]+"
_BLANK = re.compile(r"\[[^\]]*\]|\\.| \?| ")  # a character class and an escaped letter stay as they are
_BLANKS = {" ?": r"[\s-]*", " ": r"[\s,-]+"}
_ANYWHERE = -1


@dataclass(frozen=True)
class Together:
    """Phrase sets that make a flag only in each other's company."""

    say: tuple[str, ...]
    near: tuple[str, ...]
    sentences: int
    unless: tuple[str, ...]


@dataclass(frozen=True)
class Number:
    """A measurement that is dangerous below or above its limit."""

    pattern: str
    below: float | None
    above: float | None

    def dangerous(self, value: float) -> bool:
        """Whether the value is past the limit."""
        return (self.below is not None and value < self.below) or (
            self.above is not None and value > self.above
        )


@dataclass(frozen=True)
class Rule:
    """One red flag: its advice with the source, and the words that raise it."""

    id: str
    advice: str
    source: str
    triggers: frozenset[str]
    alone: tuple[str, ...]
    together: tuple[Together, ...]
    numbers: tuple[Number, ...]
    double_meanings: tuple[str, ...]


class Lexicon:
    """The rules and their words; patterns are compiled when first needed."""

    def __init__(self, content: dict[str, Any]) -> None:
        self._classes: dict[str, str] = content["classes"]
        self._phrases: dict[str, list[str]] = content["phrases"]
        self.acronyms: dict[str, str] = content["acronyms"]
        self.slips: dict[str, str] = content["typos"]
        self._spellings: dict[str, str] = content["spellings"]
        self._compiled: dict[str, re.Pattern[str]] = {}
        self.rules = tuple(
            _rule(name, row) for name, row in content.items() if isinstance(row, dict) and "advice" in row
        )

    @cached_property
    def mender(self) -> spelling.Mender:
        """Mends words that are one slip away from one of ours."""
        return spelling.Mender(
            frozenset(self._spellings["words"].split()), frozenset(self._spellings["other"].split())
        )

    def phrases(self, name: str) -> re.Pattern[str]:
        """The compiled phrase set of this name."""
        return self.compiled("|".join(self._phrases[name]))

    def compiled(self, pattern: str) -> re.Pattern[str]:
        """A pattern of the data file as a regular expression."""
        found = self._compiled.get(pattern)
        if found is None:
            expanded = re.sub(r"<(\w+)>", lambda name: f"(?:{self._classes[name.group(1)]})", pattern)
            expanded = expanded.replace(" ~~ ", _GAP % 9).replace(" ~ ", _GAP % 4)
            expanded = _BLANK.sub(lambda blank: _BLANKS.get(blank.group(), blank.group()), expanded)
            found = self._compiled[pattern] = re.compile(rf"(?<!\w)(?:{expanded})(?!\w)")
        return found


def _rule(name: str, row: dict[str, Any]) -> Rule:
    if not row.get("source"):
        raise DataError(path=f"red_flags.{name}", given="no source", expected="Every advice names its source")
    return Rule(
        id=name,
        advice=row["advice"],
        source=row["source"],
        triggers=frozenset(trigger[:8] for trigger in row["triggers"]),
        alone=tuple(row.get("alone", ())),
        together=tuple(
            Together(tuple(t["say"]), tuple(t["near"]), t["sentences"], tuple(t.get("unless", ())))
            for t in row.get("together", ())
        ),
        numbers=tuple(Number(n["pattern"], n.get("below"), n.get("above")) for n in row.get("numbers", ())),
        double_meanings=tuple(row.get("not", ())),
    )


@cache
def lexicon() -> Lexicon:
    """The rules, read once."""
    return Lexicon(read_toml(LEXICON))


@dataclass(frozen=True)
class _Sentence:
    """A sentence read plainly, where it begins in the text as given, and the beginnings of its words."""

    start: int
    plain: spelling.Plain
    beginnings: frozenset[str]

    @property
    def text(self) -> str:
        return self.plain.text


def _sentences(text: str, words: Lexicon) -> Iterator[_Sentence]:
    for sentence in split(text, normalise(text), start=0, end=len(text)):
        plain = spelling.read(text[sentence.start : sentence.end], words.acronyms, words.slips, words.mender)
        tokens = re.findall(r"[\w']+", plain.text)
        beginnings = frozenset(token[:size] for token in tokens for size in range(1, 9))
        yield _Sentence(sentence.start, plain, beginnings)


class _Reader:
    """Applies every rule to one letter."""

    def __init__(self, text: str) -> None:
        self.words = lexicon()
        self.sentences = tuple(_sentences(text, self.words))
        self.writer = Writer.of(normalise(text))
        self._barred: dict[tuple[str, int], tuple[tuple[int, int], ...]] = {}
        self._heard: dict[tuple[str, str], bool] = {}

    def flags(self) -> Iterator[RedFlag]:
        """The red flags in the order of the data file."""
        for rule in self.words.rules:
            spans: list[Span] = []
            for index, sentence in enumerate(self.sentences):
                if not rule.triggers.isdisjoint(sentence.beginnings):
                    spans += self._raised(rule, index)
            if spans:
                yield RedFlag(id=rule.id, advice=rule.advice, spans=_merged(spans))

    def _raised(self, rule: Rule, index: int) -> Iterator[Span]:
        sentence = self.sentences[index]
        for pattern in rule.alone:
            yield from self._standing(rule, index, self.words.compiled(pattern))
        for number in rule.numbers:
            for match in self.words.compiled(number.pattern).finditer(sentence.text):
                if number.dangerous(float(match.group(1))) and self._holds(rule, index, match.span()):
                    yield self._span(index, match.span())
        for together in rule.together:
            yield from self._in_company(rule, together, index)

    def _standing(
        self, rule: Rule, index: int, pattern: re.Pattern[str], *, doubled: bool = True
    ) -> Iterator[Span]:
        for match in pattern.finditer(self.sentences[index].text):
            start, end = match.span()
            barred = self._double_meanings(rule, index) if doubled else ()
            if any(start < bar_end and bar_start < end for bar_start, bar_end in barred):
                continue
            if self._holds(rule, index, (start, end)):
                yield self._span(index, (start, end))

    def _in_company(self, rule: Rule, together: Together, index: int) -> Iterator[Span]:
        first, *others = together.say
        spans = list(self._standing(rule, index, self.words.phrases(first)))
        if not spans or self._excused(together, index):
            return
        window = self._window(index, together.sentences)
        for name in others:
            more = [
                span
                for at in window
                for span in self._standing(rule, at, self.words.phrases(name), doubled=False)
            ]
            if not more:
                return
            spans += more
        if all(any(self._said(name, self.sentences[at].text) for at in window) for name in together.near):
            yield from spans

    def _double_meanings(self, rule: Rule, index: int) -> tuple[tuple[int, int], ...]:
        known = self._barred.get((rule.id, index))
        if known is None:
            text = self.sentences[index].text
            known = self._barred[rule.id, index] = tuple(
                match.span()
                for pattern in rule.double_meanings
                for match in self.words.compiled(pattern).finditer(text)
            )
        return known

    def _window(self, index: int, reach: int) -> range:
        if reach == _ANYWHERE:
            return range(len(self.sentences))
        return range(max(0, index - reach), min(len(self.sentences), index + reach + 1))

    def _excused(self, together: Together, index: int) -> bool:
        """Whether the sentence tells of something slow or mending, and nothing in it says that it is sudden."""
        text = self.sentences[index].text
        if (
            "better" in together.unless
            and self._said("better", text)
            and not self._said("turned_again", text)
        ):
            return True
        if "visit" in together.unless and self._said("visit", text) and not self._said("turn", text):
            return True
        return "slow" in together.unless and self._said("slow", text) and not self._said("fast_now", text)

    def _said(self, name: str, text: str) -> bool:
        known = self._heard.get((name, text))
        if known is None:
            matches = self.words.phrases(name).finditer(text)
            known = self._heard[name, text] = any(not denied(text, *match.span()) for match in matches)
        return known

    def _holds(self, rule: Rule, index: int, place: tuple[int, int]) -> bool:
        return stands(
            self.sentences[index].text,
            *place,
            writer=self.writer,
            previous=self.sentences[index - 1].text if index else "",
            self_harm=rule.id == "suicidal_thoughts",
            lenient=rule.id in ("breathing", "swallowing", "bladder_bowel_with_leg_weakness"),
        )

    def _span(self, index: int, place: tuple[int, int]) -> Span:
        sentence = self.sentences[index]
        span = sentence.plain.span(*place)
        return Span(sentence.start + span.start, sentence.start + span.end)


def _merged(spans: list[Span]) -> tuple[Span, ...]:
    merged: list[Span] = []
    for span in sorted(spans):
        if merged and span.start <= merged[-1].end:
            merged[-1] = Span(merged[-1].start, max(merged[-1].end, span.end))
        else:
            merged.append(span)
    return tuple(merged)


def find(text: str) -> tuple[RedFlag, ...]:
    """Find what must be acted on now.

    Denials, other people, questions in general, what is over and long past, and weakness that came on over years raise
    nothing; in doubt a flag is raised.

    Parameters
        text : A letter, a note or a question, as given.
    Returns
        One `RedFlag` an id, with the words that raise it; spans count from the first character of `text`.
    Example
        >>> [flag.id for flag in find("Since Tuesday I choke on my tea.")]
        ['swallowing']
    """
    return tuple(_Reader(text).flags())


def source_of(flag_id: str) -> str:
    """Where the advice of a red flag comes from."""
    return next(rule.source for rule in lexicon().rules if rule.id == flag_id)
