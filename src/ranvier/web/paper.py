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
    return bytes(HTML(string=html, base_url=STATIC.as_uri() + "/", url_fetcher=_own_files_only()).write_pdf())


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
