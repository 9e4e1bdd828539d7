"""How long letters stay."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from tests.web.conftest import make_people, published, send, signed

from ranvier.web.commands import concerns, retention
from ranvier.web.models import (
    AuditEvent,
    Question,
)
from ranvier.web.roles import Role

pytestmark = pytest.mark.django_db


def age(question: Question, days: int) -> None:
    then = timezone.now() - timedelta(days=days)
    Question.objects.filter(pk=question.pk).update(created_at=then)
    AuditEvent.objects.filter(question=question).update(at=then)


def test_letters_go_when_their_time_is_over_and_not_a_day_before(settings: Any) -> None:
    settings.KEEP_UNANSWERED_DAYS, settings.KEEP_DECLINED_DAYS = 365, 90
    people = make_people()
    clinician = people[Role.CLINICIAN]
    young, _ = send()
    old, _ = send()
    declined, _ = send()
    age(declined, 400)
    concerns.decline(
        question=declined, by=clinician, version=declined.version, why="x", reply=None, text="Sorry"
    )
    long_declined, _ = send()
    concerns.decline(
        question=long_declined, by=clinician, version=long_declined.version, why="x", reply=None, text="Sorry"
    )
    private, printed = signed(clinician, may_publish=False), published(clinician, people[Role.EDITOR])
    for question, days in (
        (young, 364),
        (old, 366),
        (long_declined, 91),
        (private, 366),
        (printed.items.get().question, 4000),
    ):
        age(question, days)
    assert set(retention.expired()) == {old, long_declined, private}
    assert retention.erase_expired(by=None) == 3
    old.refresh_from_db()
    assert (old.text, old.readings.count(), old.answers.count()) == ("", 0, 0)
    assert AuditEvent.objects.filter(question=old, action="erase").get().why
    assert retention.erase_expired(by=None) == 0
