"""What the writer asks. Whoever knows the topics of questions (`evidence`) is handed in."""

from __future__ import annotations

import re
from collections.abc import Callable

from ranvier.case import Question
from ranvier.terms import Span

from .text import Sentence

_INDIRECT = re.compile(
    r"\b(?:i(?:'d| would| should)? (?:like|love|want|wish|be grateful) to (?:know|understand|ask|hear|learn|get)|i(?: am|'m) (?:wondering|curious|asking)|i wonder|please (?:tell|explain|advise|let me know)|(?:can|could) (?:you|anyone|someone) (?:please )?(?:tell|explain|advise|help)|my question is|i (?:want|need|wanted) to (?:know|understand)|(?:grateful|appreciate) (?:for |your )?(?:any |your )?(?:advice|opinion|thoughts|view|guidance)|any advice|tell me (?:what|whether|if|how|why|about)|i do(?: not|n't) (?:know|understand) (?:what|why|how|whether|if)|(?:pt|patient|he|she|her daughter|his wife|they|husband|wife) (?:\w+ ){0,4}?(?:asks?|enquires?|wants to know|wonders?|would like to know)(?: me)? (?:about|if|whether|how|what|when|why|for)|what i (?:want|would like) to (?:know|ask))\b"
)
_RHETORICAL = re.compile(
    r"^\W*(?:right|ok|okay|you know|isn't it|what can you do|who knows|why me|really|hello|how are you)\W*\?*$"
)


CONTEXT = 200  # characters of the sentence before, at most
TopicOf = Callable[[str, str], str]  # a question and the sentence that led up to it -> a topic id


def no_topic(question: str, context: str) -> str:
    """The topic of a question when nobody is there to tell it."""
    return "out_of_scope"


def questions(
    text: str, normal: str, parts: tuple[Sentence, ...], *, topic_of: TopicOf = no_topic
) -> tuple[Question, ...]:
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
        before = parts[index - 1] if index else None
        context = "" if before is None else text[before.start : before.end][-CONTEXT:]
        found.append(Question(span.of(text), topic_of(span.of(text), context), span))
    return tuple(found)
