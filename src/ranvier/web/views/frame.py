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


def frame(request: HttpRequest) -> dict[str, Any]:
    """The desk's navigation for this role, and the canonical address."""
    role = role_of(request) if hasattr(request, "user") else None
    return {
        "demo": settings.DEMO,
        "site_address": settings.ADDRESS,
        "canonical": settings.ADDRESS + request.path,
        "role": role,
        "desk_pages": [(name, label) for name, label in NAVIGATION if role in ACCESS[name]] if role else [],
    }
