"""What the worker does. A task is named by ids only, so that the queue holds no letter; each may be run again."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from datetime import timedelta
from functools import wraps
from typing import Any

from django.db import OperationalError
from django.db.models import Q
from django.utils import timezone
from django_tasks import TaskResultStatus, task
from django_tasks_db.models import DBTaskResult

from ranvier.terms import DeskError

from . import freshness, mail
from .commands import answers, deliveries, publishing, questions, retention
from .models import Issue, Person, Question, ReaderAddress, Subscription
from .quiet import place

LOG = logging.getLogger("desk")
STUCK = timedelta(minutes=10)  # longer than any task takes: its worker is gone
RETRIED = timedelta(days=1)
KEPT = timedelta(days=2)
LATER_SECONDS = 600
_failed_at: dict[object, float] = {}


class TaskFailed(Exception):
    """What the queue keeps of an error: its class and place. A traceback's last line can quote a letter."""


def quietly(work: Callable[..., bool]) -> Callable[..., bool]:
    """Keep the words of an error out of the queue's table."""

    @wraps(work)
    def run(*given: Any) -> bool:
        try:
            return work(*given)
        except Exception as error:
            what = f"{type(error).__name__} at {place(error.__traceback__)}"
        LOG.error("task %s failed: %s", work.__name__, what)
        raise TaskFailed(what)

    return run


@task()
@quietly
def prepare(question_id: str) -> bool:
    """Read a letter and draft its answer."""
    question = Question.objects.filter(pk=question_id).first()
    return question is not None and questions.prepare(question=question)


@task()
@quietly
def redraft(question_id: str, person_id: str, version: int) -> bool:
    """Draft again from the case as it stands, unless someone has changed it since this was asked for."""
    question = Question.objects.filter(pk=question_id, erased_at=None, version=version).first()
    person = Person.objects.filter(pk=person_id, is_active=True).first()
    if question is None or person is None:
        return False
    try:
        answers.redraft(question=question, by=person, version=version)
    except DeskError:  # changed, or given back, while it was being drafted
        return False
    return True


@task()
@quietly
def publish_issue(issue_id: str) -> bool:
    """Publish an issue whose time has come, or go on where it stopped."""
    issue = Issue.objects.filter(pk=issue_id).first()
    if issue is None:
        return False
    publishing.publish(issue=issue)
    return True


@task()
@quietly
def confirm_subscription(subscription_id: str) -> bool:
    """Send the confirmation of a subscription."""
    subscription = Subscription.objects.filter(pk=subscription_id, confirmed_at__isnull=True).first()
    if subscription is not None:
        mail.confirm_subscription(subscription)
    return subscription is not None


@task()
@quietly
def confirm_reader_address(question_id: str) -> bool:
    """Send the confirmation of a reader's address."""
    address = ReaderAddress.objects.filter(question_id=question_id, confirmed_at__isnull=True).first()
    if address is not None:
        mail.confirm_reader(address)
    return address is not None


def sweep(*, patience: timedelta = timedelta(seconds=30)) -> int:
    """Find what a killed worker left: letters without a draft, issues that are due or half published, old letters.

    The desk's own tables say what is missing, so nothing depends on the queue having survived. One piece of work that
    fails does not stop the others, and is tried again after a while.
    """
    count = 0
    waiting = Question.objects.filter(
        readings__isnull=True, erased_at__isnull=True, created_at__lt=timezone.now() - patience
    )
    for question in waiting.order_by("created_at"):
        count += _try("draft", question.pk, lambda row=question: questions.prepare(question=row))
    for issue in publishing.due():
        count += _try("publish", issue.pk, lambda row=issue: publishing.publish(issue=row))
    for issue in publishing.unprinted():
        count += _try("print", issue.pk, lambda row=issue: publishing.print_issue(issue=row))
    count += _try("tell", "readers", deliveries.tell_readers)
    count += _try("erase", "expired", lambda: retention.erase_expired(by=None))
    count += _try("forget", "addresses", deliveries.forget_unconfirmed)
    count += _try("tidy", "queue", tidy_queue)
    count += _try("tidy", "changes", freshness.tidy)
    return count


def _try(what: str, key: object, work: Callable[[], Any]) -> int:
    """Do one piece of work; how much was done. After a failure it rests for ten minutes."""
    if time.monotonic() - _failed_at.get((what, key), -LATER_SECONDS) < LATER_SECONDS:
        return 0
    try:
        done = work()
    except OperationalError:
        raise  # the database is away: the worker waits for it (desk_worker)
    except Exception as error:
        _failed_at[what, key] = time.monotonic()
        LOG.error("%s %s failed: %s at %s", what, key, type(error).__name__, place(error.__traceback__))
        return 0
    _failed_at.pop((what, key), None)
    return int(done or 0)


def tidy_queue() -> int:
    """Give tasks back whose worker died, try failed ones again for a day, and drop old ones."""
    now = timezone.now()
    stuck = Q(status=TaskResultStatus.RUNNING, started_at__lt=now - STUCK)
    failed = Q(status=TaskResultStatus.FAILED, finished_at__lt=now - STUCK, enqueued_at__gt=now - RETRIED)
    again = DBTaskResult.objects.filter(stuck | failed).update(
        status=TaskResultStatus.READY,
        started_at=None,
        finished_at=None,
        exception_class_path="",
        traceback="",
    )
    DBTaskResult.objects.finished().filter(finished_at__lt=now - KEPT).delete()
    return again
