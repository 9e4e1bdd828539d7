"""What is known of one variable, and what that says of the others.

A finding is a variable of 0 (absent) or 1 (present); a quantity is any number from 0 up. What is known is a closed
interval; knowing nothing is the whole range. `propagate` follows the rules of `terms/relations.py` to the end.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from itertools import pairwise

from ranvier.terms.relations import Relations, quantities, relations

INFINITY = math.inf


@dataclass(frozen=True)
class Bounds:
    """A closed interval, `low <= high`; equal ends are a known value."""

    low: float
    high: float

    @property
    def is_known(self) -> bool:
        """Whether one value is left."""
        return self.low == self.high

    def meet(self, other: Bounds) -> Bounds | None:
        """What both allow; None when nothing is left."""
        low, high = max(self.low, other.low), min(self.high, other.high)
        return Bounds(low, high) if low <= high else None


PRESENT, ABSENT = Bounds(1, 1), Bounds(0, 0)


@cache
def whole_range(variable: str) -> Bounds:
    """The bounds of a variable of which nothing is known."""
    term = quantities().get(variable)
    if term is None:
        return Bounds(0, 1)
    return Bounds(0, INFINITY if term.most is None else term.most)


def is_whole(variable: str) -> bool:
    """Whether only whole numbers are possible."""
    term = quantities().get(variable)
    return term is None or term.whole


def just_below(variable: str, value: float) -> float:
    """The largest value below the given one."""
    return math.ceil(value) - 1 if is_whole(variable) else math.nextafter(value, -INFINITY)


State = dict[str, Bounds]


@cache
def _steps(rules: Relations) -> Mapping[str, tuple[tuple[str, str, float, str, float], ...]]:
    # For each variable: (when its "low" or "high", reaches a value, then variable, bounded at least/at most, by value).
    steps: dict[str, list[tuple[str, str, float, str, float]]] = {}

    def add(first: str, end: str, value: float, then: str, side: str, by: float) -> None:
        steps.setdefault(first, []).append((end, then, value, side, by))

    for rule in rules.implications:
        below = just_below(rule.first, rule.at_least)
        if rule.then_at_least is not None:
            add(rule.first, "low", rule.at_least, rule.then, "low", rule.then_at_least)
            add(rule.then, "high", just_below(rule.then, rule.then_at_least), rule.first, "high", below)
        if rule.then_at_most is not None:
            add(rule.first, "low", rule.at_least, rule.then, "high", rule.then_at_most)
            add(rule.then, "low", rule.then_at_most + 1, rule.first, "high", below)
    return {name: tuple(rows) for name, rows in steps.items()}


def propagate(
    known: Mapping[str, Bounds], more: Mapping[str, Bounds], rules: Relations | None = None
) -> State | None:
    """What follows from `known` once `more` is added; None when the rules leave no possibility.

    `known` is taken to be propagated already, so that only what is new is followed.
    """
    rules = relations() if rules is None else rules
    steps = _steps(rules)
    state: State = dict(known)
    queue: list[str] = []

    def narrow(variable: str, low: float, high: float) -> bool:
        before = state.get(variable) or whole_range(variable)
        new_low, new_high = max(before.low, low), min(before.high, high)
        if new_low > new_high:
            return False
        if new_low != before.low or new_high != before.high or variable not in state:
            state[variable] = Bounds(new_low, new_high)
            queue.append(variable)
        return True

    for variable, bounds in more.items():
        if not narrow(variable, bounds.low, bounds.high):
            return None
    while queue:
        variable = queue.pop()
        bounds = state[variable]
        for end, then, value, side, by in steps.get(variable, ()):
            fires = bounds.low >= value if end == "low" else bounds.high <= value
            if fires and not (narrow(then, by, INFINITY) if side == "low" else narrow(then, -INFINITY, by)):
                return None
        for smaller, larger in rules.order:
            if variable == smaller and not narrow(larger, bounds.low, INFINITY):
                return None
            if variable == larger and not narrow(smaller, -INFINITY, bounds.high):
                return None
    return state


def conflicts(stated: Mapping[str, Bounds]) -> tuple[tuple[str, str], ...]:
    """Pairs of stated facts that cannot both be so. Every rule ties two variables, so pairs are all there can be."""
    names = sorted(stated)
    alone = {name: propagate({}, {name: stated[name]}) for name in names}
    found = []
    for index, one in enumerate(names):
        for other in names[index + 1 :]:
            first, second = alone[one], alone[other]
            if first is None or second is None:
                continue
            shared = first.keys() & second.keys()
            if any(first[name].meet(second[name]) is None for name in shared):
                found.append((one, other))
    return tuple(found)


def settle(stated: Mapping[str, Bounds]) -> tuple[State, tuple[tuple[str, str], ...]]:
    """What the stated facts say together; facts in conflict are left out and named."""
    pairs = conflicts(stated)
    left_out = {name for pair in pairs for name in pair}
    state = propagate({}, {name: bounds for name, bounds in stated.items() if name not in left_out})
    assert state is not None, "facts without a conflicting pair hold together"
    return state, pairs


def grid(variable: str, limits: Iterable[float], within: Bounds) -> list[float]:
    """One value for each way the variable can lie to the limits, within its bounds; enough to try them all."""
    marks = sorted({limit for limit in limits if within.low <= limit <= within.high})
    if is_whole(variable):
        around = {math.floor(mark) + step for mark in marks for step in (-1, 0, 1)} | {within.low}
        around |= {within.high} if math.isfinite(within.high) else {(marks[-1] if marks else within.low) + 1}
        return sorted(value for value in around if within.low <= value <= within.high and value == int(value))
    ends = [
        within.low,
        *marks,
        within.high if math.isfinite(within.high) else (marks or [within.low])[-1] + 1,
    ]
    ends = sorted(set(ends))
    between = [(one + other) / 2 for one, other in pairwise(ends)]
    return sorted({*ends, *between})
