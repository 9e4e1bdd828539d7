"""Issues of the column, their subscribers and what publishing has already done."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models

from .questions import Question


class Issue(models.Model):
    """A number of the column. `published_at` is set by the first step of publishing; the rest may still be under way."""

    STATES = (
        ("open", "Open"),
        ("scheduled", "Scheduled"),
        ("publishing", "Being published"),
        ("published", "Published"),
    )

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    number = models.PositiveIntegerField(unique=True)
    title = models.CharField(max_length=120)
    note = models.TextField(blank=True)
    state = models.CharField(max_length=20, choices=STATES, default="open")
    version = models.PositiveIntegerField(default=1)
    scheduled_for = models.DateTimeField(null=True, blank=True)
    published_at = models.DateTimeField(null=True, blank=True)
    pdf = models.BinaryField(null=True, blank=True)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        """Newest first."""

        ordering = ("-number",)

    def __str__(self) -> str:
        return f"Issue {self.number}: {self.title}"


class IssueItem(models.Model):
    """A question's place in an issue. A question is in one issue only."""

    issue = models.ForeignKey(Issue, on_delete=models.CASCADE, related_name="items")
    question = models.OneToOneField(Question, on_delete=models.PROTECT, related_name="item")
    position = models.PositiveSmallIntegerField()

    class Meta:
        """In printed order."""

        ordering = ("position", "id")

    def __str__(self) -> str:
        return f"{self.position} of issue {self.issue.number}"


class Subscription(models.Model):
    """An address for the mail edition, used only once confirmed. Leaving deletes it."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    email = models.EmailField(unique=True)
    created_at = models.DateTimeField(auto_now_add=True)
    confirmed_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"Subscription {self.id.hex[:6]}"


class PublicationStep(models.Model):
    """A step of publishing that is done. Its row is the reason why a second run skips it."""

    issue = models.ForeignKey(Issue, on_delete=models.CASCADE, related_name="steps")
    name = models.CharField(max_length=20)
    done_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        """Each step once."""

        constraints = (models.UniqueConstraint(fields=["issue", "name"], name="publication_step_once"),)

    def __str__(self) -> str:
        return f"{self.name} of issue {self.issue.number}"


class Delivery(models.Model):
    """The mail of one issue to one subscriber: handed over once, never twice (commands/deliveries.py).

    `begun_at` is set before it is handed over and `sent_at` after. Begun and not sent means that nobody knows: it may have
    arrived, and only an editor's word sends it again. `failed_at` means that the mail server refused it for good.
    """

    issue = models.ForeignKey(Issue, on_delete=models.CASCADE, related_name="deliveries")
    subscription = models.ForeignKey(Subscription, on_delete=models.CASCADE, related_name="+")
    begun_at = models.DateTimeField(null=True, blank=True)
    sent_at = models.DateTimeField(null=True, blank=True)
    refusals = models.PositiveSmallIntegerField(default=0)
    try_after = models.DateTimeField(null=True, blank=True)
    failed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        """One mail a subscriber and issue."""

        constraints = (models.UniqueConstraint(fields=["issue", "subscription"], name="delivery_once"),)

    def __str__(self) -> str:
        return f"Delivery {self.pk}"
