"""Editing an answer sentence by sentence, the letter as printed, earlier versions and their differences."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from ranvier.terms import RanvierError
from ranvier.web import documents
from ranvier.web.columns import words
from ranvier.web.commands import answers, moves
from ranvier.web.models import Answer, Question
from ranvier.web.reasoning import reasoner

from . import errors


@require_http_methods(["GET", "POST"])
def edit(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The editor: one field a sentence, its sources beside it."""
    question = get_object_or_404(Question, pk=pk, erased_at=None)
    answer = question.answers.last()
    if answer is None:
        raise Http404
    if request.method == "POST":
        try:
            answers.edit(
                question=question, by=request.user, version=_number(request, "version"), base=_number(request, "base"),
                rows=rows_of(request), title=request.POST.get("title", ""),
                correction_note=request.POST.get("correction_note", ""),
            )  # fmt: skip
        except RanvierError as error:
            return errors.declined(request, error)
        return redirect(f"/desk/letters/{question.pk}/#answer")
    if not moves.may_write(question, request.user):
        return errors.problem(
            request, title="You do not hold this letter", text="Claim it first.", status=422
        )
    prose = documents.prose(answer.document)
    context = {
        "question": question, "answer": answer, "page": documents.for_page(answer.document),
        "catalogue": answer.document.get("statements", {}), "grade": reasoner().grade(prose),
        "word_count": len(prose.split()), "statements": reasoner().statements(),
    }  # fmt: skip
    return render(request, "desk/edit.html", context)


def _number(request: HttpRequest, name: str) -> int:
    try:
        return int(request.POST.get(name, ""))
    except ValueError as error:
        raise Http404 from error


def rows_of(request: HttpRequest) -> list[dict[str, Any]]:
    """The rows of the form. Supports come by statement id and are looked up here; a form cannot invent a source."""
    known = reasoner().statements()
    rows = []
    lists = [request.POST.getlist(name) for name in ("section", "id", "text", "reason", "add", "drop")]
    if len({len(items) for items in lists}) != 1:
        raise Http404
    for section, identity, text, reason, add, drop in zip(*lists, strict=True):
        rows.append(
            {
                "section": section, "id": identity, "text": text, "reason": reason,
                "add": [known[key] for key in add.split() if key in known], "drop": drop.split(),
            }
        )  # fmt: skip
    return rows


@require_safe
def statement_search(request: HttpRequest) -> HttpResponse:
    """Statements that hold the words, for giving a sentence its source."""
    wanted = set(words(request.GET.get("q", "")[:200]))
    scored = []
    for row in reasoner().statements().values():
        here = set(words(f"{row['id'].replace('-', ' ')} {row['topic']} {row['plain']} {row['claim']}"))
        if hits := len(wanted & here):
            scored.append((hits, row))
    best = [row for _, row in sorted(scored, key=lambda pair: -pair[0])[:8]]
    return render(request, "desk/statement_choices.html", {"rows": best, "query": request.GET.get("q", "")})


@require_POST
def redraft(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Draft again from the corrected case."""
    question = get_object_or_404(Question, pk=pk, erased_at=None)
    given = {"question": question, "by": request.user, "version": _number(request, "version")}
    try:
        if question.diary is None:
            answers.redraft(**given)
        else:
            answers.ask_for_redraft(**given)
            messages.info(request, "It is being drafted again with the diary, which takes about a minute.")
    except RanvierError as error:
        return errors.declined(request, error)
    return redirect(f"/desk/letters/{question.pk}/#answer")


@require_http_methods(["GET", "POST"])
def letter(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The letter as it will be printed, beside the letter as sent."""
    question = get_object_or_404(Question, pk=pk, erased_at=None)
    if request.method == "POST":
        try:
            answers.edit_letter(
                question=question, by=request.user, version=_number(request, "version"),
                text=request.POST.get("text", "").replace("\r\n", "\n")[:20_000],
            )  # fmt: skip
        except RanvierError as error:
            return errors.declined(request, error)
        return redirect("review", pk=pk)
    return render(request, "desk/letter.html", {"question": question})


def _version(pk: UUID, number: int) -> Answer:
    return get_object_or_404(Answer.objects.select_related("question"), question_id=pk, number=number)


@require_safe
def version(request: HttpRequest, pk: UUID, number: int) -> HttpResponse:
    """An earlier version, as it was."""
    answer = _version(pk, number)
    context = {"answer": answer, "question": answer.question, "page": documents.for_page(answer.document)}
    return render(request, "desk/version.html", context)


@require_safe
def difference(request: HttpRequest, pk: UUID, old: int, new: int) -> HttpResponse:
    """What changed between two versions, word by word."""
    before, after = _version(pk, old), _version(pk, new)
    rows = documents.difference(before.document, after.document)
    context = {
        "before": before, "after": after, "question": after.question, "rows": rows,
        "changed": any(row["kind"] != "same" for row in rows),
    }  # fmt: skip
    return render(request, "desk/difference.html", context)
