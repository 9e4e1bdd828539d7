"""What findings and counts say of one another: the hierarchy, exclusive pairs and orderings of `data/relations.toml`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from .errors import DataError
from .vocabulary import DATA, findings, read_toml


@dataclass(frozen=True)
class QuantityTerm:
    """A count or measured value that criteria compare with limits; never below 0. `test` is what would tell it."""

    id: str
    label: str
    test: str
    unit: str | None = None
    whole: bool = False
    most: float | None = None


@dataclass(frozen=True)
class Implication:
    """When `first` is at or above `at_least` (a finding counts 1 when present), `then` is as well at its own value.

    `then_at_most` instead of `then_at_least` caps it. Read backwards too: it is the same rule.
    """

    first: str
    at_least: float
    then: str
    then_at_least: float | None = None
    then_at_most: float | None = None


@dataclass(frozen=True)
class Relations:
    """Every rule between two variables, and the pairs of which the first is never larger than the second."""

    implications: tuple[Implication, ...]
    order: tuple[tuple[str, str], ...]

    def touching(self, variables: frozenset[str]) -> frozenset[str]:
        """The variables given and every other that a chain of rules ties to one of them."""
        found = set(variables)
        pairs = [*((rule.first, rule.then) for rule in self.implications), *self.order]
        grew = True
        while grew:
            grew = False
            for one, other in pairs:
                if (one in found) != (other in found):
                    found |= {one, other}
                    grew = True
        return frozenset(found)


@cache
def quantities() -> Mapping[str, QuantityTerm]:
    """Every quantity id."""
    rows = {key: row for key, row in read_toml(DATA / "quantities.toml").items() if isinstance(row, dict)}
    return {
        key: QuantityTerm(
            key, row["label"], row["test"], row.get("unit"), row.get("whole", False), row.get("most")
        )
        for key, row in rows.items()
    }


@cache
def relations() -> Relations:
    """The rules of `data/relations.toml`. Raises DataError for an id nobody defined."""
    data = read_toml(DATA / "relations.toml")
    rules = [
        Implication(child, 1, parent, then_at_least=1)
        for child, parents in data["implies"].items()
        for parent in parents
    ]
    for row in data["exclusive"]:
        rules.append(Implication(row["pair"][0], 1, row["pair"][1], then_at_most=0))
    for finding, floors in data["floors"].items():
        rules += [Implication(finding, 1, name, then_at_least=floor) for name, floor in floors.items()]
    for row in data["reaches"]:
        rules.append(Implication(row["quantity"], row["at_least"], row["finding"], then_at_least=1))
    order = tuple((row["smaller"], row["larger"]) for row in data["order"])
    known = {*findings(), *quantities()}
    named = {name for rule in rules for name in (rule.first, rule.then)} | {n for pair in order for n in pair}
    if named - known:
        raise DataError(
            path="relations.toml",
            given=f"unknown ids: {', '.join(sorted(named - known))}",
            expected="Ids of findings.toml or quantities.toml",
        )
    return Relations(tuple(rules), order)
