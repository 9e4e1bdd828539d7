"""The times of treatment that a reader writes of: how often it is given, and when it is felt to fade.

Read narrowly: a number of days or weeks, in a sentence that states it. Whatever is not plain stays unknown.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from ranvier.terms import Span

WORDS = {
    "a": 1, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10,
    "eleven": 11, "twelve": 12, "fourteen": 14,
}  # fmt: skip
DAYS = {"day": 1, "week": 7, "month": 30}
NUMBER = rf"(?P<n>\d{{1,3}}|{'|'.join(WORDS)})"
UNIT = r"(?P<unit>day|week|month)s?"
ABOUT = r"(?:about |around |roughly |some |only |just |nearly |almost )*"
SENTENCE = re.compile(r"[^.?!\n]+[.?!]?")
TREATMENT = re.compile(
    r"\b(?:drips?|infusions?|infused|ivig|scig|ig|immunoglobulins?|immune globulin|treatments?|courses?|doses?)\b",
    re.I,
)
NOT_SO = re.compile(
    r"\b(?:not|never|could|should|would|might|may|if|instead|used to|suggest\w*|advis\w*|offer\w*|plan\w*|at first)\b",
    re.I,
)
INTERVAL = re.compile(rf"\b(?:every|each) (?:(?P<other>other|second) )?(?:{NUMBER} )?{UNIT}\b", re.I)
BEFORE = re.compile(rf"\b{ABOUT}{NUMBER} {UNIT} before (?:the|my|each|every) next\b", re.I)
AFTER = re.compile(
    rf"\b(?:wears? off|wearing off|fades?|faded|lasts?|lasted)(?: \w+)?? (?:after |for )?{ABOUT}{NUMBER} {UNIT}\b"
    r"(?! before)",
    re.I,
)
LONGEST_INTERVAL_DAYS, LONGEST_EFFECT_DAYS = 120, 365


@dataclass(frozen=True)
class OwnTimes:
    """What a letter says: days between treatments, days of fading before the next, and days after treatment; None if unsaid."""

    interval_days: int | None = None
    before_days: int | None = None
    fades_after_days: int | None = None
    spans: tuple[Span, ...] = ()


def own_times(letter: str, offset: int = 0) -> OwnTimes:
    """Read the times of treatment in a letter.

    Parameters
        offset : Where the letter begins in its document; spans are in the document.
    Example
        >>> own_times("I have a drip every five weeks. It fades ten days before the next infusion.").fades_after_days
        25
    """
    interval = before = after = None
    spans: list[Span] = []
    for sentence in SENTENCE.finditer(letter):
        words = sentence.group()
        if words.endswith("?") or NOT_SO.search(words) or not TREATMENT.search(words):
            continue
        for pattern in (INTERVAL, BEFORE, AFTER):
            match = pattern.search(words)
            if match is None:
                continue
            days = _days(match)
            at = offset + sentence.start()
            if pattern is INTERVAL and interval is None and 1 < days <= LONGEST_INTERVAL_DAYS:
                interval = days
            elif pattern is BEFORE and before is None and days <= LONGEST_INTERVAL_DAYS:
                before = days
            elif pattern is AFTER and after is None and days <= LONGEST_EFFECT_DAYS:
                after = days
            else:
                continue
            spans.append(Span(at + match.start(), at + match.end()))
    if after is None and interval is not None and before is not None and before < interval:
        after = interval - before
    return OwnTimes(interval, before, after, tuple(spans))


def _days(match: re.Match[str]) -> int:
    number = (match["n"] or "one").lower()
    count = int(number) if number.isdigit() else WORDS[number]
    if "other" in match.re.groupindex and match["other"]:
        count = 2
    return count * DAYS[match["unit"].lower()]


def in_words(days: int) -> str:
    """Days as people say them.

    Example
        >>> in_words(35), in_words(10), in_words(7), in_words(30)
        ('5 weeks', '10 days', 'week', 'month')
    """
    for size, unit in ((30, "month"), (7, "week")):
        if days % size == 0:
            count = days // size
            return unit if count == 1 else f"{count} {unit}s"
    return "day" if days == 1 else f"{days} days"
