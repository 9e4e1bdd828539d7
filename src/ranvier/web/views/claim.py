"""Coming back with the claim code: where the letter stands, replying, and withdrawing it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods, require_POST

from ranvier.terms import DeskError
from ranvier.web import privacy
from ranvier.web.columns import Printed, current_answer
from ranvier.web.commands import questions
from ranvier.web.forms import ClaimForm, ReplyForm
from ranvier.web.models import Question
from ranvier.web.states import State

from . import errors
from .ask import address, glanced, too_many


def _find(request: HttpRequest) -> Question | None:
    form = ClaimForm(request.POST)
    return questions.by_claim_code(form.cleaned_data["code"]) if form.is_valid() else None


def _is_guessing(request: HttpRequest) -> bool:
    return privacy.is_over_limit("claim", address(request), limit=settings.CLAIM_TRIES_PER_HOUR, seconds=3600)


@require_http_methods(["GET", "POST"])
def claim(request: HttpRequest) -> HttpResponse:
    """Ask for the code, or show where the letter stands. The code is never in an address."""
    if request.method == "GET":
        return render(request, "ask/claim.html", {"form": ClaimForm()})
    if _is_guessing(request):
        return too_many(request)
    question = _find(request)
    if question is None:
        form = ClaimForm(request.POST)
        form.is_valid()
        form.add_error(
            "code", "No letter has this code. It has twenty letters and digits; capitals do not matter."
        )
        return render(request, "ask/claim.html", {"form": form}, status=404)
    return _standing(request, question)


def _standing(
    request: HttpRequest, question: Question, red_flags: Sequence[dict[str, Any]] = ()
) -> HttpResponse:
    if question.erased_at is not None:
        return errors.problem(
            request, title="This letter is erased",
            text=f"It was erased on {question.erased_at:%d %B %Y}. Nothing of it is kept.", status=410,
        )  # fmt: skip
    answer = current_answer(question)
    if answer is None and question.standing in (State.SIGNED, State.SCHEDULED):
        answer = question.answers.filter(signed_at__isnull=False, voided_at__isnull=True).last()
    printed = Printed(question, answer) if answer else None
    context = {
        "question": question,
        "printed": printed,
        "code": request.POST["code"],
        "messages_": question.messages.all(),
        "files": question.attachments.defer("content"),
        "red_flags": red_flags,
    }
    return render(request, "ask/standing.html", context)


@require_POST
def reply(request: HttpRequest) -> HttpResponse:
    """Answer what the clinician asked."""
    if _is_guessing(request):
        return too_many(request)
    question, form = _find(request), ReplyForm(request.POST)
    if question is None or question.erased_at is not None or not form.is_valid():
        return errors.problem(
            request, title="That could not be sent", text="Please go back and try again.", status=422
        )
    text = form.cleaned_data["text"]
    red_flags = glanced(text)["red_flags"]
    try:
        questions.reply(question=question, text=text, red_flags=red_flags)
    except DeskError as error:
        return errors.declined(request, error)
    return _standing(request, question, red_flags)


@require_POST
def withdraw(request: HttpRequest) -> HttpResponse:
    """Take the letter back; asked once more before it is done."""
    if _is_guessing(request):
        return too_many(request)
    question = _find(request)
    if question is None:
        return errors.problem(request, title="No letter has this code", text="Please check it.", status=404)
    if question.erased_at is not None:
        return _standing(request, question)
    if request.POST.get("sure") != "yes":
        return render(request, "ask/withdraw.html", {"code": request.POST["code"]})
    try:
        questions.withdraw(question=question)
    except DeskError as error:
        return errors.declined(request, error)
    return errors.problem(
        request,
        title="Your letter is erased",
        text="It has left the desk and the site. Thank you for having written.",
        status=200,
    )
