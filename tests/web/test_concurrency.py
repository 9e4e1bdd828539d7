"""Two people at once, for real, on the database of this run: threads with connections of their own, let go together."""

# ruff: noqa: B023 — `together` has run what it is given before the next round binds the names anew

from __future__ import annotations

import ast
import threading
import time
import uuid
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone
from tests.web.conftest import LETTER, act, make_people, scheduled, send, sign, signed
from tests.web.standin import StandIn
from tests.web.test_signing import drafted, rewrite

from ranvier.terms import DeskConflict, DeskError
from ranvier.web import signature
from ranvier.web.commands import issues, publishing, questions
from ranvier.web.models import Answer, AuditEvent, Issue, Person, Question, Reading
from ranvier.web.roles import Role

at_once = pytest.mark.django_db(transaction=True)
ROUNDS = 5


def together(*work: Callable[[], Any]) -> list[Any]:
    """Do all of it at once; what each gave, or the desk's refusal that it met. Anything else is a failure."""
    gate = threading.Barrier(len(work))
    results: list[Any] = [None] * len(work)

    def run(place: int, one: Callable[[], Any]) -> None:
        try:
            gate.wait(20)
            results[place] = one()
        except Exception as error:
            results[place] = error
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(work)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for result in results:
        if isinstance(result, Exception) and not isinstance(result, DeskError):
            raise result
    return results


def refused(results: list[Any]) -> int:
    return sum(isinstance(result, DeskError) for result in results)


def fresh(question: Question) -> Question:
    return Question.objects.get(pk=question.pk)


@at_once
def test_two_clinicians_who_sign_one_draft_at_once_give_one_signature() -> None:
    people = make_people()
    first = people[Role.CLINICIAN]
    second = Person.objects.create(username="c2", display_name="C2", role_name="clinician")
    for _ in range(ROUNDS):
        question = drafted(first)
        seen = [fresh(question), fresh(question)]
        results = together(lambda: sign(seen[0], first), lambda: sign(seen[1], second))
        assert refused(results) == 1
        assert AuditEvent.objects.filter(question=question, action="sign").count() == 1
        assert signature.still_covers(question.answers.last())


@at_once
def test_signing_while_a_colleague_edits_never_signs_what_was_not_seen() -> None:
    people = make_people()
    clinician, trainee = people[Role.CLINICIAN], people[Role.TRAINEE]
    for _ in range(ROUNDS):
        question = drafted(clinician)
        seen = [fresh(question), fresh(question)]
        results = together(
            lambda: sign(seen[0], clinician),
            lambda: rewrite(seen[1], trainee, lambda text: text.replace("rare", "very rare")),
        )
        assert refused(results) >= 1
        for answer in Answer.objects.filter(question=question, signed_at__isnull=False):
            assert signature.still_covers(answer)
            assert "very rare" not in str(answer.document)


@at_once
def test_two_edits_of_one_version_at_once_lose_nothing_in_silence() -> None:
    clinician = make_people()[Role.CLINICIAN]
    for _ in range(ROUNDS):
        question = drafted(clinician)
        seen = [fresh(question), fresh(question)]
        results = together(
            lambda: rewrite(seen[0], clinician, lambda text: text.replace("rare", "very rare")),
            lambda: rewrite(seen[1], clinician, lambda text: text.replace("rare", "quite rare")),
        )
        assert refused(results) == 1
        assert [row.number for row in question.answers.all()] == [1, 2]


@at_once
def test_two_workers_that_publish_at_once_publish_once() -> None:
    people = make_people()
    for _ in range(ROUNDS):
        issue = scheduled(people[Role.CLINICIAN], people[Role.EDITOR])
        seen = [Issue.objects.get(pk=issue.pk), Issue.objects.get(pk=issue.pk)]
        together(*(lambda row=row: publishing.publish(issue=row) for row in seen))
        publishing.publish(issue=Issue.objects.get(pk=issue.pk))
        issue.refresh_from_db()
        assert (issue.state, issue.items.get().question.state) == ("published", "published")
        assert AuditEvent.objects.filter(question=issue.items.get().question, action="publish").count() == 1


@at_once
def test_a_letter_withdrawn_while_it_is_published_is_gone_whoever_was_first() -> None:
    people = make_people()
    for _ in range(ROUNDS):
        word = "zebra" + uuid.uuid4().hex[:6]
        row = signed(people[Role.CLINICIAN], f"My {word} hand is weak, with cramps. What is MMN?")
        issue = issues.open_issue(by=people[Role.EDITOR], title="x")
        issues.arrange(
            issue=issue, by=people[Role.EDITOR], version=issue.version, questions=[row], title="x", note=""
        )
        issue = issues.schedule(issue=issue, by=people[Role.EDITOR], version=issue.version, when=None)
        results = together(
            lambda issue=issue: publishing.publish(issue=issue),
            lambda row=row: questions.withdraw(question=fresh(row)),
        )
        assert not isinstance(results[1], Exception), "the reader's word wins"
        left = fresh(row)
        assert (left.state, left.text, left.answers.count()) == ("withdrawn", "", 0)
        assert word not in Client().get("/").content.decode()


@at_once
def test_one_form_sent_four_times_at_once_asks_once_and_every_reply_shows_the_code_that_works() -> None:
    for _ in range(ROUNDS):
        submission = uuid.uuid4()
        results = together(*[lambda: questions.send(submission=submission, text=LETTER)] * 4)
        assert {question.pk for question, _ in results} == {Question.objects.get(submission=submission).pk}
        (code,) = {code for _, code in results}
        assert questions.by_claim_code(code).submission == submission


def test_an_hour_later_a_form_shows_no_code_any_more(db: None) -> None:
    submission = uuid.uuid4()
    question, code = questions.send(submission=submission, text=LETTER)
    Question.objects.filter(pk=question.pk).update(created_at=timezone.now() - timedelta(minutes=61))
    assert questions.send(submission=submission, text=LETTER) == (question, None)
    assert questions.by_claim_code(code) == question
    assert questions.by_claim_code(questions.send(submission=uuid.uuid4(), text=LETTER)[1]) != question


@at_once
def test_two_workers_that_draft_one_letter_at_once_draft_it_once() -> None:
    for _ in range(ROUNDS):
        question, _ = questions.send(submission=uuid.uuid4(), text=LETTER)
        results = together(*[lambda q=question: questions.prepare(question=fresh(q))] * 3)
        assert sorted(results) == [False, False, True]
        assert (Reading.objects.filter(question=question).count(), question.answers.count()) == (1, 1)


@at_once
def test_an_issue_is_scheduled_once_and_arranged_by_one() -> None:
    people = make_people()
    editor = people[Role.EDITOR]
    row = signed(people[Role.CLINICIAN])
    issue = issues.open_issue(by=editor, title="x")
    given = {"by": editor, "version": issue.version, "questions": [row], "title": "x", "note": ""}
    seen = [Issue.objects.get(pk=issue.pk) for _ in range(2)]
    assert refused(together(*(lambda one=one: issues.arrange(issue=one, **given) for one in seen))) == 1
    issue.refresh_from_db()
    seen = [Issue.objects.get(pk=issue.pk) for _ in range(2)]
    results = together(
        *(
            lambda one=one: issues.schedule(issue=one, by=editor, version=issue.version, when=None)
            for one in seen
        )
    )
    assert refused(results) == 1
    assert AuditEvent.objects.filter(question=row, action="schedule").count() == 1


class Thoughtful(StandIn):
    """Drafts only when nobody writes: what it is asked inside a transaction is a fault."""

    begun = threading.Event()
    go_on = threading.Event()

    def draft(
        self, text: str, case: dict[str, Any], study: bytes | None = None, diary: bytes | None = None
    ) -> dict[str, Any]:
        assert not connection.in_atomic_block, "the database's one writer would wait for the draft"
        self.begun.set()
        assert self.go_on.wait(20)
        return super().draft(text, case, study, diary)


def letter_being_thought_about(settings: Any) -> Question:
    question, _ = questions.send(submission=uuid.uuid4(), text=LETTER)
    settings.REASONING = "tests.web.test_concurrency.Thoughtful"
    Thoughtful.begun.clear()
    Thoughtful.go_on.clear()
    return question


@at_once
def test_readers_send_letters_while_the_worker_thinks(settings: Any) -> None:
    question = letter_being_thought_about(settings)

    def meanwhile() -> float:
        assert Thoughtful.begun.wait(20)
        started = time.monotonic()
        questions.send(submission=uuid.uuid4(), text=LETTER)
        Thoughtful.go_on.set()
        return time.monotonic() - started

    drafted_it, waited = together(lambda: questions.prepare(question=question), meanwhile)
    assert drafted_it is True
    assert waited < 10, "SQLite's writer lock was held while drafting"


@at_once
def test_a_letter_erased_while_the_worker_thinks_gets_no_draft(settings: Any) -> None:
    question = letter_being_thought_about(settings)

    def withdraw() -> None:
        assert Thoughtful.begun.wait(20)
        questions.withdraw(question=fresh(question))
        Thoughtful.go_on.set()

    assert together(lambda: questions.prepare(question=question), withdraw)[0] is False
    assert not Reading.objects.exists()
    assert not Answer.objects.exists()


def test_a_reader_who_withdraws_is_not_told_that_someone_was_faster(
    clinician: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    question, code = send()
    stale = questions.by_claim_code(code)
    act(question, "claim", clinician)
    questions.withdraw(question=stale)
    assert fresh(question).erased_at is not None


def test_only_moves_py_writes_a_questions_state() -> None:
    """The one table is the one way: no other module sets `state` on a question, in an update, a creation or an assignment."""
    found = []
    for path in Path("src/ranvier/web").rglob("*.py"):
        if path.name == "moves.py" or "migrations" in path.parts:
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and any(word.arg == "state" for word in node.keywords):
                callee = ast.unparse(node.func)
                if "Question" in callee and callee.rpartition(".")[2] in (
                    "update",
                    "create",
                    "update_or_create",
                    "Question",
                ):
                    found.append((path.name, node.lineno))
            targets = node.targets if isinstance(node, ast.Assign) else []
            found += [
                (path.name, node.lineno) for target in targets if ast.unparse(target) == "question.state"
            ]
    assert found == []


def test_a_conflict_is_a_refusal() -> None:
    assert issubclass(DeskConflict, DeskError)
