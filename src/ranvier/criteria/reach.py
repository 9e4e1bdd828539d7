"""Which categories an edition can still give, over every way in which the unknown may turn out.

A depth-first search that assigns one unknown at a time, follows the rules between findings, and stops as soon as
three-valued logic decides. It is exact: every rule ties two variables, so whatever is left unassigned when the search
stops can always be completed (as in 2-satisfiability), and two comparisons of one count always see the same count.
"""

from __future__ import annotations

from collections.abc import Mapping

from ranvier.terms import Verdict

from .bounds import Bounds, State, grid, propagate, whole_range
from .edition import NOT_MET, Edition
from .expression import evaluate
from .search_form import MET as NODE_MET
from .search_form import NOT_MET as NODE_NOT_MET
from .search_form import UNKNOWN, Node


def verdicts(edition: Edition, state: Mapping[str, Bounds]) -> dict[str, Verdict]:
    """The verdict of every clause, in order, on what is known."""

    def look(name: str) -> Bounds:
        return state.get(name) or whole_range(name)

    found: dict[str, Verdict] = {}
    for clause in edition.clauses:
        found[clause.name] = evaluate(clause.expression, look, found.__getitem__)
    return found


def reachable(edition: Edition, state: Mapping[str, Bounds]) -> tuple[str, ...]:
    """Every category that some completion of the unknown gives, best first. `state` is propagated already."""
    nodes = edition.category_nodes
    found = []
    for index, name in enumerate(edition.outcomes):
        goals = [(node, NODE_NOT_MET) for node in nodes[:index]]
        if name != NOT_MET:
            goals.insert(0, (nodes[index], NODE_MET))
        if can_be(goals, dict(state), edition.limits):
            found.append(name)
    return tuple(found)


def can_be(goals: list[tuple[Node, int]], state: State, limits: Mapping[str, tuple[float, ...]]) -> bool:
    """Whether some completion gives every node its wanted value."""
    open_goals = []
    for node, wanted in goals:
        verdict = node.value(state)
        if verdict == UNKNOWN:
            open_goals.append((node, wanted))
        elif verdict != wanted:
            return False
    if not open_goals:
        return True
    node, wanted = open_goals[0]
    name = next(node.undecided(state))
    values = grid(name, limits.get(name, ()), state.get(name) or whole_range(name))
    for value in values if wanted == NODE_NOT_MET else reversed(values):
        narrowed = propagate(state, {name: Bounds(value, value)})
        if narrowed is not None and can_be(open_goals, narrowed, limits):
            return True
    return False


def undecided_variables(
    edition: Edition, state: Mapping[str, Bounds], categories: tuple[str, ...]
) -> tuple[str, ...]:
    """The unknown variables on which the given categories still hang; any other cannot change the outcome."""
    names: dict[str, None] = {}
    for category, node in zip(edition.categories, edition.category_nodes, strict=True):
        if category.id in categories:
            names |= dict.fromkeys(node.undecided(state))
    return tuple(names)
