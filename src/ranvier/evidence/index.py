"""The compiled index: linear weights that turn a sentence into scores for statements, topics, scope and refusals.

`python -m ranvier.evidence.index` makes `index.npz` from the TOML files alone (ridge regression on the encoder's output;
nothing random). The index carries a digest of what it was made from; a stale one is refused, never used.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ranvier.terms import DataError

from . import lexical
from .phrasing import asked_as, asked_in_letters, declined_requests, off_topic, other_illness
from .statement import STATEMENTS, statements
from .topic import OUT_OF_SCOPE

Array = NDArray[np.float32]

INDEX = Path(__file__).parent / "index.npz"
RIDGE = 1.0  # flat between 0.3 and 3 on held-out phrasings [measured]
REMAKE = "Run: python -m ranvier.evidence.index"


@dataclass(frozen=True)
class Index:
    """One linear head a question; the columns of each are named by the tuple beside it.

    `statement` reads the encoder's output, `lexical` the folded counts weighted by `rarity`; both score statements.
    `scope` and `scope_lexical` have one column, above 0 for what the statements are about. `declined` has a column a
    reason, above 0 where a request is of that kind.
    """

    statement_ids: tuple[str, ...]
    statement: Array
    rarity: Array
    lexical: Array
    topic_ids: tuple[str, ...]
    topic: Array
    scope: Array
    scope_lexical: Array
    reasons: tuple[str, ...]
    declined: Array


def digest() -> str:
    """A hash of every file the index is made from, and of the encoder's weights by their size and end."""
    from ranvier.encoder.transformer import WEIGHTS

    total = hashlib.sha256()
    for path in sorted(STATEMENTS.glob("*.toml")):
        total.update(path.name.encode() + path.read_bytes())
    with WEIGHTS.open("rb") as stream:
        stream.seek(-65536, 2)
        total.update(stream.read())
    return total.hexdigest()


@cache
def index() -> Index:
    """The index as shipped. Raises DataError when it was made from other files than these."""
    if not INDEX.exists():
        raise DataError(path=INDEX.name, given="it is missing", expected=REMAKE)
    with np.load(INDEX) as stored:
        if str(stored["digest"]) != digest():
            raise DataError(path=INDEX.name, given="it is older than the statements", expected=REMAKE)
        return Index(
            statement_ids=tuple(str(key) for key in stored["statement_ids"]),
            statement=stored["statement"].astype(np.float32),
            rarity=stored["rarity"].astype(np.float32),
            lexical=stored["lexical"].astype(np.float32) * stored["lexical_scale"].astype(np.float32),
            topic_ids=tuple(str(key) for key in stored["topic_ids"]),
            topic=stored["topic"].astype(np.float32),
            scope=stored["scope"].astype(np.float32),
            scope_lexical=stored["scope_lexical"].astype(np.float32),
            reasons=tuple(str(key) for key in stored["reasons"]),
            declined=stored["declined"].astype(np.float32),
        )


def ridge(inputs: Array, targets: Array) -> Array:
    """Weights of a ridge regression, one column a target; solved among the rows where columns outnumber them."""
    x = inputs.astype(np.float64)
    if x.shape[1] > x.shape[0]:
        between = x @ x.T
        fitted = x.T @ np.linalg.solve(between + RIDGE * np.eye(len(x)), targets)
    else:
        fitted = np.linalg.solve(x.T @ x + RIDGE * np.eye(x.shape[1]), x.T @ targets)
    return np.asarray(fitted, dtype=np.float32)


def with_one(inputs: Array) -> Array:
    """Add the column of ones that carries the intercept."""
    return np.hstack([inputs, np.ones((len(inputs), 1), dtype=np.float32)])


def make() -> Index:
    """Fit every head. Takes about half a minute: some three thousand sentences are encoded."""
    from ranvier.encoder import encode

    known = statements()
    ids = tuple(known)
    column = {key: number for number, key in enumerate(ids)}
    further = [row for row in asked_in_letters() if row.topic != OUT_OF_SCOPE]
    told = [(text, key) for key in ids for text in asked_as()[key]]
    told += [(row.whole, row.statement) for row in further if row.statement]
    stated = [(text, key) for key in ids for text in (known[key].plain, known[key].claim)]
    texts = [text for text, _ in told + stated]
    owners = np.array([column[key] for _, key in told + stated])
    asked = encode(texts)
    rows = lexical.folded(texts)
    rarity = lexical.rarity(rows)
    questions = slice(0, len(told))
    foreign_texts = [*off_topic(), *other_illness()]
    foreign_texts += [row.whole for row in asked_in_letters() if row.topic == OUT_OF_SCOPE]
    foreign = encode(foreign_texts)
    reasons = tuple(declined_requests())
    requests = [(text, reason) for reason in reasons for text in declined_requests()[reason]]
    asking_too_much = encode([text for text, _ in requests])

    topic_ids = tuple(sorted({statement.topic for statement in known.values()}))
    topic_of = [known[key].topic for _, key in told + stated]
    by_hand = [row for row in further if row.topic in topic_ids]
    topics = np.array([topic_ids.index(name) for name in (*topic_of, *(row.topic for row in by_hand))])
    of_reason = np.array([[reason == name for name in reasons] for _, reason in requests], dtype=np.float32)
    return Index(
        statement_ids=ids,
        statement=ridge(with_one(asked), _one_of(owners, len(ids))),
        rarity=rarity,
        lexical=ridge(lexical.weighted(rows, rarity), _one_of(owners, len(ids))),
        topic_ids=topic_ids,
        topic=ridge(
            with_one(np.vstack([asked, encode([row.whole for row in by_hand])])),
            _one_of(topics, len(topic_ids)),
        ),
        scope=_balanced(np.vstack([asked[questions], asking_too_much]), foreign),
        scope_lexical=_balanced(
            lexical.weighted(
                np.vstack([rows[questions], lexical.folded([text for text, _ in requests])]), rarity
            ),
            lexical.weighted(lexical.folded(foreign_texts), rarity),
        ),
        reasons=reasons,
        declined=np.hstack(
            [
                _balanced(asking_too_much[of_reason[:, number] > 0], np.vstack([asked[questions], foreign]))
                for number in range(len(reasons))
            ]
        ),
    )


def _one_of(labels: NDArray[np.int_], count: int) -> Array:
    return np.eye(count, dtype=np.float32)[labels]


def _balanced(positive: Array, negative: Array) -> Array:
    """One column: +1 for the first rows, -1 for the others, both sides weighing the same."""
    inputs = with_one(np.vstack([positive, negative]))
    targets = np.r_[np.ones(len(positive)), -np.ones(len(negative))].astype(np.float32)[:, None]
    half = len(inputs) / 2
    root = np.sqrt(
        np.r_[np.full(len(positive), half / len(positive)), np.full(len(negative), half / len(negative))]
    ).astype(np.float32)[:, None]
    return ridge(inputs * root, targets * root)


def write(made: Index) -> None:
    """Store an index with the digest of what it was made from: 16-bit floats, the largest table as 8-bit integers."""
    scale = np.abs(made.lexical).max(axis=0) / 127
    np.savez_compressed(
        INDEX,
        digest=np.array(digest()),
        statement_ids=np.array(made.statement_ids),
        statement=made.statement.astype(np.float16),
        rarity=made.rarity.astype(np.float16),
        lexical=np.round(made.lexical / scale).astype(np.int8),
        lexical_scale=scale.astype(np.float32),
        topic_ids=np.array(made.topic_ids),
        topic=made.topic.astype(np.float16),
        scope=made.scope.astype(np.float16),
        scope_lexical=made.scope_lexical.astype(np.float16),
        reasons=np.array(made.reasons),
        declined=made.declined.astype(np.float16),
    )


if __name__ == "__main__":
    write(make())
    print(f"wrote {INDEX}")
