"""What a safety rule may look at, what it answers, and the numbers it holds."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any

from ranvier.terms import DataError, Verdict

from .circumstances import Circumstances
from .facts import facts
from .forecast import Schedule

MET, NOT_MET, UNKNOWN = Verdict.MET, Verdict.NOT_MET, Verdict.UNKNOWN


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


Check = Callable[[SafetyCase], Checked]
CHECKS: dict[str, Check] = {}
FINE = Checked(NOT_MET, "")


def check(function: Check) -> Check:
    """Enter a function as the check of the rule that has its name."""
    CHECKS[function.__name__] = function
    return function


def stated(verdict: Verdict, yes: str, ask: str, lift: str | None = None) -> Checked:
    """A fact that is so, is not, or was not said."""
    return (
        Checked(MET, yes, lift) if verdict is MET else (Checked(UNKNOWN, ask) if verdict is UNKNOWN else FINE)
    )
