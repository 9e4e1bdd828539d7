"""The mail edition: asking for it, confirming, leaving."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from ranvier.web import privacy
from ranvier.web.commands import subscriptions
from ranvier.web.forms import EmailForm
from ranvier.web.mail import CONFIRM_DAYS, from_token
from ranvier.web.models import Subscription

from . import errors
from .ask import address, too_many


@require_http_methods(["GET", "POST"])
def subscribe(request: HttpRequest) -> HttpResponse:
    """Ask for the mail edition. The same words whether the address is known or not."""
    form = EmailForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        if privacy.is_over_limit("subscribe", address(request), limit=settings.ASKS_PER_HOUR, seconds=3600):
            return too_many(request)
        subscriptions.subscribe(email=form.cleaned_data["email"])
        return render(request, "subscribe.html", {"sent": True})
    return render(request, "subscribe.html", {"form": form}, status=422 if form.errors else 200)


@require_http_methods(["GET", "POST"])
def confirm(request: HttpRequest, token: str) -> HttpResponse:
    """Second half of the double opt-in."""
    found = _subscription("subscribe", token, CONFIRM_DAYS)
    if found is None:
        return errors.problem(
            request, title="This link is too old", text="Please ask for the mail edition again.", status=404
        )
    if request.method == "POST":
        subscriptions.confirm(subscription=found)
    return render(
        request, "confirm.html",
        {"title": "Ask the Doctor by e-mail", "done": request.method == "POST", "button": "Yes, send me each issue",
         "thanks": "You will get each new issue. Every mail has a link to leave."},
    )  # fmt: skip


@csrf_exempt  # RFC 8058: a mail program posts here without ever having loaded a page; the signed token is the proof
@require_http_methods(["GET", "POST"])
def unsubscribe(request: HttpRequest, token: str) -> HttpResponse:
    """Leave with one click."""
    found = _subscription("unsubscribe", token, None)
    if request.method == "POST" and found is not None:
        subscriptions.leave(subscription=found)
    return render(
        request, "confirm.html",
        {"title": "Leave the mail edition", "done": request.method == "POST" or found is None, "button": "Stop sending me issues",
         "thanks": "Your address is deleted. You are welcome back at any time."},
    )  # fmt: skip


def _subscription(purpose: str, token: str, days: int | None) -> Subscription | None:
    key = from_token(purpose, token, days=days)
    return Subscription.objects.filter(pk=key).first() if key else None
