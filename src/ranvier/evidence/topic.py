"""The topics of questions: a fixed list (interfaces.md), each with the words that head an answer."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path

from ranvier.terms.vocabulary import read_toml

OUT_OF_SCOPE = "out_of_scope"
EMERGENCY = "emergency"
OTHER_NEUROPATHY = "other_neuropathy"


@cache
def topics() -> Mapping[str, str]:
    """Every topic id with its label, in the order of the interface."""
    return {
        key: str(label) for key, label in read_toml(Path(__file__).parent / "topics.toml")["labels"].items()
    }
