"""A published set of criteria as data: `editions/*.toml`, read once and checked whole."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from typing import Any

from ranvier.terms import DataError, InputRefused, Mark, Source
from ranvier.terms.relations import relations
from ranvier.terms.vocabulary import diseases, findings, nearest, read_toml

from .expression import Compare, Expression, atoms, directions, parse, variable
from .search_form import Node, search_form

FOLDER = Path(__file__).parent / "editions"
NOT_MET, UNDETERMINED = "not_met", "undetermined"
SIGNS = (
    "weakness",
    "muscle",
    "sensation",
    "reflexes",
    "upper_motor_neuron",
    "bulbar",
    "course",
)  # no test tells them
KINDS = ("required", "supportive", "exclusion", "conduction", "laboratory", "path", "good_practice")


@dataclass(frozen=True)
class Clause:
    """One numbered demand: what it says in plain words, the expression that decides it, and its source.

    An `exclusion` is met when the excluding sign is there: met speaks against the disease.
    """

    name: str
    edition: str
    wording: str
    kind: str
    expression: Expression
    text: str
    source: Source
    note: str | None = None

    @property
    def id(self) -> str:
        """Dotted: `efns_pns_2010.c1`."""
        return f"{self.edition}.{self.name}"


@dataclass(frozen=True)
class Category:
    """A grade the edition can give, and what it demands."""

    id: str
    wording: str
    expression: Expression
    text: str
    source: Source


@dataclass(frozen=True)
class Option:
    """A point the text leaves open, and how it is read here."""

    question: str
    choice: str
    mark: Mark


@dataclass(frozen=True)
class Edition:
    """One edition; categories come best first, and `not_met` is what is left when none is reached."""

    id: str
    title: str
    disease: str
    year: int
    source: Source
    conduction_rule: str | None
    clauses: tuple[Clause, ...]
    categories: tuple[Category, ...]
    options: tuple[Option, ...]
    remarks: tuple[str, ...]

    @cached_property
    def by_name(self) -> Mapping[str, Expression]:
        """Expressions of the clauses by their short name."""
        return {clause.name: clause.expression for clause in self.clauses}

    @cached_property
    def variables(self) -> tuple[str, ...]:
        """Every finding and quantity that a category rests on, in order of reading."""
        read = (variable(atom) for c in self.categories for atom in atoms(c.expression, self.by_name))
        return tuple(dict.fromkeys(read))

    @cached_property
    def signs_against(self) -> tuple[str, ...]:
        """Signs of history and examination that can only speak against every category, in order of reading."""
        ways: dict[str, set[bool]] = {}
        for category in self.categories:
            for atom, toward in directions(category.expression, self.by_name):
                ways.setdefault(variable(atom), set()).add(toward)
        signs = findings()
        return tuple(
            name
            for name, way in ways.items()
            if way == {False} and name in signs and signs[name].group in SIGNS
        )

    @cached_property
    def nodes(self) -> Mapping[str, Node]:
        """The clauses in the form the search runs on."""
        nodes: dict[str, Node] = {}
        for clause in self.clauses:
            nodes[clause.name] = search_form(clause.expression, nodes)
        return nodes

    @cached_property
    def category_nodes(self) -> tuple[Node, ...]:
        """The categories in the form the search runs on, best first."""
        return tuple(search_form(category.expression, self.nodes) for category in self.categories)

    @cached_property
    def limits(self) -> Mapping[str, tuple[float, ...]]:
        """The values at which something changes, for each variable; variables in one order share theirs."""
        limits: dict[str, set[float]] = {}
        demands = [c.expression for c in self.clauses] + [c.expression for c in self.categories]
        for demand in demands:
            for atom in atoms(demand, self.by_name):
                if isinstance(atom, Compare):
                    limits.setdefault(atom.quantity, set()).add(atom.limit)
        rules = relations()
        for rule in rules.implications:
            bound = rule.then_at_least if rule.then_at_least is not None else rule.then_at_most
            assert bound is not None
            limits.setdefault(rule.first, set()).add(rule.at_least)
            limits.setdefault(rule.then, set()).add(bound)
        for _ in rules.order:
            for smaller, larger in rules.order:
                limits[smaller] = limits[larger] = limits.get(smaller, set()) | limits.get(larger, set())
        return {name: tuple(sorted(values)) for name, values in limits.items()}

    @property
    def outcomes(self) -> tuple[str, ...]:
        """Every category it can give, best first, `not_met` last."""
        return (*(category.id for category in self.categories), NOT_MET)


def load(path: Path) -> Edition:
    """Read one edition file. Raises DataError: a clause without a source or mark, an unknown name, a repeated id."""
    data = read_toml(path)
    name = str(data["id"])
    base = Source(str(data["source"]), Mark.SEEN, None, data.get("address"), int(data["year"]))

    def source(row: Mapping[str, Any], where: str) -> Source:
        if "mark" not in row or "locator" not in row:
            raise DataError(
                path=where, given="no `mark` or no `locator`", expected="How and where it was read"
            )
        citation = str(row.get("source", base.citation))
        return Source(citation, Mark(row["mark"]), str(row["locator"]), base.address, base.year)

    expressions: dict[str, Expression] = {}
    clauses = []
    for row in data["clauses"]:
        where = f"{path.name}.{row['id']}"
        if row["id"] in expressions or row["kind"] not in KINDS:
            raise DataError(path=where, given=f"repeated id or kind {row['kind']}", expected=", ".join(KINDS))
        expression = parse(row["when"], path=where, clauses=expressions)
        expressions[row["id"]] = expression
        clauses.append(
            Clause(
                row["id"], name, row["wording"], row["kind"], expression, " ".join(row["when"].split()),
                source(row, where), row.get("note"),
            )
        )  # fmt: skip
    categories = tuple(
        Category(
            row["id"], row["wording"],
            parse(row["when"], path=f"{path.name}.{row['id']}", clauses=expressions),
            " ".join(row["when"].split()), source(row, f"{path.name}.{row['id']}"),
        )
        for row in data["categories"]
    )  # fmt: skip
    if data["disease"] not in diseases():
        raise DataError(path=path.name, given=str(data["disease"]), expected="A disease id of diseases.toml")
    return Edition(
        id=name,
        title=data["title"],
        disease=data["disease"],
        year=data["year"],
        source=base,
        conduction_rule=data.get("conduction_rule"),
        clauses=tuple(clauses),
        categories=categories,
        options=tuple(Option(o["question"], o["choice"], Mark(o["mark"])) for o in data.get("options", ())),
        remarks=tuple(data.get("remarks", ())),
    )


@cache
def editions() -> Mapping[str, Edition]:
    """Every edition by id: first the disease this project is about, then its rivals, the newest first."""
    loaded = [load(path) for path in sorted(FOLDER.glob("*.toml"))]
    order = {disease: index for index, disease in enumerate(diseases())}
    loaded.sort(key=lambda edition: (order[edition.disease], -edition.year, edition.id))
    return {edition.id: edition for edition in loaded}


def edition(name: str) -> Edition:
    """One edition by id. Raises InputRefused with the nearest match."""
    found = editions().get(name)
    if found is None:
        raise InputRefused(
            path="edition",
            given=f'"{name}"',
            expected=f"One of: {', '.join(editions())}.{nearest(name, editions())}",
        )
    return found
