"""Read the tables of this folder: one CSV an edition, one row an observation and the verdict it must give."""

from __future__ import annotations

import csv
import math
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from ranvier.criteria import Bounds, Facts, edition
from ranvier.criteria.bounds import ABSENT, PRESENT, State
from ranvier.criteria.expression import All, Any, AtLeast, Compare, Expression, Not
from ranvier.terms.relations import quantities
from ranvier.terms.vocabulary import findings

FOLDER = Path(__file__).parent


@dataclass(frozen=True)
class Row:
    """What was observed, and the verdict of a clause (or the category, for the row of a category)."""

    edition: str
    clause: str
    observed: str
    expected: str

    @property
    def state(self) -> State:
        return {name: bounds for name, bounds in map(observation, self.observed.split(";")) if name}

    @property
    def facts(self) -> Facts:
        return Facts(self.state)


def observation(text: str) -> tuple[str, Bounds]:
    """Read `pain`, `not pain`, `duration_months = 6`, `nerves_with_weakness >= 1`."""
    words = text.split()
    match words:
        case []:
            return "", ABSENT
        case ["not", name] if name in findings():
            return name, ABSENT
        case [name] if name in findings():
            return name, PRESENT
        case [name, "=", value] if name in quantities():
            return name, Bounds(float(value), float(value))
        case [name, ">=", value] if name in quantities():
            return name, Bounds(float(value), quantities()[name].most or math.inf)
    raise ValueError(f"not an observation: {text!r}")


@cache
def rows_of(name: str) -> tuple[Row, ...]:
    path = FOLDER / f"{name}.csv"
    with path.open(encoding="utf-8", newline="") as stream:
        lines = (line for line in stream if not line.startswith("#"))
        return tuple(Row(name, r["clause"], r["observed"], r["expected"]) for r in csv.DictReader(lines))


def is_category(row: Row) -> bool:
    return row.clause == "category"


def direct_comparisons(expression: Expression) -> list[Compare]:
    """The comparisons written in the clause itself, not those of clauses it names."""
    match expression:
        case Compare():
            return [expression]
        case Not(part):
            return direct_comparisons(part)
        case All(parts) | Any(parts) | AtLeast(_, parts):
            return list(dict.fromkeys(atom for part in parts for atom in direct_comparisons(part)))
    return []


__all__ = ["Row", "direct_comparisons", "edition", "is_category", "observation", "rows_of"]
