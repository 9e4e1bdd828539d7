"""A message taken apart: markup removed, sentences found, and each question it asks as a part of its own."""

from __future__ import annotations

import html
import re
from dataclasses import dataclass

READ_AT_MOST = (
    20_000  # characters; a long letter has 6,000. What lies beyond is not read, and the reply says so
)

_DROPPED = re.compile(r"<(script|style)\b.*?(?:</\1\s*>|\Z)", re.IGNORECASE | re.DOTALL)
_TAG = re.compile(r"<[/!?a-zA-Z][^<>]*>")
_SENTENCE = re.compile(r"[^.!?\n]+(?:[.!?](?=\w)[^.!?\n]+)*[.!?]*")
_ABBREVIATED = re.compile(r"\b(?:Dr|Mr|Mrs|Ms|Prof|St|vs|e\.g|i\.e|approx|no)\.$", re.IGNORECASE)

_QUESTION_WORD = r"what|who|whom|whose|when|where|why|which|how"
_AUXILIARY = (
    r"is|are|was|were|am|do|does|did|can|could|will|would|should|shall|may|might|must|has|have|had|"
    r"isn't|aren't|doesn't|don't|didn't|can't|couldn't|won't|wouldn't|shouldn't|hasn't|haven't"
)
_SUBJECT = (
    r"i|you|we|they|he|she|it|this|that|these|those|there|the|a|an|my|our|your|his|her|their|its|any|anyone|anybody|"
    r"people|doctors|mmn|ivig|patients|one|some|someone|most|i'm"
)
_STARTS = re.compile(
    rf"^\W*(?:(?:and|so|also|but|or|then|well|ok|please|anyway)\W+)*(?:(?:{_QUESTION_WORD})(?:'?s)?\b|(?:{_AUXILIARY})\s+\S|any\b)",
    re.IGNORECASE,
)
# "..., and does the licence office need to know?": a second question begins where "and" meets a question's first words.
_JOINED = re.compile(
    rf"(?:,?\s+(?:and|or|but)(?:\s+also)?|[,;]\s+(?:and\s+)?also|;)\s+"
    rf"(?=(?:{_QUESTION_WORD})\s+(?:{_AUXILIARY})\b|how\s+(?:long|often|soon|far)\s+(?:{_AUXILIARY})\b|(?:{_AUXILIARY})\s+(?:{_SUBJECT}|\w+ing)\b)",
    re.IGNORECASE,
)
_EMPTY_WORDS = frozenset(
    re.findall(
        r"\w+",
        "a an the is are was were am be been do does did can could will would should shall may might must has have had i you we "
        "they he she it this that these those there my our your his her their its me us him them and or but so if of in on at to "
        "for with from by as not no any some what who when where why which how also then just really please thanks thank hello "
        "hi dear doctor ok yes mean normal usual common typical true right wrong anyone else know tell ask asking",
    )
)


@dataclass(frozen=True)
class Part:
    """One question of a message. `text` are its own words; `context` the sentences that lead up to it."""

    text: str
    context: str = ""


def clean(message: str) -> str:
    """The words of a message: no markup, no control characters, at most `READ_AT_MOST` characters."""
    text = message[: READ_AT_MOST * 4]
    text = _TAG.sub(" ", _DROPPED.sub(" ", html.unescape(text)))
    text = text.replace("’", "'").replace("‘", "'")
    text = "".join(c if c.isprintable() else "\n" if c in "\n\r" else " " for c in text)
    return re.sub(r"[^\S\n]+", " ", re.sub(r"\s*\n\s*", "\n", text)).strip()[:READ_AT_MOST]


def sentences(text: str) -> list[str]:
    """The sentences of a cleaned message."""
    found: list[str] = []
    for match in _SENTENCE.finditer(text):
        piece = match.group().strip()
        if not piece:
            continue
        if found and _ABBREVIATED.search(found[-1]):
            found[-1] = f"{found[-1]} {piece}"
        else:
            found.append(piece)
    return found


def is_question(sentence: str) -> bool:
    """Whether a sentence asks: it ends with a question mark or begins as questions do."""
    return sentence.rstrip("\"' )").endswith("?") or _STARTS.match(sentence) is not None


def content_words(text: str) -> set[str]:
    """The words that carry meaning, in lower case."""
    return {word for word in re.findall(r"[a-z0-9][a-z0-9'-]+", text.lower()) if word not in _EMPTY_WORDS}


def parts(text: str) -> tuple[Part, ...]:
    """Each question of a cleaned message, with the sentences before it.

    A message without a question is one part: people also write "meaning of MMN diagnosis". A question with no word
    of its own ("Is that usual?") is no part, and a lone one with
    a single word is read with its story; it belongs with what comes before it.
    """
    asked: list[Part] = []
    context: list[str] = []
    for sentence in sentences(text):
        if not is_question(sentence):
            context.append(sentence)
            continue
        for piece in _JOINED.split(sentence):
            if content_words(piece):
                asked.append(Part(piece.strip(" ,;"), " ".join(context)))
                context = []
            else:
                context.append(piece)
    if len(asked) < 2:
        bare = not any(content_words(sentence) for sentence in context)
        question = asked[0].text if asked and bare else text
        return (Part(question if len(content_words(question)) >= 2 else text, text),) if text else ()
    return tuple(asked)
