"""Things named in a text: patterns of `lexicon/entities.toml`, the longest where two overlap."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache

from . import lexicon


@cache
def _patterns(group: str) -> Mapping[str, re.Pattern[str]]:
    return {name: lexicon.whole_word(patterns) for name, patterns in lexicon.data("entities")[group].items()}


def find_named(normal: str, group: str, start: int, end: int) -> list[tuple[str, int, int]]:
    """Every named thing of a group, the longest where two overlap."""
    rows = [
        (name, *m.span())
        for name, pattern in _patterns(group).items()
        for m in pattern.finditer(normal, start, end)
    ]
    kept: list[tuple[str, int, int]] = []
    for row in sorted(rows, key=lambda item: (item[1] - item[2], item[1])):
        if not any(row[1] < high and low < row[2] for _, low, high in kept):
            kept.append(row)
    return sorted(kept, key=lambda item: item[1])
