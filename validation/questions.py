"""Measure `ask` and the ways of finding a statement: ./dev validate questions. Writes docs/validation/questions.md.

The sealed half is opened here alone; only totals are printed.
"""

from __future__ import annotations

import json
import re
import sqlite3
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from ranvier.encoder import encode
from ranvier.evidence import ask, lexical, reply_document, statements
from ranvier.evidence.finding import standard
from ranvier.evidence.index import index, with_one
from ranvier.evidence.message import clean
from ranvier.evidence.phrasing import asked_as

from .intervals import wilson

ROOT = Path(__file__).resolve().parents[1]
REPORT = ROOT / "docs" / "validation" / "questions.md"
HALVES = ("open", "sealed")
Row = dict[str, Any]
Ranker = Callable[[str], Sequence[str]]


def rows(half: str) -> list[Row]:
    lines = (ROOT / "validation" / "questions" / f"{half}.jsonl").read_text(encoding="utf-8").splitlines()
    return [json.loads(line) for line in lines if line.strip()]


def interval(hits: int, count: int) -> str:
    return f"{wilson(hits, count)} {hits}/{count}" if count else "-"


# --- ways of finding a statement, each a function from a message to ids, best first ---


def full_text_search() -> Ranker:
    """SQLite FTS5, one document a statement: its phrasings, plain words and claim; BM25, Porter stems."""
    database = sqlite3.connect(":memory:")
    database.execute("create virtual table facts using fts5(id unindexed, words, tokenize='porter')")
    database.executemany(
        "insert into facts values (?, ?)",
        [
            (key, " . ".join([*asked_as()[key], known.plain, known.claim]))
            for key, known in statements().items()
        ],
    )

    def rank(text: str) -> list[str]:
        words = re.findall(r"[a-z0-9]+", text.lower())
        query = " OR ".join(f'"{word}"' for word in words)
        found = database.execute("select id from facts where facts match ? order by rank limit 20", (query,))
        return [row[0] for row in found]

    return rank


def nearest_phrasings(vectors: Callable[[list[str]], np.ndarray], *, nearest: int = 2) -> Ranker:
    """Cosine to the two nearest phrasings of each statement."""
    ids = list(statements())
    texts = [(key, words) for key in ids for words in (*asked_as()[key], statements()[key].plain)]
    table = vectors([words for _, words in texts])
    owner = np.array([ids.index(key) for key, _ in texts])

    def rank(text: str) -> list[str]:
        close = table @ vectors([text])[0]
        score = np.array([np.sort(close[owner == row])[-nearest:].mean() for row in range(len(ids))])
        return [ids[row] for row in np.argsort(-score)[:20]]

    return rank


def heads(*, encoder: bool, letters: bool) -> Ranker:
    """The linear readers of the shipped index."""
    made = index()

    def rank(text: str) -> list[str]:
        score = np.zeros((1, len(made.statement_ids)), dtype=np.float32)
        if encoder:
            score += standard(with_one(encode([text])) @ made.statement)
        if letters:
            score += standard(lexical.weighted(lexical.folded([text]), made.rarity) @ made.lexical)
        return [made.statement_ids[row] for row in np.argsort(-score[0])[:20]]

    return rank


def letter_vectors(texts: list[str]) -> np.ndarray:
    return lexical.weighted(lexical.folded(texts), index().rarity)


WAYS: dict[str, Callable[[], Ranker]] = {
    "SQLite FTS5 (BM25), a document a statement": full_text_search,
    "letter runs, cosine to the nearest phrasings": lambda: nearest_phrasings(letter_vectors),
    "letter runs, linear": lambda: heads(encoder=False, letters=True),
    "MiniLM, cosine to the nearest phrasings": lambda: nearest_phrasings(encode),
    "MiniLM, linear": lambda: heads(encoder=True, letters=False),
    "**MiniLM and letter runs, linear (shipped)**": lambda: heads(encoder=True, letters=True),
}


def compare(halves: dict[str, list[Row]]) -> list[str]:
    table = [
        "| way | half | first is right | first is the labelled first | right among three | ms a question |",
        "|---|---|---|---|---|---|",
    ]
    for name, make in WAYS.items():
        rank = make()
        for half, questions in halves.items():
            answerable = [row for row in questions if row["statements"]]
            began = time.perf_counter()
            ranked = [list(rank(clean(row["text"]))) for row in answerable]
            each = 1000 * (time.perf_counter() - began) / len(answerable)
            pairs = list(zip(ranked, answerable, strict=True))
            first = sum(bool(r) and r[0] in row["statements"] for r, row in pairs)
            exact = sum(bool(r) and r[0] == row["statements"][0] for r, row in pairs)
            three = sum(bool(set(r[:3]) & set(row["statements"])) for r, row in pairs)
            count = len(answerable)
            table.append(
                f"| {name} | {half} | {interval(first, count)} | {interval(exact, count)} | "
                f"{interval(three, count)} | {each:.1f} |"
            )
    return table


def end_to_end(questions: list[Row]) -> dict[str, str]:
    """What `ranvier ask --json` says, against the labels."""
    said = [reply_document(ask(row["text"])) for row in questions]
    pairs = list(zip(said, questions, strict=True))
    calm = [(s, row) for s, row in pairs if not row["red_flags"]]
    answerable = [(s, row) for s, row in pairs if row["statements"]]
    foreign = [(s, row) for s, row in pairs if not row["in_scope"]]
    called = [(s, row) for s, row in pairs if not s["in_scope"]]
    personal = [(s, row) for s, row in pairs if row["declined"]]
    refused = [(s, row) for s, row in pairs if s["declined"]]
    flagged = [(s, row) for s, row in pairs if row["red_flags"]]
    several = [(s, row) for s, row in pairs if len(row.get("parts", ())) > 1]

    def share(found: list[tuple[Row, Row]], test: Callable[[Row, Row], bool]) -> str:
        return interval(sum(test(s, row) for s, row in found), len(found))

    return {
        "topic is the labelled one": share(pairs, lambda s, row: s["topic"] == row["topic"]),
        "topic, questions without a red flag": share(calm, lambda s, row: s["topic"] == row["topic"]),
        "first statement is right": share(
            answerable, lambda s, row: bool(set(s["statements"][:1]) & set(row["statements"]))
        ),
        "a right statement among the first three": share(
            answerable, lambda s, row: bool(set(s["statements"][:3]) & set(row["statements"]))
        ),
        "off topic: recall": share(foreign, lambda s, row: not s["in_scope"]),
        "off topic: precision": share(called, lambda s, row: not row["in_scope"]),
        "declined: recall": share(personal, lambda s, row: bool(s["declined"])),
        "declined: precision": share(refused, lambda s, row: bool(row["declined"])),
        "declined for the labelled reason": share(personal, lambda s, row: s["declined"] == row["declined"]),
        "red flag seen": share(flagged, lambda s, row: bool(s["red_flags"])),
        "several questions: more than one answered or merged on one topic": share(
            several,
            lambda s, row: len(s["parts"]) > 1 or len({part["topic"] for part in row["parts"]}) == 1,
        ),
    }


def main() -> int:
    halves = {half: rows(half) for half in HALVES}
    ways = compare(halves)
    measured = {half: end_to_end(questions) for half, questions in halves.items()}
    lines = [
        "# Finding statements for a question",
        "",
        "Made by `./dev validate questions`. The open half (100 questions) was read while tuning, so its figures flatter; the",
        "sealed half (200, another hand) was run through this command alone, three times in all by 25 November 2026 (what changed between:",
        "docs/decisions/2026-11-25-finding-statements.md). Shares with 95 % Wilson intervals and counts.",
        "A statement is right when it is one of those the label names (one to four).",
        "",
        "## Ways of finding, on the whole message",
        "",
        *ways,
        "",
        "## `ranvier ask`, end to end",
        "",
        "| figure | open | sealed |",
        "|---|---|---|",
        *(f"| {name} | {measured['open'][name]} | {measured['sealed'][name]} |" for name in measured["open"]),
        "",
    ]
    REPORT.parent.mkdir(parents=True, exist_ok=True)
    REPORT.write_text("\n".join(lines), encoding="utf-8")
    print("\n".join(lines))
    return 0


if __name__ == "__main__":
    sys.exit(main())
