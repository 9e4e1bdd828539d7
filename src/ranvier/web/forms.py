"""The forms: they check shape and length; what a write means is decided in commands/."""

from __future__ import annotations

import uuid
from typing import Any

from django import forms
from django.conf import settings

from .models import Contact, Person, StandardReply
from .roles import STAFF, Role

SEX = (("", "Prefer not to say"), ("female", "Female"), ("male", "Male"))


class LetterForm(forms.Form):
    """The reader's letter and what they choose to say of themselves."""

    text = forms.CharField(
        label="Your letter",
        min_length=20,
        max_length=settings.LETTER_CHARACTERS,
        widget=forms.Textarea(attrs={"rows": 12, "autocomplete": "off", "spellcheck": "true"}),
        error_messages={"min_length": "Please tell us a little more: at least a sentence or two."},
    )
    age_years = forms.IntegerField(label="Age", required=False, min_value=0, max_value=120)
    sex = forms.ChoiceField(label="Sex", required=False, choices=SEX)
    country = forms.CharField(label="Country", required=False, max_length=60)

    def clean_text(self) -> str:
        """Without control characters, which no letter needs and PostgreSQL refuses."""
        return self.plain(self.cleaned_data["text"])

    @staticmethod
    def plain(text: str) -> str:
        """A letter as it is kept."""
        text = text.replace("\r\n", "\n").replace("\r", "\n")
        return "".join(mark for mark in text if mark in "\n\t" or ord(mark) >= 32).strip()


class SendForm(LetterForm):
    """The second page: what is removed, where to answer, and consent."""

    submission = forms.UUIDField(widget=forms.HiddenInput)
    email = forms.EmailField(label="E-mail", required=False, max_length=254)
    may_publish = forms.BooleanField(required=False)
    understood = forms.BooleanField(
        error_messages={"required": "Please tick this box, so that we know you have read it."}
    )
    attachment = forms.FileField(required=False, max_length=120)
    remove = forms.MultipleChoiceField(required=False)

    def __init__(self, *args: Any, details: int = 0, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["remove"].choices = [(str(index), str(index)) for index in range(details)]  # type: ignore[attr-defined]


def new_submission() -> uuid.UUID:
    """An id made with the form, so that sending it twice asks once."""
    return uuid.uuid4()


class ClaimForm(forms.Form):
    """A claim code, however it was typed."""

    code = forms.CharField(
        label="Claim code", max_length=60, widget=forms.TextInput(attrs={"autocomplete": "off"})
    )


class ReplyForm(ClaimForm):
    """What the reader answers."""

    text = forms.CharField(max_length=4000, widget=forms.Textarea(attrs={"rows": 5}))


class EmailForm(forms.Form):
    """An address for the mail edition."""

    email = forms.EmailField(
        label="E-mail", max_length=254, widget=forms.EmailInput(attrs={"autocomplete": "email"})
    )


class MoveForm(forms.Form):
    """One move of the table of states."""

    name = forms.CharField(max_length=30)
    version = forms.IntegerField()
    why = forms.CharField(required=False, max_length=2000)
    reply = forms.SlugField(required=False)
    reply_text = forms.CharField(required=False, max_length=4000)


class SignForm(forms.Form):
    """Signing: who it is, once more, and what was shown."""

    version = forms.IntegerField(widget=forms.HiddenInput)
    digest = forms.CharField(max_length=64, widget=forms.HiddenInput)
    password = forms.CharField(
        label="Your password",
        required=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )
    code = forms.CharField(
        label="Code of your authenticator app", required=False, max_length=12,
        widget=forms.TextInput(attrs={"autocomplete": "one-time-code", "inputmode": "numeric"}),
    )  # fmt: skip
    credential = forms.CharField(required=False, max_length=20_000, widget=forms.HiddenInput)
    note = forms.CharField(
        label="What this corrects", required=False, max_length=1000, widget=forms.Textarea(attrs={"rows": 3})
    )


class IssueForm(forms.Form):
    """Title and note of an issue."""

    title = forms.CharField(max_length=120)
    note = forms.CharField(required=False, max_length=4000, widget=forms.Textarea(attrs={"rows": 4}))


class ScheduleForm(forms.Form):
    """A day and hour, in UTC; empty means now."""

    version = forms.IntegerField(widget=forms.HiddenInput)
    when = forms.DateTimeField(
        required=False,
        label="Appears on (UTC); empty means now",
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}),
    )


class ContactForm(forms.ModelForm):
    """A patient group."""

    web = forms.URLField(required=False, assume_scheme="https")
    checked = forms.BooleanField(label="I looked at its page today", required=False)

    class Meta:
        """Of the contact."""

        model = Contact
        fields = ("name", "country", "web", "offers")


class ReplyTextForm(forms.ModelForm):
    """A standard reply."""

    class Meta:
        """Of the reply."""

        model = StandardReply
        fields = ("key", "title", "text")


class PersonForm(forms.Form):
    """A person's account, for administrators."""

    username = forms.SlugField(max_length=60)
    display_name = forms.CharField(label="Name as printed", max_length=120)
    role = forms.ChoiceField(choices=[(role.value, role.label) for role in Role if role in STAFF])
    credentials = forms.CharField(required=False, max_length=200)
    password = forms.CharField(
        required=False,
        label="New password (12 characters or more)",
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )
    is_active = forms.BooleanField(required=False, initial=True, label="May sign in")

    @classmethod
    def of(cls, person: Person) -> PersonForm:
        """Filled with what is known."""
        return cls(
            initial={
                "username": person.username, "display_name": person.display_name, "role": person.role_name,
                "credentials": person.credentials, "is_active": person.is_active,
            }
        )  # fmt: skip
