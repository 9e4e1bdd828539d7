"""Adding people and changing what they may do."""

from __future__ import annotations

from django.contrib.auth.password_validation import validate_password
from django.db import transaction

from ranvier.terms import DeskError
from ranvier.web.models import Person
from ranvier.web.roles import Role

from . import audit


@transaction.atomic
def add_person(
    *, by: Person | None, username: str, display_name: str, role: Role, credentials: str, password: str
) -> Person:
    """Make an account. `by` is None only for the first administrator, from the command line."""
    person = Person(
        username=username, display_name=display_name, role_name=role.value, credentials=credentials
    )
    validate_password(password, person)
    person.set_password(password)
    person.save()
    audit.record(by=by, role=Role.ADMINISTRATOR, action="add_person", subject=f"person {username}"[:80])
    return person


@transaction.atomic
def change_person(
    *, person: Person, by: Person, display_name: str, role: Role, credentials: str, is_active: bool,
    password: str = "",
) -> Person:  # fmt: skip
    """Change name, role, credentials, access or password. Nobody locks themselves out."""
    if person.pk == by.pk and (not is_active or role is not by.role):
        raise DeskError(
            path="person", given="your own role or access", expected="Another administrator does it"
        )
    before = person.role_name
    person.display_name, person.role_name = display_name, role.value
    person.credentials, person.is_active = credentials, is_active
    if password:
        validate_password(password, person)
        person.set_password(password)
    person.save()
    audit.record(
        by=by,
        action="change_person",
        subject=f"person {person.username}"[:80],
        from_state=before,
        to_state=role.value,
    )
    return person
