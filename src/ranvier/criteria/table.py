"""Many cases judged at once: the same rules and truth tables over arrays, for series of cases.

The category is what three-valued logic gives; `reach.py` can be sharper in the rare case where two unknowns hang together
(a test compares the two on simulated cases). `could_become` is for single cases.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

import numpy as np
from numpy.typing import NDArray

from ranvier.terms.relations import quantities, relations

from .bounds import ABSENT, INFINITY, PRESENT, _steps, propagate, whole_range
from .edition import NOT_MET, UNDETERMINED, Edition
from .expression import All, Any, AtLeast, Compare, Expression, Not, Present, Reference

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Ints = NDArray[np.int8]
Table = dict[str, tuple[Floats, Floats]]  # variable: its lower and upper bounds, (cases,) each


@cache
def _conflicting_literals(names: tuple[str, ...]) -> tuple[tuple[str, int, str, int], ...]:
    """Pairs of findings, each present (1) or absent (0), that cannot both be so."""
    alone = {
        (name, value): propagate({}, {name: PRESENT if value else ABSENT})
        for name in names
        for value in (0, 1)
    }
    keys = sorted(alone)
    pairs = []
    for index, one in enumerate(keys):
        for other in keys[index + 1 :]:
            first, second = alone[one], alone[other]
            if first is None or second is None or one[0] == other[0]:
                continue
            if any(first[v].meet(second[v]) is None for v in first.keys() & second.keys()):
                pairs.append((*one, *other))
    return tuple(pairs)


def settle_table(findings: Mapping[str, Ints], values: Mapping[str, Floats]) -> tuple[Table, Bools]:
    """Bounds of every variable, with findings in conflict left out, and which cases had a conflict.

    `findings` are 1 present, 0 absent, -1 unknown; `values` NaN where unknown.
    """
    length = len(next(iter(findings.values())))
    left_out = {name: np.zeros(length, bool) for name in findings}
    for one, value, other, other_value in _conflicting_literals(tuple(sorted(findings))):
        both = (findings[one] == value) & (findings[other] == other_value)
        left_out[one] |= both
        left_out[other] |= both
    table: Table = {}
    for name, column in findings.items():
        known = (column >= 0) & ~left_out[name]
        table[name] = (np.where(known, column, 0).astype(float), np.where(known, column, 1).astype(float))
    for name, numbers in values.items():
        known = np.isfinite(numbers)
        top = whole_range(name).high
        table[name] = (np.where(known, numbers, 0.0), np.where(known, numbers, top))
    conflict = np.logical_or.reduce([*left_out.values(), np.zeros(length, bool)])
    return _propagate_table(table, length, conflict)


def _propagate_table(table: Table, length: int, conflict: Bools) -> tuple[Table, Bools]:
    rules = relations()
    steps = _steps(rules)

    def get(name: str) -> tuple[Floats, Floats]:
        if name not in table:
            whole = whole_range(name)
            table[name] = (np.full(length, whole.low), np.full(length, whole.high))
        return table[name]

    queue = list(table)
    while queue:
        name = queue.pop()
        low, high = get(name)
        for end, then, value, side, by in steps.get(name, ()):
            fires = low >= value if end == "low" else high <= value
            then_low, then_high = get(then)
            if side == "low":
                changed = fires & (then_low < by)
                then_low[changed] = by
            else:
                changed = fires & (then_high > by)
                then_high[changed] = by
            if changed.any():
                queue.append(then)
        for smaller, larger in rules.order:
            if name == smaller:
                other_low, _ = get(larger)
                changed = other_low < low
                other_low[changed] = low[changed]
                queue += [larger] if changed.any() else []
            elif name == larger:
                _, other_high = get(smaller)
                changed = other_high > high
                other_high[changed] = high[changed]
                queue += [smaller] if changed.any() else []
    for name, (low, high) in table.items():  # a value against a finding: both open again
        crossed = low > high
        if crossed.any():
            conflict = conflict | crossed
            whole = whole_range(name)
            low[crossed], high[crossed] = whole.low, whole.high
    return table, conflict


def categories(edition: Edition, table: Table) -> NDArray[np.object_]:
    """The category of every case, as text."""
    length = len(next(iter(table.values()))[0])
    clauses: dict[str, Ints] = {}
    for clause in edition.clauses:
        clauses[clause.name] = _values(clause.expression, table, clauses, length)
    result = np.full(length, NOT_MET, dtype=object)
    open_better = np.zeros(length, bool)
    settled = np.zeros(length, bool)
    for category in edition.categories:
        value = _values(category.expression, table, clauses, length)
        met = (value == 2) & ~settled
        result[met] = category.id
        settled |= met
        open_better |= (value == 1) & ~settled
    result[~settled & open_better] = UNDETERMINED
    return result


def _values(expression: Expression, table: Table, clauses: Mapping[str, Ints], length: int) -> Ints:
    """0 not met, 1 unknown, 2 met (see search_form.py)."""
    match expression:
        case Present(finding):
            return _compare(table, finding, ">=", 1, length)
        case Compare(quantity, relation, limit):
            return _compare(table, quantity, relation, limit, length)
        case Reference(name):
            return clauses[name]
        case Not(part):
            return (2 - _values(part, table, clauses, length)).astype(np.int8)
        case All(parts):
            least: Ints = np.minimum.reduce([_values(part, table, clauses, length) for part in parts])
            return least
        case Any(parts):
            most: Ints = np.maximum.reduce([_values(part, table, clauses, length) for part in parts])
            return most
        case AtLeast(count, parts):
            ranked: Ints = np.sort([_values(part, table, clauses, length) for part in parts], axis=0)
            nth: Ints = ranked[-count]
            return nth


def _compare(table: Table, name: str, relation: str, limit: float, length: int) -> Ints:
    if relation in ("<", "<="):
        return (2 - _compare(table, name, ">=" if relation == "<" else ">", limit, length)).astype(np.int8)
    if name not in table:
        return np.ones(length, np.int8)
    low, high = table[name]
    met = low >= limit if relation == ">=" else low > limit
    possible = high >= limit if relation == ">=" else high > limit
    return np.where(met, 2, np.where(possible, 1, 0)).astype(np.int8)


def known_values() -> tuple[str, ...]:
    """Quantities a table may carry as values."""
    return tuple(name for name in quantities() if whole_range(name).high == INFINITY)
