"""One row an act: who, when, what, from which state to which, and why."""

from __future__ import annotations

from ranvier.web.models import AuditEvent, Person, Question
from ranvier.web.roles import Role


def record(
    *,
    by: Person | None,
    action: str,
    role: Role | None = None,
    question: Question | None = None,
    subject: str = "",
    from_state: str = "",
    to_state: str = "",
    why: str = "",
) -> AuditEvent:
    """Write the event; call it inside the transaction of the change. `role` only where nobody is signed in."""
    acting = by.role if by is not None else (role or Role.WORKER)
    return AuditEvent.objects.create(
        by=by, role=acting.value, action=action, question=question, subject=subject or _subject(question),
        from_state=from_state, to_state=to_state, why=why.strip(),
    )  # fmt: skip


def _subject(question: Question | None) -> str:
    return "" if question is None else f"question {question.reference}"
