"""Demo mode only: become one of the four example people without a password."""

from __future__ import annotations

from django.conf import settings
from django.contrib.auth import login
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods

from ranvier.web.models import Person

from .signing import demo_password


@require_http_methods(["GET", "POST"])
def become(request: HttpRequest) -> HttpResponse:
    """Choose a person. Anywhere but in demo mode this page does not exist."""
    if not settings.DEMO:
        raise Http404
    if request.method == "POST":
        person = get_object_or_404(
            Person.objects.filter(username__startswith="demo-"), username=request.POST.get("username", "")
        )
        login(request, person, backend=settings.AUTHENTICATION_BACKENDS[0])
        return redirect("home")
    people = Person.objects.filter(username__startswith="demo-").order_by("role_name")
    return render(request, "become.html", {"people": people, "password": demo_password()})
