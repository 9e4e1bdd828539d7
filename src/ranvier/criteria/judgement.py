"""Judge facts by an edition: its category, every clause with its reasons, what it could become, and what is missing."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from ranvier.terms import Mark, Source, Verdict
from ranvier.terms.relations import quantities
from ranvier.terms.vocabulary import findings

from .bounds import ABSENT, State, propagate
from .edition import NOT_MET, UNDETERMINED, Clause, Edition, editions
from .expression import All, AtLeast, Expression, Not, Reference, evaluate, references, variable
from .expression import Any as AnyOf
from .facts import Facts
from .reach import reachable, undecided_variables, verdicts
from .study_findings import Disagreement


@dataclass(frozen=True)
class ClauseResult:
    """The verdict on one clause, the facts it rests on or lacks, and its source."""

    clause: Clause
    verdict: Verdict
    because: tuple[str, ...]

    @property
    def id(self) -> str:
        """The clause's dotted id."""
        return self.clause.id

    @property
    def source(self) -> Source:
        """Where the clause was read."""
        return self.clause.source


@dataclass(frozen=True)
class Judgement:
    """What one edition says of one person.

    `category` is what is certain: the best grade that holds whatever the unknown turns out to be; `undetermined` when
    nothing is certain yet. `could_become` are all grades still reachable. `provided` names unmentioned signs that would
    exclude; `provisional` is the category if every one of them is absent.
    """

    edition: Edition
    category: str
    could_become: tuple[str, ...]
    clauses: tuple[ClauseResult, ...]
    missing: tuple[str, ...]
    provisional: str
    provided: tuple[str, ...]

    @property
    def recalled(self) -> tuple[str, ...]:
        """Ids of clauses and categories, read for this outcome, whose text was only recalled."""
        rows = [r.id for r in self.clauses if r.source.mark is Mark.RECALLED]
        rows += [
            f"{self.edition.id}.{c.id}" for c in self.edition.categories if c.source.mark is Mark.RECALLED
        ]
        return tuple(rows)

    def __getitem__(self, name: str) -> ClauseResult:
        """The result of a clause by its short name: `judgement["c1"]`."""
        return next(result for result in self.clauses if result.clause.name == name)


def evaluate_edition(facts: Facts, edition: Edition) -> Judgement:
    """Judge the facts by one edition.

    Nothing unknown is taken for absent: a clause is UNKNOWN until what it asks was said or measured.
    """
    facts = facts.for_rule(edition.conduction_rule)
    found = verdicts(edition, facts.state)
    could_become = reachable(edition, facts.state)
    category = certain(could_become)
    undecided = () if len(could_become) == 1 else undecided_variables(edition, facts.state, could_become)
    provisional, provided = _provisional(edition, facts, category)
    return Judgement(
        edition=edition,
        category=category,
        could_become=could_become,
        clauses=tuple(
            ClauseResult(clause, found[clause.name], _reasons(clause.expression, edition, facts, found))
            for clause in edition.clauses
        ),
        missing=tuple(dict.fromkeys(_what_tells(name) for name in undecided)),
        provisional=provisional,
        provided=provided,
    )


def certain(could_become: tuple[str, ...]) -> str:
    """The grade that holds in every completion: the lowest still reachable, unless that is "not met" among others."""
    if could_become[-1] != NOT_MET or len(could_become) == 1:
        return could_become[-1]
    return UNDETERMINED


def judge_all(facts: Facts, disagreements: tuple[Disagreement, ...] = ()) -> JudgedCase:
    """Judge by every edition, in the order they are shown."""
    found = {name: evaluate_edition(facts, edition) for name, edition in editions().items()}
    return JudgedCase(facts, found, disagreements)


def _what_tells(name: str) -> str:
    return name if name in findings() else quantities()[name].test


def _provisional(edition: Edition, facts: Facts, category: str) -> tuple[str, tuple[str, ...]]:
    unknown = [name for name in edition.signs_against if not facts.bounds(name).is_known]
    if not unknown or category == NOT_MET:
        return category, ()
    state: State | None = propagate(facts.state, dict.fromkeys(unknown, ABSENT))
    if state is None:
        return category, ()
    return certain(reachable(edition, state)), tuple(unknown)


def _reasons(
    expression: Expression, edition: Edition, facts: Facts, found: dict[str, Verdict]
) -> tuple[str, ...]:
    names = dict.fromkeys(_deciding(expression, edition, facts, found))
    return tuple(facts.describe(name) for name in names)


def _deciding(
    expression: Expression, edition: Edition, facts: Facts, found: dict[str, Verdict]
) -> Iterable[str]:
    """Variables that made the verdict: what failed, or what was met, or what is unknown and then what is known."""
    if isinstance(expression, Reference):
        yield from _deciding(edition.by_name[expression.clause], edition, facts, found)
        return
    if isinstance(expression, Not):
        yield from _deciding(expression.part, edition, facts, found)
        return
    if not isinstance(expression, All | AnyOf | AtLeast):
        yield variable(expression)
        return
    verdict = evaluate(expression, facts.bounds, found.__getitem__)
    parts = [(part, evaluate(part, facts.bounds, found.__getitem__)) for part in expression.parts]
    if verdict is Verdict.UNKNOWN:
        shown = [part for part, own in parts if own is Verdict.UNKNOWN]
        shown += [part for part, own in parts if own is not Verdict.UNKNOWN]
    else:
        shown = [part for part, own in parts if own is verdict]
    for part in shown:
        yield from _deciding(part, edition, facts, found)


def _named(edition: Edition, expression: Expression) -> list[str]:
    """Ids of the clauses that an expression is made of: the branches of the tree of criteria."""
    return [f"{edition.id}.{name}" for name in dict.fromkeys(references(expression))]


@dataclass(frozen=True)
class JudgedCase:
    """One person's facts and what every edition says of them, in the order they are shown."""

    facts: Facts
    judgements: dict[str, Judgement]
    disagreements: tuple[Disagreement, ...] = ()

    def document(self) -> dict[str, Any]:
        """The JSON document of `ranvier judge`."""
        document = judgement_document(self.judgements, self.facts)
        study = self.facts.study
        if study is not None:
            document["disagreements"] = [one.document() for one in self.disagreements]
            document["study"] = {
                "left_out": list(study.left_out),
                "faults": [{"path": f.path, "given": f.given, "expected": f.expected} for f in study.faults],
            }
        return document


def judgement_document(judgements: dict[str, Judgement], facts: Facts) -> dict[str, Any]:
    """The JSON document of `ranvier judge` (interfaces.md)."""
    return {
        "editions": {
            name: {
                "title": judgement.edition.title,
                "disease": judgement.edition.disease,
                "category": judgement.category,
                "could_become": list(judgement.could_become),
                "criteria": [
                    {
                        "id": result.id,
                        "verdict": result.verdict.value,
                        "because": list(result.because),
                        "source": str(result.source),
                        "kind": result.clause.kind,
                        "wording": result.clause.wording,
                        "parts": _named(judgement.edition, result.clause.expression),
                    }
                    for result in judgement.clauses
                ],
                "categories": [
                    {
                        "id": category.id,
                        "wording": category.wording,
                        "parts": _named(judgement.edition, category.expression),
                    }
                    for category in judgement.edition.categories
                ],
                "missing": list(judgement.missing),
                "provisional": {
                    "category": judgement.provisional,
                    "provided_absent": list(judgement.provided),
                },
                "recalled": list(judgement.recalled),
            }
            for name, judgement in judgements.items()
        },
        "contradictions": [list(pair) for pair in facts.contradictions],
    }
