"""The administrator's pages: people, retention, the audit. Never a letter or an answer."""

from __future__ import annotations

from uuid import UUID

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from ranvier.terms import RanvierError
from ranvier.web.commands import people as commands
from ranvier.web.commands import retention as erasing
from ranvier.web.forms import PersonForm
from ranvier.web.models import AuditEvent, Person
from ranvier.web.roles import Role


@require_safe
def people(request: HttpRequest) -> HttpResponse:
    """Everyone with an account."""
    return render(
        request, "desk/people.html", {"people": Person.objects.order_by("role_name", "display_name")}
    )


@require_http_methods(["GET", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """Add someone."""
    return _form(request, None)


@require_http_methods(["GET", "POST"])
def edit(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Change someone."""
    return _form(request, get_object_or_404(Person, pk=pk))


def _form(request: HttpRequest, person: Person | None) -> HttpResponse:
    form = (
        PersonForm(request.POST)
        if request.method == "POST"
        else (PersonForm.of(person) if person else PersonForm())
    )
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        given = {
            "by": request.user, "display_name": data["display_name"], "role": Role(data["role"]),
            "credentials": data["credentials"], "password": data["password"],
        }  # fmt: skip
        try:
            if person is None:
                if Person.objects.filter(username=data["username"]).exists():
                    raise ValidationError("This user name is taken.")
                commands.add_person(username=data["username"], **given)
            else:
                commands.change_person(person=person, is_active=data["is_active"], **given)
        except ValidationError as error:
            form.add_error("password" if data["password"] else None, error)
        except RanvierError as error:
            form.add_error(None, str(error))
        else:
            return redirect("people")
    title = str(person) if person else "A new person"
    return render(
        request, "desk/form.html", {"form": form, "title": title}, status=422 if form.errors else 200
    )


@require_safe
def retention(request: HttpRequest) -> HttpResponse:
    """What is past its time, as a number only."""
    context = {
        "count": erasing.expired().count(),
        "unanswered": settings.KEEP_UNANSWERED_DAYS,
        "declined": settings.KEEP_DECLINED_DAYS,
    }
    return render(request, "desk/retention.html", context)


@require_POST
def retention_run(request: HttpRequest) -> HttpResponse:
    """Erase it now."""
    erasing.erase_expired(by=request.user)
    return redirect("retention")


@require_safe
def audit(request: HttpRequest) -> HttpResponse:
    """Who did what. Reasons are left out, since they may quote a letter."""
    rows = AuditEvent.objects.select_related("by").defer("why").order_by("-id")
    return render(
        request, "desk/audit.html", {"page": Paginator(rows, 100).get_page(request.GET.get("page"))}
    )
