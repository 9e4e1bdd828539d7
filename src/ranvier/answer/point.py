"""The parts of a plan: points to make, in sections, before any sentence is written."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from .support import Support
from .wording import sentences

MUST, STRONG, USEFUL, EXTRA = 0, 1, 2, 3  # what goes first when an answer grows too long: EXTRA; MUST never


@dataclass(frozen=True)
class Point:
    """One thing to say: a statement's plain words, connecting words of ours, or words set in a data file (`text`).

    `facts` are what it rests on besides the statements; `rank` says how soon it may be dropped for length. A point that
    `leads_in` is dropped together with the point after it. `part` names the one sentence of a statement that is wanted.
    """

    id: str
    text: str | None = None
    statements: tuple[str, ...] = ()
    facts: tuple[Support, ...] = ()
    slots: Mapping[str, str] = field(default_factory=dict)
    rank: int = USEFUL
    leads_in: bool = False
    part: int | None = None


def point_of(identity: str, facts: tuple[Support, ...] = (), rank: int = USEFUL) -> Point:
    """The point that an id of an outline names: words of ours, a statement, or `statement:2` for its second sentence."""
    if identity in sentences():
        return Point(identity, facts=facts, rank=rank)
    name, _, part = identity.partition(":")
    return Point(name, statements=(name,), facts=facts, rank=rank, part=int(part) if part else None)


@dataclass(frozen=True)
class PlannedSection:
    """A heading and the points under it, in order."""

    id: str
    title: str
    points: tuple[Point, ...]
    urgent: bool = False
    listed: bool = False


@dataclass(frozen=True)
class PlannedQuestion:
    """A question of the letter, and how it is handled: answered, declined (and why), or out of scope."""

    topic: str
    handling: str
    facts: tuple[Support, ...]
    reason: str | None = None
    statements: tuple[str, ...] = ()


@dataclass(frozen=True)
class Plan:
    """Which questions, which facts of the case, which statements, in what order."""

    kind: str
    questions: tuple[PlannedQuestion, ...]
    sections: tuple[PlannedSection, ...]
    circumstances: frozenset[str]

    def points(self) -> Iterator[Point]:
        """Every point, in order."""
        for section in self.sections:
            yield from section.points

    def outline(self) -> list[str]:
        """One line a section and a point: what the plan is, for people and for tests."""
        lines = [f"{self.kind}: " + ", ".join(f"{q.topic} {q.handling}" for q in self.questions)]
        for section in self.sections:
            lines.append(f"{section.id}{' (urgent)' if section.urgent else ''}")
            lines += [f"  {point.id}" for point in section.points]
        return lines
