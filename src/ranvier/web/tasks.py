"""What the worker does. A task is named by ids only, so that the queue holds no letter; each may be run again."""

from __future__ import annotations

import logging
from datetime import timedelta

from django.utils import timezone
from django_tasks import task

from . import mail
from .commands import publishing, questions, retention
from .models import Issue, Question, ReaderAddress, Subscription

LOG = logging.getLogger("desk")


@task()
def prepare(question_id: str) -> bool:
    """Read a letter and draft its answer."""
    question = Question.objects.filter(pk=question_id).first()
    return question is not None and questions.prepare(question=question)


@task()
def publish_issue(issue_id: str) -> bool:
    """Publish an issue whose time has come, or go on where it stopped."""
    issue = Issue.objects.filter(pk=issue_id).first()
    if issue is None:
        return False
    publishing.publish(issue=issue)
    return True


@task()
def confirm_subscription(subscription_id: str) -> bool:
    """Send the confirmation of a subscription."""
    subscription = Subscription.objects.filter(pk=subscription_id, confirmed_at__isnull=True).first()
    if subscription is not None:
        mail.confirm_subscription(subscription)
    return subscription is not None


@task()
def confirm_reader_address(question_id: str) -> bool:
    """Send the confirmation of a reader's address."""
    address = ReaderAddress.objects.filter(question_id=question_id, confirmed_at__isnull=True).first()
    if address is not None:
        mail.confirm_reader(address)
    return address is not None


def sweep(*, patience: timedelta = timedelta(seconds=30)) -> int:
    """Find what a killed worker left: letters without a draft, issues that are due or half published, old letters.

    The desk's own tables say what is missing, so nothing depends on the queue having survived.
    """
    count = 0
    waiting = Question.objects.filter(
        readings__isnull=True, erased_at__isnull=True, created_at__lt=timezone.now() - patience
    )
    for question in waiting[:50]:
        try:
            count += questions.prepare(question=question)
        except Exception as error:
            # One letter that cannot be read must not stop the others; the queue shows it as not drafted.
            LOG.error("question %s cannot be drafted: %s", question.reference, type(error).__name__)
    for issue in publishing.due():
        publishing.publish(issue=issue)
        count += 1
    return count + retention.erase_expired(by=None)
