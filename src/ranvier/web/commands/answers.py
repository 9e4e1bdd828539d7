"""Writing, signing and correcting answers. Text is never changed: each edit is the next version."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.db import transaction
from django.utils import timezone

from ranvier.terms import DeskConflict, DeskError
from ranvier.web import documents, signature
from ranvier.web.models import Answer, Person, Question, Reading
from ranvier.web.reasoning import reasoner
from ranvier.web.roles import Role
from ranvier.web.states import PUBLIC, State

from . import audit, concerns
from .moves import begin_write, demand_write, move
from .publishing import reprint, searchable


@transaction.atomic
def edit(
    *,
    question: Question,
    by: Person,
    version: int,
    base: int,
    rows: Sequence[Mapping[str, Any]],
    title: str,
    correction_note: str = "",
) -> Answer:
    """Write the next version from an edit of version `base`; a standing signature is voided.

    Raises
        DeskConflict: a newer version than `base` exists. DeskError: not this person's to write.
    """
    latest = _latest(question)
    if latest.number != base:
        raise DeskConflict(
            path="answer", given=f"version {latest.number} was written meanwhile", expected="Edit that one"
        )
    document = documents.edited(latest.document, rows, title=title)
    begin_write(question=question, by=by, version=version)
    answer = Answer.objects.create(
        question=question, number=base + 1, document=document, reading=_reading(question), written_by=by,
        correction_note=correction_note.strip(),
    )  # fmt: skip
    audit.record(by=by, action="edit_answer", question=question, subject=f"answer version {answer.number}")
    return answer


def redraft(*, question: Question, by: Person, version: int) -> Answer:
    """Have the software draft again from the case as it now stands.

    The draft is made before the transaction, as in `prepare`; `version` then says whether the case is still that one.
    """
    demand_write(question, by)
    reading = _reading(question)
    document = reasoner().draft(question.text, reading.case, question.study, question.diary)
    with transaction.atomic():
        begin_write(question=question, by=by, version=version)
        answer = Answer.objects.create(
            question=question, number=_latest(question).number + 1, document=document, reading=reading
        )
        audit.record(by=by, action="redraft", question=question, subject=f"answer version {answer.number}")
    return answer


def ask_for_redraft(*, question: Question, by: Person, version: int) -> None:
    """Have the worker draft again: looking ahead from a treatment diary takes too long for a page to wait.

    It writes nothing when the letter has changed by then; whoever changed it asks again.
    """
    demand_write(question, by)
    _reading(question)
    with transaction.atomic():
        if not Question.objects.filter(pk=question.pk, version=version).exists():
            raise DeskConflict(path="question", given="someone changed it", expected="Load the page again")
        from ranvier.web import tasks

        tasks.redraft.enqueue(str(question.pk), str(by.pk), version)
        audit.record(by=by, action="ask_redraft", question=question)


def edit_letter(*, question: Question, by: Person, version: int, text: str) -> Question:
    """Change the letter as it will be printed; the letter as sent stays as it was.

    An identifying detail that the edit brings in is noted, and bars a signature until it is settled.
    """
    if not text.strip():
        raise DeskError(path="letter", given="nothing", expected="The letter as it should be printed")
    details = reasoner().read(text)["identifying"]
    with transaction.atomic():
        begin_write(question=question, by=by, version=version)
        Question.objects.filter(pk=question.pk).update(edited_text=text.strip())
        concerns.note_identifying(question=question, text=text, details=details)
        audit.record(by=by, action="edit_letter", question=question)
    question.refresh_from_db()
    return question


@transaction.atomic
def sign(*, question: Question, by: Person, version: int, shown_digest: str) -> Answer:
    """Sign the latest version, when nothing stands in the way.

    `shown_digest` is what the signing page showed; another one now means that something changed under the signer's eyes.
    The caller has checked who it is just before (views/signing.py).
    """
    answer = _ready_to_sign(question, by, shown_digest)
    move(question=question, name="sign", by=by, version=version)
    _seal(answer, question, by)
    return answer


@transaction.atomic
def correct(*, question: Question, by: Person, version: int, shown_digest: str, note: str) -> Answer:
    """Sign a corrected version of a published answer and publish it; the old one stays to be read."""
    answer = _ready_to_sign(question, by, shown_digest)
    if answer.is_signed:
        raise DeskError(path="correct", given="this version is published", expected="Edit the answer first")
    move(question=question, name="correct", by=by, version=version, why=note)
    _seal(answer, question, by)
    now = timezone.now()
    Answer.objects.filter(pk=answer.pk).update(
        published_at=now, correction_note=note.strip(), search_text=searchable(question, answer)
    )
    reprint(question=question)
    answer.refresh_from_db()
    return answer


def _ready_to_sign(question: Question, by: Person, shown_digest: str) -> Answer:
    if by.role is not Role.CLINICIAN:
        raise DeskError(path="sign", given=f"by a {by.role.value}", expected="By: clinician")
    if question.standing is not State.DRAFTED and question.standing not in PUBLIC:
        raise DeskError(
            path="sign", given=f"the question is {question.standing.label.lower()}", expected="From: drafted"
        )
    demand_write(question, by)
    answer, reading = _latest(question), _reading(question)
    if signature.current_digest(question, answer, reading) != shown_digest:
        raise DeskConflict(
            path="sign", given="it changed since the page was shown", expected="Read it again, then sign"
        )
    if reasons := signature.refusals(question, answer):
        raise DeskError(path="sign", given=" ".join(reasons).rstrip("."), expected="Settle these first")
    return answer


def _seal(answer: Answer, question: Question, by: Person) -> None:
    reading = _reading(question)
    Answer.objects.filter(pk=answer.pk).update(
        reading=reading,
        letter=question.letter,
        digest=signature.current_digest(question, answer, reading),
        signed_by=by,
        signed_at=timezone.now(),
        signer_name=str(by),
        signer_credentials=by.credentials,
    )
    answer.refresh_from_db()


def _latest(question: Question) -> Answer:
    answer = question.answers.last()
    if answer is None:
        raise DeskError(path="answer", given="there is no draft yet", expected="Wait for the worker")
    return answer


def _reading(question: Question) -> Reading:
    reading = question.readings.last()
    if reading is None:
        raise DeskError(path="answer", given="the letter is not read yet", expected="Wait for the worker")
    return reading
