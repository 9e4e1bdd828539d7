"""A reader's own acts: sending a letter, replying, withdrawing; and the worker's first draft of it."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from ranvier.terms import DeskConflict, DeskError
from ranvier.web import privacy
from ranvier.web.models import Answer, Attachment, Concern, Message, Question, ReaderAddress, Reading
from ranvier.web.reasoning import reasoner
from ranvier.web.roles import Role

from . import audit
from .moves import move

SENT_AGAIN_WITHIN = timedelta(hours=1)
TRIES = 5


@dataclass(frozen=True)
class Upload:
    """A checked file: what it is, its name without folders, and its bytes."""

    kind: str
    name: str
    content: bytes


def send(
    *,
    submission: uuid.UUID,
    text: str,
    kept: Sequence[dict[str, Any]] = (),
    red_flags: Sequence[dict[str, Any]] = (),
    age_years: int | None = None,
    sex: str = "",
    country: str = "",
    may_publish: bool = False,
    email: str = "",
    uploads: Sequence[Upload] = (),
) -> tuple[Question, str | None]:
    """Keep a letter and return it with its claim code; with None when this form was sent more than an hour ago.

    A form sent twice asks once. Its first reply may have been lost on the way, and the code with it, so for an hour the second
    shows it as well: whoever holds the form's random number is who filled it in.

    `kept` are identifying details that the reader left in; a clinician must settle them before signing. The draft is made
    by the worker, whose task is written in the same transaction: a letter acknowledged is a letter that will be drafted.
    """
    code = privacy.claim_code(submission)
    try:
        with transaction.atomic():
            question = Question.objects.create(
                submission=submission, text=text, claim_hash=privacy.claim_hash(code), urgent=bool(red_flags),
                age_years=age_years, sex=sex, country=country, may_publish=may_publish,
            )  # fmt: skip
            _concerns(question, red_flags, kept)
            for upload in uploads:
                Attachment.objects.create(
                    question=question, kind=upload.kind, name=upload.name, content=upload.content
                )
            address = ReaderAddress.objects.create(question=question, email=email) if email else None
            audit.record(by=None, role=Role.READER, action="send", question=question, to_state=question.state)
            from ranvier.web import tasks

            tasks.prepare.enqueue(str(question.pk))
            if address is not None:
                tasks.confirm_reader_address.enqueue(str(question.pk))
    except IntegrityError:
        known = Question.objects.filter(submission=submission).first()
        if known is None:
            raise
        return known, code if known.created_at > timezone.now() - SENT_AGAIN_WITHIN else None
    return question, code


def _concerns(
    question: Question, red_flags: Sequence[dict[str, Any]], kept: Sequence[dict[str, Any]]
) -> None:
    rows = [
        Concern(
            question=question,
            kind="red_flag",
            key=flag["id"],
            words=flag.get("words", ""),
            advice=flag["advice"],
        )
        for flag in red_flags
    ]
    rows += [
        Concern(question=question, kind="identifying", key=detail["kind"], words=detail["words"])
        for detail in kept
    ]
    Concern.objects.bulk_create(rows)


def prepare(*, question: Question) -> bool:
    """Make the first reading and the first draft, once; the worker's task. Says whether there was anything to do.

    Thinking takes seconds and is done before the transaction begins: SQLite has one writer at a time, and a reader who sends
    a letter would wait for it.
    """
    if question.erased_at or question.readings.exists():
        return False
    mind = reasoner()
    case = mind.read(question.text)
    if question.age_years is not None and case["patient"].get("age_years") is None:
        case["patient"]["age_years"] = question.age_years
    if question.sex and case["patient"].get("sex") is None:
        case["patient"]["sex"] = question.sex
    document = {"case": case, "marks": ["proposed"] * len(case["findings"]), "rejected": []}
    draft = mind.draft(question.text, case, question.study, question.diary)
    try:
        with transaction.atomic():
            # Locked, so that a letter erased meanwhile gets no reading (PostgreSQL; SQLite has the one writer).
            if Question.objects.select_for_update().get(pk=question.pk).erased_at:
                return False
            reading = Reading.objects.create(question=question, number=1, document=document)
            Answer.objects.create(question=question, number=1, document=draft, reading=reading)
            Question.objects.filter(pk=question.pk).update(topic=_topic(case))
            audit.record(by=None, action="prepare", question=question)
    except IntegrityError:  # another worker was faster
        return False
    return True


def _topic(case: dict[str, Any]) -> str:
    return next((asked["topic"] for asked in case.get("questions", [])), "")


def by_claim_code(code: str) -> Question | None:
    """The letter that a code belongs to, erased or not."""
    return Question.objects.filter(claim_hash=privacy.claim_hash(code)).first()


@transaction.atomic
def reply(*, question: Question, text: str, red_flags: Sequence[dict[str, Any]] = ()) -> Question:
    """The reader answers what the clinician asked; the letter goes back into review, urgent if the reply is."""
    if not text.strip():
        raise DeskError(path="reply", given="nothing", expected="A few words")
    urgent = {"urgent": True} if red_flags else {}
    move(
        question=question,
        name="reader_replied",
        by=None,
        role=Role.READER,
        version=question.version,
        **urgent,
    )
    Message.objects.create(question=question, text=text.strip())
    _concerns(question, red_flags, ())
    return question


def withdraw(*, question: Question) -> None:
    """The reader takes the letter back: it leaves the site and the queue, and its text is erased.

    A reader's word wins over whoever is at work on the letter just then: on a conflict it is tried again.
    """
    for attempt in range(TRIES):
        try:
            return _withdraw(question)
        except DeskConflict:
            if attempt == TRIES - 1:
                raise
            question.refresh_from_db()


@transaction.atomic
def _withdraw(question: Question) -> None:
    from .retention import erase

    if question.state != "withdrawn":
        move(question=question, name="reader_withdraws", by=None, role=Role.READER, version=question.version)
    erase(question=question, by=None, role=Role.READER, why="Withdrawn by the reader")


@transaction.atomic
def confirm_address(*, question: Question) -> bool:
    """Second half of the double opt-in of a reader who wants to be told."""
    return bool(
        ReaderAddress.objects.filter(question=question, confirmed_at__isnull=True).update(
            confirmed_at=timezone.now()
        )
    )
