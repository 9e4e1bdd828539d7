"""Building an issue and scheduling it. What happens on the day is in publishing.py."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.db.models import F, Max
from django.utils import timezone

from ranvier.terms import DeskConflict, DeskError
from ranvier.web import signature
from ranvier.web.models import Issue, IssueItem, Person, Question
from ranvier.web.states import State

from . import audit
from .moves import move


@transaction.atomic
def open_issue(*, by: Person, title: str) -> Issue:
    """Start the next number."""
    number = (Issue.objects.aggregate(top=Max("number"))["top"] or 0) + 1
    issue = Issue.objects.create(number=number, title=title.strip() or f"Issue {number}", made_by=by)
    audit.record(by=by, action="open_issue", subject=f"issue {number}")
    return issue


@transaction.atomic
def arrange(
    *, issue: Issue, by: Person, version: int, questions: Sequence[Question], title: str, note: str
) -> Issue:
    """Set title, note, and which signed answers stand in it in which order."""
    _demand(issue, "open")
    for question in questions:
        if question.standing is not State.SIGNED:
            raise DeskError(
                path=f"question {question.reference}",
                given=question.standing.label.lower(),
                expected="Only signed answers go into an issue",
            )
        signed = question.answers.filter(signed_at__isnull=False, voided_at__isnull=True).last()
        if signed is None or not signature.still_covers(signed):
            raise DeskError(
                path=f"question {question.reference}", given="the signature does not cover this text",
                expected="It is signed again first",
            )  # fmt: skip
        if not question.may_publish:
            raise DeskError(
                path=f"question {question.reference}",
                given="its reader asked not to be published",
                expected="Answer by claim code only",
            )
    _touch(issue, version, title=title.strip() or issue.title, note=note.strip())
    issue.items.all().delete()
    IssueItem.objects.bulk_create(
        IssueItem(issue=issue, question=question, position=place)
        for place, question in enumerate(questions, start=1)
    )
    audit.record(by=by, action="arrange_issue", subject=f"issue {issue.number}")
    return issue


@transaction.atomic
def schedule(*, issue: Issue, by: Person, version: int, when: datetime | None) -> Issue:
    """Fix the day; None means as soon as the worker looks. Every answer in it moves to scheduled."""
    _demand(issue, "open")
    items = list(issue.items.select_related("question"))
    if not items:
        raise DeskError(path="issue", given="no answer in it", expected="Pick at least one signed answer")
    for item in items:
        move(question=item.question, name="schedule", by=by, version=item.question.version)
    _touch(issue, version, state="scheduled", scheduled_for=when or timezone.now())
    audit.record(by=by, action="schedule_issue", subject=f"issue {issue.number}")
    from ranvier.web import tasks

    if issue.scheduled_for <= timezone.now():
        tasks.publish_issue.enqueue(str(issue.pk))
    return issue


@transaction.atomic
def unschedule(*, issue: Issue, by: Person, version: int) -> Issue:
    """Take the day back."""
    _demand(issue, "scheduled")
    _touch(issue, version, state="open", scheduled_for=None)
    for item in issue.items.select_related("question"):
        if item.question.standing is State.SCHEDULED:
            move(question=item.question, name="unschedule", by=by, version=item.question.version)
    audit.record(by=by, action="unschedule_issue", subject=f"issue {issue.number}")
    return issue


def _demand(issue: Issue, state: str) -> None:
    if issue.state != state:
        raise DeskError(
            path=f"issue {issue.number}", given=issue.get_state_display(), expected=f"It is {state}"
        )


def _touch(issue: Issue, version: int, **changes: object) -> None:
    rows = Issue.objects.filter(pk=issue.pk, state=issue.state, version=version).update(
        version=F("version") + 1, **changes
    )
    if rows != 1:
        raise DeskConflict(
            path=f"issue {issue.number}", given="someone changed it meanwhile", expected="Load the page again"
        )
    issue.refresh_from_db()
