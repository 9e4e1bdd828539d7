"""Asking: the form, what was understood before it is sent, sending, and the claim code."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods, require_POST

from ranvier.terms import DeskError, RanvierError
from ranvier.web import columns, privacy
from ranvier.web.commands import questions
from ranvier.web.forms import LetterForm, SendForm, new_submission
from ranvier.web.mail import from_token
from ranvier.web.models import Question
from ranvier.web.reasoning import reasoner
from ranvier.web.uploads import checked

from . import errors

TOPICS_SECONDS = 600


def address(request: HttpRequest) -> str:
    """Where the request comes from, for counting in memory only."""
    if settings.BEHIND_PROXY and (forwarded := request.headers.get("X-Forwarded-For")):
        return forwarded.rpartition(",")[2].strip()
    return str(request.META.get("REMOTE_ADDR", ""))


def too_many(request: HttpRequest) -> HttpResponse:
    """429."""
    return errors.problem(
        request,
        title="That was a little fast",
        text="Please wait a while and try again. If you feel unwell now, do not wait for us: call your emergency number.",
        status=429,
    )


def glanced(text: str, *, with_topics: bool = False) -> dict[str, Any]:
    """What cannot wait: urgent advice and identifying details, and with topics what the letter asks about.

    Topics cost ten times the rest, so nothing asks for them where no match is shown; the worker tells a sent letter's topic.
    """
    try:
        case = reasoner().glance(text, with_topics=with_topics)
    except RanvierError:
        case = {"red_flags": [], "identifying": [], "questions": []}
    flags = [
        {**flag, "words": "; ".join(text[start:end] for start, end in flag["spans"])}
        for flag in case["red_flags"]
    ]
    details = privacy.settled(
        [
            {
                "kind": row["kind"],
                "start": row["span"][0],
                "end": row["span"][1],
                "words": text[slice(*row["span"])],
            }
            for row in case["identifying"]
        ]
    )
    topics = [question["topic"] for question in case["questions"]] if with_topics else []
    return {"red_flags": flags, "details": details, "topics": topics}


def understood(text: str) -> dict[str, Any]:
    """What the pages before sending show: the same, and published answers that match.

    Whoever typed the letter sends it on unchanged a moment later, so its topics are kept for ten minutes under a keyed hash
    of its text, which is not kept.
    """
    topics = privacy.recall("topics", text)
    seen = glanced(text, with_topics=topics is None)
    if topics is None:
        topics = seen["topics"]
        privacy.keep("topics", text, topics, seconds=TOPICS_SECONDS)
    return {**seen, "matching": columns.matching(text, topics)}


@require_http_methods(["GET", "POST"])
def form(request: HttpRequest) -> HttpResponse:
    """The first page; posted to when the reader goes back to change something."""
    given = LetterForm(initial=request.POST.dict()) if request.method == "POST" else LetterForm()
    return render(request, "ask/form.html", {"form": given})


@require_POST
def check(request: HttpRequest) -> HttpResponse:
    """While typing: urgent advice and matching answers. Nothing is kept."""
    if privacy.is_over_limit("check", address(request), limit=settings.CHECKS_PER_MINUTE, seconds=60):
        return HttpResponse(status=204)
    text = request.POST.get("text", "")[: settings.LETTER_CHARACTERS]
    context = understood(LetterForm.plain(text)) if len(text) > 15 else {}
    return render(request, "ask/check.html", context)


@require_POST
def preview(request: HttpRequest) -> HttpResponse:
    """Before sending: what is urgent, what would identify you, what is already answered. Nothing is kept."""
    given = LetterForm(request.POST)
    if not given.is_valid():
        return render(request, "ask/form.html", {"form": given}, status=422)
    if privacy.is_over_limit("check", address(request), limit=settings.CHECKS_PER_MINUTE, seconds=60):
        return too_many(request)
    return _preview(request, given.cleaned_data, SendForm(initial={"submission": new_submission()}))


def _preview(
    request: HttpRequest, letter: dict[str, Any], send_form: SendForm, status: int = 200
) -> HttpResponse:
    text = letter["text"]
    context = understood(text)
    pieces = []
    at = 0
    for index, detail in enumerate(context["details"]):
        pieces += [
            {"text": text[at : detail["start"]]},
            {"text": detail["words"], "detail": detail, "index": index},
        ]
        at = detail["end"]
    pieces.append({"text": text[at:]})
    return render(
        request,
        "ask/preview.html",
        {**context, "letter": letter, "pieces": pieces, "form": send_form},
        status=status,
    )


@require_POST
def send(request: HttpRequest) -> HttpResponse:
    """Keep the letter and show the claim code, once."""
    letter = LetterForm(request.POST)
    if not letter.is_valid():
        return render(request, "ask/form.html", {"form": letter}, status=422)
    text = letter.cleaned_data["text"]
    before = glanced(text)
    details = before["details"]
    given = SendForm(request.POST, request.FILES, details=len(details))
    if not given.is_valid():
        return _preview(request, letter.cleaned_data, given, status=422)
    uploads = []
    if given.cleaned_data["attachment"]:
        try:
            uploads.append(checked(given.cleaned_data["attachment"]))
        except DeskError as error:
            given.add_error("attachment", f"{error.given}. {error.expected}")
            return _preview(request, letter.cleaned_data, given, status=422)
    if privacy.is_over_limit("ask", address(request), limit=settings.ASKS_PER_HOUR, seconds=3600):
        return too_many(request)
    chosen = {int(index) for index in given.cleaned_data["remove"]}
    printed = privacy.without(text, [row for index, row in enumerate(details) if index in chosen])
    after = before if printed == text else glanced(printed)
    _, code = questions.send(
        submission=given.cleaned_data["submission"],
        text=printed,
        kept=after["details"],
        red_flags=after["red_flags"],
        age_years=letter.cleaned_data["age_years"],
        sex=letter.cleaned_data["sex"],
        country=letter.cleaned_data["country"],
        may_publish=given.cleaned_data["may_publish"],
        email=given.cleaned_data["email"],
        uploads=uploads,
    )
    context = {"code": code, "red_flags": after["red_flags"], "email": given.cleaned_data["email"]}
    return render(request, "ask/sent.html", context, status=201 if code else 200)


@require_http_methods(["GET", "POST"])
def confirm_email(request: HttpRequest, token: str) -> HttpResponse:
    """Second half of the double opt-in; a button, since mail programs open links by themselves."""
    key = from_token("reader", token, days=7)
    question = Question.objects.filter(pk=key).first() if key else None
    if question is None:
        return errors.problem(
            request, title="This link is too old", text="Your claim code still works.", status=404
        )
    if request.method == "POST":
        questions.confirm_address(question=question)
    return render(
        request, "confirm.html",
        {"title": "Confirm your address", "done": request.method == "POST", "button": "Yes, tell me when it is answered",
         "thanks": "We will write to you once, when the answer is there, and then forget the address."},
    )  # fmt: skip
