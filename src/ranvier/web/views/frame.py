"""What every page shows: who is signed in, and the name of the column."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest

from ranvier.web.access import ACCESS, role_of

NAVIGATION = (
    ("queue", "Queue"),
    ("issues", "Issues"),
    ("statements", "Statements"),
    ("contacts", "Contacts"),
    ("replies", "Replies"),
    ("people", "People"),
    ("retention", "Retention"),
    ("audit", "Audit"),
)


NOT_FOR_SEARCH = ("/account/", "/claim/", "/ask/", "/subscribe/", "/unsubscribe/", "/become/", "/search/")


def is_for_search(path: str) -> bool:
    """Whether a search engine may list a page: not what belongs to one reader, to one token, or to those who work here."""
    return path in ("/ask/", "/subscribe/") or not path.startswith(NOT_FOR_SEARCH)


def frame(request: HttpRequest) -> dict[str, Any]:
    """The desk's navigation for this role, and the canonical address."""
    role = role_of(request) if hasattr(request, "user") else None
    return {
        "demo": settings.DEMO,
        "site_address": settings.ADDRESS,
        "canonical": settings.ADDRESS + request.path,
        "noindex": not is_for_search(request.path),
        "role": role,
        "desk_pages": [(name, label) for name, label in NAVIGATION if role in ACCESS[name]] if role else [],
    }
