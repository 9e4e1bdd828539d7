"""What a clause demands, as a small tree read from one line of text.

The line is written as a neurologist would say it::

    (slow_progression or stepwise_progression) and asymmetric_weakness and nerves_with_weakness >= 2
    not upper_motor_neuron_signs
    at_least(2, s1, s2, s3, s4)

Names are findings (present), quantities (compared with a limit) or clauses of the same edition. Nothing else is allowed.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from ranvier.terms import DataError, Verdict, all_of, any_of, at_least
from ranvier.terms.relations import quantities
from ranvier.terms.vocabulary import findings, nearest

from .bounds import Bounds

COMPARISONS: dict[type[ast.cmpop], str] = {ast.GtE: ">=", ast.Gt: ">", ast.LtE: "<=", ast.Lt: "<"}
IN_WORDS = {">=": "at least", ">": "more than", "<=": "at most", "<": "less than"}


@dataclass(frozen=True)
class Present:
    """A finding is present."""

    finding: str


@dataclass(frozen=True)
class Compare:
    """A quantity stands in a relation to a limit, in the quantity's own unit."""

    quantity: str
    relation: str
    limit: float


@dataclass(frozen=True)
class Reference:
    """Another clause of the same edition is met."""

    clause: str


@dataclass(frozen=True)
class Not:
    """The part is not met."""

    part: Expression


@dataclass(frozen=True)
class All:
    """Every part is met."""

    parts: tuple[Expression, ...]


@dataclass(frozen=True)
class Any:
    """At least one part is met."""

    parts: tuple[Expression, ...]


@dataclass(frozen=True)
class AtLeast:
    """At least `count` parts are met."""

    count: int
    parts: tuple[Expression, ...]


Expression = Present | Compare | Reference | Not | All | Any | AtLeast
Atom = Present | Compare


def parse(text: str, *, path: str, clauses: Mapping[str, Expression]) -> Expression:
    """Read one line. Raises DataError for a name nobody defined or a form that is not allowed."""

    def refuse(given: str, expected: str) -> DataError:
        return DataError(path=path, given=given, expected=expected)

    def read(node: ast.expr) -> Expression:
        match node:
            case ast.BoolOp(op=ast.And(), values=values):
                return All(tuple(read(value) for value in values))
            case ast.BoolOp(op=ast.Or(), values=values):
                return Any(tuple(read(value) for value in values))
            case ast.UnaryOp(op=ast.Not(), operand=operand):
                return Not(read(operand))
            case ast.Call(
                func=ast.Name(id="at_least"), args=[ast.Constant(value=int(count)), *parts], keywords=[]
            ):
                return AtLeast(count, tuple(read(part) for part in parts))
            case ast.Compare(
                left=ast.Name(id=name), ops=[op], comparators=[ast.Constant(value=int() | float() as limit)]
            ) if type(op) in COMPARISONS and name in quantities():
                return Compare(name, COMPARISONS[type(op)], float(limit))
            case ast.Name(id=name) if name in clauses:
                return Reference(name)
            case ast.Name(id=name) if name in findings():
                return Present(name)
            case ast.Name(id=name):
                known = [*clauses, *findings(), *quantities()]
                raise refuse(
                    f'"{name}"',
                    f"A finding, a quantity with a limit, or an earlier clause.{nearest(name, known)}",
                )
        raise refuse(
            ast.unparse(node), "and, or, not, at_least(n, ...), findings, clauses, quantity >= limit"
        )

    try:
        tree = ast.parse(text.strip(), mode="eval")
    except SyntaxError as error:
        raise refuse(text, "An expression like: pain and not spasticity and duration_months > 1") from error
    return read(tree.body)


def compare(bounds: Bounds, relation: str, limit: float) -> Verdict:
    """Whether every, no, or only some value within the bounds stands in the relation to the limit.

    Example
        >>> compare(Bounds(3, 3), ">=", 2).value, compare(Bounds(1, float("inf")), ">=", 2).value
        ('met', 'unknown')
    """
    low, high = bounds.low, bounds.high
    if relation in ("<", "<="):
        return ~compare(bounds, ">=" if relation == "<" else ">", limit)
    if relation == ">=":
        met, possible = low >= limit, high >= limit
    else:
        met, possible = low > limit, high > limit
    return Verdict.MET if met else (Verdict.UNKNOWN if possible else Verdict.NOT_MET)


def evaluate(
    expression: Expression, look: Callable[[str], Bounds], clause: Callable[[str], Verdict]
) -> Verdict:
    """The verdict of an expression, with `look` giving what is known of a variable and `clause` that of a clause."""
    match expression:
        case Present(finding):
            return compare(look(finding), ">=", 1)
        case Compare(quantity, relation, limit):
            return compare(look(quantity), relation, limit)
        case Reference(name):
            return clause(name)
        case Not(part):
            return ~evaluate(part, look, clause)
        case All(parts):
            return all_of(evaluate(part, look, clause) for part in parts)
        case Any(parts):
            return any_of(evaluate(part, look, clause) for part in parts)
        case AtLeast(count, parts):
            return at_least(count, [evaluate(part, look, clause) for part in parts])


def atoms(expression: Expression, clauses: Mapping[str, Expression]) -> Iterator[Atom]:
    """Every finding and comparison the expression rests on, clauses followed, in order of reading."""
    match expression:
        case Present() | Compare():
            yield expression
        case Reference(name):
            yield from atoms(clauses[name], clauses)
        case Not(part):
            yield from atoms(part, clauses)
        case All(parts) | Any(parts) | AtLeast(_, parts):
            for part in parts:
                yield from atoms(part, clauses)


def references(expression: Expression) -> Iterator[str]:
    """The clauses that the expression names itself, in order of reading; what those name in turn is not followed."""
    match expression:
        case Reference(name):
            yield name
        case Not(part):
            yield from references(part)
        case All(parts) | Any(parts) | AtLeast(_, parts):
            for part in parts:
                yield from references(part)
        case _:
            return


def directions(
    expression: Expression, clauses: Mapping[str, Expression], *, toward: bool = True
) -> Iterator[tuple[Atom, bool]]:
    """Every atom with whether it being so speaks toward the whole (True) or, under a "not", against it."""
    match expression:
        case Present() | Compare():
            yield expression, toward
        case Reference(name):
            yield from directions(clauses[name], clauses, toward=toward)
        case Not(part):
            yield from directions(part, clauses, toward=not toward)
        case All(parts) | Any(parts) | AtLeast(_, parts):
            for part in parts:
                yield from directions(part, clauses, toward=toward)


def variable(atom: Atom) -> str:
    """The finding or quantity an atom reads."""
    return atom.finding if isinstance(atom, Present) else atom.quantity
