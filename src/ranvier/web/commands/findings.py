"""Confirming, correcting, rejecting and adding findings: each makes the next reading."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

from django.db import transaction

from ranvier.case import from_document
from ranvier.terms import DeskError
from ranvier.web.models import Person, Question, Reading

from . import audit
from .moves import begin_write

FIELDS = ("verdict", "subject", "certainty", "side", "site", "since_months")


@transaction.atomic
def review(
    *,
    question: Question,
    by: Person,
    version: int,
    action: str,
    index: int | None = None,
    values: dict[str, Any] | None = None,
) -> Reading:
    """Do one thing to one finding: confirm, correct, reject, restore, add, or confirm_all.

    Raises
        DeskError: an unknown action or finding; DocumentRefused: values that no case may hold.
    """
    begin_write(question=question, by=by, version=version)
    latest = question.readings.last()
    if latest is None:
        raise DeskError(path="findings", given="the letter is not read yet", expected="Wait a moment")
    document = deepcopy(latest.document)
    findings, marks = document["case"]["findings"], document["marks"]
    if action == "confirm_all":
        document["marks"] = ["confirmed" if mark == "proposed" else mark for mark in marks]
    elif action == "add":
        added = {
            **_clean(values or {}),
            "id": (values or {}).get("id", ""),
            "spans": (values or {}).get("spans", []),
        }
        findings.append(added)
        marks.append("added")
    elif action == "restore":
        findings.append(_at(document["rejected"], index))
        document["rejected"].pop(index or 0)
        marks.append("confirmed")
    elif action == "confirm":
        _at(findings, index)
        marks[index or 0] = "confirmed"
    elif action == "correct":
        _at(findings, index).update(_clean(values or {}))
        marks[index or 0] = "corrected"
    elif action == "reject":
        document["rejected"].append(_at(findings, index))
        findings.pop(index or 0)
        marks.pop(index or 0)
    else:
        raise DeskError(
            path="findings", given=f'"{action}"', expected="confirm, correct, reject, restore, add"
        )
    from_document(document["case"])  # every fault at once, before anything is written
    reading = Reading.objects.create(
        question=question, number=latest.number + 1, document=document, made_by=by
    )
    audit.record(by=by, action=f"finding_{action}", question=question)
    return reading


def _at(rows: list[dict[str, Any]], index: int | None) -> dict[str, Any]:
    if index is None or not 0 <= index < len(rows):
        raise DeskError(path="findings", given="no such finding", expected="Load the page again")
    return rows[index]


def _clean(values: dict[str, Any]) -> dict[str, Any]:
    """The fields of a finding from a form: empty means not said."""
    row: dict[str, Any] = {}
    for field in FIELDS:
        given = str(values.get(field, "") or "").strip()
        if field == "since_months":
            try:
                row[field] = float(given) if given else None
            except ValueError as error:
                raise DeskError(path=field, given=given, expected="Months, as a number: 36") from error
        else:
            row[field] = given or None
    row["verdict"] = row["verdict"] or "present"
    row["subject"] = row["subject"] or "patient"
    row["certainty"] = row["certainty"] or "stated"
    return row
