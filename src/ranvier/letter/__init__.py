"""A letter, or a page that holds one, read into a case: each value keeps the span of text it came from.

Main function: `read(text, *, today)`; `glance(text)` is its part that cannot wait. Clause-scoped rules over a lexicon kept as data
(`lexicon/*.toml`), after ConText (Harkema et al. 2009) in manner, and a trained reader beside them (`trained.py`, TRAINED.md). How well
it reads is measured: docs/validation/letters.md.
"""

from .reading import glance, read
from .spelling import forget

__all__ = ["forget", "glance", "read"]
