"""The mails of the desk. None carries a letter that is not published, and each says why it came."""

from __future__ import annotations

import smtplib
import socket
from collections.abc import Callable
from contextlib import suppress
from email.utils import formataddr, parseaddr
from enum import Enum
from typing import Any

from django.conf import settings
from django.core import signing
from django.core.mail import EmailMultiAlternatives, get_connection
from django.template.loader import render_to_string
from django.urls import reverse

from .models import Issue, Question, ReaderAddress, Subscription
from .states import PUBLIC

CONFIRM_DAYS = 7
PUBLIC_STATES = frozenset(state.value for state in PUBLIC)


def token(purpose: str, key: object) -> str:
    """A signed token for a link; it names the row and what the link may do, and nothing is stored."""
    return signing.dumps(str(key), salt=f"desk.{purpose}")


def from_token(purpose: str, given: str, *, days: int | None = None) -> str | None:
    """The row that a token names; None when it was altered, is of another purpose, or too old."""
    try:
        age = None if days is None else days * 24 * 3600
        return str(signing.loads(given, salt=f"desk.{purpose}", max_age=age))
    except signing.BadSignature:
        return None


def absolute(name: str, *args: object) -> str:
    """The public address of a page."""
    return settings.ADDRESS + reverse(name, args=args)


def confirm_subscription(subscription: Subscription) -> None:
    """Ask whether the address may be used."""
    link = absolute("subscribe_confirm", token("subscribe", subscription.pk))
    _send("subscribe", subscription.email, "Please confirm: Ask the Doctor by e-mail", {"link": link})


def confirm_reader(address: ReaderAddress) -> None:
    """Ask whether a reader's address may be used to say that the answer is there."""
    link = absolute("ask_email_confirm", token("reader", address.question_id))
    _send("reader_confirm", address.email, "Please confirm your address", {"link": link})


def reader_answer(question: Question, email: str) -> EmailMultiAlternatives:
    """Say that the answer is there: on the site, or by claim code for a reader who is not to be printed."""
    printed = question.state in PUBLIC_STATES and question.slug
    context = {
        "link": absolute("answer", question.slug) if printed else absolute("claim"),
        "printed": printed, **_frame(),
    }  # fmt: skip
    return EmailMultiAlternatives(
        subject="Your question has been answered",
        body=render_to_string("mail/reader_answer.txt", context),
        to=[email],
        headers={"Message-ID": f"<answer-{question.pk.hex}@{_domain()}>"},
    )


def edition(issue: Issue, subscription: Subscription) -> EmailMultiAlternatives:
    """The mail edition of an issue, as HTML and plain text, with one-click unsubscribing."""
    leave = absolute("unsubscribe", token("unsubscribe", subscription.pk))
    context = edition_context(issue, leave)
    message = EmailMultiAlternatives(
        subject=" ".join(f"Ask the Doctor, issue {issue.number}: {issue.title}".split()),
        body=render_to_string("mail/issue.txt", context),
        to=[subscription.email],
        headers={
            "List-Unsubscribe": f"<{leave}>",
            "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
            "Message-ID": f"<issue-{issue.number}-{subscription.pk.hex}@{_domain()}>",
        },
    )
    message.attach_alternative(render_to_string("mail/issue.html", context), "text/html")
    return message


class Handed(Enum):
    """What is known after a mail was given to the mail server."""

    SENT = "the server took it"
    REFUSED = "the server said no; it was not sent"
    UNKNOWN = "the line broke while it was being given; it may have been sent"
    AWAY = "the server could not be reached; nothing was given"


def post() -> Callable[[EmailMultiAlternatives], Handed]:
    """A way to hand mails over that keeps one connection open and says what is known of each."""
    connection = get_connection()

    def hand_over(message: EmailMultiAlternatives) -> Handed:
        try:
            connection.open()
        except OSError:  # SMTPException is one
            return Handed.AWAY
        try:
            connection.send_messages([message])
        except (smtplib.SMTPResponseException, smtplib.SMTPRecipientsRefused, smtplib.SMTPNotSupportedError):
            outcome = Handed.REFUSED
        except (ConnectionRefusedError, socket.gaierror):
            outcome = Handed.AWAY
        except OSError:
            outcome = Handed.UNKNOWN
        else:
            return Handed.SENT
        with suppress(OSError):
            connection.close()
        return outcome

    return hand_over


def edition_context(issue: Issue, leave: str) -> dict[str, Any]:
    """What both forms of the mail edition show."""
    from .columns import printed_items

    return {"issue": issue, "items": printed_items(issue), "leave": leave, "address": settings.ADDRESS}


def _send(template: str, email: str, subject: str, context: dict[str, Any]) -> None:
    EmailMultiAlternatives(
        subject=subject, body=render_to_string(f"mail/{template}.txt", {**context, **_frame()}), to=[email]
    ).send()


def _frame() -> dict[str, Any]:
    return {"address": settings.ADDRESS, "sender": formataddr(parseaddr(settings.DEFAULT_FROM_EMAIL))}


def _domain() -> str:
    return parseaddr(settings.DEFAULT_FROM_EMAIL)[1].rpartition("@")[2] or "localhost"
