"""A case as a document: the JSON of `ranvier read`, and the same shape in TOML for people to correct."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Callable
from enum import Enum
from typing import Any, TypeVar

import tomli_w

from ranvier.terms import (
    Certainty,
    DocumentRefused,
    Fault,
    Finding,
    InputRefused,
    Presence,
    Side,
    Span,
    Subject,
)
from ranvier.terms.vocabulary import findings as known_findings
from ranvier.terms.vocabulary import nearest

from .model import (
    Case,
    Condition,
    ConditionCertainty,
    IdentifyingDetail,
    Lab,
    LabVerdict,
    Patient,
    Quantity,
    Question,
    RedFlag,
    Response,
    Treatment,
)

Choice = TypeVar("Choice", bound=Enum)
Made = TypeVar("Made")
LISTS = (
    "findings",
    "conditions",
    "treatments",
    "labs",
    "questions",
    "red_flags",
    "identifying",
    "quantities",
)


def to_document(case: Case) -> dict[str, Any]:
    """The JSON document of `ranvier read` (interfaces.md); `null` where nothing is known."""
    return {
        "patient": {
            "age_years": case.patient.age_years,
            "sex": case.patient.sex,
            "occupation": case.patient.occupation,
        },
        "letter_span": None if case.letter_span is None else [case.letter_span.start, case.letter_span.end],
        "findings": [
            {
                "id": finding.id,
                "verdict": finding.presence.value,
                "subject": finding.subject.value,
                "certainty": finding.certainty.value,
                "side": None if finding.side is None else finding.side.value,
                "site": finding.site,
                "since_months": finding.since_months,
                "spans": _spans(finding.spans),
                **({} if finding.because is None else {"because": finding.because}),
            }
            for finding in case.findings
        ],
        "conditions": [
            {
                "name": condition.name,
                "id": condition.id,
                "subject": condition.subject.value,
                "certainty": condition.certainty.value,
                "spans": _spans(condition.spans),
            }
            for condition in case.conditions
        ],
        "treatments": [
            {
                "id": treatment.id,
                "given": treatment.given,
                "response": None if treatment.response is None else treatment.response.value,
                "months_ago": treatment.months_ago,
                "spans": _spans(treatment.spans),
            }
            for treatment in case.treatments
        ],
        "labs": [
            {
                "analyte": lab.analyte,
                "isotype": lab.isotype,
                "value": lab.value,
                "unit": lab.unit,
                "upper_limit": lab.upper_limit,
                "verdict": lab.verdict.value,
                "spans": _spans(lab.spans),
            }
            for lab in case.labs
        ],
        "questions": [
            {
                "text": question.text,
                "topic": question.topic,
                "span": None if question.span is None else [question.span.start, question.span.end],
            }
            for question in case.questions
        ],
        "red_flags": [
            {"id": flag.id, "spans": _spans(flag.spans), "advice": flag.advice} for flag in case.red_flags
        ],
        "identifying": [
            {"kind": detail.kind, "span": [detail.span.start, detail.span.end]} for detail in case.identifying
        ],
        **_quantities(case),
    }


def _quantities(case: Case) -> dict[str, Any]:
    rows = [{"id": q.id, "value": q.value, "is_minimum": q.is_minimum} for q in case.quantities]
    return {"quantities": rows} if rows else {}


def _spans(spans: tuple[Span, ...]) -> list[list[int]]:
    return [[span.start, span.end] for span in spans]


def dumps_toml(case: Case) -> str:
    """The case as TOML; what is not known is left out, since TOML has no null."""
    return tomli_w.dumps(_without_none(to_document(case)))


def _without_none(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _without_none(item) for key, item in value.items() if item is not None}
    if isinstance(value, list):
        return [_without_none(item) for item in value]
    return value


def loads(text: str, *, path: str) -> Case:
    """Read a case from TOML or JSON text.

    Raises
        DocumentRefused: not TOML or JSON, or any number of faults in it, each by its path.
    """
    try:
        document = json.loads(text) if text.lstrip().startswith("{") else tomllib.loads(text)
    except (json.JSONDecodeError, tomllib.TOMLDecodeError, RecursionError) as error:
        raise DocumentRefused(
            [
                Fault(
                    path,
                    f"neither TOML nor JSON ({error})",
                    "A case file as `ranvier read LETTER --edit` writes it",
                )
            ]
        ) from error
    return from_document(document)


def from_document(document: object) -> Case:
    """Build a case from its stored form, reporting every fault at once.

    Raises
        DocumentRefused: with one Fault a mistake, by path.
    """
    reader = _Reader()
    case = reader.case(document)
    if reader.faults or case is None:
        raise DocumentRefused(reader.faults)
    return case


class _Reader:
    """Reads plain values into the types, noting each fault with its path and going on."""

    def __init__(self) -> None:
        self.faults: list[Fault] = []

    def fault(self, path: str, given: object, expected: str) -> None:
        self.faults.append(Fault(path, f"{given!r}" if isinstance(given, str) else f"{given}", expected))

    def case(self, document: object) -> Case | None:
        if not isinstance(document, dict):
            self.fault("case", type(document).__name__, "A table with patient, findings, labs and so on")
            return None
        for key in document:
            if key not in (*LISTS, "patient", "letter_span"):
                self.fault(
                    key, "unknown key", f"One of: patient, {', '.join(LISTS)}.{nearest(str(key), LISTS)}"
                )
        parts = {name: self._items(document, name) for name in LISTS}
        patient = self._patient(document.get("patient", {}))
        letter_span = self._span("letter_span", document.get("letter_span"))
        if self.faults:
            return None
        return self._build(
            "case", lambda: Case(patient=patient or Patient(), letter_span=letter_span, **parts)
        )  # fmt: skip

    def _build(self, path: str, make: Callable[[], Made]) -> Made | None:
        try:
            return make()
        except InputRefused as refused:
            self.faults.append(
                Fault(refused.path if refused.path != "span" else path, refused.given, refused.expected)
            )
        except (TypeError, ValueError) as error:
            self.fault(path, str(error), "See docs/interfaces for the shape of a case")
        return None

    def _patient(self, row: object) -> Patient | None:
        if not isinstance(row, dict):
            self.fault("patient", row, "A table with age_years, sex, occupation")
            return None
        self._known(row, "patient", ("age_years", "sex", "occupation"))
        age = self._number("patient.age_years", row.get("age_years"))
        sex = self._text("patient.sex", row.get("sex"))
        occupation = self._text("patient.occupation", row.get("occupation"))
        return self._build("patient", lambda: Patient(age_years=age, sex=sex, occupation=occupation))

    def _items(self, document: dict[str, Any], name: str) -> tuple[Any, ...]:
        rows = document.get(name) or []
        if not isinstance(rows, list):
            self.fault(name, type(rows).__name__, "A list of tables")
            return ()
        read = getattr(self, f"_{name}")
        made = []
        for index, row in enumerate(rows):
            path = f"{name}[{index}]"
            if not isinstance(row, dict):
                self.fault(path, row, "A table")
                continue
            made.append(read(path, row))
        return tuple(item for item in made if item is not None)

    def _findings(self, path: str, row: dict[str, Any]) -> Finding | None:
        keys = ("id", "verdict", "subject", "certainty", "side", "site", "since_months", "spans", "because")
        self._known(row, path, keys)
        identity = self._required(f"{path}.id", row.get("id"))
        if identity is not None and identity not in known_findings():
            self.fault(
                f"{path}.id",
                identity,
                f"An id of terms/data/findings.toml.{nearest(identity, known_findings())}",
            )
        presence = self._choice(f"{path}.verdict", row.get("verdict"), Presence, required=True)
        subject = self._choice(f"{path}.subject", row.get("subject"), Subject) or Subject.PATIENT
        certainty = self._choice(f"{path}.certainty", row.get("certainty"), Certainty) or Certainty.STATED
        side = self._choice(f"{path}.side", row.get("side"), Side)
        site = self._text(f"{path}.site", row.get("site"))
        because = self._text(f"{path}.because", row.get("because"))
        months = self._number(f"{path}.since_months", row.get("since_months"))
        spans = self._all_spans(f"{path}.spans", row.get("spans"))
        if identity is None or presence is None:
            return None
        return self._build(
            path,
            lambda: Finding(identity, presence, subject, certainty, side, site, months, spans, because),
        )

    def _conditions(self, path: str, row: dict[str, Any]) -> Condition | None:
        self._known(row, path, ("name", "id", "subject", "certainty", "spans"))
        identity = self._text(f"{path}.id", row.get("id"))
        name = self._text(f"{path}.name", row.get("name")) or identity
        certainty = self._choice(f"{path}.certainty", row.get("certainty"), ConditionCertainty, required=True)
        subject = self._choice(f"{path}.subject", row.get("subject"), Subject) or Subject.PATIENT
        spans = self._all_spans(f"{path}.spans", row.get("spans"))
        if name is None:
            self.fault(f"{path}.name", "nothing", "The name of the disease, or its id")
            return None
        return None if certainty is None else Condition(name, identity, certainty, subject, spans)

    def _treatments(self, path: str, row: dict[str, Any]) -> Treatment | None:
        self._known(row, path, ("id", "given", "response", "months_ago", "spans"))
        identity = self._required(f"{path}.id", row.get("id"))
        given = row.get("given", True)
        if not isinstance(given, bool):
            self.fault(f"{path}.given", given, "true or false")
            return None
        response = self._choice(f"{path}.response", row.get("response"), Response)
        months = self._number(f"{path}.months_ago", row.get("months_ago"))
        spans = self._all_spans(f"{path}.spans", row.get("spans"))
        if identity is None:
            return None
        return self._build(path, lambda: Treatment(identity, given, response, months, spans))

    def _labs(self, path: str, row: dict[str, Any]) -> Lab | None:
        self._known(row, path, ("analyte", "isotype", "value", "unit", "upper_limit", "verdict", "spans"))
        analyte = self._required(f"{path}.analyte", row.get("analyte"))
        verdict = self._choice(f"{path}.verdict", row.get("verdict"), LabVerdict, required=True)
        isotype = self._text(f"{path}.isotype", row.get("isotype"))
        value = self._number(f"{path}.value", row.get("value"))
        unit = self._text(f"{path}.unit", row.get("unit"))
        limit = self._number(f"{path}.upper_limit", row.get("upper_limit"))
        spans = self._all_spans(f"{path}.spans", row.get("spans"))
        if analyte is None or verdict is None:
            return None
        return self._build(path, lambda: Lab(analyte, verdict, isotype, value, unit, limit, spans))

    def _questions(self, path: str, row: dict[str, Any]) -> Question | None:
        self._known(row, path, ("text", "topic", "span"))
        text = self._required(f"{path}.text", row.get("text"))
        topic = self._required(f"{path}.topic", row.get("topic"))
        span = self._span(f"{path}.span", row.get("span"))
        return None if text is None or topic is None else Question(text, topic, span)

    def _red_flags(self, path: str, row: dict[str, Any]) -> RedFlag | None:
        self._known(row, path, ("id", "advice", "spans"))
        identity = self._required(f"{path}.id", row.get("id"))
        advice = self._text(f"{path}.advice", row.get("advice")) or ""
        spans = self._all_spans(f"{path}.spans", row.get("spans"))
        return None if identity is None else RedFlag(identity, advice, spans)

    def _identifying(self, path: str, row: dict[str, Any]) -> IdentifyingDetail | None:
        self._known(row, path, ("kind", "span"))
        kind = self._required(f"{path}.kind", row.get("kind"))
        span = self._span(f"{path}.span", row.get("span"))
        return None if kind is None or span is None else IdentifyingDetail(kind, span)

    def _quantities(self, path: str, row: dict[str, Any]) -> Quantity | None:
        self._known(row, path, ("id", "value", "is_minimum"))
        identity = self._required(f"{path}.id", row.get("id"))
        value = self._number(f"{path}.value", row.get("value"))
        is_minimum = row.get("is_minimum", False)
        if not isinstance(is_minimum, bool):
            self.fault(f"{path}.is_minimum", is_minimum, "true or false")
            return None
        if value is None:
            self.fault(f"{path}.value", "nothing", "A number, in the unit of terms/data/quantities.toml")
            return None
        return None if identity is None else self._build(path, lambda: Quantity(identity, value, is_minimum))

    def _known(self, row: dict[str, Any], path: str, keys: tuple[str, ...]) -> None:
        for key in row:
            if key not in keys:
                self.fault(
                    f"{path}.{key}", "unknown key", f"One of: {', '.join(keys)}.{nearest(str(key), keys)}"
                )

    def _required(self, path: str, value: object) -> str | None:
        if not isinstance(value, str) or not value.strip():
            self.fault(path, "nothing" if value is None else value, "A text")
            return None
        return value

    def _text(self, path: str, value: object) -> str | None:
        if value is not None and not isinstance(value, str):
            self.fault(path, value, "A text")
            return None
        return value

    def _number(self, path: str, value: object) -> float | None:
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, (int, float)):
            self.fault(path, value, "A number, without a unit")
            return None
        return value

    def _choice(
        self, path: str, value: object, choices: type[Choice], *, required: bool = False
    ) -> Choice | None:
        allowed = [choice.value for choice in choices]
        if value is None and not required:
            return None
        if value not in allowed:
            given = "nothing" if value is None else value
            self.fault(path, given, f"One of: {', '.join(allowed)}.{nearest(str(value), allowed)}")
            return None
        return choices(value)

    def _span(self, path: str, value: object) -> Span | None:
        if value is None:
            return None
        if isinstance(value, list) and len(value) == 2 and all(type(part) is int for part in value):
            return self._build(path, lambda: Span(value[0], value[1]))
        self.fault(path, value, "Two whole numbers, [start, end]")
        return None

    def _all_spans(self, path: str, value: object) -> tuple[Span, ...]:
        if value is None:
            return ()
        if not isinstance(value, list):
            self.fault(path, value, "A list of [start, end]")
            return ()
        spans = (self._span(f"{path}[{index}]", item) for index, item in enumerate(value))
        return tuple(span for span in spans if span is not None)
