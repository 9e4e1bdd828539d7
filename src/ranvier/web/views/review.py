"""The review page: the letter with its spans, findings, criteria, differential, draft; and the acts on them."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST, require_safe

from ranvier.terms import RanvierError
from ranvier.web import criteria_tree, documents, marking, signature
from ranvier.web.commands import concerns, findings, moves
from ranvier.web.forms import MoveForm
from ranvier.web.models import Attachment, Concern, Question, StandardReply
from ranvier.web.reasoning import reasoner
from ranvier.web.states import PUBLIC, moves_for

from . import errors

SIDES = ("left", "right", "both")
SUBJECTS = ("patient", "family", "other")
CERTAINTIES = ("stated", "suspected", "historical")
OWN_FORMS = {
    "ask_reader",
    "decline",
    "sign",
    "void",
    "correct",
    "schedule",
    "unschedule",
    "publish",
    "withdraw",
}


@require_safe
def review(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Everything about one letter."""
    question = get_object_or_404(
        Question.objects.select_related("claimed_by", "standard_reply"), pk=pk, erased_at=None
    )
    return render(request, "desk/review.html", context_of(request, question))


def context_of(request: HttpRequest, question: Question) -> dict[str, Any]:
    """What the review page and its parts show."""
    reading, answer = question.readings.last(), question.answers.select_related("signed_by").last()
    person = request.user
    moves_now = moves_for(question.standing, person.role)
    context: dict[str, Any] = {
        "question": question,
        "may_write": moves.may_write(question, person),
        "buttons": [step for step in moves_now if step.name not in OWN_FORMS],
        "may": {step.name for step in moves_now},
        "is_public": question.standing in PUBLIC,
        "concerns": question.concerns.select_related("resolved_by"),
        "comments": question.comments.select_related("written_by"),
        "messages_": question.messages.select_related("written_by"),
        "events": question.events.select_related("by"),
        "attachments": question.attachments.defer("content"),
        "replies": StandardReply.objects.all(),
        "versions": question.answers.select_related("written_by", "signed_by", "voided_by").order_by(
            "-number"
        ),
        "answer": answer,
        "reading": reading,
    }
    if reading is not None:
        context |= _understood(question, reading)
    if answer is not None:
        words = documents.prose(answer.document)
        context |= {
            "page": documents.for_page(answer.document),
            "catalogue": answer.document.get("statements", {}),
            "grade": reasoner().grade(words),
            "word_count": len(words.split()),
            "refusals": signature.refusals(question, answer),
            "unchecked": signature.unchecked(answer.document),
        }
    return context


def _understood(question: Question, reading: Any) -> dict[str, Any]:
    mind, case = reasoner(), reading.case
    labels = mind.findings()
    rows = [
        {
            **finding,
            "index": index,
            "label": labels.get(finding["id"], finding["id"]),
            "mark": mark,
            "words": " … ".join(question.text[start:end] for start, end in finding["spans"]),
        }
        for index, (finding, mark) in enumerate(zip(case["findings"], reading.document["marks"], strict=True))
    ]
    files = list(question.attachments.all())
    study = question.study
    judged = mind.judge(case, study)
    return {
        "pieces": marking.pieces(question.text, marking.letter_marks(case, labels)),
        "case": case,
        "about": _about(question, case["patient"]),
        "findings": rows,
        "rejected": [
            {**finding, "index": index, "label": labels.get(finding["id"], finding["id"])}
            for index, finding in enumerate(reading.document["rejected"])
        ],
        "unconfirmed": sum(row["mark"] == "proposed" for row in rows),
        "labels": labels,
        "judged": judged,
        "trees": {key: criteria_tree.tree(edition) for key, edition in judged["editions"].items()},
        "weighed": mind.weigh(case, study),
        "studies": [(file, mind.study(bytes(file.content))) for file in files if file.kind == "study"],
        "diaries": [(file, mind.diary(bytes(file.content))) for file in files if file.kind == "diary"],
        "sides": SIDES, "subjects": SUBJECTS, "certainties": CERTAINTIES,
    }  # fmt: skip


def _about(question: Question, patient: dict[str, Any]) -> list[str]:
    """Who wrote, in a few words."""
    age = patient.get("age_years")
    words = [
        f"{age:g} years" if age is not None else "",
        patient.get("sex"),
        patient.get("occupation"),
        question.country,
    ]
    return [str(word) for word in words if word]


def _version(request: HttpRequest) -> int:
    try:
        return int(request.POST.get("version", ""))
    except ValueError as error:
        raise Http404 from error


def back(request: HttpRequest, question: Question, anchor: str = "") -> HttpResponse:
    """To the review page; with htmx, the page's body again."""
    question.refresh_from_db()
    if request.headers.get("HX-Request"):
        return render(request, "desk/review_body.html", context_of(request, question))
    return redirect(f"/desk/letters/{question.pk}/{anchor}")


@require_POST
def move(request: HttpRequest, pk: UUID) -> HttpResponse:
    """One move of the table of states."""
    question = get_object_or_404(Question, pk=pk, erased_at=None)
    form = MoveForm(request.POST)
    if not form.is_valid():
        return errors.problem(
            request, title="That could not be read", text="Please go back and try again.", status=422
        )
    data = form.cleaned_data
    given = {"question": question, "by": request.user, "version": data["version"]}
    try:
        if data["name"] == "ask_reader":
            concerns.ask_reader(**given, text=data["why"])
        elif data["name"] == "decline":
            reply = StandardReply.objects.filter(key=data["reply"]).first()
            concerns.decline(**given, why=data["why"], reply=reply, text=data["reply_text"])
        elif data["name"] == "void":
            moves.demand_void(**given, why=data["why"])
        elif data["name"] in {"claim", "release", "reopen", "draft", "rework"}:
            moves.move(**given, name=data["name"], why=data["why"])
        else:
            raise Http404
    except RanvierError as error:
        return errors.declined(request, error)
    return redirect("review", pk=pk)


@require_POST
def act_on_findings(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Confirm, correct, reject, restore or add a finding."""
    question = get_object_or_404(Question, pk=pk, erased_at=None)
    index = request.POST.get("index", "")
    values: dict[str, Any] = request.POST.dict()
    if phrase := request.POST.get("phrase", "").strip():
        start = question.text.find(phrase)
        values["spans"] = [[start, start + len(phrase)]] if start >= 0 else []
    try:
        findings.review(
            question=question, by=request.user, version=_version(request), action=request.POST.get("action", ""),
            index=int(index) if index.isdigit() else None, values=values,
        )  # fmt: skip
    except RanvierError as error:
        return errors.declined(request, error)
    return back(request, question, "#findings")


@require_POST
def settle(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Say how a red flag or an identifying detail was settled."""
    concern = get_object_or_404(Concern.objects.select_related("question"), pk=pk)
    try:
        concerns.settle(
            concern=concern,
            by=request.user,
            version=_version(request),
            resolution=request.POST.get("resolution", ""),
        )
    except RanvierError as error:
        return errors.declined(request, error)
    return back(request, concern.question, "#concerns")


@require_POST
def comment(request: HttpRequest, pk: UUID) -> HttpResponse:
    """A remark for colleagues."""
    question = get_object_or_404(Question, pk=pk, erased_at=None)
    try:
        concerns.comment(question=question, by=request.user, text=request.POST.get("text", "")[:4000])
    except RanvierError as error:
        return errors.declined(request, error)
    return back(request, question, "#comments")


@require_safe
def attachment(request: HttpRequest, pk: UUID) -> HttpResponse:
    """A reader's file, as a download that no browser shows or runs."""
    file = get_object_or_404(Attachment, pk=pk)
    response = HttpResponse(bytes(file.content), content_type="application/octet-stream")
    response["Content-Disposition"] = f'attachment; filename="{file.name}"'
    return response
