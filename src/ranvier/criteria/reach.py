"""Which categories an edition can still give, over every way in which the unknown may turn out.

A depth-first search that assigns one unknown at a time, follows the rules between findings, and stops as soon as
three-valued logic decides. It is exact: every rule ties two variables, so whatever is left unassigned when the search
stops can always be completed (as in 2-satisfiability), and two comparisons of one count always see the same count.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from ranvier.terms import Verdict

from .bounds import Bounds, State, grid, propagate, whole_range
from .edition import NOT_MET, Edition
from .expression import Expression, Reference, evaluate, variable


def verdicts(edition: Edition, state: Mapping[str, Bounds]) -> dict[str, Verdict]:
    """The verdict of every clause, in order, on what is known."""
    found: dict[str, Verdict] = {}
    look = _look(state)
    for clause in edition.clauses:
        found[clause.name] = evaluate(clause.expression, look, found.__getitem__)
    return found


def certain_verdict(
    edition: Edition, expression: Expression, state: Mapping[str, Bounds]
) -> tuple[Verdict, dict[str, Verdict]]:
    """The verdict of any expression over the edition's clauses, with the clauses' own."""
    found = verdicts(edition, state)
    return evaluate(expression, _look(state), found.__getitem__), found


def reachable(edition: Edition, state: Mapping[str, Bounds]) -> tuple[str, ...]:
    """Every category that some completion of the unknown gives, best first. `state` is propagated already."""
    limits = edition.limits
    return tuple(
        name for index, name in enumerate(edition.outcomes) if _can_be(edition, index, dict(state), limits)
    )


def _look(state: Mapping[str, Bounds]):  # type: ignore[no-untyped-def]
    def look(name: str) -> Bounds:
        return state.get(name) or whole_range(name)

    return look


def _can_be(edition: Edition, index: int, state: State, limits: Mapping[str, tuple[float, ...]]) -> bool:
    goals = [(category.expression, Verdict.NOT_MET) for category in edition.categories[:index]]
    if edition.outcomes[index] != NOT_MET:
        goals.insert(0, (edition.categories[index].expression, Verdict.MET))
    return _search(edition, goals, state, limits)


def _search(
    edition: Edition,
    goals: list[tuple[Expression, Verdict]],
    state: State,
    limits: Mapping[str, tuple[float, ...]],
) -> bool:
    found = verdicts(edition, state)
    look = _look(state)
    open_goals = []
    for expression, wanted in goals:
        verdict = evaluate(expression, look, found.__getitem__)
        if verdict is Verdict.UNKNOWN:
            open_goals.append((expression, wanted))
        elif verdict is not wanted:
            return False
    if not open_goals:
        return True
    name = next(_unknown_variables(open_goals[0][0], edition, state, found))
    bounds = look(name)
    for value in grid(name, limits.get(name, ()), bounds):
        narrowed = propagate(state, {name: Bounds(value, value)})
        if narrowed is not None and _search(edition, open_goals, narrowed, limits):
            return True
    return False


def _unknown_variables(
    expression: Expression, edition: Edition, state: Mapping[str, Bounds], found: Mapping[str, Verdict]
) -> Iterator[str]:
    """Variables of undecided atoms within undecided parts, in order of reading."""
    look = _look(state)
    if evaluate(expression, look, found.__getitem__) is not Verdict.UNKNOWN:
        return
    if isinstance(expression, Reference):
        yield from _unknown_variables(edition.by_name[expression.clause], edition, state, found)
        return
    parts = getattr(expression, "parts", None) or ((expression.part,) if hasattr(expression, "part") else ())
    if not parts:
        yield variable(expression)  # type: ignore[arg-type]
    for part in parts:
        yield from _unknown_variables(part, edition, state, found)


def undecided_variables(
    edition: Edition, state: Mapping[str, Bounds], categories: tuple[str, ...]
) -> tuple[str, ...]:
    """The unknown variables on which the given categories still hang; any other cannot change the outcome."""
    found = verdicts(edition, state)
    names: dict[str, None] = {}
    for category in edition.categories:
        if category.id in categories:
            names |= dict.fromkeys(_unknown_variables(category.expression, edition, state, found))
    return tuple(names)
