"""The JSON API for published answers. It reads only, needs no key, and shows nothing that the site does not."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from ninja import NinjaAPI, Query, Schema, Status
from pydantic import Field

from . import columns, documents
from .models import Question

api = NinjaAPI(
    title="Ask the Doctor",
    version="1",
    description="Published answers of the column on multifocal motor neuropathy, with their sources and signatures.",
    urls_namespace="api",
    docs_url=None,
)


class Source(Schema):
    """A numbered source."""

    number: int
    text: str
    address: str | None = None
    mark: str


class Sentence(Schema):
    """One sentence and the numbers of its sources."""

    text: str
    sources: list[int]


class Section(Schema):
    """A heading and its sentences."""

    title: str
    sentences: list[Sentence]


class Summary(Schema):
    """An answer in a list."""

    slug: str
    title: str
    topic: str
    url: str
    signed_by: str
    signed_at: datetime
    published_at: datetime


class AnswerOut(Summary):
    """A whole answer."""

    credentials: str
    letter: str
    evidence_as_of: int | None
    correction: str
    sections: list[Section]
    sources: list[Source]


class IssueOut(Schema):
    """An issue with what is in it."""

    number: int
    title: str
    note: str
    published_at: datetime
    url: str
    answers: list[Summary]


class Missing(Schema):
    """Why nothing was found."""

    detail: str


class Fault(Schema):
    """What was wrong with one part of a question."""

    type: str
    loc: list[str | int]
    msg: str


class Refused(Schema):
    """Everything that was wrong with a question."""

    detail: list[Fault]


class Window(Schema):
    """Which part of a list."""

    q: str = Field("", max_length=200, description="Words to search for; all answers when empty")
    topic: str = Field("", max_length=40, description="Topic id, for example definition")
    limit: int = Field(20, ge=1, le=100)
    offset: int = Field(0, ge=0, le=100_000)


def _summary(row: columns.Printed) -> dict[str, Any]:
    return {
        "slug": row.question.slug,
        "title": row.answer.title,
        "topic": row.question.topic,
        "url": settings.ADDRESS + reverse("answer", args=[row.question.slug]),
        "signed_by": row.answer.signer_name,
        "signed_at": row.answer.signed_at,
        "published_at": row.answer.published_at,
    }


@api.get(
    "/answers",
    response={200: list[Summary], 422: Refused},
    url_name="answers",
    summary="Published answers, newest first",
)
def answers(request: HttpRequest, window: Query[Window]) -> list[dict[str, Any]]:
    """Published answers, all or those that hold some words."""
    rows = columns.search(window.q, limit=1000) if window.q.strip() else columns.published()
    if window.topic:
        rows = [row for row in rows if row.question.topic == window.topic]
    return [_summary(row) for row in rows[window.offset : window.offset + window.limit]]


@api.get("/answers/{slug}", response={200: AnswerOut, 404: Missing}, url_name="answer", summary="One answer")
def answer(request: HttpRequest, slug: str) -> Any:
    """One answer with every sentence's sources."""
    question = (
        Question.objects.filter(slug=slug, state__in=columns.PUBLIC_STATES).first()
        if "\0" not in slug
        else None
    )
    shown = columns.current_answer(question) if question else None
    if question is None or shown is None:
        return Status(404, {"detail": "No published answer has this address."})
    row = columns.Printed(question, shown)
    page = row.page
    shown_answer = {
        **_summary(row),
        "credentials": shown.signer_credentials,
        "letter": shown.letter,
        "evidence_as_of": shown.document.get("evidence_as_of"),
        "correction": shown.correction_note,
        "sections": [
            {
                "title": section["title"],
                "sentences": [{"text": s["text"], "sources": s["cites"]} for s in section["sentences"]],
            }
            for section in page["sections"]
        ],
        "sources": documents.numbered_sources(shown.document),
    }
    return Status(200, shown_answer)


@api.get("/issues", response=list[IssueOut], url_name="issues", summary="Issues, newest first")
def issues(request: HttpRequest) -> list[dict[str, Any]]:
    """Every issue with the answers in it."""
    return [
        {
            "number": issue.number,
            "title": issue.title,
            "note": issue.note,
            "published_at": issue.published_at,
            "url": settings.ADDRESS + reverse("issue", args=[issue.number]),
            "answers": [_summary(row) for row in columns.printed_items(issue)],
        }
        for issue in columns.published_issues()
    ]


def api_page(request: HttpRequest) -> HttpResponse:
    """The API's own page, made from its OpenAPI document; no script from elsewhere."""
    schema = api.get_openapi_schema(path_prefix="/api/")
    rows = [
        {"method": method.upper(), "path": path, **operation}
        for path, methods in schema["paths"].items()
        for method, operation in methods.items()
    ]
    return render(request, "public/api.html", {"rows": rows, "info": schema["info"]})
