"""What the writer asks, and its topic by the words used."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache

from ranvier.case import Question
from ranvier.terms import Span

from . import lexicon
from .text import Sentence

_INDIRECT = re.compile(
    r"\b(?:i(?:'d| would| should)? (?:like|love|want|wish|be grateful) to (?:know|understand|ask|hear|learn|get)|i(?: am|'m) (?:wondering|curious|asking)|i wonder|please (?:tell|explain|advise|let me know)|(?:can|could) (?:you|anyone|someone) (?:please )?(?:tell|explain|advise|help)|my question is|i (?:want|need|wanted) to (?:know|understand)|(?:grateful|appreciate) (?:for |your )?(?:any |your )?(?:advice|opinion|thoughts|view|guidance)|any advice|tell me (?:what|whether|if|how|why|about)|i do(?: not|n't) (?:know|understand) (?:what|why|how|whether|if)|(?:pt|patient|he|she|her daughter|his wife|they|husband|wife) (?:\w+ ){0,4}?(?:asks?|enquires?|wants to know|wonders?|would like to know)(?: me)? (?:about|if|whether|how|what|when|why|for)|what i (?:want|would like) to (?:know|ask))\b"
)
_RHETORICAL = re.compile(
    r"^\W*(?:right|ok|okay|you know|isn't it|what can you do|who knows|why me|really|hello|how are you)\W*\?*$"
)


@cache
def _topics() -> Mapping[str, re.Pattern[str]]:
    return {name: lexicon.whole_word(patterns) for name, patterns in lexicon.data("topics")["topics"].items()}


def questions(text: str, normal: str, parts: tuple[Sentence, ...]) -> tuple[Question, ...]:
    """Every question, direct or indirect, with its topic and span."""
    found: list[Question] = []
    for index, sentence in enumerate(parts):
        words = normal[sentence.start : sentence.end]
        if _RHETORICAL.match(words):
            continue
        if not (sentence.is_question or _INDIRECT.search(words)):
            continue
        asked_next = index + 1 < len(parts) and parts[index + 1].is_question
        if not sentence.is_question and asked_next:
            continue  # "I'd like to understand my diagnosis. What is MMN?": one question
        start = next((c.start for c in sentence.clauses if c.is_question), sentence.start)
        start += len(text[start : sentence.end]) - len(text[start : sentence.end].lstrip(" ,;:-\u2013\u2014"))
        span = Span(min(start, sentence.end - 1), sentence.end)
        context = normal[parts[max(0, index - 2)].start : sentence.end]
        found.append(Question(span.of(text), topic_of(normal[span.start : span.end], context), span))
    return tuple(found)


def topic_of(question: str, context: str = "") -> str:
    """The topic of a question by its words, then by the words just before it; `out_of_scope` if none fits.

    Example
        >>> topic_of("what is multifocal motor neuropathy?")
        'definition'
    """
    for stretch in (question, context):
        for name, pattern in _topics().items():
            if pattern.search(stretch):
                return name
    return "out_of_scope"
