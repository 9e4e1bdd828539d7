"""The five roles, and what each is for."""

from __future__ import annotations

from enum import Enum


class Role(Enum):
    """Who someone is at the desk. A reader has no account; the worker and the reader act without one."""

    READER = "reader"  # asks, comes back with the claim code, reads what is published
    TRAINEE = "trainee"  # claims, corrects findings, drafts; never signs
    CLINICIAN = "clinician"  # all a trainee does; triages, declines, signs, corrects
    EDITOR = "editor"  # builds issues and publishes; keeps contacts and statements checked
    ADMINISTRATOR = "administrator"  # people and retention; never letters or answers
    WORKER = "worker"  # the background worker: drafts and publishes on schedule

    @property
    def label(self) -> str:
        """The word on a page."""
        return self.value.capitalize()


STAFF = frozenset({Role.TRAINEE, Role.CLINICIAN, Role.EDITOR, Role.ADMINISTRATOR})
WRITERS = frozenset({Role.TRAINEE, Role.CLINICIAN})
EVERYONE = STAFF | {Role.READER}
