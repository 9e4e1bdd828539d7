"""A reader's question and what belongs to it: readings, concerns, files, messages, comments."""

from __future__ import annotations

import uuid
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q

from ranvier.web.states import State


def both_or_neither(first: str, second: str, name: str) -> models.CheckConstraint:
    """Who and when are both known or both not: half a signature is no signature (style.md section 2)."""
    return models.CheckConstraint(
        condition=Q(**{f"{first}__isnull": True, f"{second}__isnull": True})
        | Q(**{f"{first}__isnull": False, f"{second}__isnull": False}),
        name=name,
    )


class Question(models.Model):
    """One letter and where it stands. `state` and `version` change only in commands/moves.py.

    `text` is the letter as sent, with what the reader agreed to remove already gone; findings' spans count from it.
    `edited_text` is the letter as printed. `claim_hash` is all that is kept of the claim code.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    submission = models.UUIDField(
        unique=True, help_text="Made with the form, so that sending twice asks once"
    )
    text = models.TextField()
    edited_text = models.TextField(blank=True)
    age_years = models.PositiveSmallIntegerField(null=True, blank=True)
    sex = models.CharField(max_length=10, blank=True)
    country = models.CharField(max_length=60, blank=True)
    may_publish = models.BooleanField(default=False)
    claim_hash = models.CharField(max_length=64, unique=True)
    urgent = models.BooleanField(default=False)
    topic = models.CharField(max_length=40, blank=True)
    state = models.CharField(
        max_length=20, choices=[(state.value, state.label) for state in State], default=State.NEW.value
    )
    version = models.PositiveIntegerField(default=1)
    claimed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="claimed"
    )
    claimed_at = models.DateTimeField(null=True, blank=True)
    standard_reply = models.ForeignKey(
        "desk.StandardReply", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    reply_text = models.TextField(blank=True, help_text="What the reader sees when the letter was declined")
    slug = models.SlugField(max_length=90, null=True, blank=True, unique=True)
    first_published_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    erased_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        """Both-or-neither, and the queue's index."""

        constraints = (both_or_neither("claimed_by", "claimed_at", "question_claim_whole"),)
        indexes = (models.Index(fields=["state", "-urgent", "created_at"], name="question_queue"),)

    def __str__(self) -> str:
        return f"Question {self.reference}"

    @property
    def reference(self) -> str:
        """Six letters for people to name it by; no page is found by it."""
        return self.id.hex[:6].upper()

    @property
    def standing(self) -> State:
        """The state as the table's own word."""
        return State(self.state)

    @property
    def letter(self) -> str:
        """The letter as it would be printed."""
        return self.edited_text or self.text

    @property
    def study(self) -> bytes | None:
        """The nerve conduction study that came with the letter, which the criteria and the draft take into account."""
        return self._file("study")

    @property
    def diary(self) -> bytes | None:
        """The treatment diary that came with the letter, which the draft takes into account."""
        return self._file("diary")

    def _file(self, kind: str) -> bytes | None:
        file = self.attachments.filter(kind=kind).order_by("sent_at", "id").first()
        return bytes(file.content) if file else None


class Reading(models.Model):
    """One version of what was understood of a letter. Never changed: a correction is the next number.

    `document` holds `case` (the JSON of `ranvier read`), `marks` (one word a finding: proposed, confirmed, corrected,
    added) and `rejected` (findings taken out).
    """

    question = models.ForeignKey(Question, on_delete=models.CASCADE, related_name="readings")
    number = models.PositiveIntegerField()
    document = models.JSONField()
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    made_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        """One reading a number."""

        constraints = (models.UniqueConstraint(fields=["question", "number"], name="reading_number"),)
        ordering = ("number",)

    def __str__(self) -> str:
        return f"Reading {self.number} of {self.question.reference}"

    @property
    def case(self) -> dict[str, Any]:
        """The case document."""
        return self.document["case"]


class Concern(models.Model):
    """A red flag or an identifying detail of a letter, open until someone says how it was settled."""

    KINDS = (("red_flag", "Red flag"), ("identifying", "Identifying detail"))

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    question = models.ForeignKey(Question, on_delete=models.CASCADE, related_name="concerns")
    kind = models.CharField(max_length=20, choices=KINDS)
    key = models.CharField(max_length=60)
    words = models.TextField(blank=True)
    advice = models.TextField(blank=True)
    resolution = models.TextField(blank=True)
    resolved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    resolved_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        """Settled by whom and when, both or neither."""

        constraints = (both_or_neither("resolved_by", "resolved_at", "concern_resolution_whole"),)
        ordering = ("-kind", "key")

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.key}"


class Attachment(models.Model):
    """A nerve conduction study or treatment diary sent with a letter; bytes in the database, checked on entry."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    question = models.ForeignKey(Question, on_delete=models.CASCADE, related_name="attachments")
    kind = models.CharField(max_length=10, choices=(("study", "Study"), ("diary", "Diary")))
    name = models.CharField(max_length=80)
    content = models.BinaryField()
    sent_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return f"{self.get_kind_display()} of {self.question.reference}"


class Message(models.Model):
    """A question back to the reader, or the reader's reply, by claim code."""

    question = models.ForeignKey(Question, on_delete=models.CASCADE, related_name="messages")
    text = models.TextField()
    written_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    written_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        """As a conversation."""

        ordering = ("written_at", "id")

    def __str__(self) -> str:
        return f"Message on {self.question.reference}"


class Comment(models.Model):
    """A remark between colleagues; the reader never sees it."""

    question = models.ForeignKey(Question, on_delete=models.CASCADE, related_name="comments")
    text = models.TextField()
    written_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    written_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        """As a conversation."""

        ordering = ("written_at", "id")

    def __str__(self) -> str:
        return f"Comment on {self.question.reference}"


class ReaderAddress(models.Model):
    """Where to tell the reader that the answer is there; only after they confirmed it, and gone once told.

    `told_at` is set before the mail is handed over, so that a worker that dies there does not write twice.
    """

    question = models.OneToOneField(Question, on_delete=models.CASCADE, related_name="address")
    email = models.EmailField()
    confirmed_at = models.DateTimeField(null=True, blank=True)
    told_at = models.DateTimeField(null=True, blank=True)
    refusals = models.PositiveSmallIntegerField(default=0)

    def __str__(self) -> str:
        return f"Address of {self.question.reference}"
