"""One battery that every edition of criteria passes."""

from __future__ import annotations

import random
from itertools import chain

import pytest
from tests.spec.tables import Row, direct_comparisons, is_category, rows_of

from ranvier.criteria import Bounds, Edition, Facts, editions, evaluate, judge_all, judgement_document
from ranvier.criteria.bounds import State, whole_range
from ranvier.criteria.edition import NOT_MET, UNDETERMINED
from ranvier.criteria.expression import Compare, atoms
from ranvier.terms import Mark, Verdict
from ranvier.terms.vocabulary import findings

ROWS = list(chain.from_iterable(rows_of(name) for name in editions()))
EACH = pytest.mark.parametrize("edition", editions().values(), ids=list(editions()))


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row.edition}.{row.clause}[{row.observed}]")
def test_a_row_of_the_table_gives_its_verdict(row: Row) -> None:
    judgement = evaluate(row.facts, editions()[row.edition])
    if is_category(row):
        assert judgement.category == row.expected
    else:
        assert judgement[row.clause].verdict.value == row.expected


@EACH
def test_every_clause_has_rows_for_met_not_met_and_unknown(edition: Edition) -> None:
    rows = rows_of(edition.id)
    for clause in edition.clauses:
        shown = {row.expected for row in rows if row.clause == clause.name}
        assert shown == {"met", "not_met", "unknown"}, clause.id
    assert {row.expected for row in rows if is_category(row)} == {*edition.outcomes, UNDETERMINED}


@EACH
def test_every_limit_has_a_row_at_it_and_on_each_side(edition: Edition) -> None:
    for clause in edition.clauses:
        for atom in direct_comparisons(clause.expression):
            values = [
                row.state[atom.quantity].low
                for row in rows_of(edition.id)
                if row.clause == clause.name and atom.quantity in row.state
            ]
            assert atom.limit in values, f"{clause.id}: no row at {atom.quantity} = {atom.limit}"
            assert any(value < atom.limit for value in values), clause.id
            most = whole_range(atom.quantity).high
            assert atom.limit == most or any(value > atom.limit for value in values), clause.id


def _withheld(state: State) -> list[State]:
    return [{k: v for k, v in state.items() if k != name} for name in state]


@EACH
def test_withholding_an_observation_may_make_a_verdict_unknown_but_never_flips_it(edition: Edition) -> None:
    for row in rows_of(edition.id):
        full = evaluate(row.facts, edition)
        for less in _withheld(row.state):
            part = evaluate(Facts(less), edition)
            for one, other in zip(full.clauses, part.clauses, strict=True):
                assert other.verdict in (one.verdict, Verdict.UNKNOWN), (row, one.id)
            assert set(full.could_become) <= set(part.could_become), row


@EACH
def test_the_order_of_observations_does_not_matter(edition: Edition) -> None:
    shuffle = random.Random(7)
    for row in rows_of(edition.id):
        items = list(row.state.items())
        shuffle.shuffle(items)
        one, other = evaluate(row.facts, edition), evaluate(Facts(dict(items)), edition)
        assert [r.verdict for r in one.clauses] == [r.verdict for r in other.clauses]
        assert (one.category, one.could_become, one.missing) == (
            other.category,
            other.could_become,
            other.missing,
        )


@EACH
def test_of_an_empty_case_every_clause_is_unknown_and_every_category_still_open(edition: Edition) -> None:
    judgement = evaluate(Facts(), edition)
    assert {result.verdict for result in judgement.clauses} == {Verdict.UNKNOWN}
    assert judgement.category == UNDETERMINED
    assert judgement.could_become == edition.outcomes
    assert judgement.missing


@EACH
def test_every_clause_says_why_and_has_a_source_with_a_locator(edition: Edition) -> None:
    for result in evaluate(Facts(), edition).clauses:
        assert result.because
        assert result.source.locator
        assert str(result.source)
        if result.source.mark is Mark.RECALLED:
            assert "not verified" in str(result.source)


@EACH
def test_an_outcome_that_leans_on_recalled_text_says_so(edition: Edition) -> None:
    judgement = evaluate(Facts(), edition)
    recalled = {f"{edition.id}.{c.name}" for c in edition.clauses if c.source.mark is Mark.RECALLED}
    recalled |= {f"{edition.id}.{c.id}" for c in edition.categories if c.source.mark is Mark.RECALLED}
    assert set(judgement.recalled) == recalled


@EACH
def test_facts_that_cannot_both_be_so_are_left_out_and_named(edition: Edition) -> None:
    facts = Facts({"asymmetric_weakness": Bounds(1, 1), "symmetric_weakness": Bounds(1, 1)})
    assert facts.conflicts == (("asymmetric_weakness", "symmetric_weakness"),)
    assert evaluate(facts, edition).category == evaluate(Facts(), edition).category
    assert "cannot be so" in facts.describe("asymmetric_weakness")


def test_the_document_has_the_keys_that_interfaces_promise() -> None:
    judged = judge_all(Facts({"foot_drop": Bounds(1, 1)}))
    document = judgement_document(judged.judgements, judged.facts)
    assert set(document["editions"]) == set(editions())
    for name, row in document["editions"].items():
        assert row["category"] in {*editions()[name].outcomes, UNDETERMINED}
        assert row["could_become"]
        assert {"id", "verdict", "because", "source"} <= set(row["criteria"][0])
        assert all(c["id"].startswith(f"{name}.") for c in row["criteria"])
        assert isinstance(row["missing"], list)


def test_the_words_of_every_finding_read_by_an_edition_are_known() -> None:
    for edition in editions().values():
        assert edition.outcomes[-1] == NOT_MET
        for clause in edition.clauses:
            for atom in atoms(clause.expression, edition.by_name):
                assert isinstance(atom, Compare) or atom.finding in findings()


def test_the_docs_page_is_the_one_that_the_tables_make() -> None:
    from validation.criteria_page import PAGE, page

    assert PAGE.read_text(encoding="utf-8") == page(), "run: python -m validation.criteria_page"
