"""What the desk holds of one person, as one document: for a reader who asks, and before an erasure."""

from __future__ import annotations

import base64
import re
from typing import Any

from django.db import transaction
from django.db.models import Model

from ranvier.terms import DeskError
from ranvier.web.models import Person, Question, ReaderAddress, Subscription
from ranvier.web.roles import Role
from ranvier.web.states import State

from . import audit, retention
from .moves import move
from .questions import by_claim_code

Document = dict[str, Any]
HIDDEN = frozenset(
    {"claim_hash", "written_by", "made_by", "resolved_by", "signed_by", "voided_by", "claimed_by", "by"}
)


def find_letter(*, code: str = "", reference: str = "") -> Question:
    """A letter by its claim code, or by its reference (the six letters on the desk's pages) or whole id.

    Raises
        DeskError: none, or more than one.
    """
    if code:
        found = by_claim_code(code)
        rows = [found] if found else []
    else:
        plain = re.sub(r"[^0-9a-f]", "", reference.lower())
        rows = [] if len(plain) < 6 else [
            row for row in Question.objects.only("pk") if row.pk.hex.startswith(plain)
        ]  # fmt: skip
    if len(rows) != 1:
        raise DeskError(
            path="letter", given="none found" if not rows else f"{len(rows)} begin so",
            expected="A claim code, or a reference of six letters or more",
        )  # fmt: skip
    return Question.objects.get(pk=rows[0].pk)


def export_letter(*, question: Question) -> Document:
    """Everything held of one letter. Of the desk's people only a signer's name is in it, and roles in the audit."""
    return {
        "letter": _row(question),
        "readings": [_row(row) for row in question.readings.all()],
        "answers": [_row(row) for row in question.answers.all()],
        "concerns": [_row(row) for row in question.concerns.all()],
        "messages": [_row(row) for row in question.messages.all()],
        "remarks": [_row(row) for row in question.comments.all()],
        "files": [_row(row) for row in question.attachments.all()],
        "address": [_row(row) for row in ReaderAddress.objects.filter(question=question)],
        "events": [_row(row) for row in question.events.all()],
    }


def export_address(*, email: str) -> Document:
    """Everything held of one e-mail address."""
    plain = email.strip().lower()
    letters = Question.objects.filter(address__email__iexact=plain)
    return {
        "subscriptions": [_row(row) for row in Subscription.objects.filter(email=plain)],
        "letters": [export_letter(question=question) for question in letters],
    }


def _row(row: Model) -> Document:
    """The row's columns as text, numbers and documents."""
    document: Document = {}
    for column in row._meta.concrete_fields:
        if column.name in HIDDEN:
            continue
        value = column.value_from_object(row)
        if isinstance(value, bytes | memoryview):
            value = base64.b64encode(bytes(value)).decode("ascii")
        plain = isinstance(value, str | int | float | bool | list | dict | None)
        document[column.name] = value if plain else str(value)
    return document


@transaction.atomic
def erase_letter(*, question: Question, by: Person | None, why: str) -> None:
    """Erase a letter on its reader's word, given to the desk by other means than the claim code."""
    if question.erased_at is not None:
        raise DeskError(path="letter", given="it is erased already", expected="Nothing to do")
    if question.standing is not State.WITHDRAWN:
        move(question=question, name="reader_withdraws", by=None, role=Role.READER, version=question.version)
    retention.erase(question=question, by=by, role=Role.ADMINISTRATOR, why=why)


@transaction.atomic
def erase_address(*, email: str) -> int:
    """Delete an e-mail address wherever it stands; returns how many rows. Letters stay; they name nobody."""
    plain = email.strip().lower()
    rows = [*Subscription.objects.filter(email=plain), *ReaderAddress.objects.filter(email__iexact=plain)]
    for row in rows:
        row.delete()
    if rows:
        audit.record(by=None, role=Role.ADMINISTRATOR, action="erase_address")
    return len(rows)
