"""The editor's pages: building an issue, its previews, scheduling; withdrawing an answer."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from ranvier.terms import RanvierError
from ranvier.web import columns, mail, paper
from ranvier.web.commands import deliveries, publishing
from ranvier.web.commands import issues as commands
from ranvier.web.forms import IssueForm, ScheduleForm
from ranvier.web.models import Issue, Question, Subscription
from ranvier.web.states import State

from . import errors


@require_safe
def issues(request: HttpRequest) -> HttpResponse:
    """All issues, and signed answers that wait for one."""
    return render(
        request, "desk/issues.html",
        {"issues": Issue.objects.prefetch_related("items__question"), "waiting": _waiting(),
         "subscribers": Subscription.objects.filter(confirmed_at__isnull=False).count()},
    )  # fmt: skip


def _waiting() -> list[columns.Printed]:
    rows = Question.objects.filter(state=State.SIGNED.value, may_publish=True, item__isnull=True).order_by(
        "created_at"
    )
    pairs = (
        (row, row.answers.filter(signed_at__isnull=False, voided_at__isnull=True).last()) for row in rows
    )
    return [columns.Printed(question, answer) for question, answer in pairs if answer]


@require_POST
def new(request: HttpRequest) -> HttpResponse:
    """Start the next number."""
    issue = commands.open_issue(by=request.user, title=request.POST.get("title", "")[:120])
    return redirect("issue_build", pk=issue.pk)


@require_safe
def build(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The issue with what is in it, what could be, and its previews."""
    issue = get_object_or_404(Issue, pk=pk)
    context = {
        "issue": issue,
        "items": columns.printed_items(issue, preview=True),
        "waiting": _waiting() if issue.state == "open" else [],
        "form": IssueForm(initial={"title": issue.title, "note": issue.note}),
        "schedule": ScheduleForm(initial={"version": issue.version}),
        "now": timezone.now(),
        "deliveries": issue.deliveries.count(),
        "sent": issue.deliveries.filter(sent_at__isnull=False).count(),
        "failed": issue.deliveries.filter(failed_at__isnull=False).count(),
        "unknown": deliveries.unknown(issue).count(),
        "research_due": _research_due(),
    }
    return render(request, "desk/issue_build.html", context)


def _research_due() -> int:
    from .checks import statement_rows

    return sum(row["due"] for row in statement_rows() if row["topic"] == "research")


@require_POST
def items(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Save title, note, what is in it and in which order."""
    issue = get_object_or_404(Issue, pk=pk)
    form = IssueForm(request.POST)
    if not form.is_valid():
        return errors.problem(request, title="An issue needs a title", text="Please go back.", status=422)
    chosen: list[tuple[int, int, str]] = []
    for place, key in enumerate(request.POST.getlist("question")):
        if request.POST.get(f"in-{key}"):
            position = request.POST.get(f"position-{key}", "")
            chosen.append((int(position) if position.isdigit() else 99, place, key))
    known = {str(row.pk): row for row in Question.objects.filter(pk__in=_ids([key for _, _, key in chosen]))}
    try:
        commands.arrange(
            issue=issue, by=request.user, version=_version(request), title=form.cleaned_data["title"],
            note=form.cleaned_data["note"], questions=[known[key] for _, _, key in sorted(chosen) if key in known],
        )  # fmt: skip
    except RanvierError as error:
        return errors.declined(request, error)
    return redirect("issue_build", pk=pk)


def _ids(keys: list[str]) -> list[UUID]:
    found = []
    for key in keys:
        try:
            found.append(UUID(key))
        except ValueError:
            continue
    return found


def _version(request: HttpRequest) -> int:
    given = request.POST.get("version", "")
    return int(given) if given.isdigit() else -1


@require_POST
def move(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Schedule, take the day back, or send again the mails that may not have arrived."""
    issue = get_object_or_404(Issue, pk=pk)
    try:
        if request.POST.get("name") == "send_again":
            deliveries.send_again(issue=issue, by=request.user)
        elif request.POST.get("name") == "unschedule":
            commands.unschedule(issue=issue, by=request.user, version=_version(request))
        else:
            form = ScheduleForm(request.POST)
            if not form.is_valid():
                return errors.problem(
                    request, title="That is no day", text="For example 2027-01-15 09:00.", status=422
                )
            commands.schedule(
                issue=issue, by=request.user, version=_version(request), when=form.cleaned_data["when"]
            )
    except RanvierError as error:
        return errors.declined(request, error)
    return redirect("issue_build", pk=pk)


def in_frame(response: HttpResponse, **policy: list[str]) -> HttpResponse:
    """Let our own issue builder show it in a frame; no other page of the desk may stand in one."""
    response.headers["X-Frame-Options"] = "SAMEORIGIN"
    response._csp_replace = {"frame-ancestors": ["'self'"]} | {
        name.replace("_", "-"): value for name, value in policy.items()
    }
    return response


@require_safe
def preview_web(request: HttpRequest, pk: UUID) -> HttpResponse:
    """As it will be on the site."""
    issue = get_object_or_404(Issue, pk=pk)
    context = {"issue": issue, "items": columns.printed_items(issue, preview=True), "preview": True}
    return in_frame(render(request, "public/issue.html", context))


def _edition(issue: Issue) -> dict[str, object]:
    leave = mail.absolute("unsubscribe", "example")
    return {**mail.edition_context(issue, leave), "items": columns.printed_items(issue, preview=True)}


@require_safe
def preview_mail(request: HttpRequest, pk: UUID) -> HttpResponse:
    """As it will be mailed, in HTML. Mail needs styles in the page, which our own policy forbids elsewhere."""
    issue = get_object_or_404(Issue, pk=pk)
    response = HttpResponse(render_to_string("mail/issue.html", _edition(issue)))
    return in_frame(response, style_src=["'unsafe-inline'"], script_src=["'none'"])


@require_safe
def preview_text(request: HttpRequest, pk: UUID) -> HttpResponse:
    """As it will be mailed, in plain text."""
    issue = get_object_or_404(Issue, pk=pk)
    return in_frame(
        HttpResponse(
            render_to_string("mail/issue.txt", _edition(issue)), content_type="text/plain; charset=utf-8"
        )
    )


@require_safe
def preview_pdf(request: HttpRequest, pk: UUID) -> HttpResponse:
    """As it will be printed."""
    issue = get_object_or_404(Issue, pk=pk)
    try:
        return HttpResponse(paper.issue_pdf(issue, preview=True), content_type="application/pdf")
    except RanvierError as error:
        return errors.declined(request, error)


@require_POST
def withdraw(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Take a published answer off the site, with a reason."""
    question = get_object_or_404(Question, pk=pk)
    try:
        publishing.withdraw_answer(
            question=question, by=request.user, version=_version(request), why=request.POST.get("why", "")
        )
    except RanvierError as error:
        return errors.declined(request, error)
    return redirect(reverse("review", args=[pk]))
