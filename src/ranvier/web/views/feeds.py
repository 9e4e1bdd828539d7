"""RSS, Atom and the site map for machines."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.conf import settings
from django.contrib.syndication.views import Feed
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.feedgenerator import Atom1Feed, Rss201rev2Feed
from django.utils.html import escape

from ranvier.web import columns


class RssFeed(Feed):
    """The newest answers as RSS."""

    feed_type = Rss201rev2Feed
    title = "Ask the Doctor: multifocal motor neuropathy"
    description = "Readers ask about multifocal motor neuropathy; a clinician answers and signs."
    author_name = "Ask the Doctor"

    def __call__(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """The feed; an empty one says when it was asked for, so nobody keeps it."""
        response = super().__call__(request, *args, **kwargs)
        if not columns.published():
            response.headers["Cache-Control"] = "no-cache"
        return response

    def link(self) -> str:
        """The column."""
        return settings.ADDRESS + "/"

    def feed_url(self) -> str:
        """Its own address."""
        return settings.ADDRESS + reverse("feed_rss")

    def items(self) -> tuple[columns.Printed, ...]:
        """The twenty newest."""
        return columns.published()[:20]

    def item_title(self, item: columns.Printed) -> str:
        """The heading."""
        return item.answer.title

    def item_description(self, item: columns.Printed) -> str:
        """The first sentences; feed readers show HTML, so it is escaped once more."""
        return str(escape(item.lead))

    def item_link(self, item: columns.Printed) -> str:
        """The public address, whatever host asked."""
        return settings.ADDRESS + reverse("answer", args=[item.question.slug])

    def item_guid(self, item: columns.Printed) -> str:
        """The same for good."""
        return f"urn:uuid:{item.question.pk}"

    item_guid_is_permalink = False

    def item_author_name(self, item: columns.Printed) -> str:
        """Who signed."""
        return item.answer.signer_name

    def item_pubdate(self, item: columns.Printed) -> datetime | None:
        """First on the site."""
        return item.question.first_published_at

    def item_updateddate(self, item: columns.Printed) -> datetime | None:
        """Last corrected."""
        return item.answer.published_at


class AtomFeed(RssFeed):
    """The same as Atom."""

    feed_type = Atom1Feed
    subtitle = RssFeed.description

    def feed_url(self) -> str:
        """Its own address."""
        return settings.ADDRESS + reverse("feed_atom")


FIXED = (
    "current_issue", "archive", "topics", "ask", "about", "contact", "disclaimer", "privacy", "accessibility", "site_map",
)  # fmt: skip


def sitemap_xml(request: HttpRequest) -> HttpResponse:
    """Every public page with the day it last changed, at the canonical address."""
    rows = [(settings.ADDRESS + reverse(name), None) for name in FIXED]
    rows += [
        (settings.ADDRESS + reverse("issue", args=[issue.number]), issue.published_at)
        for issue in columns.published_issues()
    ]
    rows += [
        (settings.ADDRESS + reverse("answer", args=[row.question.slug]), row.answer.published_at)
        for row in columns.published()
    ]
    rows += [(settings.ADDRESS + reverse("topic", args=[key]), None) for key, _, _ in columns.topics_in_use()]
    body = "".join(
        f"<url><loc>{escape(place)}</loc>{f'<lastmod>{day.date().isoformat()}</lastmod>' if day else ''}</url>"
        for place, day in rows
    )
    return HttpResponse(
        f'<?xml version="1.0" encoding="UTF-8"?><urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{body}</urlset>',
        content_type="application/xml",
    )
