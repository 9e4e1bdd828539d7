"""An answer to a letter: what to say, in what order, and what each sentence rests on. It never diagnoses.

`plan(case, judgement, text=...)` decides; `compose(plan, statements, drafted_on=...)` writes the `Draft`. A `Sentence` cannot be built
without support: statements of the evidence, facts of the case with their spans, clauses of the criteria. The wording is data
(`wording/*.toml`); the facts come from the statements alone. How an answer should read: evidence base, answers.md.
"""

from .compose import compose
from .draft import Citation, Draft, Section, Sentence
from .plan import plan
from .point import Plan
from .reading_level import reading_grade
from .support import Kind, Support

__all__ = [
    "Citation",
    "Draft",
    "Kind",
    "Plan",
    "Section",
    "Sentence",
    "Support",
    "compose",
    "plan",
    "reading_grade",
]
