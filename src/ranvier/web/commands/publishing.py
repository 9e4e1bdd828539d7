"""Publishing an issue, so that it may stop anywhere and be run again.

Each step looks at what is already there and writes its result and the mark that it is done in one transaction. A second
run, or two workers at once, repeat nothing. Mails are the one thing that no transaction covers: see deliveries.py.
"""

from __future__ import annotations

import logging
import secrets

from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone
from django.utils.text import slugify

from ranvier.terms import DeskConflict, MissingDependency
from ranvier.web import documents, freshness, paper, signature
from ranvier.web.models import Answer, Issue, IssueItem, Person, PublicationStep, Question
from ranvier.web.states import PUBLIC, State

from . import audit
from .deliveries import list_subscribers, send_deliveries, tell_readers
from .moves import move

PUBLIC_STATES = [state.value for state in PUBLIC]
LOG = logging.getLogger("desk")


def publish(*, issue: Issue, prints: bool = True) -> None:
    """Run every step that is not done yet, in order; then the issue is published. Unless it `prints`, the next sweep does."""
    if issue.state == "scheduled":
        _begin(issue)
    issue.refresh_from_db()
    if issue.state != "publishing":
        return
    if not _is_done(issue, "answers") and not _answers(issue):
        return
    if prints and not _is_done(issue, "pdf"):
        print_issue(issue=issue)
    if not _is_done(issue, "list"):
        _list(issue)
    if send_deliveries(issue=issue):
        _finish(issue)
    tell_readers()


def _begin(issue: Issue) -> None:
    with transaction.atomic():
        # The day is asked for again: a task that was left over from an earlier schedule publishes nothing early.
        if Issue.objects.filter(pk=issue.pk, state="scheduled", scheduled_for__lte=timezone.now()).update(
            state="publishing", version=F("version") + 1
        ):
            audit.record(by=None, action="publish_begins", subject=f"issue {issue.number}")


def _answers(issue: Issue) -> bool:
    """Put each answer on the site; says whether the issue has any."""
    for item in issue.items.select_related("question"):
        question = item.question
        if question.standing is not State.SCHEDULED:
            continue
        try:
            publish_answer(question=question)
        except DeskConflict as conflict:  # its reader withdrew it just now, or another worker did it
            LOG.warning("issue %s: %s left out (%s)", issue.number, question.reference, conflict.for_log)
            _leave_out(question)
    with transaction.atomic():
        if not issue.items.filter(question__state__in=PUBLIC_STATES).exists():
            if Issue.objects.filter(pk=issue.pk, state="publishing", published_at__isnull=True).update(
                state="open", scheduled_for=None, version=F("version") + 1
            ):
                audit.record(
                    by=None, action="publish_stops", subject=f"issue {issue.number}",
                    why="None of its answers could be published",
                )  # fmt: skip
            return False
        if _done(issue, "answers"):
            Issue.objects.filter(pk=issue.pk, published_at__isnull=True).update(published_at=timezone.now())
            freshness.public_changed()
    return True


def _leave_out(question: Question) -> None:
    """Give an answer back to the editor whose signature does not cover its text."""
    question.refresh_from_db()
    if question.standing is not State.SCHEDULED:
        return
    with transaction.atomic():
        move(
            question=question, name="unschedule", by=None, version=question.version,
            why="The signature does not cover this text",
        )  # fmt: skip
        IssueItem.objects.filter(question=question).delete()


@transaction.atomic
def publish_answer(*, question: Question) -> Answer:
    """Put one signed answer on the site; refuses one whose signature does not cover it."""
    answer = question.answers.filter(signed_at__isnull=False, voided_at__isnull=True).last()
    if answer is None or not signature.still_covers(answer):
        raise DeskConflict(
            path="publish", given="the signature does not cover this text", expected="Sign it again"
        )
    now = timezone.now()
    move(
        question=question, name="publish", by=None, version=question.version,
        slug=question.slug or new_slug(answer.title), first_published_at=now,
    )  # fmt: skip
    Answer.objects.filter(pk=answer.pk).update(published_at=now, search_text=searchable(question, answer))
    return answer


def searchable(question: Question, answer: Answer) -> str:
    """What the site's search looks through: letter, answer, and what the sources claim in their own words.

    The claims let a reader who types "infusion" find the answer that says "drip".
    """
    known = answer.document.get("statements", {})
    claims = [known[key]["claim"] for key in documents.statement_ids(answer.document) if key in known]
    return "\n".join([question.letter, documents.plain_text(answer.document), *claims])


@transaction.atomic
def withdraw_answer(*, question: Question, by: Person, version: int, why: str) -> None:
    """Take a published answer off the site, and out of the PDF of its issue."""
    move(question=question, name="withdraw", by=by, version=version, why=why)
    reprint(question=question)


def reprint(*, question: Question) -> None:
    """Throw away the PDF that holds this answer; the worker prints the issue anew. Call it inside the transaction.

    The issue's row is written first, so that a worker that is printing just now finds its version gone (`print_issue`).
    """
    for issue in Issue.objects.filter(items__question=question, published_at__isnull=False):
        Issue.objects.filter(pk=issue.pk).update(pdf=None, version=F("version") + 1)
        PublicationStep.objects.filter(issue=issue, name="pdf").delete()
        freshness.public_changed()


def new_slug(title: str) -> str:
    """A readable address that cannot be guessed from the title."""
    return f"{slugify(title)[:70].strip('-') or 'answer'}-{secrets.token_hex(3)}"


def print_issue(*, issue: Issue) -> None:
    """Make the PDF of an issue, unless an answer left or changed while it was being made."""
    issue.refresh_from_db()
    try:
        content = paper.issue_pdf(issue)
    except MissingDependency as missing:  # the column still appears; the page says that there is no PDF
        LOG.error("issue %s: no PDF (%s)", issue.number, missing.for_log)
        content = None
    with transaction.atomic():
        if Issue.objects.filter(pk=issue.pk, version=issue.version).update(pdf=content):
            _done(issue, "pdf")
            freshness.public_changed()


def _list(issue: Issue) -> None:
    with transaction.atomic():
        list_subscribers(issue=issue)
        _done(issue, "list")


def _finish(issue: Issue) -> None:
    with transaction.atomic():
        if Issue.objects.filter(pk=issue.pk, state="publishing").update(
            state="published", version=F("version") + 1
        ):
            audit.record(by=None, action="publish_ends", subject=f"issue {issue.number}")


def _is_done(issue: Issue, name: str) -> bool:
    return issue.steps.filter(name=name).exists()


def _done(issue: Issue, name: str) -> bool:
    """Mark a step; False when another worker already has."""
    _, made = PublicationStep.objects.get_or_create(issue=issue, name=name)
    return made


def due() -> list[Issue]:
    """Issues whose time has come, or that stopped half-way."""
    return list(
        Issue.objects.filter(Q(state="publishing") | Q(state="scheduled", scheduled_for__lte=timezone.now()))
    )


def unprinted() -> list[Issue]:
    """Published issues whose PDF was thrown away."""
    rows = Issue.objects.filter(published_at__isnull=False)
    return list(rows.exclude(pk__in=PublicationStep.objects.filter(name="pdf").values("issue")))
