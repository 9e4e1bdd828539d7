"""An issue as PDF, from the same HTML and answers as the page. Fetches nothing but our own style and fonts."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.conf import settings
from django.template.loader import render_to_string

from ranvier.terms.optional import require

from .columns import printed_items
from .models import Issue

STATIC = Path(__file__).parent / "static"


def issue_pdf(issue: Issue, *, preview: bool = False) -> bytes:
    """Render one issue.

    Raises
        MissingDependency: WeasyPrint or the system's Pango library is not installed.
    """
    html_of = require("weasyprint").HTML
    context = {"issue": issue, "items": printed_items(issue, preview=preview), "address": settings.ADDRESS}
    html = render_to_string("paper/issue.html", context)
    return bytes(
        html_of(string=html, base_url=STATIC.as_uri() + "/", url_fetcher=_own_files_only()).write_pdf(
            pdf_variant="pdf/ua-1"
        )
    )


def _own_files_only() -> Any:
    """Refuse every address outside our static folder: a letter must not make the renderer call out."""
    from weasyprint.urls import FatalURLFetchingError, URLFetcher

    class OwnFiles(URLFetcher):  # type: ignore[misc]
        """Reads our own style and fonts, and nothing else."""

        def fetch(self, url: str, headers: Any = None) -> Any:
            """Fetch one file of ours."""
            if not url.startswith(STATIC.as_uri() + "/") or ".." in url:
                raise FatalURLFetchingError("only the desk's own style and fonts are fetched")
            return super().fetch(url, headers)

    return OwnFiles(allowed_protocols=("file",))
