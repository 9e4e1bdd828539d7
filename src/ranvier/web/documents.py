"""An answer as the desk keeps it: sections of sentences, each with what it rests on, and the sources it cites.

    {"title": text, "evidence_as_of": year | null, "drafted_on": date, "handling": [...],
     "sections": [{"id", "title", "urgent": bool, "listed": bool,
                   "sentences": [{"id", "text", "support": [{"kind", "id", "because"}], "tie": "drafted" | "edited" | "own",
                                  "reason": text}]}],
     "statements": {id: {"claim", "mark", "as_of", "sources": [{"text", "address", "mark"}]}}}

A sentence's tie to its support is kept here and never taken from a form: an edit names the sentence by its id, and what
it rests on is looked up in the version that was edited. `reason` says why a sentence without support may stand.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator, Mapping, Sequence
from copy import deepcopy
from typing import Any

Document = dict[str, Any]
Sentence = dict[str, Any]

SENTENCE_END = re.compile(r"(?<=[.!?])[\"”’)]?\s+(?=[A-Z“\"(])")
ABBREVIATIONS = re.compile(r"\b(?:Dr|Mr|Mrs|Ms|Prof|e\.g|i\.e|vs|St|No|approx)\.$")


def sentences(document: Document) -> Iterator[Sentence]:
    """Every sentence, in order."""
    for section in document.get("sections", []):
        yield from section["sentences"]


def prose(document: Document) -> str:
    """The sentences alone."""
    return " ".join(sentence["text"] for sentence in sentences(document))


def plain_text(document: Document) -> str:
    """Title, headings and sentences, for search and for differences between versions."""
    lines = [document.get("title", "")]
    for section in document.get("sections", []):
        lines.append(section["title"])
        lines.extend(sentence["text"] for sentence in section["sentences"])
    return "\n".join(line for line in lines if line)


def is_unsourced(sentence: Sentence) -> bool:
    """Whether nothing supports it and nobody said why it may stand."""
    return not sentence["support"] and not sentence.get("reason", "").strip()


def unsourced(document: Document) -> list[Sentence]:
    """The sentences that bar a signature."""
    return [sentence for sentence in sentences(document) if is_unsourced(sentence)]


def statement_ids(document: Document) -> list[str]:
    """The statements that sentences rest on, by first appearance."""
    found = [
        support["id"]
        for sentence in sentences(document)
        for support in sentence["support"]
        if support["kind"] == "statement"
    ]
    return list(dict.fromkeys(found))


def recalled(document: Document) -> list[str]:
    """Statements in use that are marked recalled."""
    known = document.get("statements", {})
    return [key for key in statement_ids(document) if known.get(key, {}).get("mark") == "recalled"]


def numbered_sources(document: Document) -> list[dict[str, Any]]:
    """The sources of all statements in use, numbered by first appearance, each with the statements it carries."""
    rows: dict[tuple[str, str], dict[str, Any]] = {}
    known = document.get("statements", {})
    for key in statement_ids(document):
        for source in known.get(key, {}).get("sources", []):
            mark = (source["text"], source.get("address") or "")
            row = rows.setdefault(mark, {**source, "number": len(rows) + 1, "statements": []})
            row["statements"].append(key)
    return list(rows.values())


def for_page(document: Document) -> Document:
    """The document with, for each sentence, the numbers of its sources and what a reader sees on hover."""
    numbers: dict[str, list[int]] = {}
    sources = numbered_sources(document)
    for row in sources:
        for key in row["statements"]:
            numbers.setdefault(key, []).append(row["number"])
    shown = deepcopy(document)
    for sentence in sentences(shown):
        cited = {
            n
            for support in sentence["support"]
            if support["kind"] == "statement"
            for n in numbers.get(support["id"], [])
        }
        sentence["cites"] = sorted(cited)
        sentence["unsourced"] = is_unsourced(sentence)
    shown["sources"] = sources
    return shown


def split_sentences(text: str) -> list[str]:
    """Sentences of a text that someone typed; abbreviations do not end one."""
    parts: list[str] = []
    for piece in SENTENCE_END.split(" ".join(text.split())):
        if parts and ABBREVIATIONS.search(parts[-1]):
            parts[-1] += " " + piece
        elif piece.strip():
            parts.append(piece.strip())
    return parts


def edited(document: Document, rows: Sequence[Mapping[str, Any]], *, title: str) -> Document:
    """Apply an edit, keeping each sentence tied to its sources.

    `rows` are {"section", "id", "text", "reason", "add", "drop"} in printed order. A known id brings its support with it;
    a changed wording is marked `edited`, so that the signer looks whether the source still says it. Typing a second
    sentence into a row splits it, and the second has no source until it is given one. An unknown or empty id is a new
    sentence. `add` holds statement supports chosen from the catalogue, `drop` ids of supports taken away. An emptied row
    is gone.
    """
    before = {sentence["id"]: sentence for sentence in sentences(document)}
    taken = set(before)
    new = {key: value for key, value in document.items() if key != "sections"}
    new["title"] = " ".join(title.split())[:160] or document.get("title", "")
    new["statements"] = dict(document.get("statements", {}))
    by_section: dict[str, list[Sentence]] = {section["id"]: [] for section in document["sections"]}
    for row in rows:
        target = by_section.get(str(row["section"]))
        if target is None:
            continue
        old = before.get(str(row.get("id", "")))
        for index, text in enumerate(split_sentences(str(row["text"]))):
            kept = old if index == 0 else None
            sentence: Sentence = {
                "id": kept["id"] if kept else _fresh(taken),
                "text": text,
                "support": deepcopy(kept["support"]) if kept else [],
                "tie": "own" if kept is None else (kept["tie"] if kept["text"] == text else _changed(kept)),
                "reason": " ".join(str(row.get("reason", "")).split())[:300] if index == 0 else "",
            }
            if index == 0:
                _resupport(sentence, row, new["statements"])
            target.append(sentence)
    new["sections"] = [
        {**section, "sentences": by_section[section["id"]]}
        for section in document["sections"]
        if by_section[section["id"]]
    ]
    return new


def _changed(sentence: Sentence) -> str:
    return "own" if sentence["tie"] == "own" else "edited"


def _resupport(sentence: Sentence, row: Mapping[str, Any], catalogue: dict[str, Any]) -> None:
    dropped = set(row.get("drop", ()))
    if dropped:
        sentence["support"] = [support for support in sentence["support"] if support["id"] not in dropped]
    for statement in row.get("add", ()):
        catalogue[statement["id"]] = {
            key: statement[key] for key in ("claim", "mark", "as_of", "sources") if key in statement
        }
        if all(support["id"] != statement["id"] for support in sentence["support"]):
            sentence["support"].append({"kind": "statement", "id": statement["id"], "because": None})


def _fresh(taken: set[str]) -> str:
    number = len(taken) + 1
    while f"n{number}" in taken:
        number += 1
    taken.add(f"n{number}")
    return f"n{number}"


def lines_with_ties(document: Document) -> list[str]:
    """Title, headings, and each sentence with what it rests on: a signature covers both, so a comparison shows both."""
    lines = [document.get("title", "")]
    for section in document.get("sections", []):
        lines.append(section["title"])
        for sentence in section["sentences"]:
            ties = ", ".join(str(support["id"]) for support in sentence["support"]) or sentence.get(
                "reason", ""
            )
            lines.append(f"{sentence['text']} [{ties or 'no source'}]")
    return [line for line in lines if line]


def difference(old: Document, new: Document) -> list[dict[str, Any]]:
    """Word-wise differences of two versions, line by line: {"kind": same | gone | new | changed, "parts": [...]}."""
    before, after = lines_with_ties(old), lines_with_ties(new)
    rows: list[dict[str, Any]] = []
    for tag, a1, a2, b1, b2 in difflib.SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if tag == "equal":
            rows += [{"kind": "same", "parts": [("same", line)]} for line in before[a1:a2]]
            continue
        pairs = min(a2 - a1, b2 - b1)
        rows += [{"kind": "changed", "parts": _words(before[a1 + n], after[b1 + n])} for n in range(pairs)]
        rows += [{"kind": "gone", "parts": [("gone", line)]} for line in before[a1 + pairs : a2]]
        rows += [{"kind": "new", "parts": [("new", line)]} for line in after[b1 + pairs : b2]]
    return rows


def _words(old: str, new: str) -> list[tuple[str, str]]:
    before, after = old.split(), new.split()
    parts: list[tuple[str, str]] = []
    for tag, a1, a2, b1, b2 in difflib.SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if tag == "equal":
            parts.append(("same", " ".join(before[a1:a2])))
            continue
        if a2 > a1:
            parts.append(("gone", " ".join(before[a1:a2])))
        if b2 > b1:
            parts.append(("new", " ".join(after[b1:b2])))
    return parts
