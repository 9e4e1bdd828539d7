"""A letter, or a page that holds one, read into a case: each value keeps the span of text it came from.

Main function: `read(text, *, today)`; `glance(text)` is its part that cannot wait. Clause-scoped rules over a lexicon kept as data
(`lexicon/*.toml`), after ConText (Harkema et al. 2009) in manner, and a trained reader beside them (`trained.py`, TRAINED.md). How well
it reads is measured: docs/validation/letters.md.
"""

from . import red_flags, spelling
from .reading import glance, read

__all__ = ["forget", "glance", "read"]


def forget() -> None:
    """Let go of what reading keeps in memory of letters: words that were looked up, and what was heard in them."""
    spelling.forget()
    red_flags.forget()
