"""An answer to a letter: what to say, in what order, and what each sentence rests on. It never diagnoses.

`plan(case, judgement, text=...)` decides; `compose(plan, statements, drafted_on=...)` writes the `Draft`. A `Sentence`
cannot be built without support: statements of the evidence, facts of the case with their spans, clauses of the criteria.
The wording is data (`wording/*.toml`); facts come from the statements alone. How it should read: evidence base, answers.md.
"""

from .compose import compose
from .draft import Citation, Draft, Section, Sentence
from .markdown import markdown_text
from .page import html_page
from .plan import plan
from .point import Plan
from .reading_level import reading_grade
from .reply import Reply
from .support import Kind, Support
from .terminal import terminal_text

__all__ = [
    "Citation",
    "Draft",
    "Kind",
    "Plan",
    "Reply",
    "Section",
    "Sentence",
    "Support",
    "compose",
    "html_page",
    "markdown_text",
    "plan",
    "reading_grade",
    "terminal_text",
]
