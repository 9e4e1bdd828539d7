"""Moving a question through the table of states: the only place that writes `state` and `version`."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from ranvier.terms import DeskConflict, DeskError
from ranvier.web import freshness
from ranvier.web.models import IssueItem, Person, Question
from ranvier.web.roles import Role
from ranvier.web.states import MOVES, PUBLIC, State

from . import audit


@transaction.atomic
def move(
    *,
    question: Question,
    name: str,
    by: Person | None,
    version: int,
    role: Role | None = None,
    why: str = "",
    **changes: Any,
) -> Question:
    """Make one move of the table, and its audit event.

    `version` is what the person saw. The row is compared and set on state and version in one statement, so of two people
    who move at once one is told; a row lock would do nothing on SQLite.

    Raises
        DeskError: not from this state, not by this role, no reason where one is needed, or held by someone else.
        DeskConflict: it changed since `version`.
    """
    step = MOVES[name]
    acting = by.role if by is not None else (role or Role.WORKER)
    state = question.standing
    if acting not in step.by:
        raise DeskError(path=name, given=f"by a {acting.value}", expected=f"By: {_list(step.by)}")
    if state not in step.sources:
        raise DeskError(
            path=name,
            given=f"the question is {state.label.lower()}",
            expected=f"From: {', '.join(sorted(source.label.lower() for source in step.sources))}",
        )
    if step.needs_reason and not why.strip():
        raise DeskError(path=name, given="no reason", expected="Say why; it is kept with the move")
    _hold(question, name, by)
    now = timezone.now()
    if step.claims and by is not None:
        changes |= {"claimed_by": by, "claimed_at": now}
    if step.releases or step.target is State.DRAFTED:
        changes |= {"claimed_by": None, "claimed_at": None}  # a draft belongs to whoever signs it
    compare_and_set(question=question, version=version, state=step.target.value, **changes)
    if state in PUBLIC or step.target in PUBLIC:
        freshness.public_changed()
    audit.record(
        by=by, role=acting, action=name, question=question,
        from_state=state.value, to_state=step.target.value, why=why,
    )  # fmt: skip
    return question


def compare_and_set(*, question: Question, version: int, **changes: Any) -> None:
    """Write columns if state and version are still those seen, else raise DeskConflict. Bumps the version."""
    rows = Question.objects.filter(pk=question.pk, state=question.state, version=version).update(
        version=F("version") + 1, **changes
    )
    if rows != 1:
        raise DeskConflict(
            path="question",
            given="someone changed it in the meantime",
            expected="Load the page again; nothing of yours was written",
        )
    question.refresh_from_db()


def may_write(question: Question, person: Person) -> bool:
    """Whether this person may change findings, letter or answer now: the one rule of who holds what."""
    state = question.standing
    if person.role not in {Role.TRAINEE, Role.CLINICIAN}:
        return False
    if state in (State.IN_REVIEW, State.NEEDS_READER):
        return question.claimed_by_id == person.pk
    if state is State.DRAFTED:
        return True
    signed = (State.SIGNED, State.SCHEDULED, State.PUBLISHED, State.CORRECTED)
    return state in signed and person.role is Role.CLINICIAN


def demand_write(question: Question, person: Person) -> None:
    """Raise DeskError unless `may_write`."""
    if not may_write(question, person):
        raise DeskError(
            path=f"question {question.reference}",
            given=f"{person} does not hold it ({question.standing.label.lower()})",
            expected="Claim it first, or ask who holds it to give it back",
        )


def begin_write(*, question: Question, by: Person, version: int) -> Question:
    """Open a write inside the caller's transaction: check who holds it, bump the version, void a standing signature."""
    demand_write(question, by)
    if question.standing in (State.SIGNED, State.SCHEDULED):
        void(question=question, by=by, version=version, why="Edited after signing")
    else:
        compare_and_set(question=question, version=version)
    return question


@transaction.atomic
def void(*, question: Question, by: Person, version: int, why: str) -> None:
    """Take the signature back: the signed version stays to be read, marked as void, and leaves its issue."""
    now = timezone.now()
    question.answers.filter(
        signed_at__isnull=False, voided_at__isnull=True, published_at__isnull=True
    ).update(voided_at=now, voided_by=by)
    IssueItem.objects.filter(question=question).delete()
    move(question=question, name="void", by=by, version=version, why=why)


def demand_void(*, question: Question, by: Person, version: int, why: str) -> None:
    """Void a signature on someone's word, without an edit."""
    if question.standing not in MOVES["void"].sources:
        raise DeskError(path="void", given="no signature stands", expected="From: signed, scheduled")
    void(question=question, by=by, version=version, why=why)


def _hold(question: Question, name: str, by: Person | None) -> None:
    if by is None or question.standing is not State.IN_REVIEW or question.claimed_by_id == by.pk:
        return
    if name in ("release", "decline") and by.role is Role.CLINICIAN:
        return  # a clinician may free what a colleague left lying
    raise DeskError(
        path=name, given=f"{question.claimed_by} holds it", expected="Ask them to give it back to the queue"
    )


def _list(roles: frozenset[Role]) -> str:
    return ", ".join(sorted(role.value for role in roles))
