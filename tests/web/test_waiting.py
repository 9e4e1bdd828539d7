"""Nobody waits for somebody else's draft: the slow part of reading a letter holds no lock on the database."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from tests.web.conftest import LETTER, act, send
from tests.web.standin import StandIn

from ranvier.web.commands import answers, findings, questions
from ranvier.web.models import Person, Question


@pytest.fixture
def drafting(monkeypatch: pytest.MonkeyPatch) -> list[bool]:
    """Whether a transaction was open each time that something was drafted or read."""
    seen: list[bool] = []

    def note(name: str) -> None:
        real = getattr(StandIn, name)

        def watched(self: StandIn, *args: Any) -> Any:
            seen.append(connection.in_atomic_block)
            return real(self, *args)

        monkeypatch.setattr(StandIn, name, watched)

    note("draft")
    note("read")
    return seen


@pytest.mark.django_db(transaction=True)
def test_a_letter_is_read_and_drafted_before_the_transaction_that_keeps_it(drafting: list[bool]) -> None:
    send(LETTER)
    assert drafting == [False, False]


@pytest.mark.django_db(transaction=True)
def test_drafting_again_holds_no_lock_and_still_sees_a_change_meanwhile(
    drafting: list[bool], clinician: Person
) -> None:
    from ranvier.terms import DeskConflict

    question, _ = send(LETTER)
    act(question, "claim", clinician)
    drafting.clear()
    answers.redraft(question=question, by=clinician, version=question.version)
    assert drafting == [False]
    stale = Question.objects.get(pk=question.pk)
    findings.review(question=question, by=clinician, version=question.version, action="confirm", index=0)
    with pytest.raises(DeskConflict):
        answers.redraft(question=stale, by=clinician, version=stale.version)
    assert question.answers.count() == 2


@pytest.mark.django_db(transaction=True)
def test_a_letter_erased_while_it_was_read_is_not_kept_again(monkeypatch: pytest.MonkeyPatch) -> None:
    question, code = questions.send(submission="0b0e7d0e-5d3e-4a0e-9d55-6f2f4a0c1a11", text=LETTER)
    assert code
    real = StandIn.draft

    def withdrawn_meanwhile(self: StandIn, *args: Any) -> Any:
        questions.withdraw(question=Question.objects.get(pk=question.pk))
        return real(self, *args)

    monkeypatch.setattr(StandIn, "draft", withdrawn_meanwhile)
    assert questions.prepare(question=question) is False
    assert not question.readings.exists()
    assert not question.answers.exists()
