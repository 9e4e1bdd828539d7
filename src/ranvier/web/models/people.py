"""People with an account: who they are, their role and the credentials that stand under what they sign."""

from __future__ import annotations

import uuid

from django.contrib.auth.models import AbstractUser
from django.db import models
from simple_history.models import HistoricalRecords

from ranvier.web.roles import STAFF, Role


class Person(AbstractUser):
    """Someone who works at the desk. Readers have no account."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    role_name = models.CharField(
        "role", max_length=20, choices=[(role.value, role.label) for role in Role if role in STAFF]
    )
    display_name = models.CharField(max_length=120)
    credentials = models.CharField(
        max_length=200,
        blank=True,
        help_text="As printed under a signature: MD, consultant neurologist, Leeds",
    )
    first_name = None
    last_name = None
    history = HistoricalRecords(excluded_fields=["password", "last_login"])

    REQUIRED_FIELDS = ("role_name", "display_name")

    def __str__(self) -> str:
        return self.display_name or self.username

    @property
    def role(self) -> Role:
        """The role that the access and state tables speak of."""
        return Role(self.role_name)

    def get_full_name(self) -> str:
        """Name as printed."""
        return str(self)
