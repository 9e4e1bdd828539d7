"""The public site: issues, answers, topics, search."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_safe

from ranvier.web import columns
from ranvier.web.models import Contact, Issue, Question
from ranvier.web.reasoning import reasoner


@require_safe
def current_issue(request: HttpRequest) -> HttpResponse:
    """The newest issue, or a word on how to begin when there is none."""
    issue = columns.published_issues().first()
    return _issue_page(request, issue) if issue else render(request, "public/empty.html")


@require_safe
def issue(request: HttpRequest, number: int) -> HttpResponse:
    """One issue."""
    return _issue_page(request, get_object_or_404(columns.published_issues(), number=number))


def _issue_page(request: HttpRequest, issue: Issue) -> HttpResponse:
    items = columns.printed_items(issue)
    newer = columns.published_issues().filter(number__gt=issue.number).last()
    older = columns.published_issues().filter(number__lt=issue.number).first()
    return render(
        request, "public/issue.html",
        {"issue": issue, "items": items, "newer": newer, "older": older, "canonical": _absolute("issue", issue.number)},
    )  # fmt: skip


def _absolute(name: str, *args: Any) -> str:
    return settings.ADDRESS + reverse(name, args=args)


@require_safe
def issue_pdf(request: HttpRequest, number: int) -> HttpResponse:
    """The printed form, as made when the issue was published."""
    found = get_object_or_404(columns.published_issues(), number=number)
    if not found.pdf:
        raise Http404
    response = HttpResponse(bytes(found.pdf), content_type="application/pdf")
    response["Content-Disposition"] = f'inline; filename="ask-the-doctor-{found.number}.pdf"'
    return response


@require_safe
def archive(request: HttpRequest) -> HttpResponse:
    """Every issue."""
    return render(request, "public/archive.html", {"rows": columns.archive()})


@require_safe
def answer(request: HttpRequest, slug: str) -> HttpResponse:
    """One answer, with its sources, its signature and its corrections; `?version=` shows an earlier one."""
    question = get_object_or_404(Question, slug=slug)
    if question.state not in columns.PUBLIC_STATES:
        return render(request, "public/withdrawn.html", status=410)
    versions = list(question.answers.filter(published_at__isnull=False).order_by("-number"))
    shown = versions[0]
    if wanted := request.GET.get("version"):
        shown = next((row for row in versions if str(row.number) == wanted), None) or versions[0]
    printed = columns.Printed(question, shown)
    context = {
        "printed": printed,
        "versions": versions,
        "is_latest": shown == versions[0],
        "topic": reasoner().topics().get(question.topic, ""),
        "item": getattr(question, "item", None),
        "schema": page_metadata(printed),
        "canonical": _absolute("answer", slug),
        "noindex": shown != versions[0],
    }
    return render(request, "public/answer.html", context)


def page_metadata(printed: columns.Printed) -> dict[str, Any]:
    """schema.org: a MedicalWebPage whose main entity is a question with its accepted answer."""
    address = _absolute("answer", printed.question.slug)
    answer = printed.answer
    author = {"@type": "Person", "name": answer.signer_name, "description": answer.signer_credentials}
    return {
        "@context": "https://schema.org",
        "@type": ["MedicalWebPage", "QAPage"],
        "url": address,
        "name": answer.title,
        "inLanguage": "en",
        "lastReviewed": answer.signed_at.date().isoformat(),
        "reviewedBy": author,
        "datePublished": printed.question.first_published_at.date().isoformat(),
        "dateModified": answer.published_at.date().isoformat(),
        "about": {"@type": "MedicalCondition", "name": "Multifocal motor neuropathy"},
        "audience": {"@type": "MedicalAudience", "audienceType": "Patient"},
        "mainEntity": {
            "@type": "Question",
            "name": answer.title,
            "text": answer.letter,
            "answerCount": 1,
            "acceptedAnswer": {
                "@type": "Answer",
                "text": columns.documents.prose(answer.document),
                "author": author,
                "url": address,
                "dateCreated": answer.signed_at.date().isoformat(),
            },
        },
    }


@require_safe
def topics(request: HttpRequest) -> HttpResponse:
    """Topics with published answers."""
    return render(request, "public/topics.html", {"topics": columns.topics_in_use()})


@require_safe
def topic(request: HttpRequest, key: str) -> HttpResponse:
    """The answers of one topic."""
    label = reasoner().topics().get(key)
    rows = [row for row in columns.published() if row.question.topic == key]
    if label is None or not rows:
        raise Http404
    return render(request, "public/topic.html", {"label": label, "rows": rows})


@require_safe
def search(request: HttpRequest) -> HttpResponse:
    """Published answers that hold the words."""
    query = " ".join(request.GET.get("q", "").split())[:200]
    return render(
        request, "public/search.html", {"query": query, "rows": columns.search(query) if query else []}
    )


@require_safe
def contact(request: HttpRequest) -> HttpResponse:
    """How to ask, and patient groups with the day they were last checked. No postal address of 2015."""
    return render(
        request, "public/contact.html", {"contacts": Contact.objects.filter(checked_on__isnull=False)}
    )


@require_safe
def about(request: HttpRequest) -> HttpResponse:
    """What the column is, who writes it and how."""
    return render(request, "public/about.html", {"versions": reasoner().versions()})


@require_safe
def page(request: HttpRequest, template: str) -> HttpResponse:
    """A page of fixed words."""
    keep = {"unanswered": settings.KEEP_UNANSWERED_DAYS, "declined": settings.KEEP_DECLINED_DAYS}
    return render(request, template, {"keep": keep})


@require_safe
def site_map(request: HttpRequest) -> HttpResponse:
    """Every public page, for people."""
    context = {
        "issues": columns.published_issues(),
        "rows": columns.published(),
        "topics": columns.topics_in_use(),
    }
    return render(request, "public/site_map.html", context)


@require_safe
def robots(request: HttpRequest) -> HttpResponse:
    """What search engines may read."""
    text = f"User-agent: *\nDisallow: /desk/\nDisallow: /account/\nDisallow: /claim/\nSitemap: {settings.ADDRESS}/sitemap.xml\n"
    return HttpResponse(text, content_type="text/plain")


@require_safe
def health(request: HttpRequest) -> JsonResponse:
    """For whoever watches the service: the database answers."""
    return JsonResponse({"ok": Question.objects.exists() or True})


def home(request: HttpRequest) -> HttpResponse:
    """After signing in: the page where this role's work is."""
    places = {"trainee": "queue", "clinician": "queue", "editor": "issues", "administrator": "people"}
    return redirect(places[request.user.role_name])
