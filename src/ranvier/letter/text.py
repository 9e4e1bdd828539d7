"""Sentences and clauses of a letter, with offsets into the document as given."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

_SAME_LENGTH = str.maketrans(
    {"\u2018": "'", "\u2019": "'", "\u02bc": "'", "\u201c": '"', "\u201d": '"', "\u2013": "-", "\u2014": "-", "\u2011": "-", "\u00a0": " ", "\t": " ", "\u2212": "-"}
)  # fmt: skip
_ALWAYS_ABBREVIATED = frozenset(
    ["dr", "mr", "mrs", "ms", "prof", "st", "vs", "e.g", "i.e", "eg", "ie", "approx", "c", "ca", "cf"]
)  # a dot after these never ends a sentence
_ABBREVIATIONS = _ALWAYS_ABBREVIATED | frozenset(
    [
        "no",
        "nos",
        "fig",
        "hx",
        "yrs",
        "yr",
        "mths",
        "mth",
        "wks",
        "wk",
        "rd",
        "ave",
        "jr",
        "sr",
        "dept",
        "inc",
        "ltd",
        "al",
        "resp",
        "lt",
        "rt",
        "bilat",
        "l",
        "r",
        "u.k",
        "u.s",
        "m.d",
        "ph.d",
        "esp",
        "incl",
        "neg",
        "pos",
        "sec",
        "min",
        "max",
        "avg",
        "tel",
        "ext",
    ]
)
_END = re.compile(r"[.!?]+[\"')\]]*(?=\s|$)|\n[ \t]*\n|\n(?=[ \t]*(?:[-*•·–]|\d{1,2}[.)])[ \t])|\n(?=[A-Z][\w/ ]{0,24}:)|(?<=:)\n|\n(?=[A-Z])")  # fmt: skip


def normalise(text: str) -> str:
    """Lower-case, straight quotes and plain blanks; the same length, so that offsets hold."""
    lowered = text.translate(_SAME_LENGTH).lower()
    if len(lowered) == len(text):
        return lowered
    return "".join(low if len(low := c.lower()) == 1 else c for c in text.translate(_SAME_LENGTH))


@dataclass(frozen=True)
class Clause:
    """A stretch of a sentence within which a negation or a subject holds. Offsets are into the document."""

    start: int
    end: int
    is_question: bool


@dataclass(frozen=True)
class Sentence:
    """A sentence: offsets into the document, and its clauses in order (they cover it without gaps)."""

    start: int
    end: int
    clauses: tuple[Clause, ...]
    is_question: bool

    def clause_at(self, position: int) -> Clause:
        """The clause that holds a position."""
        for clause in self.clauses:
            if clause.start <= position < clause.end:
                return clause
        return self.clauses[-1]


def sentences(text: str, normal: str, *, start: int, end: int) -> tuple[Sentence, ...]:
    """Split `text[start:end]`; `normal` is `normalise(text)`."""
    made = []
    for low, high in _sentence_bounds(text, start, end):
        is_question = "?" in text[low:high][-4:]
        made.append(Sentence(low, high, _clauses(normal, low, high, is_question), is_question))
    return tuple(made)


def _sentence_bounds(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    low = start
    for match in _END.finditer(text, start, end):
        if match.group().startswith(".") and _is_abbreviation(text, low, match.start(), match.end()):
            continue
        if match.group() == "\n" and not _line_ends_a_sentence(text, low, match.start(), match.end()):
            continue
        if text[low : match.end()].strip():
            yield _trimmed(text, low, match.end())
        low = match.end()
    if text[low:end].strip():
        yield _trimmed(text, low, end)


def _trimmed(text: str, low: int, high: int) -> tuple[int, int]:
    while low < high and text[low].isspace():
        low += 1
    while high > low and text[high - 1].isspace():
        high -= 1
    return low, high


def _is_abbreviation(text: str, low: int, dot: int, after: int) -> bool:
    word = re.split(r"[\s(]", text[max(low, dot - 12) : dot])[-1].lower()
    if re.fullmatch(r"\d+", word):  # "1. the first" opens a list; "in 2021. Then" ends a sentence
        return len(word) <= 2 and text[low:dot].strip() == word
    following = text[after : after + 2].strip()
    if word in _ALWAYS_ABBREVIATED:
        return True
    return word in _ABBREVIATIONS and not following[:1].isupper()


def _line_ends_a_sentence(text: str, low: int, line_end: int, after: int) -> bool:
    """A single line break ends a sentence when the line is a heading or list item, not when prose is wrapped."""
    line = text[max(low, text.rfind("\n", low, line_end) + 1) : line_end].strip()
    following = text[after : after + 40].lstrip()
    if (
        not line
        or line.endswith((":", ".", "!", "?"))
        or re.match(r"[-*•·]|\d{1,2}[.)]\s|[A-Z][\w/ ]{0,24}:", following)
    ):
        return True
    return (
        following[:1].isupper()
        and len(line) < 55
        and not line.endswith((",", " and", " the", " of", " a", " in", " my"))
    )


_VERB = r"(?:is|are|was|were|has|have|had|does|did|do|feels?|felt|gets?|got|seems?|became|becomes?|began|started|shows?|showed|can|could|will|remain(?:s|ed)?|came|comes?|went|goes|cannot|can't|isn't|wasn't|don't|doesn't|didn't|haven't|hasn't)"
_SUBJECT = r"(?:i|he|she|we|they|it|there|this|these|that|my|his|her|their|our|now|then|also|you)"
_ASKING = r"(?:could|can|is|are|does|do|will|would|should|what|why|how|am|might|may|did|has|have|was|were) (?:it|this|that|i|he|she|they|there|the|my|you|we|these|those|his|her|anyone|anything)"
_HARD = re.compile(
    rf"""[;]|\s-+\s
    |,?\s(?:but|however|although|though|whereas|while|yet|except|because|unless|despite|apart\sfrom|other\sthan|even\sthough|instead)\b
    |,\s+(?=(?:so|which|who|whose|where|when|if|no|not|without|denies|denied|nil|normal|with|neither|nor|never|and\s+no|and\s+not|none|since\s+(?:i|he|she)|as\s+(?:i|he|she)|otherwise)\b)
    |,\s+(?={_SUBJECT}\b)
    |\sand\s+(?=(?:no|not|without|denies|i|he|she|we|they|there|now|then|never|neither|nor|normal|if)\b)
    |,?\s(?:and|so|or|but)?\s*(?={_ASKING}\b)(?<=[,\s])
    |\s(?=(?:if|unless|which)\b)""".replace(" (?:it|", r"\s(?:it|"),
    re.VERBOSE,
)
_SOFT = re.compile(
    rf"(?:,|,?\sand|,\sso)\s+(?=(?:[\w'/-]+\s){{1,5}}?{_VERB}\b)|,?\sand\s+(?={_SUBJECT}\b|{_VERB}\b)"
)
_LISTS_NO_MORE = re.compile(
    rf"\b(?:{_VERB}|no|not|never|without|nor|denie[sd]|normal|intact|weak|reduced|brisk|absent)\b"
)
_OPENING = re.compile(
    r"^\W*(?:and |but |so |or |also |please |finally |then |well |now )*(?:what|why|how|when (?:will|can|should|do|does)|where|which|who|is|are|am|was|were|do|does|did|can|could|will|would|should|has|have|may|might|shall)\b"
)


def _clauses(normal: str, low: int, high: int, is_question: bool) -> tuple[Clause, ...]:
    cuts = {low, high}
    cuts |= {match.end() for match in _HARD.finditer(normal, low, high) if low < match.end() < high}
    for match in _SOFT.finditer(normal, low, high):
        since = max(cut for cut in cuts if cut <= match.start())
        if low < match.end() < high and _LISTS_NO_MORE.search(normal, since, match.start()):
            cuts.add(match.end())
    edges = sorted(cuts)
    parts = []
    last = len(edges) - 2
    for index, (first, after) in enumerate(pairwise(edges)):
        asks = is_question and (index == last or bool(_OPENING.match(normal[first:after])))
        parts.append(Clause(first, after, asks))
    if is_question and len(parts) > 1 and not _OPENING.match(normal[parts[-1].start : high]):
        # "What is it, this weakness of mine?": the asking began in an earlier clause and runs to the mark.
        for index in range(len(parts) - 1, -1, -1):
            if _OPENING.match(normal[parts[index].start : parts[index].end]):
                parts[index:] = [Clause(part.start, part.end, True) for part in parts[index:]]
                break
    return tuple(parts)
