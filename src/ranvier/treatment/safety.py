"""The safety rules: each a named check over what is known and what is planned, with its because and its source.

A rule that the diary cannot answer is UNKNOWN and becomes a question to settle first, never a silent pass.
"""

from __future__ import annotations

from collections.abc import Sequence

from ranvier.terms import Verdict

from . import safety_of_doses, safety_of_patients  # noqa: F401 — importing them enters their checks
from .facts import facts, source_of
from .flag import Flag, Severity
from .safety_case import CHECKS, SafetyCase, rule

__all__ = ["CHECKS", "SafetyCase", "judge_safety", "rule"]


def judge_safety(case: SafetyCase, only: Sequence[str] | None = None) -> tuple[Flag, ...]:
    """Run every check (or `only` some) and return a flag for each rule that is met or cannot be told.

    A met rule carries its own severity; one that cannot be told is an info that asks.
    """
    flags = []
    for id in facts("safety"):
        if only is not None and id not in only:
            continue
        row = rule(id)
        found = CHECKS[id](case)
        if found.verdict is Verdict.NOT_MET:
            continue
        is_met = found.verdict is Verdict.MET
        flags.append(
            Flag(
                id=id,
                severity=Severity(row["severity"]) if is_met else Severity.INFO,
                because=found.because if is_met else f"To settle first: {found.because}",
                source=f"{row['rule']}: {source_of(row)}",
                verdict=found.verdict,
                rule=row["rule"],
                acceptable_if=found.acceptable_if if is_met else None,
            )
        )
    return tuple(flags)
