"""What a letter, an examination or a study says of a person."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from .errors import CaseError


class Presence(Enum):
    """Said to be there, or said not to be. What is not said has no finding at all."""

    PRESENT = "present"
    ABSENT = "absent"


class Subject(Enum):
    """Whose finding it is. Only the patient's own ever counts towards a verdict."""

    PATIENT = "patient"
    FAMILY = "family"
    OTHER = "other"


class Certainty(Enum):
    """How it was said: flatly, as a guess, or as something that has passed."""

    STATED = "stated"
    SUSPECTED = "suspected"
    HISTORICAL = "historical"


class Side(Enum):
    """Side of the body."""

    LEFT = "left"
    RIGHT = "right"
    BOTH = "both"


@dataclass(frozen=True, order=True)
class Span:
    """A run of characters, `text[start:end]`, in the document as given; never empty, never negative."""

    start: int
    end: int

    def __post_init__(self) -> None:
        if not 0 <= self.start < self.end:
            raise CaseError(
                path="span",
                given=f"[{self.start}, {self.end}]",
                expected="A span starts at 0 or later and ends after it starts",
            )

    def of(self, text: str) -> str:
        """The words it covers."""
        return text[self.start : self.end]

    def overlaps(self, other: Span) -> bool:
        """Whether the two share a character."""
        return self.start < other.end and other.start < self.end


@dataclass(frozen=True)
class Finding:
    """One observation, with whose it is, how sure, where, how long, and the words or study that say it.

    `id` is one of `vocabulary.findings()`. `since_months` is how long it has been so; None if not said. `because` says
    where it comes from when there is no span: "nerve conduction study, right median, wrist to elbow".
    """

    id: str
    presence: Presence
    subject: Subject = Subject.PATIENT
    certainty: Certainty = Certainty.STATED
    side: Side | None = None
    site: str | None = None
    since_months: float | None = None
    spans: tuple[Span, ...] = ()
    because: str | None = None

    def __post_init__(self) -> None:
        if self.since_months is not None and not 0 <= self.since_months < 1500:
            raise CaseError(
                path=f"findings.{self.id}.since_months",
                given=f"{self.since_months}",
                expected="Months since it began, 0 to 1500; leave it out when it was not said",
            )

    @property
    def counts(self) -> bool:
        """Whether it may weigh in a verdict: the patient's own, said flatly and still so."""
        return self.subject is Subject.PATIENT and self.certainty is Certainty.STATED
