"""Erasing: on the reader's word, or when a letter was kept for as long as it may be."""

from __future__ import annotations

from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.utils import timezone

from ranvier.web import freshness
from ranvier.web.models import AuditEvent, IssueItem, Person, Question, ReaderAddress
from ranvier.web.roles import Role
from ranvier.web.states import OPEN, State

from . import audit
from .publishing import reprint


@transaction.atomic
def erase(*, question: Question, by: Person | None, role: Role | None = None, why: str) -> None:
    """Remove every word of a letter and all that was derived from it. The audit keeps that it was here, and no word.

    The row stays, empty, so that its claim code says "erased" and the address of a published answer says "withdrawn".
    """
    Question.objects.select_for_update().get(pk=question.pk)  # a worker may be about to write its draft
    reprint(question=question)
    # Comments, messages and reasons may quote the letter.
    IssueItem.objects.filter(question=question, issue__state="open").delete()
    question.answers.all().delete()
    question.readings.all().delete()
    for related in (question.concerns, question.attachments, question.messages, question.comments):
        related.all().delete()
    ReaderAddress.objects.filter(question=question).delete()
    question.events.exclude(why="").update(why="[erased]")
    Question.objects.filter(pk=question.pk).update(
        text="", edited_text="", age_years=None, sex="", country="", reply_text="", standard_reply=None,
        erased_at=timezone.now(), claimed_by=None, claimed_at=None,
    )  # fmt: skip
    freshness.letter_erased()
    audit.record(by=by, role=role, action="erase", question=question, why=why)


def expired() -> QuerySet[Question]:
    """Letters past their time: unanswered ones from the day they came, the others from the day they were settled.

    Settled are declined and withdrawn letters, and those answered by claim code alone. Printed answers stay.
    """
    now = timezone.now()
    long = now - timedelta(days=settings.KEEP_UNANSWERED_DAYS)
    short = now - timedelta(days=settings.KEEP_DECLINED_DAYS)
    arrival = AuditEvent.objects.filter(question=OuterRef("pk"), to_state=OuterRef("state")).order_by("-id")
    unanswered = Q(state__in=[state.value for state in OPEN], created_at__lt=long)
    declined = Q(state__in=[State.DECLINED.value, State.WITHDRAWN.value], settled_at__lt=short)
    private = Q(state=State.SIGNED.value, may_publish=False, settled_at__lt=long)
    rows = Question.objects.filter(erased_at__isnull=True)
    rows = rows.annotate(settled_at=Coalesce(Subquery(arrival.values("at")[:1]), "created_at"))
    return rows.filter(unanswered | declined | private)


def erase_expired(*, by: Person | None) -> int:
    """Erase all that is past its time; returns how many."""
    count = 0
    for question in expired():
        erase(question=question, by=by, why="Kept for as long as it may be")
        count += 1
    return count
