"""Signing: who it is, once more, over exactly what is shown on this page."""

from __future__ import annotations

from uuid import UUID

from allauth.mfa.models import Authenticator
from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods

from ranvier.terms import DeskConflict, DeskError, RanvierError
from ranvier.web import documents, passkeys, privacy, signature
from ranvier.web.commands import answers
from ranvier.web.forms import SignForm
from ranvier.web.models import Person, Question
from ranvier.web.reasoning import reasoner
from ranvier.web.states import PUBLIC

from . import errors


@require_http_methods(["GET", "POST"])
def sign(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Sign the latest version of a drafted answer."""
    question = get_object_or_404(Question, pk=pk, erased_at=None)
    return _page(request, question, is_correction=False)


@require_http_methods(["GET", "POST"])
def correct(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Sign a corrected version of a published answer; it replaces the old one on the site at once."""
    question = get_object_or_404(Question, pk=pk, erased_at=None)
    if question.standing not in PUBLIC:
        raise Http404
    return _page(request, question, is_correction=True)


def _page(request: HttpRequest, question: Question, *, is_correction: bool) -> HttpResponse:
    answer, reading = question.answers.last(), question.readings.last()
    if answer is None or reading is None:
        raise Http404
    form = SignForm(
        request.POST or None,
        initial={
            "version": question.version,
            "digest": signature.current_digest(question, answer, reading),
            "note": answer.correction_note,
        },
    )
    refusals = signature.refusals(question, answer)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        if privacy.is_over_limit("sign", str(request.user.pk), limit=10, seconds=600):
            form.add_error("password", "Too many tries. Please wait ten minutes.")
        elif not is_really(
            request.user, password=data["password"], code=data["code"], credential=data["credential"]
        ):
            form.add_error("password", "That is not your password, code or passkey. Nothing was signed.")
        else:
            privacy.forget_attempts(
                "sign", str(request.user.pk)
            )  # a clinician may sign more than ten in ten minutes
            given = {
                "question": question, "by": request.user,
                "version": data["version"], "shown_digest": data["digest"],
            }  # fmt: skip
            try:
                if is_correction:
                    answers.correct(**given, note=data["note"])
                else:
                    answers.sign(**given)
            except DeskConflict as error:
                return errors.declined(request, error)
            except DeskError as error:
                form.add_error(None, str(error))
            except RanvierError as error:
                return errors.declined(request, error)
            else:
                return redirect("review", pk=question.pk)
    mind = reasoner()
    prose = documents.prose(answer.document)
    context = {
        "question": question, "answer": answer, "case": reading.case, "form": form, "refusals": refusals,
        "page": documents.for_page(answer.document), "is_correction": is_correction, "labels": mind.findings(),
        "digest": form.initial["digest"], "files": signature.files(question), "grade": mind.grade(prose),
        "word_count": len(prose.split()),
        "has_code": Authenticator.objects.filter(user=request.user, type=Authenticator.Type.TOTP).exists(),
        "passkey": passkeys.challenge(request.user) if passkeys.has_passkey(request.user) else None,
        "demo_password": "" if not settings.DEMO else demo_password(),
    }  # fmt: skip
    return render(request, "desk/sign.html", context, status=422 if form.errors else 200)


def demo_password() -> str:
    """The password of the four demo people, shown where it is asked; in demo mode only."""
    from ranvier.web.demo.seed import PASSWORD

    return PASSWORD


def is_really(person: Person, *, password: str, code: str, credential: str = "") -> bool:
    """Check the passkey if one was used, else the password; where an authenticator app is set up, its code as well."""
    if credential:
        return passkeys.is_answered(person, credential)
    if not person.check_password(password):
        return False
    totp = Authenticator.objects.filter(user=person, type=Authenticator.Type.TOTP).first()
    return totp is None or bool(totp.wrap().validate_code(code))
