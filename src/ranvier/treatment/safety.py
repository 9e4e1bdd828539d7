"""The safety rules: each a named check over what is known and what is planned, with its because and its source.

A rule that the diary cannot answer is UNKNOWN and becomes a question to settle first, never a silent pass.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from ranvier.terms import DataError, Verdict

from .circumstances import Circumstances
from .facts import facts, source_of
from .flag import Flag, Severity
from .forecast import Schedule


@dataclass(frozen=True)
class SafetyCase:
    """What a rule may look at: the patient, the present schedule and the proposed one (the present one if none is)."""

    circumstances: Circumstances
    weight_kg: float | None
    present: Schedule | None
    proposed: Schedule | None
    is_naive: bool = False
    has_immunoglobulin: bool = True
    highest_g_per_month: float | None = None
    falls_in_taper: int | None = None
    misfits: int | None = None
    has_device_switch: bool = False

    @property
    def schedule(self) -> Schedule | None:
        """The schedule under judgement."""
        return self.proposed or self.present

    @property
    def course_g_per_kg(self) -> float | None:
        """Grams of one course for each kg of body weight. [g/kg]"""
        if self.schedule is None or self.weight_kg is None:
            return None
        return self.schedule.grams / self.weight_kg

    @property
    def month_g_per_kg(self) -> float | None:
        """Grams a calendar month for each kg. [g/kg]"""
        if self.schedule is None or self.weight_kg is None:
            return None
        return self.schedule.grams_per_year / 12 / self.weight_kg


@dataclass(frozen=True)
class Checked:
    """What a check found and why."""

    verdict: Verdict
    because: str
    acceptable_if: str | None = None


@cache
def rule(id: str) -> dict[str, Any]:
    """One rule of `parameters/safety.toml`."""
    found = facts("safety").get(id)
    if found is None:
        raise DataError(path=f"safety.toml: {id}", given="no such rule", expected="A rule for every check")
    return found


def limit(id: str, name: str) -> float:
    """A number that a rule holds."""
    return float(rule(id)["limits"][name])


def judge_safety(case: SafetyCase, only: Sequence[str] | None = None) -> tuple[Flag, ...]:
    """Run every check (or `only` some) and return a flag for each rule that is met or cannot be told.

    A met rule carries its own severity; one that cannot be told is an info that asks.
    """
    from .safety_checks import CHECKS

    flags = []
    for id, check in CHECKS.items():
        if only is not None and id not in only:
            continue
        row = rule(id)
        found = check(case)
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
