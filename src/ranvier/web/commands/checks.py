"""That statements and contacts were looked at again, and the standard replies."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone

from ranvier.terms import DeskError
from ranvier.web import freshness
from ranvier.web.models import Contact, Person, StandardReply, StatementCheck
from ranvier.web.reasoning import reasoner

from . import audit


@transaction.atomic
def check_statement(*, statement: str, by: Person, outcome: str, note: str) -> StatementCheck:
    """Record that someone compared a statement with its source."""
    if statement not in reasoner().statements():
        raise DeskError(path="statement", given="unknown", expected="An id of the evidence")
    if outcome == "changed" and not note.strip():
        raise DeskError(path="note", given="nothing", expected="Say what the source now says")
    audit.record(by=by, action=f"statement_{outcome}", subject=f"statement {statement}"[:80], why=note)
    return StatementCheck.objects.create(
        statement=statement, outcome=outcome, note=note.strip(), checked_by=by
    )


@transaction.atomic
def save_contact(*, contact: Contact, by: Person, checked: bool) -> Contact:
    """Keep a contact; `checked` says that its address was looked at today."""
    if checked:
        contact.checked_on, contact.checked_by = timezone.now().date(), by
    contact.save()
    freshness.public_changed()
    audit.record(by=by, action="contact", subject=f"contact {contact.name}"[:80])
    return contact


@transaction.atomic
def save_reply(*, reply: StandardReply, by: Person) -> StandardReply:
    """Keep a standard reply."""
    reply.save()
    audit.record(by=by, action="standard_reply", subject=f"reply {reply.key}"[:80])
    return reply
