"""What is kept about the desk's own work: the audit, and when statements and contacts were last checked."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from simple_history.models import HistoricalRecords

from .questions import Question


class AuditEvent(models.Model):
    """Who did what, when, from which state to which, and why. Rows are added, never changed or removed.

    When a letter is erased its events stay, with the reference that names nobody; only their reasons are emptied, since
    a reason may quote the letter.
    """

    at = models.DateTimeField(auto_now_add=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    role = models.CharField(max_length=20)
    action = models.CharField(max_length=40)
    question = models.ForeignKey(
        Question, null=True, blank=True, on_delete=models.SET_NULL, related_name="events"
    )
    subject = models.CharField(max_length=80, blank=True)
    from_state = models.CharField(max_length=20, blank=True)
    to_state = models.CharField(max_length=20, blank=True)
    why = models.TextField(blank=True)

    class Meta:
        """As it happened."""

        ordering = ("id",)

    def __str__(self) -> str:
        return f"{self.action} by {self.by or self.role}"


class SiteChange(models.Model):
    """That something the public sees changed, or that a letter was erased; how that is used says freshness.py.

    Rows are only added, so that two who change something at once never wait for one another, and old ones swept away. The
    sum of the random `token`s tells one set of rows from every other.
    """

    token = models.BigIntegerField()
    is_erasure = models.BooleanField(default=False)

    def __str__(self) -> str:
        return f"Change {self.pk}"


class StatementCheck(models.Model):
    """That someone compared a statement with its source: on which day, and whether it still holds."""

    OUTCOMES = (("holds", "Still holds"), ("changed", "Needs changing"))

    statement = models.CharField(max_length=80, db_index=True)
    outcome = models.CharField(max_length=10, choices=OUTCOMES)
    note = models.TextField(blank=True)
    checked_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    checked_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        """Latest first."""

        ordering = ("-checked_at", "-id")

    def __str__(self) -> str:
        return f"{self.statement}: {self.outcome}"


class Contact(models.Model):
    """A patient group or service that the column names, with the day it was last checked."""

    name = models.CharField(max_length=120, unique=True)
    country = models.CharField(max_length=60, blank=True)
    web = models.URLField(blank=True)
    offers = models.TextField(blank=True)
    checked_on = models.DateField(null=True, blank=True)
    checked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    history = HistoricalRecords()

    class Meta:
        """By name; a check has a day and a person or neither."""

        ordering = ("name",)
        constraints = (
            models.CheckConstraint(
                condition=models.Q(checked_by__isnull=True, checked_on__isnull=True)
                | models.Q(checked_by__isnull=False, checked_on__isnull=False),
                name="contact_check_whole",
            ),
        )

    def __str__(self) -> str:
        return self.name
