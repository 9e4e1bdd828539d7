"""Pages for what went wrong, without a word of what was sent."""

from __future__ import annotations

import logging

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from ranvier.terms import DeskConflict, RanvierError

LOG = logging.getLogger("desk")


def problem(request: HttpRequest, *, title: str, text: str, status: int) -> HttpResponse:
    """One page for all of them."""
    return render(request, "problem.html", {"title": title, "text": text}, status=status)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """404."""
    return problem(
        request,
        title="There is no such page",
        text="It may have moved. The site map lists every page.",
        status=404,
    )


def refused(request: HttpRequest, exception: Exception) -> HttpResponse:
    """403: the access table says no."""
    return problem(
        request,
        title="This page is not for your role",
        text="Ask an administrator if it should be.",
        status=403,
    )


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """400."""
    return problem(
        request,
        title="That could not be read",
        text="Nothing was changed. Please go back and try again.",
        status=400,
    )


def csrf_failed(request: HttpRequest, reason: str = "") -> HttpResponse:
    """403 for a form that was open too long or came from elsewhere."""
    return problem(
        request,
        title="This form is too old",
        text="Go back, load the page again, and send it once more.",
        status=403,
    )


def failed(request: HttpRequest) -> HttpResponse:
    """500: plain, since anything else may fail as well."""
    return HttpResponse(
        "<!doctype html><html lang=en><title>Something failed</title><h1>Something failed on our side</h1>"
        "<p>Nothing of yours was lost if you saw a claim code. Please try again in a moment.</p></html>",
        status=500,
    )


def declined(request: HttpRequest, error: RanvierError) -> HttpResponse:
    """What a command refused: 409 when someone was faster, else 422."""
    LOG.info("refused: %s", error.for_log)
    if isinstance(error, DeskConflict):
        return problem(
            request, title="Someone was faster", text=f"{error.given}. {error.expected}.", status=409
        )
    return problem(request, title="That is not possible now", text=str(error), status=422)
