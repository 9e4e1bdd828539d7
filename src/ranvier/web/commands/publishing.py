"""Publishing an issue, so that it may stop anywhere and be run again.

Each step looks at what is already there and writes its result and the mark that it is done in one transaction. A second
run, or two workers at once, repeat nothing. A mail is the one thing that no transaction covers: it is marked begun, sent,
and marked sent. If the worker dies between the last two it is sent again under the same Message-ID after a pause, so that
mail programs show it once; the other choice would be never to send it at all.
"""

from __future__ import annotations

import logging
import secrets
from datetime import timedelta

from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone
from django.utils.text import slugify

from ranvier.terms import DeskConflict, MissingDependency
from ranvier.web import documents, mail, paper, signature
from ranvier.web.models import Answer, Delivery, Issue, PublicationStep, Question, Subscription
from ranvier.web.states import State

from . import audit
from .moves import move

RETRY = timedelta(minutes=2)
LOG = logging.getLogger("desk")


def publish(*, issue: Issue) -> None:
    """Run every step that is not done yet, in order; then the issue is published."""
    if issue.state == "scheduled":
        _begin(issue)
    issue.refresh_from_db()
    if issue.state != "publishing":
        return
    for name, step in (("answers", _answers), ("pdf", _pdf), ("list", _list)):
        if not issue.steps.filter(name=name).exists():
            step(issue)
    if send_deliveries(issue=issue):
        tell_readers(issue=issue)
        _finish(issue)


def _begin(issue: Issue) -> None:
    with transaction.atomic():
        if Issue.objects.filter(pk=issue.pk, state="scheduled").update(
            state="publishing", version=F("version") + 1
        ):
            audit.record(by=None, action="publish_begins", subject=f"issue {issue.number}")


def _answers(issue: Issue) -> None:
    for item in issue.items.select_related("question"):
        question = item.question
        if question.standing is State.SCHEDULED:
            try:
                publish_answer(question=question)
            except DeskConflict as conflict:  # another worker did it, or its reader withdrew it just now
                LOG.warning("issue %s: %s left out (%s)", issue.number, question.reference, conflict.for_log)
    with transaction.atomic():
        if _done(issue, "answers"):
            Issue.objects.filter(pk=issue.pk, published_at__isnull=True).update(published_at=timezone.now())


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
    Answer.objects.filter(pk=answer.pk).update(
        published_at=now, search_text=f"{question.letter}\n{documents.plain_text(answer.document)}"
    )
    return answer


def new_slug(title: str) -> str:
    """A readable address that cannot be guessed from the title."""
    return f"{slugify(title)[:70].strip('-') or 'answer'}-{secrets.token_hex(3)}"


def _pdf(issue: Issue) -> None:
    try:
        content = paper.issue_pdf(issue)
    except MissingDependency as missing:  # the column still appears; the page says that there is no PDF
        LOG.error("issue %s: no PDF (%s)", issue.number, missing.for_log)
        content = None
    with transaction.atomic():
        if _done(issue, "pdf"):
            Issue.objects.filter(pk=issue.pk).update(pdf=content)


def _list(issue: Issue) -> None:
    with transaction.atomic():
        Delivery.objects.bulk_create(
            (
                Delivery(issue=issue, subscription=subscription)
                for subscription in Subscription.objects.filter(confirmed_at__isnull=False)
            ),
            ignore_conflicts=True,
        )
        _done(issue, "list")


def send_deliveries(*, issue: Issue) -> bool:
    """Send what is not sent; says whether all is."""
    waiting = issue.deliveries.filter(sent_at__isnull=True)
    for delivery in waiting.select_related("subscription"):
        now = timezone.now()
        mine = Delivery.objects.filter(
            Q(begun_at__isnull=True) | Q(begun_at__lt=now - RETRY), pk=delivery.pk, sent_at__isnull=True
        ).update(begun_at=now)
        if mine:
            mail.send_edition(issue, delivery.subscription)
            Delivery.objects.filter(pk=delivery.pk).update(sent_at=timezone.now())
    return not waiting.exists()


def tell_readers(*, issue: Issue) -> None:
    """Tell readers who confirmed an address that their answer is there, then forget the address."""
    for item in issue.items.select_related("question__address"):
        address = getattr(item.question, "address", None)
        if address is None:
            continue
        if address.confirmed_at is not None:
            mail.tell_reader(item.question, address.email)
        address.delete()


def _finish(issue: Issue) -> None:
    with transaction.atomic():
        if Issue.objects.filter(pk=issue.pk, state="publishing").update(
            state="published", version=F("version") + 1
        ):
            audit.record(by=None, action="publish_ends", subject=f"issue {issue.number}")


def _done(issue: Issue, name: str) -> bool:
    """Mark a step; False when another worker already has."""
    _, made = PublicationStep.objects.get_or_create(issue=issue, name=name)
    return made


def due() -> list[Issue]:
    """Issues whose time has come, or that stopped half-way."""
    return list(
        Issue.objects.filter(Q(state="publishing") | Q(state="scheduled", scheduled_for__lte=timezone.now()))
    )
