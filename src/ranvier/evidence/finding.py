"""Finding what a question is about: scores for every statement, the topic, whether it is ours to answer, what it asks for.

Two linear readers of the same words are added: one on the sentence encoder, one on letter runs. Each alone finds the right
statement first for about seven questions in ten, both together for about eight (docs/validation/questions.md).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

import numpy as np

from ranvier.encoder import encode

from . import lexical
from .index import Array, index, with_one
from .message import clean
from .scope import foreign_topic, names_another_illness
from .statement import statements

# Tuned on validation/questions/open.jsonl alone.
SHARPNESS = 1.5  # how fast a statement's weight falls with its score when topics are summed
TOPIC_WEIGHT = 2.0  # of the topic head beside that sum
ENCODER_SCOPE_WEIGHT = 0.5  # of the encoder beside the letter runs, for whether a question is ours
OTHER_ILLNESS_PENALTY = 0.8  # another illness is named, and MMN is not
IN_SCOPE = -0.05  # scope above which a question is ours
IN_SCOPE_POINTING = -0.35  # the same where "it" may stand for MMN, the one thing people ask this column about
IN_SCOPE_BESIDE = -0.7  # and where the rest of the message is about MMN


_POINTING = re.compile(r"\b(?:it|itself|this (?:illness|disease|condition|thing))\b", re.IGNORECASE)


@dataclass(frozen=True)
class Found:
    """What a question was taken to be about.

    `ranked` holds statement ids with their scores, best first. `scope` is above a limit for questions we can answer;
    `refusal` scores each reason to decline, above 0 where the words are like such requests.
    """

    ranked: tuple[tuple[str, float], ...]
    topic: str
    in_scope: bool
    scope: float
    refusal: Mapping[str, float]


def find(text: str, *, context: str = "", within: str = "", beside_others: bool = False) -> Found:
    """Find the statements a question needs.

    Parameters
        text : the question, cleaned (`message.clean`).
        context : what leads up to it in the same message; read at half weight.
        within : the whole message, whose scores are averaged in: a part says "it" of what another part names.
        beside_others : whether the rest of the message is about MMN.
    Returns
        Every statement ranked; use the first few. In scope False: nothing we hold answers it.
    """
    made = index()
    stretches = [text]
    if context and context not in text:
        stretches.append(f"{context} {text}")
    own = len(stretches)
    if within and within != text:
        stretches.append(within)
    vectors = with_one(encode(stretches))
    counts = lexical.weighted(lexical.folded(stretches), made.rarity)
    scores = (standard(vectors @ made.statement) + standard(counts @ made.lexical)).mean(axis=0)
    order = np.argsort(-scores)
    last = slice(own - 1, own)
    scope = float(
        (with_one(counts[last]) @ made.scope_lexical + ENCODER_SCOPE_WEIGHT * vectors[last] @ made.scope)[
            0, 0
        ]
    )
    if names_another_illness(stretches[own - 1]):
        scope -= OTHER_ILLNESS_PENALTY
    refusal = (vectors[:own] @ made.declined).max(axis=0)
    limit = IN_SCOPE_BESIDE if beside_others else IN_SCOPE_POINTING if _POINTING.search(text) else IN_SCOPE
    in_scope = scope > limit
    return Found(
        ranked=tuple((made.statement_ids[row], float(scores[row])) for row in order),
        topic=_topic(scores, (vectors @ made.topic).mean(axis=0)) if in_scope else foreign_topic(text),
        in_scope=in_scope,
        scope=scope,
        refusal={reason: float(score) for reason, score in zip(made.reasons, refusal, strict=True)},
    )


def topic_of(question: str, context: str = "") -> str:
    """The topic of one question of a letter; `context` is the sentence before it.

    Example
        >>> topic_of("What is multifocal motor neuropathy?")
        'definition'
    """
    return find(clean(question), context=clean(context)).topic


def standard(scores: Array) -> Array:
    """Scores of each row on one scale: mean 0, spread 1. A row without spread stays 0."""
    spread = scores.std(axis=1, keepdims=True)
    centred = scores - scores.mean(axis=1, keepdims=True)
    return np.asarray(centred / np.where(spread > 0, spread, 1), dtype=np.float32)


def _topic(scores: Array, head: Array) -> str:
    """The topic whose statements weigh most together, with the topic head beside them."""
    made = index()
    weight = np.exp(SHARPNESS * (scores - scores.max()))
    weight /= weight.sum()
    mass = _topics_of_statements().T @ weight
    return made.topic_ids[int((np.log(mass + 1e-9) + TOPIC_WEIGHT * standard(head[None])[0]).argmax())]


@cache
def _topics_of_statements() -> Array:
    made = index()
    topic_of = [statements()[key].topic for key in made.statement_ids]
    return np.array([[topic == name for name in made.topic_ids] for topic in topic_of], dtype=np.float32)
