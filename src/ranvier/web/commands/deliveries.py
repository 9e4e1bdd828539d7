"""Handing mails over, each at most once.

No transaction covers a mail. It is marked begun, handed over, and marked sent. If the worker dies between the marks, or the
line breaks while the mail is being given, nobody knows whether it arrived. It is then not sent again: two copies of an
issue do more harm to a patient's trust than one that is on the site, in the feed and in the archive anyway. The editor sees
how many stand so and may send them again by hand. What the server refused is tried again later, a few times; while the
server is away nothing is marked and everything waits.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import timedelta

from django.core.mail import EmailMultiAlternatives
from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.utils import timezone

from ranvier.terms import DeskError
from ranvier.web import mail
from ranvier.web.mail import Handed
from ranvier.web.models import Delivery, Issue, Person, Question, ReaderAddress, Subscription
from ranvier.web.states import PUBLIC, State

from . import audit

IN_FLIGHT = timedelta(minutes=2)  # so long may another worker be busy with one mail
PAUSE = timedelta(minutes=10)  # after a refusal, and longer each time
TRIES = 4
LOG = logging.getLogger("desk")
Post = Callable[[EmailMultiAlternatives], Handed]


def list_subscribers(*, issue: Issue) -> None:
    """Write down to whom an issue goes: everyone who had confirmed by then, once."""
    confirmed = Subscription.objects.filter(confirmed_at__isnull=False)
    Delivery.objects.bulk_create(
        (Delivery(issue=issue, subscription=subscription) for subscription in confirmed),
        ignore_conflicts=True,
    )


def send_deliveries(*, issue: Issue) -> bool:
    """Hand over what waits; says whether nothing waits any more."""
    hand_over = mail.post()
    for delivery in waiting(issue).select_related("subscription"):
        outcome = _deliver(delivery, issue, hand_over)
        if outcome is Handed.AWAY:
            LOG.error("issue %s: the mail server is away; mails wait", issue.number)
            return False
    return not _unsettled(issue).exists()


def waiting(issue: Issue) -> QuerySet[Delivery]:
    """Mails to hand over now."""
    due = Q(try_after__isnull=True) | Q(try_after__lte=timezone.now())
    return issue.deliveries.filter(due, begun_at__isnull=True, failed_at__isnull=True)


def unknown(issue: Issue) -> QuerySet[Delivery]:
    """Mails of which nobody knows whether they arrived."""
    return issue.deliveries.filter(
        sent_at__isnull=True, failed_at__isnull=True, begun_at__lte=timezone.now() - IN_FLIGHT
    )


def _unsettled(issue: Issue) -> QuerySet[Delivery]:
    fresh = Q(begun_at__isnull=True) | Q(begun_at__gt=timezone.now() - IN_FLIGHT)
    return issue.deliveries.filter(fresh, sent_at__isnull=True, failed_at__isnull=True)


def _deliver(delivery: Delivery, issue: Issue, hand_over: Post) -> Handed:
    message = mail.edition(issue, delivery.subscription)
    row = Delivery.objects.filter(pk=delivery.pk)
    # Of two workers one gets it; a begun mail is never begun again.
    if not row.filter(begun_at__isnull=True).update(begun_at=timezone.now()):
        return Handed.SENT
    outcome = hand_over(message)
    now = timezone.now()
    if outcome is Handed.SENT:
        row.update(sent_at=now)
    elif outcome is Handed.AWAY:
        row.update(begun_at=None)
    elif outcome is Handed.REFUSED:
        tries = delivery.refusals + 1
        row.update(
            begun_at=None, refusals=tries, try_after=now + PAUSE * tries,
            failed_at=now if tries >= TRIES else None,
        )  # fmt: skip
    return outcome


@transaction.atomic
def send_again(*, issue: Issue, by: Person) -> int:
    """Send once more what failed or stands unknown, on an editor's word; returns how many."""
    if issue.published_at is None:
        raise DeskError(path=f"issue {issue.number}", given="not published", expected="Publish it first")
    rows = unknown(issue) | issue.deliveries.filter(failed_at__isnull=False)
    count = Delivery.objects.filter(pk__in=list(rows.values_list("pk", flat=True))).update(
        begun_at=None, refusals=0, try_after=None, failed_at=None
    )
    if count:
        Issue.objects.filter(pk=issue.pk).update(state="publishing", version=F("version") + 1)
        audit.record(by=by, action="send_again", subject=f"issue {issue.number}", why=f"{count} mails")
    return count


def answered() -> Q:
    """Letters whose reader has something to read: printed, answered by claim code only, or declined with a reply."""
    private = Q(question__state=State.SIGNED.value, question__may_publish=False)
    done = [*(state.value for state in PUBLIC), State.DECLINED.value]
    return private | Q(question__state__in=done)


def tell_readers() -> int:
    """Write to readers who confirmed an address that their answer is there, then forget the address."""
    ReaderAddress.objects.filter(told_at__lt=timezone.now() - IN_FLIGHT).delete()  # a worker died there
    count = 0
    hand_over: Post | None = None
    confirmed = ReaderAddress.objects.filter(answered(), confirmed_at__isnull=False, told_at__isnull=True)
    for address in confirmed.select_related("question"):
        hand_over = hand_over or mail.post()
        outcome = _tell(address, address.question, hand_over)
        if outcome is Handed.AWAY:
            LOG.error("readers wait to be told: the mail server is away")
            return count
        count += outcome is Handed.SENT
    return count


def _tell(address: ReaderAddress, question: Question, hand_over: Post) -> Handed:
    message = mail.reader_answer(question, address.email)
    row = ReaderAddress.objects.filter(pk=address.pk)
    if not row.filter(told_at__isnull=True).update(told_at=timezone.now()):
        return Handed.UNKNOWN
    outcome = hand_over(message)
    if outcome is Handed.AWAY or (outcome is Handed.REFUSED and address.refusals + 1 < TRIES):
        row.update(told_at=None, refusals=F("refusals") + (outcome is Handed.REFUSED))
    else:
        row.delete()
    return outcome


def forget_unconfirmed() -> int:
    """Delete addresses whose confirmation never came: their link is dead after as many days."""
    before = timezone.now() - timedelta(days=mail.CONFIRM_DAYS)
    readers, _ = ReaderAddress.objects.filter(
        confirmed_at__isnull=True, question__created_at__lt=before
    ).delete()
    subscribers, _ = Subscription.objects.filter(confirmed_at__isnull=True, created_at__lt=before).delete()
    return readers + subscribers
