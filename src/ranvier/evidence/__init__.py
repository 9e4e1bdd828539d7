"""What is known of multifocal motor neuropathy, with sources, and which of it answers a question.

`statements()` is everything we say, each fact once; `ask(question)` finds the ones a question needs and puts their
plain words together. Facts live in statements/*.toml (docs/evidence.md); how a question finds them is measured in
docs/validation/questions.md and decided in docs/decisions/2026-11-25-finding-statements.md.
"""

from importlib import import_module
from typing import TYPE_CHECKING

from .statement import Figure, Relation, Statement, Strength, statements
from .topic import topics

if TYPE_CHECKING:
    from .asking import ask
    from .finding import topic_of
    from .reply import Reply, reply_document

__all__ = [
    "Figure",
    "Relation",
    "Reply",
    "Statement",
    "Strength",
    "ask",
    "reply_document",
    "statements",
    "topic_of",
    "topics",
]


# The statements are read by everything; the encoder behind these costs NumPy's import, so it waits.
_LATER = {"ask": "asking", "topic_of": "finding", "Reply": "reply", "reply_document": "reply"}


def __getattr__(name: str) -> object:
    if name in _LATER:
        return getattr(import_module(f".{_LATER[name]}", __name__), name)
    raise AttributeError(name)
