"""A sentence as counts of its words, word pairs and letter runs, folded into a fixed number of columns.

The old-fashioned half of finding a statement: it knows names ("HyQvia", "Gammagard") and misspellings, which the sentence
encoder does not. Weighted by inverse document frequency (Sparck Jones 1972), folded by a signed hash (Weinberger et al. 2009).
"""

from __future__ import annotations

import itertools
import re
import zlib
from collections import Counter
from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float32]

COLUMNS = 4096  # 8192 and 16384 change the open figures by a question or two, either way [measured]
SHORTEST_RUN, LONGEST_RUN = 3, 5
AT_MOST_WORDS = 400  # of a message; more is a page, and its counts say little

_WORD = re.compile(r"[a-z0-9']+")


def counts(text: str) -> Counter[str]:
    """Every word, neighbouring pair and letter run within a word, counted."""
    words = _WORD.findall(text.lower())[-AT_MOST_WORDS:]
    found: Counter[str] = Counter(f"w {word}" for word in words)
    found.update(f"p {left} {right}" for left, right in itertools.pairwise(words))
    for word in words:
        framed = f" {word[:40]} "
        for length in range(SHORTEST_RUN, LONGEST_RUN + 1):
            found.update(framed[start : start + length] for start in range(len(framed) - length + 1))
    return found


def folded(texts: Iterable[str]) -> Array:
    """Log counts folded into columns, before weighting. (n_texts, COLUMNS)"""
    rows = []
    for text in texts:
        row = np.zeros(COLUMNS, dtype=np.float32)
        for feature, count in counts(text).items():
            code = zlib.crc32(feature.encode("utf-8"))
            row[code % COLUMNS] += (1.0 if code & 0x80000000 else -1.0) * (1.0 + np.log(count))
        rows.append(row)
    return np.stack(rows) if rows else np.zeros((0, COLUMNS), dtype=np.float32)


def rarity(rows: Array) -> Array:
    """The inverse document frequency of each column."""
    held = (rows != 0).sum(axis=0)
    return np.asarray(np.log((1 + len(rows)) / (1 + held)) + 1, dtype=np.float32)


def weighted(rows: Array, weights: Array) -> Array:
    """Weight the columns and scale each row to length 1; a row of nothing stays nothing."""
    scaled = rows * weights
    lengths = np.linalg.norm(scaled, axis=1, keepdims=True)
    return np.asarray(scaled / np.where(lengths > 0, lengths, 1), dtype=np.float32)
