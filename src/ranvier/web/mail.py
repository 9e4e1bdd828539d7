"""The mails of the desk. None carries a letter that is not published, and each says why it came."""

from __future__ import annotations

from email.utils import formataddr, parseaddr
from typing import Any

from django.conf import settings
from django.core import signing
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string
from django.urls import reverse

from .models import Issue, Question, ReaderAddress, Subscription

CONFIRM_DAYS = 7


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


def tell_reader(question: Question, email: str) -> None:
    """Say that the answer is there."""
    _send(
        "reader_answer", email, "Your question has been answered", {"link": absolute("answer", question.slug)}
    )


def send_edition(issue: Issue, subscription: Subscription) -> None:
    """The mail edition of an issue, as HTML and plain text, with one-click unsubscribing."""
    leave = absolute("unsubscribe", token("unsubscribe", subscription.pk))
    context = edition_context(issue, leave)
    domain = parseaddr(settings.DEFAULT_FROM_EMAIL)[1].rpartition("@")[2] or "localhost"
    message = EmailMultiAlternatives(
        subject=f"Ask the Doctor, issue {issue.number}: {issue.title}".replace("\n", " "),
        body=render_to_string("mail/issue.txt", context),
        to=[subscription.email],
        headers={
            "List-Unsubscribe": f"<{leave}>",
            "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
            "Message-ID": f"<issue-{issue.number}-{subscription.pk.hex}@{domain}>",
        },
    )
    message.attach_alternative(render_to_string("mail/issue.html", context), "text/html")
    message.send()


def edition_context(issue: Issue, leave: str) -> dict[str, Any]:
    """What both forms of the mail edition show."""
    from .columns import printed_items

    return {"issue": issue, "items": printed_items(issue), "leave": leave, "address": settings.ADDRESS}


def _send(template: str, email: str, subject: str, context: dict[str, Any]) -> None:
    context |= {"address": settings.ADDRESS, "sender": formataddr(parseaddr(settings.DEFAULT_FROM_EMAIL))}
    EmailMultiAlternatives(
        subject=subject, body=render_to_string(f"mail/{template}.txt", context), to=[email]
    ).send()
