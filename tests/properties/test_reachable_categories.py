"""`could_become` is exact: the search finds what trying every assignment finds, and no more."""

from __future__ import annotations

import itertools
from collections.abc import Mapping

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ranvier.criteria.bounds import Bounds, propagate, whole_range
from ranvier.criteria.edition import NOT_MET, Category, Clause, Edition
from ranvier.criteria.expression import (
    All,
    Any,
    AtLeast,
    Compare,
    Expression,
    Not,
    Present,
    Reference,
    evaluate,
)
from ranvier.criteria.judgement import certain
from ranvier.criteria.reach import reachable, undecided_variables, verdicts
from ranvier.criteria.search_form import VERDICTS
from ranvier.terms import Mark, Source
from ranvier.terms.relations import relations

SOURCE = Source("a made-up edition", Mark.JUDGEMENT)
# Whole groups of tied variables, with every value that could matter; a group is tried entire, so ties are all seen.
GROUPS: list[dict[str, list[float]]] = [
    {"csf_protein_raised": [0, 1], "csf_protein_g_per_l": [0.3, 0.5, 0.7, 1.0, 1.5]},
    {"improved_on_immunoglobulin": [0, 1], "no_response_to_immunoglobulin": [0, 1]},
    {
        "nerves_with_definite_block": [0, 1, 2, 3],
        "nerves_with_block": [0, 1, 2, 3],
        "nerves_with_definite_block_normal_sensory": [0, 1, 2, 3],
        "nerves_with_block_normal_sensory": [0, 1, 2, 3],
        "motor_conduction_block": [0, 1],
    },
    {"pain": [0, 1]},
    {"duration_months": [0.0, 0.5, 1.0, 4.0, 6.0, 9.0]},
]
LIMITS = {"csf_protein_g_per_l": [0.5, 1.0], "duration_months": [1.0, 6.0]}


def atoms_of(groups: list[dict[str, list[float]]]) -> st.SearchStrategy[Expression]:
    names = [name for group in groups for name in group]
    quantity = [name for name in names if name.startswith(("nerves", "csf_protein_g", "duration"))]
    present = [name for name in names if name not in quantity]
    relation = st.sampled_from([">=", ">", "<=", "<"])
    choices: list[st.SearchStrategy[Expression]] = []
    if present:
        choices.append(st.sampled_from(present).map(Present))
    for name in quantity:
        limits = LIMITS.get(name, [1.0, 2.0])
        choices.append(st.builds(Compare, st.just(name), relation, st.sampled_from(limits)))
    return st.one_of(choices)


@st.composite
def editions_with_facts(draw: st.DrawFn) -> tuple[Edition, dict[str, Bounds], dict[str, list[float]]]:
    groups = draw(st.lists(st.sampled_from(GROUPS), min_size=1, max_size=3, unique_by=id))
    leaf = atoms_of(groups) | st.just(Reference("first"))
    tree = st.recursive(
        leaf,
        lambda part: st.one_of(
            part.map(Not),
            st.lists(part, min_size=2, max_size=3).map(lambda p: All(tuple(p))),
            st.lists(part, min_size=2, max_size=3).map(lambda p: Any(tuple(p))),
            st.lists(part, min_size=3, max_size=3).map(lambda p: AtLeast(2, tuple(p))),
        ),
        max_leaves=6,
    )
    first = draw(st.lists(atoms_of(groups), min_size=1, max_size=2).map(lambda p: All(tuple(p))))
    clause = Clause("first", "made_up", "w", "path", first, "", SOURCE)
    categories = tuple(Category(name, "w", draw(tree), "", SOURCE) for name in ("best", "good", "fair"))
    edition = Edition("made_up", "t", "mmn", 2000, SOURCE, None, (clause,), categories, (), ())
    values = {name: options for group in groups for name, options in group.items()}
    known: dict[str, Bounds] = {}
    for name in draw(st.lists(st.sampled_from(sorted(values)), max_size=3, unique=True)):
        value = draw(st.sampled_from(values[name]))
        high = draw(st.sampled_from([value, whole_range(name).high]))
        more = propagate(known, {name: Bounds(value, high)})
        if more is not None:
            known = more
    return edition, known, values


def two_valued(expression: Expression, world: Mapping[str, float], clauses: Mapping[str, Expression]) -> bool:
    match expression:
        case Present(name):
            return world[name] == 1
        case Compare(name, ">=", limit):
            return world[name] >= limit
        case Compare(name, ">", limit):
            return world[name] > limit
        case Compare(name, "<=", limit):
            return world[name] <= limit
        case Compare(name, _, limit):
            return world[name] < limit
        case Reference(name):
            return two_valued(clauses[name], world, clauses)
        case Not(part):
            return not two_valued(part, world, clauses)
        case All(parts):
            return all(two_valued(part, world, clauses) for part in parts)
        case Any(parts):
            return any(two_valued(part, world, clauses) for part in parts)
        case AtLeast(count, parts):
            return sum(two_valued(part, world, clauses) for part in parts) >= count
    raise AssertionError(expression)


def is_possible(world: Mapping[str, float]) -> bool:
    for rule in relations().implications:
        if rule.first in world and rule.then in world and world[rule.first] >= rule.at_least:
            if rule.then_at_least is not None and world[rule.then] < rule.then_at_least:
                return False
            if rule.then_at_most is not None and world[rule.then] > rule.then_at_most:
                return False
    pairs = [pair for pair in relations().order if pair[0] in world and pair[1] in world]
    return all(world[smaller] <= world[larger] for smaller, larger in pairs)


def outcome(edition: Edition, world: Mapping[str, float]) -> str:
    for category in edition.categories:
        if two_valued(category.expression, world, edition.by_name):
            return category.id
    return NOT_MET


def worlds(values: Mapping[str, list[float]], known: Mapping[str, Bounds]) -> list[dict[str, float]]:
    options = []
    for name, all_values in values.items():
        bounds = known.get(name, whole_range(name))
        options.append([value for value in all_values if bounds.low <= value <= bounds.high])
    every = (dict(zip(values, row, strict=True)) for row in itertools.product(*options))
    return [world for world in every if is_possible(world)]


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(editions_with_facts())
def test_the_search_finds_exactly_what_trying_every_assignment_finds(
    made: tuple[Edition, dict[str, Bounds], dict[str, list[float]]],
) -> None:
    edition, known, values = made
    tried = {outcome(edition, world) for world in worlds(values, known)}
    assert set(reachable(edition, known)) == tried


@given(editions_with_facts())
def test_the_search_form_gives_the_verdicts_of_the_truth_tables(
    made: tuple[Edition, dict[str, Bounds], dict[str, list[float]]],
) -> None:
    edition, known, _ = made
    found = verdicts(edition, known)
    assert {name: VERDICTS[node.value(known)] for name, node in edition.nodes.items()} == found
    for category, node in zip(edition.categories, edition.category_nodes, strict=True):
        by_table = evaluate(
            category.expression, lambda name: known.get(name, whole_range(name)), found.__getitem__
        )
        assert VERDICTS[node.value(known)] is by_table


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(editions_with_facts())
def test_what_is_not_named_missing_cannot_change_the_outcome(
    made: tuple[Edition, dict[str, Bounds], dict[str, list[float]]],
) -> None:
    edition, known, values = made
    could = reachable(edition, known)
    names = undecided_variables(edition, known, could) if len(could) > 1 else ()
    seen: dict[tuple[float, ...], str] = {}
    for world in worlds(values, known):
        key = tuple(world[name] for name in names)
        assert seen.setdefault(key, outcome(edition, world)) == outcome(edition, world)


def test_a_lower_grade_is_certain_when_only_better_ones_are_left() -> None:
    assert certain(("definite", "possible")) == "possible"
    assert certain(("definite", NOT_MET)) == "undetermined"
    assert certain((NOT_MET,)) == NOT_MET
