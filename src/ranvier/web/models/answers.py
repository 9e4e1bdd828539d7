"""Answers: every version kept, a signature on one of them, and the standard replies."""

from __future__ import annotations

import uuid
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from simple_history.models import HistoricalRecords

from .questions import Question, Reading, both_or_neither


class Answer(models.Model):
    """One version of an answer. Text never changes once written: an edit is the next number.

    `document` is described in documents.py. `digest` covers what signature.py says. A signature is whole or absent, and
    a voided one stays to be read.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    question = models.ForeignKey(Question, on_delete=models.CASCADE, related_name="answers")
    number = models.PositiveIntegerField()
    document = models.JSONField()
    reading = models.ForeignKey(Reading, on_delete=models.PROTECT, related_name="+")
    letter = models.TextField(blank=True, help_text="The letter as printed, at the time of signing")
    written_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    written_at = models.DateTimeField(auto_now_add=True)
    correction_note = models.TextField(blank=True, help_text="What a corrected version put right")
    signed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="signed"
    )
    signed_at = models.DateTimeField(null=True, blank=True)
    signer_name = models.CharField(max_length=120, blank=True)
    signer_credentials = models.CharField(max_length=200, blank=True)
    digest = models.CharField(max_length=64, blank=True)
    voided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    voided_at = models.DateTimeField(null=True, blank=True)
    published_at = models.DateTimeField(null=True, blank=True)
    search_text = models.TextField(blank=True)

    class Meta:
        """Numbers once; signatures whole; only a signed version is published."""

        constraints = (
            models.UniqueConstraint(fields=["question", "number"], name="answer_number"),
            both_or_neither("signed_by", "signed_at", "answer_signature_whole"),
            both_or_neither("voided_by", "voided_at", "answer_voiding_whole"),
            models.CheckConstraint(
                condition=Q(signed_by__isnull=True, digest="") | (Q(signed_by__isnull=False) & ~Q(digest="")),
                name="answer_digest_with_signature",
            ),
            models.CheckConstraint(
                condition=Q(published_at__isnull=True) | Q(signed_at__isnull=False),
                name="answer_published_only_signed",
            ),
        )
        ordering = ("number",)

    def __str__(self) -> str:
        return f"Answer {self.number} to {self.question.reference}"

    @property
    def is_signed(self) -> bool:
        """Whether a signature stands on it."""
        return self.signed_at is not None and self.voided_at is None

    @property
    def title(self) -> str:
        """The heading."""
        return self.document.get("title", "")

    @property
    def sections(self) -> list[dict[str, Any]]:
        """The sections of the document."""
        return self.document.get("sections", [])


class StandardReply(models.Model):
    """A reply for what the column cannot do: second opinions, emergencies, out of scope."""

    key = models.SlugField(unique=True)
    title = models.CharField(max_length=120)
    text = models.TextField()
    history = HistoricalRecords()

    class Meta:
        """By title."""

        ordering = ("title",)
        verbose_name_plural = "standard replies"

    def __str__(self) -> str:
        return self.title
