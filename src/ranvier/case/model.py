"""The frozen types of a case."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum

from ranvier.terms import CaseError, Finding, Presence, Span, Subject
from ranvier.terms.relations import quantities as known_quantities
from ranvier.terms.vocabulary import findings as known_findings
from ranvier.terms.vocabulary import nearest


class ConditionCertainty(Enum):
    """How a diagnosis was named: made, thought of, excluded, or only asked about."""

    DIAGNOSED = "diagnosed"
    SUSPECTED = "suspected"
    RULED_OUT = "ruled_out"
    ASKED_ABOUT = "asked_about"


class Response(Enum):
    """What a treatment did."""

    IMPROVED = "improved"
    NONE = "none"
    WORSENED = "worsened"


class LabVerdict(Enum):
    """A result against the laboratory's own limit."""

    POSITIVE = "positive"
    NEGATIVE = "negative"
    BORDERLINE = "borderline"


@dataclass(frozen=True)
class Patient:
    """Age in whole or part years (0 to 120), sex and work; None where not said."""

    age_years: float | None = None
    sex: str | None = None
    occupation: str | None = None

    def __post_init__(self) -> None:
        if self.age_years is not None and not 0 <= self.age_years <= 120:
            raise CaseError(
                path="patient.age_years", given=f"{self.age_years:g}", expected="0 to 120, or left out"
            )
        if self.sex not in (None, "female", "male"):
            raise CaseError(path="patient.sex", given=f'"{self.sex}"', expected="female, male, or left out")


@dataclass(frozen=True)
class Condition:
    """A disease that was named, whose it is, and whether it was diagnosed, suspected, excluded or asked about."""

    name: str
    id: str | None
    certainty: ConditionCertainty
    subject: Subject = Subject.PATIENT
    spans: tuple[Span, ...] = ()


@dataclass(frozen=True)
class Treatment:
    """A treatment, whether it was given, what it did and how long ago."""

    id: str
    given: bool = True
    response: Response | None = None
    months_ago: float | None = None
    spans: tuple[Span, ...] = ()

    def __post_init__(self) -> None:
        if self.months_ago is not None and not 0 <= self.months_ago < 1500:
            raise CaseError(
                path=f"treatments.{self.id}.months_ago",
                given=f"{self.months_ago}",
                expected="0 to 1500, or left out",
            )


@dataclass(frozen=True)
class Lab:
    """A laboratory result against that laboratory's limit; a value is never read without its unit and limit."""

    analyte: str
    verdict: LabVerdict
    isotype: str | None = None
    value: float | None = None
    unit: str | None = None
    upper_limit: float | None = None
    spans: tuple[Span, ...] = ()

    def __post_init__(self) -> None:
        if self.isotype not in (None, "igm", "igg"):
            raise CaseError(
                path=f"labs.{self.analyte}.isotype",
                given=f'"{self.isotype}"',
                expected="igm, igg, or left out",
            )
        for name in ("value", "upper_limit"):
            number = getattr(self, name)
            if number is not None and not (math.isfinite(number) and number >= 0):
                raise CaseError(path=f"labs.{self.analyte}.{name}", given=f"{number}", expected="0 or above")


@dataclass(frozen=True)
class Quantity:
    """A count or value that criteria ask for, as a clinician enters it (`terms/data/quantities.toml`): 0 or above.

    `is_minimum`: at least so many were found, and there may be more.
    """

    id: str
    value: float
    is_minimum: bool = False

    def __post_init__(self) -> None:
        known = known_quantities()
        if self.id not in known:
            raise CaseError(
                path=f"quantities.{self.id}",
                given="no quantity of that name",
                expected=f"One of: {', '.join(known)}.{nearest(self.id, known)}",
            )
        most = known[self.id].most
        if not (math.isfinite(self.value) and self.value >= 0 and (most is None or self.value <= most)):
            limit = "0 or above" if most is None else f"0 to {most:g}"
            raise CaseError(path=f"quantities.{self.id}", given=f"{self.value:g}", expected=limit)
        if known[self.id].whole and self.value != int(self.value):
            raise CaseError(path=f"quantities.{self.id}", given=f"{self.value:g}", expected="A whole number")


@dataclass(frozen=True)
class Question:
    """What the writer asks, and the topic it belongs to."""

    text: str
    topic: str
    span: Span | None = None


@dataclass(frozen=True)
class RedFlag:
    """A sign that must be acted on now, with the advice that stands first in any answer."""

    id: str
    advice: str
    spans: tuple[Span, ...] = ()


@dataclass(frozen=True)
class IdentifyingDetail:
    """A name, address, number or date by which the writer could be recognised; kept out of answers and logs."""

    kind: str
    span: Span


@dataclass(frozen=True)
class Case:
    """What is known of one person. Finding ids are the project's own; anything not said is simply not here.

    `letter_span` is where the reader's letter lies in the document it was read from; spans count from that document's
    first character.
    """

    patient: Patient = Patient()
    findings: tuple[Finding, ...] = ()
    conditions: tuple[Condition, ...] = ()
    treatments: tuple[Treatment, ...] = ()
    labs: tuple[Lab, ...] = ()
    questions: tuple[Question, ...] = ()
    red_flags: tuple[RedFlag, ...] = ()
    identifying: tuple[IdentifyingDetail, ...] = ()
    letter_span: Span | None = None
    quantities: tuple[Quantity, ...] = ()

    def __post_init__(self) -> None:
        known = known_findings()
        for index, finding in enumerate(self.findings):
            if finding.id not in known:
                raise CaseError(
                    path=f"findings[{index}].id",
                    given=f'"{finding.id}" is no finding id',
                    expected=f"An id of terms/data/findings.toml.{nearest(finding.id, known)}",
                )

    def own(self, finding_id: str) -> tuple[Finding, ...]:
        """The patient's own flatly stated findings of this id."""
        return tuple(finding for finding in self.findings if finding.id == finding_id and finding.counts)

    def presence(self, finding_id: str) -> Presence | None:
        """Present, absent, or None when nothing (or both) was said of the patient."""
        said = {finding.presence for finding in self.own(finding_id)}
        return said.pop() if len(said) == 1 else self._settle(finding_id, said)

    def _settle(self, finding_id: str, said: set[Presence]) -> Presence | None:
        # "cramps in the left leg, none in the right": present somewhere is present. Both of the same place: unknown.
        if len(said) != 2 or finding_id in self.contradictions():
            return None
        return Presence.PRESENT

    def contradictions(self) -> tuple[str, ...]:
        """Ids of findings said to be both present and absent of the same side and place."""
        places: dict[tuple[str, object, str | None], set[Presence]] = {}
        for finding in self.findings:
            if finding.counts:
                places.setdefault((finding.id, finding.side, finding.site), set()).add(finding.presence)
        return tuple(dict.fromkeys(key[0] for key, said in places.items() if len(said) == 2))

    def with_findings(self, more: Iterable[Finding]) -> Case:
        """The same case with further findings, for example those of a nerve conduction study."""
        from dataclasses import replace

        return replace(self, findings=(*self.findings, *more))
