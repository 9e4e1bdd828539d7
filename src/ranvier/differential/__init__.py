"""Which diseases could look like this, how likely each is, what each finding weighs, and what to test next.

Main functions: `observe(case, study)`, `weigh(observations, setting)`, `next_tests(observations)`. The model is data:
`likelihoods/*.toml` (shares with n/N and source, or judgement with a wide prior), `priors.toml`, `tests.toml`,
`management.toml`. Correlated findings are grouped (a small Bayesian network, model.py); docs/decisions says why.
"""

from .document import WeighedCase, plan_text, summary, weighing_document
from .model import model
from .next_tests import NextTest, known_tests, next_tests
from .observations import Observations, observe
from .posterior import posteriors
from .weighing import Contribution, Weighing, top, weigh

__all__ = [
    "Contribution",
    "NextTest",
    "Observations",
    "WeighedCase",
    "Weighing",
    "known_tests",
    "model",
    "next_tests",
    "observe",
    "plan_text",
    "posteriors",
    "summary",
    "top",
    "weigh",
    "weighing_document",
]
