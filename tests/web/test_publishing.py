"""Publishing: once, whatever happens to the worker."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core import mail as outbox
from django.test import Client
from django.utils import timezone
from tests.web import killing
from tests.web.conftest import LETTER, make_people, published, scheduled, send, signed

from ranvier.terms import DeskError
from ranvier.web import tasks
from ranvier.web.commands import answers, deliveries, issues, moves, publishing, questions, subscriptions
from ranvier.web.models import (
    Answer,
    AuditEvent,
    Delivery,
    Issue,
    Person,
    Question,
    ReaderAddress,
    Subscription,
)
from ranvier.web.roles import Role
from ranvier.web.states import State

SECOND = "I have weak hands since May, and cramps. What is IVIG, and does it help?"


def subscriber(email: str) -> Subscription:
    row = subscriptions.subscribe(email=email)
    subscriptions.confirm(subscription=row)
    return row


def confirmed_address(question: Question, email: str = "reader@example.org") -> ReaderAddress:
    return ReaderAddress.objects.create(question=question, email=email, confirmed_at=timezone.now())


def mails_to(email: str) -> list[Any]:
    return [message for message in outbox.outbox if message.to == [email]]


# ---------------------------------------------------------------- killed half-way


@pytest.mark.django_db(transaction=True)
def test_a_worker_killed_at_every_point_in_turn_publishes_once_and_mails_nobody_twice(
    settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    people = make_people()
    issue = scheduled(people[Role.CLINICIAN], people[Role.EDITOR], LETTER, SECOND)
    names = [f"subscriber{n}@example.org" for n in range(3)]
    for name in names:
        subscriber(name)
    confirmed_address(issue.items.first().question)
    killing.Postbox.path = tmp_path / "postbox"
    settings.EMAIL_BACKEND = "tests.web.killing.Postbox"
    monkeypatch.setattr(deliveries, "IN_FLIGHT", timedelta(0))
    for name in ("_begin", "publish_answer", "print_issue", "list_subscribers", "move", "_done", "_finish"):
        monkeypatch.setattr(publishing, name, killing.around(getattr(publishing, name)))

    def work() -> None:
        tasks.sweep()

    kills = 0
    point = 0
    while killing.run(work, kill_at=point):
        kills += 1
        issue.refresh_from_db()
        # A killed worker leaves a state that can be shown: the issue is on the site only with its answers.
        if issue.published_at is not None:
            assert {item.question.state for item in issue.items.all()} == {"published"}
        # Each run begins where the last one stopped, so every point comes near the start of some run; four is past
        # the longest stretch that a death undoes.
        point = kills % 5
        assert kills < 200, "it never ends"
    issue.refresh_from_db()
    assert kills > 12
    assert issue.state == "published"
    assert bytes(issue.pdf)
    for item in issue.items.all():
        assert AuditEvent.objects.filter(question=item.question, action="publish").count() == 1
    assert AuditEvent.objects.filter(action="publish_begins").count() == 1
    assert AuditEvent.objects.filter(action="publish_ends").count() == 1
    taken = Counter(killing.Postbox.taken())
    assert set(taken.values()) <= {1}, "someone got the same mail twice"
    rows = Delivery.objects.filter(issue=issue)
    assert rows.count() == 3
    assert all(row.begun_at for row in rows)
    marked = {row.subscription.email for row in rows if row.sent_at}
    arrived = {line.split()[0] for line in taken} & set(names)
    assert marked <= arrived, "marked as sent, but never handed over"
    assert deliveries.unknown(issue).count() == 3 - len(marked)
    assert not ReaderAddress.objects.exists()


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("kill_at", range(16))
def test_after_one_death_anywhere_the_next_worker_finishes(
    kill_at: int, settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    people = make_people()
    issue = scheduled(people[Role.CLINICIAN], people[Role.EDITOR])
    subscriber("one@example.org")
    subscriber("two@example.org")
    killing.Postbox.path = tmp_path / "postbox"
    settings.EMAIL_BACKEND = "tests.web.killing.Postbox"
    monkeypatch.setattr(deliveries, "IN_FLIGHT", timedelta(0))
    for name in ("publish_answer", "print_issue", "list_subscribers", "_done"):
        monkeypatch.setattr(publishing, name, killing.around(getattr(publishing, name)))
    assert killing.run(lambda: tasks.sweep(), kill_at=kill_at)
    assert not killing.run(lambda: tasks.sweep(), kill_at=10_000)
    issue.refresh_from_db()
    assert (issue.state, issue.items.get().question.state) == ("published", "published")
    assert len(set(killing.Postbox.taken())) == len(killing.Postbox.taken()) >= 1


# ---------------------------------------------------------------- run twice, or at the wrong time


def test_publishing_twice_changes_nothing(clinician: Person, editor: Person) -> None:
    subscriber("one@example.org")
    issue = published(clinician, editor)
    before = (issue.version, issue.published_at, AuditEvent.objects.count(), len(outbox.outbox))
    publishing.publish(issue=issue)
    tasks.sweep()
    issue.refresh_from_db()
    assert (issue.version, issue.published_at, AuditEvent.objects.count(), len(outbox.outbox)) == before


def test_a_task_left_from_an_earlier_schedule_publishes_nothing_early(
    clinician: Person, editor: Person
) -> None:
    issue = scheduled(clinician, editor)
    issues.unschedule(issue=issue, by=editor, version=issue.version)
    later = timezone.now() + timedelta(days=3)
    issues.schedule(issue=issue, by=editor, version=issue.version, when=later)
    tasks.publish_issue.call(str(issue.pk))
    issue.refresh_from_db()
    assert (issue.state, issue.published_at) == ("scheduled", None)


def test_an_answer_changed_behind_the_signature_is_left_out_and_goes_back(
    clinician: Person, editor: Person
) -> None:
    issue = scheduled(clinician, editor, LETTER, SECOND)
    bad = issue.items.last().question
    answer = bad.answers.last()
    answer.document["sections"][0]["sentences"][0]["text"] = "Take twice the dose."
    Answer.objects.filter(pk=answer.pk).update(document=answer.document)
    publishing.publish(issue=issue)
    bad.refresh_from_db()
    issue.refresh_from_db()
    assert (issue.state, bad.state, issue.items.count()) == ("published", "signed", 1)
    assert b"Take twice the dose" not in Client().get("/").content
    again = issues.open_issue(by=editor, title="Again")
    with pytest.raises(DeskError, match="signature"):
        issues.arrange(issue=again, by=editor, version=again.version, questions=[bad], title="Again", note="")


def test_an_issue_whose_only_answer_was_withdrawn_is_not_published(clinician: Person, editor: Person) -> None:
    subscriber("one@example.org")
    issue = scheduled(clinician, editor)
    questions.withdraw(question=issue.items.get().question)
    tasks.sweep()
    issue.refresh_from_db()
    assert (issue.state, issue.published_at) == ("open", None)
    assert mails_to("one@example.org") == []


def test_withdrawing_or_erasing_a_published_letter_takes_it_out_of_the_pdf(
    clinician: Person, editor: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    def paper(issue: Issue, preview: bool = False) -> bytes:
        return "\n".join(
            item.question.letter for item in issue.items.all() if item.question.state == "published"
        ).encode()

    monkeypatch.setattr("ranvier.web.paper.issue_pdf", paper)
    issue = published(clinician, editor, LETTER, SECOND)
    address = f"/issues/{issue.number}/print.pdf"
    assert b"drooping foot" in Client().get(address).content
    questions.withdraw(question=Question.objects.get(text=LETTER))
    assert Client().get(address).status_code == 404  # gone at once, before it is printed anew
    tasks.sweep()
    assert Client().get(address).content == SECOND.encode()


def test_a_pdf_made_while_a_letter_was_withdrawn_is_not_kept(
    clinician: Person, editor: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    issue = scheduled(clinician, editor, LETTER, SECOND)

    def slow(issue: Issue, preview: bool = False) -> bytes:
        first = Question.objects.get(submission=victim.submission)
        if first.erased_at is None:
            questions.withdraw(question=first)
            return b"with the letter"
        return b"without it"

    victim = issue.items.first().question
    monkeypatch.setattr("ranvier.web.paper.issue_pdf", slow)
    publishing.publish(issue=issue)
    tasks.sweep()
    issue.refresh_from_db()
    assert bytes(issue.pdf) == b"without it"


def test_one_issue_that_fails_does_not_stop_the_worker(
    clinician: Person, editor: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    issue = scheduled(clinician, editor)
    old, _ = send()
    Question.objects.filter(pk=old.pk).update(created_at=timezone.now() - timedelta(days=400))

    def fail(*, issue: Issue) -> None:
        raise RuntimeError("zebra in a letter")

    monkeypatch.setattr(publishing, "publish", fail)
    tasks.sweep()
    old.refresh_from_db()
    assert old.erased_at is not None
    assert issue.state == "scheduled"


def test_a_correction_is_in_the_search_with_its_letter_and_is_printed_anew(
    clinician: Person, editor: Person
) -> None:
    issue = published(clinician, editor)
    question = issue.items.get().question
    correct(question, clinician)
    issue.refresh_from_db()
    assert issue.pdf is None
    tasks.sweep()
    issue.refresh_from_db()
    assert bytes(issue.pdf)
    assert "drooping" in question.answers.last().search_text


def correct(question: Question, clinician: Person) -> None:
    question.refresh_from_db()
    latest = question.answers.last()
    rows = [
        {"section": section["id"], "id": sentence["id"], "text": sentence["text"].replace("rare", "very rare"), "reason": ""}
        for section in latest.document["sections"]
        for sentence in section["sentences"]
    ]  # fmt: skip
    answers.edit(
        question=question, by=clinician, version=question.version, base=latest.number, rows=rows, title=latest.title
    )  # fmt: skip
    from ranvier.web.signature import current_digest

    shown = current_digest(question, question.answers.last(), question.readings.last())
    answers.correct(
        question=question, by=clinician, version=question.version, shown_digest=shown, note="How rare it is"
    )


def test_no_state_changes_but_through_the_table(clinician: Person) -> None:
    question = signed(clinician)
    assert question.standing is State.SIGNED
    with pytest.raises(DeskError):
        moves.move(question=question, name="publish", by=None, version=question.version)


def test_the_previews_may_stand_in_the_builders_frame_and_no_other_page_in_any(
    clinician: Person, editor: Person, as_person: Callable[[Role], Client]
) -> None:
    issue = scheduled(clinician, editor)
    client = as_person(Role.EDITOR)
    for form in ("web", "mail", "text"):
        page = client.get(f"/desk/issues/{issue.pk}/{form}/")
        assert page.headers["X-Frame-Options"] == "SAMEORIGIN"
        assert "frame-ancestors 'self'" in page.headers["Content-Security-Policy"]
    for address in ("/", f"/desk/issues/{issue.pk}/", "/account/login/"):
        page = client.get(address)
        assert page.headers["X-Frame-Options"] == "DENY"
        assert "frame-ancestors 'none'" in page.headers["Content-Security-Policy"]


def test_lists_of_issues_do_not_read_their_pdfs_and_do_not_grow_in_queries(
    clinician: Person, editor: Person, django_assert_max_num_queries: Any
) -> None:
    for _ in range(4):
        published(clinician, editor)
    for address in ("/archive/", "/topics/", "/"):
        with django_assert_max_num_queries(8) as seen:
            Client().get(address).content.decode()
        columns_read = " ".join(query["sql"].partition(" FROM ")[0] for query in seen.captured_queries)
        assert '"desk_issue"."pdf"' not in columns_read.replace('"desk_issue"."pdf" IS NOT NULL', "")
    assert "PDF" in Client().get("/archive/").content.decode()
    assert Client().get("/issues/1/print.pdf").status_code == 200
