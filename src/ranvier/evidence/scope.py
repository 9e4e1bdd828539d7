"""Other illnesses by name, and the topic of a question that is not ours to answer."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

from ranvier.terms.vocabulary import read_toml

from .topic import OTHER_NEUROPATHY, OUT_OF_SCOPE


@cache
def _pattern(table: str) -> re.Pattern[str]:
    rows = read_toml(Path(__file__).parent / "illnesses.toml")[table]
    return re.compile(rf"(?<!\w)(?:{'|'.join(rows)})(?!\w)", re.IGNORECASE)


def names_another_illness(text: str) -> bool:
    """Whether a text names an illness we hold nothing on, and does not name MMN."""
    return bool(_pattern("other_illnesses").search(text)) and not _pattern("own_illness").search(text)


def foreign_topic(text: str) -> str:
    """The topic of a question that no statement answers: another nerve illness, or something else."""
    return OTHER_NEUROPATHY if _pattern("nerve_words").search(text) else OUT_OF_SCOPE
