"""Signs that must be acted on now, and the advice that then stands first in any answer.

A miss is the worst fault this package can have, so the rules lean towards flagging. Words, advice and their sources are
data (`lexicon/red_flags.toml`); `standing` decides whether the words are the patient's, said to be so, and now. The trained
reader hears dangers that no rule knows, and rules out some that the rules match (`find`).
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cache, cached_property
from hashlib import blake2b
from pathlib import Path
from threading import Lock
from typing import Any

from ranvier.case import RedFlag
from ranvier.terms import DataError, Span
from ranvier.terms.vocabulary import read_toml

from . import spelling
from .denial import denied
from .phrase_index import PhraseIndex, beginnings
from .standing import Writer, stands
from .text import normalise
from .text import sentences as split
from .trained import Danger, listen, windows

LEXICON = Path(__file__).parent / "lexicon" / "red_flags.toml"
ALARM = 0.3  # probability from which a danger that no rule knows is raised [tuned on hands not trained on: the report]
UNHEARD = 0.02  # probability below which, all over the letter, a rule's words were meant otherwise [likewise]
HEARD_AT_MOST = 40_000  # characters: twice the longest letters; hearing takes a second for every 5,000
KNOWN_WINDOWS = (
    4096  # of which what was heard is kept, for a letter that is checked again while somebody types
)
_ANYWHERE = -1
# What excuses a danger, and what undoes the excuse.
_UNDONE_BY = {
    "slow": ("fast_now", "newer"),
    "better": ("turned_again",),
    "visit": ("turn",),
    "long_ago": ("grave",),
    "over_weeks": ("newer",),
}
# A "never" that says how bad it is now, not that it never was: the reader takes it for a denial.
_NEVER_SO = re.compile(r"\bnever\b[\w' ]{0,24}\b(?:so|this|such|as|more|like)\b")
_OF_TIME = ("fast", "fast_now", "sudden", "newer")
_LONGEST_SENTENCE = 1500


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
    together: tuple[Together, ...]
    numbers: tuple[Number, ...]

    @cached_property
    def groups(self) -> frozenset[str]:
        """The groups of phrases by one of which it can be raised."""
        numbers = (f"number {self.id} {place}" for place in range(len(self.numbers)))
        return frozenset((f"alone {self.id}", *numbers, *(together.say[0] for together in self.together)))


class Lexicon:
    """The rules and the index of their phrases.

    Groups of the index: `alone NAME`, `not NAME`, `number NAME PLACE` of a red flag, and a phrase set under its own name.
    """

    def __init__(self, content: dict[str, Any]) -> None:
        self.acronyms: dict[str, str] = content["acronyms"]
        self.slips: dict[str, str] = content["typos"]
        words = content["spellings"]
        self.mender = spelling.Mender(frozenset(words["words"].split()), frozenset(words["other"].split()))
        flags = {name: row for name, row in content.items() if isinstance(row, dict) and "advice" in row}
        self.rules = tuple(_rule(name, row) for name, row in flags.items())
        groups: dict[str, Iterable[str]] = dict(content["phrases"])
        for name, row in flags.items():
            groups[f"alone {name}"] = row["alone"]
            groups[f"not {name}"] = row["not"]
            for place, number in enumerate(row.get("numbers", ())):
                groups[f"number {name} {place}"] = [number["pattern"]]
        self.index = PhraseIndex(groups, content["classes"])


def _rule(name: str, row: dict[str, Any]) -> Rule:
    if not row.get("source"):
        raise DataError(path=f"red_flags.{name}", given="no source", expected="Every advice names its source")
    return Rule(
        id=name,
        advice=row["advice"],
        source=row["source"],
        together=tuple(
            Together(tuple(t["say"]), tuple(t["near"]), t["sentences"], tuple(t.get("unless", ())))
            for t in row.get("together", ())
        ),
        numbers=tuple(Number(n["pattern"], n.get("below"), n.get("above")) for n in row.get("numbers", ())),
    )


@cache
def lexicon() -> Lexicon:
    """The rules, read once."""
    return Lexicon(read_toml(LEXICON))


@dataclass(frozen=True)
class _Sentence:
    """A sentence read plainly, where it begins in the text as given, and the phrases that it can hold."""

    start: int
    plain: spelling.Plain
    met: Mapping[str, list[re.Pattern[str]]]

    @property
    def text(self) -> str:
        return self.plain.text

    def matches(self, group: str) -> Iterator[re.Match[str]]:
        for expression in self.met.get(group, ()):
            yield from expression.finditer(self.text)


def _sentences(text: str, normal: str, words: Lexicon) -> Iterator[_Sentence]:
    for sentence in split(text, normal, start=0, end=len(text)):
        for start, end in _stretches(text, sentence.start, sentence.end):
            plain = spelling.read(text[start:end], words.acronyms, words.slips, words.mender)
            yield _Sentence(start, plain, words.index.met(beginnings(plain.text)))


def _stretches(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """A sentence too long to be one, cut at blanks."""
    while end - start > _LONGEST_SENTENCE:
        cut = text.rfind(" ", start + _LONGEST_SENTENCE // 2, start + _LONGEST_SENTENCE)
        cut = start + _LONGEST_SENTENCE if cut < 0 else cut
        yield start, cut
        start = cut
    if start < end:
        yield start, end


class _Reader:
    """Applies every rule to one letter."""

    def __init__(self, text: str) -> None:
        self.words = lexicon()
        self.normal = normalise(text)
        self.sentences = tuple(_sentences(text, self.normal, self.words))
        self.writer = Writer.of(self.normal)
        self._mended: set[Span] = set()
        self._barred: dict[tuple[str, int], tuple[tuple[int, int], ...]] = {}
        self._stood: dict[tuple[str, int, str, bool], tuple[Span, ...]] = {}
        self._heard: dict[tuple[str, int], bool] = {}
        # Flags raised by a number, or by words mended or spelt out: the trained reader hears only what is written.
        self.beyond_hearing: set[str] = set()

    def flags(self) -> Iterator[RedFlag]:
        """The red flags in the order of the data file."""
        for rule in self.words.rules:
            spans: list[Span] = []
            for index, sentence in enumerate(self.sentences):
                if not rule.groups.isdisjoint(sentence.met):
                    spans += self._raised(rule, index)
            if spans:
                if not self._mended.isdisjoint(spans):
                    self.beyond_hearing.add(rule.id)
                yield RedFlag(id=rule.id, advice=rule.advice, spans=_merged(spans))

    def _raised(self, rule: Rule, index: int) -> Iterator[Span]:
        yield from self._standing(rule, index, f"alone {rule.id}")
        for place, number in enumerate(rule.numbers):
            for match in self.sentences[index].matches(f"number {rule.id} {place}"):
                if number.dangerous(float(match.group(1))) and self._holds(rule, index, match.span()):
                    self.beyond_hearing.add(rule.id)
                    yield self._span(index, match.span())
        for together in rule.together:
            yield from self._in_company(rule, together, index)

    def _standing(self, rule: Rule, index: int, group: str, *, doubled: bool = True) -> tuple[Span, ...]:
        key = (rule.id, index, group, doubled)
        if key not in self._stood:
            self._stood[key] = tuple(self._stand(rule, index, group, doubled=doubled))
        return self._stood[key]

    def _stand(self, rule: Rule, index: int, group: str, *, doubled: bool) -> Iterator[Span]:
        for match in self.sentences[index].matches(group):
            start, end = match.span()
            barred = self._double_meanings(rule, index) if doubled else ()
            if any(start < bar_end and bar_start < end for bar_start, bar_end in barred):
                continue
            if self._holds(rule, index, (start, end)):
                if _NEVER_SO.search(self.sentences[index].text):
                    self.beyond_hearing.add(rule.id)
                yield self._span(index, (start, end))

    def _in_company(self, rule: Rule, together: Together, index: int) -> Iterator[Span]:
        first, *others = together.say
        if first not in self.sentences[index].met:
            return
        spans = list(self._standing(rule, index, first))
        if not spans or self._excused(together.unless, index):
            return
        window = self._window(index, together.sentences)
        for name in others:
            more = [span for at in window for span in self._standing(rule, at, name, doubled=False)]
            if not more:
                return
            spans += more
        if all(self._said_within(name, window) for name in together.near):
            yield from spans

    def _double_meanings(self, rule: Rule, index: int) -> tuple[tuple[int, int], ...]:
        known = self._barred.get((rule.id, index))
        if known is None:
            matches = self.sentences[index].matches(f"not {rule.id}")
            known = self._barred[rule.id, index] = tuple(match.span() for match in matches)
        return known

    def _window(self, index: int, reach: int) -> range:
        if reach == _ANYWHERE:
            return range(len(self.sentences))
        return range(max(0, index - reach), min(len(self.sentences), index + reach + 1))

    def _excused(self, unless: tuple[str, ...], index: int) -> bool:
        """Whether the sentence tells of something slow or mending, and nothing in it says that it is sudden."""

        def said(name: str) -> bool:
            return self._said(name, index)

        return any(said(name) and not any(map(said, _UNDONE_BY[name])) for name in unless)

    def is_told_as_slow(self, danger: Danger) -> bool:
        """Whether the sentence of a sudden weakness says that it crept on, and nothing in it says that it is sudden now."""
        if danger.id != "rapid_weakness":
            return False
        here = [at for at, sentence in enumerate(self.sentences) if sentence.start <= danger.start]
        return bool(here) and self._excused(("slow",), here[-1])

    def _said(self, name: str, index: int) -> bool:
        known = self._heard.get((name, index))
        if known is None:
            sentence = self.sentences[index]
            stands_so = self._time_stands if name in _OF_TIME else self._not_denied
            known = self._heard[name, index] = any(
                stands_so(index, match.span()) for match in sentence.matches(name)
            )
        return known

    def _not_denied(self, index: int, place: tuple[int, int]) -> bool:
        return not denied(self.sentences[index].text, *place)

    def _time_stands(self, index: int, place: tuple[int, int]) -> bool:
        """Whether words of time are neither hollow nor denied; a "no" before a comma denies no time."""
        text, (start, end) = self.sentences[index].text, place
        opens = text.rfind(",", 0, start) + 1
        return not denied(text[opens:], start - opens, end - opens) and not self._hollow(index, place)

    def _hollow(self, index: int, place: tuple[int, int]) -> bool:
        """Whether words of time say nothing of speed: wear-off before the next infusion, the day of a visit."""
        spans = [match.span() for match in self.sentences[index].matches("hollow_time")]
        return any(start < place[1] and place[0] < end for start, end in spans) and not self._said(
            "grave", index
        )

    def _said_within(self, name: str, window: range) -> bool:
        if len(window) < len(self.sentences):
            return any(self._said(name, at) for at in window)
        if (name, _ANYWHERE) not in self._heard:
            self._heard[name, _ANYWHERE] = any(self._said(name, at) for at in window)
        return self._heard[name, _ANYWHERE]

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
        inside = sentence.plain.span(*place)
        span = Span(sentence.start + inside.start, sentence.start + inside.end)
        if self.normal[span.start : span.end] != sentence.text[place[0] : place[1]]:
            self._mended.add(span)
        return span


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

    The trained reader and rules over word lists, either of which is enough; but what the reader is all but certain was meant
    otherwise, no rule raises (save by a number, or by words it mended). Denials, other people, questions in general, what is over
    and long past, and weakness that came on over years raise nothing; in doubt a flag is raised.

    Parameters
        text : A letter, a note or a question, as given.
    Returns
        One `RedFlag` an id, with the words that raise it; spans count from the first character of `text`.
    Example
        >>> [flag.id for flag in find("Since Tuesday I choke on my tea.")]
        ['swallowing']
    """
    dangers = heard(text)
    loudest = {name: max(d.probability for d in dangers if d.id == name) for name in {d.id for d in dangers}}
    rules = _Reader(text)
    spans = {
        flag.id: list(flag.spans)
        for flag in rules.flags()
        if loudest.get(flag.id, 0.0) >= UNHEARD
        or flag.id in rules.beyond_hearing
        or flag.spans[-1].end > HEARD_AT_MOST
    }
    for danger in dangers:
        if danger.probability >= ALARM and not rules.is_told_as_slow(danger):
            spans.setdefault(danger.id, []).append(Span(danger.start, danger.end))
    return tuple(
        RedFlag(id=rule.id, advice=rule.advice, spans=_merged(spans[rule.id]))
        for rule in lexicon().rules
        if rule.id in spans
    )


def matched(text: str) -> tuple[RedFlag, ...]:
    """The flags that the rules raise."""
    return tuple(_Reader(text).flags())


def heard(text: str) -> tuple[Danger, ...]:
    """What the trained reader hears of every flag in every stretch of the letter, however faintly (from `UNHEARD` on).

    Of what is no letter by its length, the first `HEARD_AT_MOST` characters; the rules read all of it.
    """
    text = text[:HEARD_AT_MOST]
    normal = normalise(text)
    stretches = windows(split(text, normal, start=0, end=len(text)))
    keys = [
        blake2b(normal[start:end].encode("utf-8", "surrogatepass"), key=_KEY).digest()
        for start, end in stretches
    ]
    with _lock:
        told = {key: _known.get(key) for key in keys}
    new = {key: stretch for key, stretch in zip(keys, stretches, strict=True) if told[key] is None}
    for (key, (start, _)), hearing in zip(new.items(), listen(normal, list(new.values())), strict=True):
        told[key] = tuple(
            replace(item, start=item.start - start, end=item.end - start)
            for item in hearing.dangers(at_least=UNHEARD)
        )
    with _lock:
        _known.update((key, told[key] or ()) for key in new)
        while len(_known) > KNOWN_WINDOWS:
            del _known[next(iter(_known))]
    return tuple(
        replace(item, start=item.start + start, end=item.end + start)
        for key, (start, _) in zip(keys, stretches, strict=True)
        for item in told[key] or ()
    )


# What was heard in a window of text, by the keyed digest of its words: numbers and places, no words, oldest first.
_known: dict[bytes, tuple[Danger, ...]] = {}
_lock = Lock()
_KEY = os.urandom(32)


def forget() -> None:
    """Let go of all that was heard."""
    with _lock:
        _known.clear()


def source_of(flag_id: str) -> str:
    """Where the advice of a red flag comes from."""
    return next(rule.source for rule in lexicon().rules if rule.id == flag_id)
