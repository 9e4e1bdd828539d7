"""What the public sees: published answers, how they are found, and an issue as it is printed."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.db.models import Count, Q

from . import documents, freshness
from .models import Answer, Issue, IssueItem, Question
from .reasoning import reasoner
from .states import PUBLIC

PUBLIC_STATES = [state.value for state in PUBLIC]
STOP = frozenset(
    [
        "the",
        "a",
        "an",
        "and",
        "or",
        "but",
        "of",
        "to",
        "in",
        "on",
        "for",
        "with",
        "is",
        "are",
        "was",
        "were",
        "be",
        "been",
        "i",
        "my",
        "me",
        "you",
        "your",
        "it",
        "its",
        "this",
        "that",
        "what",
        "how",
        "why",
        "when",
        "who",
        "can",
        "could",
        "will",
        "would",
        "do",
        "does",
        "did",
        "have",
        "has",
        "had",
        "not",
        "no",
        "so",
        "if",
        "at",
        "by",
        "from",
        "as",
        "about",
        "there",
        "any",
    ]
)


@dataclass(frozen=True)
class Printed:
    """One question with the version of its answer that is shown, and the document made ready for a page."""

    question: Question
    answer: Answer

    @property
    def page(self) -> dict[str, Any]:
        """Sentences with the numbers of their sources."""
        return documents.for_page(self.answer.document)

    @cached_property
    def lead(self) -> str:
        """The first sentences, for lists and search engines."""
        words = documents.prose(self.answer.document)
        return words if len(words) <= 260 else words[:257].rsplit(" ", 1)[0] + "…"

    @cached_property
    def title_words(self) -> frozenset[str]:
        """The words of the heading that carry meaning."""
        return frozenset(words(self.answer.title))

    @cached_property
    def text_words(self) -> frozenset[str]:
        """The same of all that the search looks through."""
        return frozenset(words(self.answer.search_text))

    @cached_property
    def lower_text(self) -> str:
        """What the search looks through."""
        return self.answer.search_text.lower()


def current_answer(question: Question) -> Answer | None:
    """The published version that stands."""
    return (
        question.answers.filter(published_at__isnull=False, voided_at__isnull=True).order_by("number").last()
    )


_published: tuple[int, tuple[Printed, ...]] = (-1, ())


@freshness.forgets
def clear() -> None:
    """Let go of the published answers."""
    global _published
    _published = (-1, ())


def published() -> tuple[Printed, ...]:
    """Everything on the site, newest first; kept for as long as nothing on it has changed. Rows are only to be read."""
    global _published
    mark = freshness.marks().public
    kept = _published
    if kept[0] != mark:
        kept = _published = (mark, _read_published())
    return kept[1]


def _read_published() -> tuple[Printed, ...]:
    answers = (
        Answer.objects.filter(
            published_at__isnull=False, voided_at__isnull=True, question__state__in=PUBLIC_STATES
        )
        .select_related("question")
        .order_by("question_id", "-number")
    )
    shown: dict[object, Answer] = {}
    for answer in answers:
        shown.setdefault(answer.question_id, answer)
    rows = [Printed(answer.question, answer) for answer in shown.values()]
    return tuple(sorted(rows, key=lambda row: row.question.first_published_at, reverse=True))


def published_issues() -> Any:
    """Issues on the site, newest first; their PDFs are read only by who asks for one."""
    return (
        Issue.objects.filter(published_at__isnull=False).annotate(has_pdf=Q(pdf__isnull=False)).defer("pdf")
    )


def archive() -> list[tuple[Issue, list[Printed]]]:
    """Every issue with its answers, in three queries however many there are."""
    shown = {row.question.pk: row for row in published()}
    items: dict[object, list[Printed]] = {}
    for item in IssueItem.objects.order_by("position", "id"):
        if item.question_id in shown:
            items.setdefault(item.issue_id, []).append(shown[item.question_id])
    return [(issue, items.get(issue.pk, [])) for issue in published_issues()]


def printed_items(issue: Issue, *, preview: bool = False) -> list[Printed]:
    """The answers of an issue in order. A preview shows signed ones that are not published yet."""
    rows = []
    for item in issue.items.select_related("question"):
        answer = current_answer(item.question)
        if preview and answer is None:
            answer = item.question.answers.filter(signed_at__isnull=False, voided_at__isnull=True).last()
        if answer is not None and (preview or item.question.state in PUBLIC_STATES):
            rows.append(Printed(item.question, answer))
    return rows


def words(text: str) -> list[str]:
    """The words of a text that carry meaning, in a crude common form."""
    found = re.findall(r"[a-z0-9]{2,}", text.lower())
    return [word[:-1] if len(word) > 3 and word.endswith("s") else word for word in found if word not in STOP]


def search(query: str, *, limit: int = 20) -> list[Printed]:
    """Published answers that hold the words of a query, best first."""
    wanted = list(dict.fromkeys(words(query)))[:12]
    if not wanted:
        return []
    scored = []
    for row in published():
        title = row.answer.title.lower()
        hits = sum(word in row.lower_text for word in wanted)
        scored.append((hits + sum(word in title for word in wanted), hits, row))
    enough = max(1, (len(wanted) + 1) // 2)
    best = [(score, row) for score, hits, row in scored if hits >= enough]
    return [row for _, row in sorted(best, key=lambda pair: -pair[0])[:limit]]


def matching(text: str, topics: list[str], *, limit: int = 3) -> list[Printed]:
    """Published answers that may already answer a letter: the same topic, and some of its words."""
    wanted = set(words(text))
    scored = []
    for row in published():
        shared = len(wanted & row.title_words) + 0.1 * len(wanted & row.text_words)
        score = (3 if row.question.topic in topics else 0) + shared
        if score >= 3:
            scored.append((score, row))
    return [row for _, row in sorted(scored, key=lambda pair: -pair[0])[:limit]]


def topics_in_use() -> list[tuple[str, str, int]]:
    """Topics with published answers: id, words, how many."""
    public = Question.objects.filter(state__in=PUBLIC_STATES, erased_at__isnull=True)
    counts = dict(public.values_list("topic").annotate(n=Count("pk")).order_by())
    labels = reasoner().topics()
    return [(key, labels.get(key, key), counts[key]) for key in labels if key in counts]
