"""What is known of multifocal motor neuropathy, with sources, and which of it answers a question.

`statements()` is everything we say, each fact once; `ask(question)` finds the ones a question needs and puts their
plain words together. Facts live in statements/*.toml; how a question finds them is measured in
docs/validation/questions.md and decided in docs/decisions/.
"""

from .statement import Figure, Relation, Statement, Strength, statements
from .topic import topics

__all__ = ["Figure", "Relation", "Statement", "Strength", "statements", "topics"]
