"""What needs looking at again: statements, contacts, standard replies."""

from __future__ import annotations

from typing import Any

from django.core.paginator import Paginator
from django.db.models import Max
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from ranvier.terms import RanvierError
from ranvier.web.commands import checks as commands
from ranvier.web.forms import ContactForm, ReplyTextForm
from ranvier.web.models import Contact, Issue, StandardReply, StatementCheck
from ranvier.web.reasoning import reasoner

from . import errors

CONTACT_DAYS = 365


def statement_rows() -> list[dict[str, Any]]:
    """Every statement with its last check, and whether it is due.

    Due is what was checked more than a year ago (or, never checked, is of an earlier year), what a check found changed, and
    for research what was not looked at since the last issue appeared.
    """
    last_issue = Issue.objects.filter(published_at__isnull=False).aggregate(at=Max("published_at"))["at"]
    latest: dict[str, StatementCheck] = {}
    for row in StatementCheck.objects.select_related("checked_by").order_by("checked_at", "id"):
        latest[row.statement] = row
    today = timezone.now()
    rows = []
    for statement in reasoner().statements().values():
        check = latest.get(statement["id"])
        days = (today - check.checked_at).days if check else None
        old = today.year - int(statement["as_of"]) >= 1 if days is None else days > 365
        since_last_issue = statement["topic"] == "research" and (
            check is None or (last_issue is not None and check.checked_at < last_issue)
        )
        unverified = statement["mark"] == "recalled" and not (check and check.outcome == "holds")
        rows.append(
            {**statement, "check": check, "due": old or since_last_issue or (check is not None and check.outcome == "changed"),
             "unverified": unverified}
        )  # fmt: skip
    return rows


@require_safe
def statements(request: HttpRequest) -> HttpResponse:
    """Statements to compare with their sources."""
    rows = statement_rows()
    shown = request.GET.get("show", "due")
    counts = {
        "due": sum(row["due"] for row in rows),
        "recalled": sum(row["unverified"] for row in rows),
        "research": sum(row["topic"] == "research" for row in rows),
        "all": len(rows),
    }
    tests = {
        "due": lambda row: row["due"], "recalled": lambda row: row["unverified"],
        "research": lambda row: row["topic"] == "research", "all": lambda row: True,
    }  # fmt: skip
    chosen = [row for row in rows if tests.get(shown, tests["due"])(row)]
    if query := request.GET.get("q", "").strip().lower():
        named = [
            row for row in chosen if row["id"].lower() == query
        ]  # a link to one statement shows that one alone
        chosen = named or [
            row for row in chosen if query in f"{row['id']} {row['claim']} {row['plain']}".lower()
        ]
    page = Paginator(chosen, 25).get_page(request.GET.get("page"))
    return render(
        request, "desk/statements.html", {"page": page, "shown": shown, "counts": counts, "query": query}
    )


@require_POST
def statement_check(request: HttpRequest, key: str) -> HttpResponse:
    """Record one check."""
    try:
        commands.check_statement(
            statement=key, by=request.user, note=request.POST.get("note", "")[:1000],
            outcome="changed" if request.POST.get("outcome") == "changed" else "holds",
        )  # fmt: skip
    except RanvierError as error:
        return errors.declined(request, error)
    back = request.POST.get("back", "")
    return redirect(back if back.startswith("/desk/") else "statements")


@require_safe
def contacts(request: HttpRequest) -> HttpResponse:
    """Patient groups, with those to look at again first."""
    today = timezone.now().date()
    rows = [
        {
            "contact": contact,
            "due": contact.checked_on is None or (today - contact.checked_on).days > CONTACT_DAYS,
        }
        for contact in Contact.objects.all()
    ]
    return render(request, "desk/contacts.html", {"rows": sorted(rows, key=lambda row: not row["due"])})


@require_http_methods(["GET", "POST"])
def contact_edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Change a contact; 0 makes a new one."""
    contact = get_object_or_404(Contact, pk=pk) if pk else Contact()
    form = ContactForm(request.POST or None, instance=contact)
    if request.method == "POST" and form.is_valid():
        commands.save_contact(
            contact=form.save(commit=False), by=request.user, checked=form.cleaned_data["checked"]
        )
        return redirect("contacts")
    return render(
        request, "desk/form.html", {"form": form, "title": "A contact"}, status=422 if form.errors else 200
    )


@require_safe
def replies(request: HttpRequest) -> HttpResponse:
    """Standard replies."""
    return render(request, "desk/replies.html", {"replies": StandardReply.objects.all()})


@require_http_methods(["GET", "POST"])
def reply_edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Change a standard reply; 0 makes a new one."""
    reply = get_object_or_404(StandardReply, pk=pk) if pk else StandardReply()
    form = ReplyTextForm(request.POST or None, instance=reply)
    if request.method == "POST" and form.is_valid():
        commands.save_reply(reply=form.save(commit=False), by=request.user)
        return redirect("replies")
    return render(
        request,
        "desk/form.html",
        {"form": form, "title": "A standard reply"},
        status=422 if form.errors else 200,
    )
