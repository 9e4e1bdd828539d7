"""An issue as PDF, from the same HTML and answers as the page. Fetches nothing but our own style and fonts."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.conf import settings
from django.template.loader import render_to_string

from ranvier.terms import MissingDependency

from .columns import printed_items
from .models import Issue

STATIC = Path(__file__).parent / "static"


def issue_pdf(issue: Issue, *, preview: bool = False) -> bytes:
    """Render one issue.

    Raises
        MissingDependency: WeasyPrint or the system's Pango library is not installed.
    """
    try:
        from weasyprint import HTML
    except (ImportError, OSError) as error:
        raise MissingDependency(
            path="weasyprint",
            given="it or a library it needs cannot be loaded",
            expected="pip install 'ranvier[report]'; on Debian: apt-get install libpango-1.0-0 libpangoft2-1.0-0",
        ) from error
    context = {"issue": issue, "items": printed_items(issue, preview=preview), "address": settings.ADDRESS}
    html = render_to_string("paper/issue.html", context)
    return bytes(HTML(string=html, base_url=STATIC.as_uri() + "/", url_fetcher=_own_files_only).write_pdf())


def _own_files_only(address: str, *args: Any, **kwargs: Any) -> Any:
    """Refuse every address outside our static folder: a letter must not make the renderer call out."""
    from weasyprint import default_url_fetcher

    if not address.startswith(STATIC.as_uri() + "/") or ".." in address:
        raise ValueError("only the desk's own style and fonts are fetched")
    return default_url_fetcher(address, *args, **kwargs)
