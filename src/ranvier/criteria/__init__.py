"""Published criteria judged on one person's facts: which category, why, what it could become, what is missing.

Main functions: `facts_of(case, study)`, then `evaluate(facts, edition)`. The evaluator knows nothing of any disease: every
edition is a file of `editions/` with its clauses, sources and marks. UNKNOWN is carried all the way (terms.Verdict), and
`could_become` is computed exactly (reach.py).
"""

from .bounds import Bounds
from .conduction_facts import Blocks, ConductionFacts
from .edition import Category, Clause, Edition, edition, editions
from .facts import Facts, facts_of, weak_limbs
from .judgement import ClauseResult, JudgedCase, Judgement, judge_all, judgement_document
from .judgement import evaluate_edition as evaluate
from .study_findings import Disagreement, disagreements, with_study

__all__ = [
    "Blocks",
    "Bounds",
    "Category",
    "Clause",
    "ClauseResult",
    "ConductionFacts",
    "Disagreement",
    "Edition",
    "Facts",
    "JudgedCase",
    "Judgement",
    "disagreements",
    "edition",
    "editions",
    "evaluate",
    "facts_of",
    "judge_all",
    "judgement_document",
    "weak_limbs",
    "with_study",
]
