"""What is known of multifocal motor neuropathy, with sources, and which of it answers a question.

`statements()` is everything we say, each fact once; `ask(question)` finds the ones a question needs and puts their
plain words together. Facts live in statements/*.toml (docs/evidence.md); how a question finds them is measured in
docs/validation/questions.md and decided in docs/decisions/2026-11-25-finding-statements.md.
"""

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


def __getattr__(name: str) -> object:
    # The statements are read by everything; the encoder behind `ask` costs NumPy's import, so it waits.
    if name == "ask":
        from .asking import ask

        return ask
    if name == "topic_of":
        from .finding import topic_of

        return topic_of
    if name in ("Reply", "reply_document"):
        from . import reply

        return getattr(reply, name)
    raise AttributeError(name)
