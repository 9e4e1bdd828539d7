"""Public pages kept as bytes, for as long as nothing that the public sees has changed.

Kept are pages of `access.KEPT` asked for by someone who is not signed in, by their own address without a query: they hold nothing
of one reader.
The marks of freshness.py are read before the page is made, so a page is never older than the marks it is kept under. Each has
an ETag, and browsers are told to ask every time: a withdrawn answer is gone at the next look.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.cache import get_conditional_response, patch_vary_headers

from . import freshness
from .access import KEPT

AT_MOST_BYTES = 64 * 1024 * 1024


@dataclass(frozen=True)
class KeptPage:
    """A page as it left the view."""

    content: bytes
    headers: Mapping[str, str]

    def response(self) -> HttpResponse:
        """The page once more."""
        return HttpResponse(self.content, headers=dict(self.headers))


@dataclass
class Shelf:
    """The pages of one publication, by path."""

    mark: int
    pages: dict[str, KeptPage] = field(default_factory=dict)
    size: int = 0

    def put(self, path: str, page: KeptPage) -> None:
        """Keep one more, while there is room."""
        if self.size + len(page.content) <= AT_MOST_BYTES:
            self.size += len(page.content)
            self.pages[path] = page


_shelf = Shelf(mark=-1)


@freshness.forgets
def clear() -> None:
    """Let go of every page."""
    global _shelf
    _shelf = Shelf(mark=-1)


class KeptPagesMiddleware:
    """Answers from the shelf where it can, and fills it."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer one request."""
        global _shelf
        marks = freshness.marks()
        mark = marks.public
        shelf = _shelf
        if shelf.mark != mark:
            shelf = _shelf = Shelf(mark=mark)
        if (
            request.method != "GET" or request.META.get("QUERY_STRING") or settings.SESSION_COOKIE_NAME in request.COOKIES
        ):  # fmt: skip
            return self._fresh(request, marks)
        kept = shelf.pages.get(request.path)
        if kept is not None:
            if settings.COMPARE_KEPT_PAGES:
                demand_same(kept, self._fresh(request, marks), request.path)
            return self._conditional(request, kept.response())
        response = self._fresh(request, marks)
        match = request.resolver_match
        if match is None or match.view_name not in KEPT or response.status_code != 200 or response.streaming:
            return response
        if reverse(match.view_name, args=match.args, kwargs=match.captured_kwargs) != request.path:
            return response  # `/issues/007/`: there is no end of such names for one page
        if response.has_header("Cache-Control") or response.cookies:
            return response
        response.headers["ETag"] = f'"{hashlib.sha256(response.content).hexdigest()[:32]}"'
        response.headers["Cache-Control"] = "no-cache"
        patch_vary_headers(response, ["Cookie"])
        shelf.put(request.path, KeptPage(response.content, dict(response.items())))
        return self._conditional(request, response)

    def _fresh(self, request: HttpRequest, before: freshness.Marks) -> HttpResponse:
        """Make the page; if a letter was erased meanwhile, let go of what this page concluded of it after the others let go."""
        response = self.get_response(request)
        if freshness.marks().erased != before.erased:
            freshness.forget()
        return response

    def _conditional(self, request: HttpRequest, response: HttpResponse) -> HttpResponse:
        """304 for a browser that has it."""
        answer = get_conditional_response(request, etag=response.headers["ETag"], response=response)
        assert isinstance(answer, HttpResponse)
        return answer


def demand_same(kept: KeptPage, fresh: HttpResponse, path: str) -> None:
    """In tests, every kept page is made once more: a change that did not say `freshness.public_changed` fails there."""
    if kept.content != fresh.content:
        raise AssertionError(f"{path} changed, and nothing said so")
