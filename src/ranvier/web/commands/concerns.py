"""Settling red flags and identifying details, and asking the reader back; remarks between colleagues."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db import transaction
from django.utils import timezone

from ranvier.terms import DeskError
from ranvier.web.models import Comment, Concern, Message, Person, Question, StandardReply

from . import audit
from .moves import begin_write, move


@transaction.atomic
def settle(*, concern: Concern, by: Person, version: int, resolution: str) -> Concern:
    """Say how a concern was settled, with name and time."""
    if not resolution.strip():
        raise DeskError(path="concern", given="nothing", expected="How it was settled, in a few words")
    begin_write(question=concern.question, by=by, version=version)
    rows = Concern.objects.filter(pk=concern.pk, resolved_at__isnull=True).update(
        resolution=resolution.strip(), resolved_by=by, resolved_at=timezone.now()
    )
    if rows:
        audit.record(by=by, action=f"settle_{concern.kind}", question=concern.question, why=resolution)
    concern.refresh_from_db()
    return concern


def note_identifying(*, question: Question, text: str, details: Sequence[dict[str, Any]]) -> int:
    """Open a concern for each identifying detail found in a text that has none yet; returns how many."""
    known = set(question.concerns.filter(kind="identifying").values_list("words", flat=True))
    found = {text[slice(*row["span"])]: row["kind"] for row in details}
    rows = [
        Concern(question=question, kind="identifying", key=kind, words=words)
        for words, kind in found.items()
        if words not in known
    ]
    Concern.objects.bulk_create(rows)
    return len(rows)


@transaction.atomic
def comment(*, question: Question, by: Person, text: str) -> Comment:
    """Leave a remark for colleagues."""
    if not text.strip():
        raise DeskError(path="comment", given="nothing", expected="A few words")
    audit.record(by=by, action="comment", question=question)
    return Comment.objects.create(question=question, text=text.strip(), written_by=by)


@transaction.atomic
def ask_reader(*, question: Question, by: Person, version: int, text: str) -> Question:
    """Put a question to the reader, who sees it with the claim code."""
    move(question=question, name="ask_reader", by=by, version=version, why=text)
    Message.objects.create(question=question, text=text.strip(), written_by=by)
    return question


@transaction.atomic
def decline(
    *, question: Question, by: Person, version: int, why: str, reply: StandardReply | None, text: str = ""
) -> Question:
    """Decline with a reason for the desk, and a reply for the reader."""
    shown = text.strip() or (reply.text if reply else "")
    if not shown:
        raise DeskError(path="decline", given="no reply", expected="A standard reply, or your own words")
    return move(
        question=question,
        name="decline",
        by=by,
        version=version,
        why=why,
        standard_reply=reply,
        reply_text=shown,
    )
