"""The clinician's queue: urgent first, then oldest; with filters."""

from __future__ import annotations

from django.core.paginator import Paginator
from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from ranvier.web.models import Question
from ranvier.web.reasoning import reasoner
from ranvier.web.states import OPEN, State


@require_safe
def queue(request: HttpRequest) -> HttpResponse:
    """Letters by urgency and age."""
    chosen = request.GET.get("state", "open")
    rows = Question.objects.filter(erased_at__isnull=True).select_related("claimed_by")
    if chosen == "open":
        rows = rows.filter(state__in=[state.value for state in OPEN])
    elif chosen in {state.value for state in State}:
        rows = rows.filter(state=chosen)
    if request.GET.get("mine"):
        rows = rows.filter(claimed_by=request.user)
    if topic := request.GET.get("topic", ""):
        rows = rows.filter(topic=topic)
    rows = rows.annotate(
        open_concerns=Count("concerns", filter=Q(concerns__resolved_at__isnull=True), distinct=True),
        drafts=Count("answers", distinct=True),
    ).order_by("-urgent", "created_at")
    counts = dict(
        Question.objects.filter(erased_at__isnull=True)
        .values_list("state")
        .annotate(n=Count("id"))
        .order_by()
    )
    context = {
        "page": Paginator(rows, 50).get_page(request.GET.get("page")),
        "chosen": chosen,
        "mine": request.GET.get("mine", ""),
        "topic": topic,
        "topics": reasoner().topics(),
        "states": [(state.value, state.label, counts.get(state.value, 0)) for state in State],
        "open_count": sum(counts.get(state.value, 0) for state in OPEN),
        "now": timezone.now(),
    }
    return render(request, "desk/queue.html", context)
