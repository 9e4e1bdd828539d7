"""Mails: at most once each, to whom they belong, and what the editor sees when nobody knows whether one arrived."""

from __future__ import annotations

import smtplib
from collections.abc import Callable
from datetime import timedelta
from typing import Any, ClassVar

import pytest
from django.core import mail as outbox
from django.test import Client
from django.utils import timezone
from tests.web import killing
from tests.web.conftest import act, published, scheduled, send, sign, signed

from ranvier.terms import DeskError
from ranvier.web import tasks
from ranvier.web.commands import deliveries, issues, publishing, subscriptions
from ranvier.web.models import (
    AuditEvent,
    Delivery,
    Person,
    Question,
    ReaderAddress,
    Subscription,
)
from ranvier.web.roles import Role

SECOND = "I have weak hands since May, and cramps. What is IVIG, and does it help?"


from tests.web.test_publishing import confirmed_address, mails_to, subscriber


class Server(killing.BaseEmailBackend):
    """A mail server whose mood a test sets by address."""

    moods: ClassVar[dict[str, Exception]] = {}
    away = False

    def open(self) -> None:
        if self.away:
            raise ConnectionRefusedError

    def send_messages(self, messages: list[Any]) -> int:
        for message in messages:
            if error := self.moods.get(message.to[0]):
                raise error
            outbox.outbox.append(message)
        return len(messages)


@pytest.fixture
def server(settings: Any) -> type[Server]:
    settings.EMAIL_BACKEND = "tests.web.test_deliveries.Server"
    Server.moods, Server.away = {}, False
    return Server


# ---------------------------------------------------------------- mail


def test_only_confirmed_subscribers_get_the_issue_each_once_with_one_click_to_leave(
    clinician: Person, editor: Person
) -> None:
    subscriber("one@example.org")
    subscriptions.subscribe(email="unconfirmed@example.org")
    published(clinician, editor)
    (message,) = mails_to("one@example.org")
    assert mails_to("unconfirmed@example.org") == []
    assert message.extra_headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    link = message.extra_headers["List-Unsubscribe"].strip("<>")
    page = Client(enforce_csrf_checks=True).post(
        link.removeprefix("http://127.0.0.1:8000"), {"List-Unsubscribe": "One-Click"}
    )
    assert page.status_code == 200
    assert not Subscription.objects.filter(email="one@example.org").exists()


def test_while_the_mail_server_is_away_the_issue_is_on_the_site_and_mails_wait(
    clinician: Person, editor: Person, server: type[Server]
) -> None:
    subscriber("one@example.org")
    server.away = True
    issue = published(clinician, editor)
    assert (issue.state, issue.published_at is not None) == ("publishing", True)
    server.away = False
    tasks.sweep()
    issue.refresh_from_db()
    assert issue.state == "published"
    assert len(mails_to("one@example.org")) == 1


def test_one_refused_address_does_not_keep_the_others_from_their_issue(
    clinician: Person, editor: Person, server: type[Server], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(deliveries, "PAUSE", timedelta(0))
    subscriber("bad@example.org")
    subscriber("good@example.org")
    server.moods = {"bad@example.org": smtplib.SMTPRecipientsRefused({"bad@example.org": (550, b"no")})}
    issue = published(clinician, editor)
    assert len(mails_to("good@example.org")) == 1
    for _ in range(deliveries.TRIES):
        tasks.sweep()
    issue.refresh_from_db()
    bad = Delivery.objects.get(subscription__email="bad@example.org")
    assert (issue.state, bad.failed_at is not None, bad.refusals) == ("published", True, deliveries.TRIES)


def test_a_mail_that_may_have_arrived_is_sent_again_only_on_an_editors_word(
    clinician: Person, editor: Person, server: type[Server], as_person: Callable[[Role], Client],
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    subscriber("one@example.org")
    server.moods = {"one@example.org": smtplib.SMTPServerDisconnected()}
    issue = published(clinician, editor)
    monkeypatch.setattr(deliveries, "IN_FLIGHT", timedelta(0))
    server.moods = {}
    tasks.sweep()
    tasks.sweep()
    issue.refresh_from_db()
    assert (issue.state, mails_to("one@example.org")) == ("published", [])
    client = as_person(Role.EDITOR)
    page = f"/desk/issues/{issue.pk}/"
    assert b"may or may not have arrived" in client.get(page).content
    client.post(f"{page}move/", {"name": "send_again"})
    tasks.sweep()
    tasks.sweep()
    assert len(mails_to("one@example.org")) == 1
    assert b"may or may not have arrived" not in client.get(page).content
    assert AuditEvent.objects.filter(action="send_again", by=editor).count() == 1


# ---------------------------------------------------------------- telling the reader


def test_a_reader_is_told_once_when_the_answer_is_printed_and_the_address_is_forgotten(
    clinician: Person, editor: Person
) -> None:
    issue = scheduled(clinician, editor)
    question = issue.items.get().question
    confirmed_address(question)
    publishing.publish(issue=issue)
    tasks.sweep()
    (message,) = mails_to("reader@example.org")
    question.refresh_from_db()
    assert f"/answers/{question.slug}/" in message.body
    assert not ReaderAddress.objects.exists()


def test_a_reader_who_refused_printing_is_told_of_the_answer_and_is_never_printed(
    clinician: Person, editor: Person
) -> None:
    question = signed(clinician, may_publish=False)
    confirmed_address(question)
    tasks.sweep()
    (message,) = mails_to("reader@example.org")
    assert "/claim/" in message.body
    assert "/answers/" not in message.body
    issue = issues.open_issue(by=editor, title="On beginnings")
    with pytest.raises(DeskError, match="asked not to be published"):
        issues.arrange(
            issue=issue, by=editor, version=issue.version, questions=[question], title="x", note=""
        )
    assert not ReaderAddress.objects.exists()


def test_a_reader_whose_letter_is_declined_is_told_that_there_is_a_reply(clinician: Person) -> None:
    question, _ = send()
    confirmed_address(question)
    from ranvier.web.commands import concerns

    concerns.decline(
        question=question, by=clinician, version=question.version, why="scope", reply=None, text="Sorry"
    )
    tasks.sweep()
    assert len(mails_to("reader@example.org")) == 1


def test_an_address_is_used_only_after_its_owner_confirmed_and_then_once(
    clinician: Person, editor: Person
) -> None:
    question, _ = send(email="reader@example.org")
    tasks.confirm_reader_address.call(str(question.pk))
    (first,) = mails_to("reader@example.org")
    link = next(line for line in first.body.splitlines() if "/ask/email/" in line)
    act(question, "claim", clinician)
    act(question, "draft", clinician)
    sign(question, clinician)
    Question.objects.filter(pk=question.pk).update(may_publish=False)
    tasks.sweep()
    assert len(mails_to("reader@example.org")) == 1, "not confirmed, and written to"
    path = link.removeprefix("http://127.0.0.1:8000")
    Client().get(path)  # a mail program that opens links confirms nothing
    tasks.sweep()
    assert len(mails_to("reader@example.org")) == 1
    Client().post(path)
    tasks.sweep()
    tasks.sweep()
    assert len(mails_to("reader@example.org")) == 2


def test_addresses_never_confirmed_are_forgotten_when_their_link_is_dead(db: None) -> None:
    question, _ = send(email="reader@example.org")
    subscription = subscriptions.subscribe(email="one@example.org")
    long_ago = timezone.now() - timedelta(days=8)
    Question.objects.filter(pk=question.pk).update(created_at=long_ago)
    Subscription.objects.filter(pk=subscription.pk).update(created_at=long_ago)
    tasks.sweep()
    assert not ReaderAddress.objects.exists()
    assert not Subscription.objects.exists()
