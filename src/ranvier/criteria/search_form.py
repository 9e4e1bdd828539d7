"""An expression in the form the search runs on: closures over bounds that stop at the first part that decides.

The same three-valued logic as `terms.Verdict` (a test holds the two together), with 0 not met, 1 unknown, 2 met, so that
"and" is the least part, "or" the greatest, and "at least n" the n-th greatest.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from ranvier.terms import Verdict

from .bounds import Bounds
from .expression import All, Any, AtLeast, Compare, Expression, Not, Present, Reference

NOT_MET, UNKNOWN, MET = 0, 1, 2
VERDICTS = {NOT_MET: Verdict.NOT_MET, UNKNOWN: Verdict.UNKNOWN, MET: Verdict.MET}
Known = Mapping[str, Bounds]


@dataclass(frozen=True, eq=False)
class Node:
    """One part of an expression: its value on what is known, and below it its parts or the variable it reads."""

    value: Callable[[Known], int]
    parts: tuple[Node, ...] = ()
    variable: str | None = None

    def undecided(self, known: Known) -> Iterator[str]:
        """Variables of undecided atoms within undecided parts, in order of reading."""
        if self.value(known) != UNKNOWN:
            return
        if self.variable is not None:
            yield self.variable
        for part in self.parts:
            yield from part.undecided(known)


def search_form(expression: Expression, clauses: Mapping[str, Node]) -> Node:
    """Turn an expression into its search form; clauses named in it are given in theirs."""
    match expression:
        case Present(finding):
            return Node(_at_least(finding, 1), variable=finding)
        case Compare(quantity, ">=", limit):
            return Node(_at_least(quantity, limit), variable=quantity)
        case Compare(quantity, ">", limit):
            return Node(_above(quantity, limit), variable=quantity)
        case Compare(quantity, "<", limit):
            return Node(_negated(_at_least(quantity, limit)), variable=quantity)
        case Compare(quantity, _, limit):
            return Node(_negated(_above(quantity, limit)), variable=quantity)
        case Reference(name):
            return clauses[name]
        case Not(part):
            node = search_form(part, clauses)
            return Node(_negated(node.value), (node,))
        case All(parts):
            nodes = tuple(search_form(part, clauses) for part in parts)
            return Node(_least(nodes), nodes)
        case Any(parts):
            nodes = tuple(search_form(part, clauses) for part in parts)
            return Node(_greatest(nodes), nodes)
        case AtLeast(count, parts):
            nodes = tuple(search_form(part, clauses) for part in parts)
            return Node(_nth(count, nodes), nodes)


def _at_least(name: str, limit: float) -> Callable[[Known], int]:
    def value(known: Known) -> int:
        bounds = known.get(name)
        if bounds is None:
            return UNKNOWN
        return MET if bounds.low >= limit else (UNKNOWN if bounds.high >= limit else NOT_MET)

    return value


def _above(name: str, limit: float) -> Callable[[Known], int]:
    def value(known: Known) -> int:
        bounds = known.get(name)
        if bounds is None:
            return UNKNOWN
        return MET if bounds.low > limit else (UNKNOWN if bounds.high > limit else NOT_MET)

    return value


def _negated(inner: Callable[[Known], int]) -> Callable[[Known], int]:
    return lambda known: MET - inner(known)


def _least(nodes: tuple[Node, ...]) -> Callable[[Known], int]:
    values = [node.value for node in nodes]

    def value(known: Known) -> int:
        least = MET
        for part in values:
            one = part(known)
            if one == NOT_MET:
                return NOT_MET
            least = min(least, one)
        return least

    return value


def _greatest(nodes: tuple[Node, ...]) -> Callable[[Known], int]:
    values = [node.value for node in nodes]

    def value(known: Known) -> int:
        greatest = NOT_MET
        for part in values:
            one = part(known)
            if one == MET:
                return MET
            greatest = max(greatest, one)
        return greatest

    return value


def _nth(count: int, nodes: tuple[Node, ...]) -> Callable[[Known], int]:
    def value(known: Known) -> int:
        if count <= 0:
            return MET
        values = sorted((node.value(known) for node in nodes), reverse=True)
        return values[count - 1] if count <= len(values) else NOT_MET

    return value
