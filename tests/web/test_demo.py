"""The demo: what a stranger finds, and that no invented letter is misjudged by the real reader."""

from __future__ import annotations

import tomllib
from typing import Any

import pytest
from django.test import Client

from ranvier.web import tasks
from ranvier.web.demo import seed
from ranvier.web.models import Issue, Question, StandardReply
from ranvier.web.reasoning import Workbench

ROWS = tomllib.loads(seed.LETTERS.read_text(encoding="utf-8"))
LETTERS = {key: row for key, row in ROWS.items() if isinstance(row, dict)}


@pytest.fixture
def demo(db: None, settings: Any) -> None:
    StandardReply.objects.get_or_create(key="second-opinion", defaults={"title": "x", "text": "y"})
    settings.DEMO = True
    assert seed.seed()


def states() -> dict[str, str]:
    return {row["text"].strip()[:40]: row["road"] for row in LETTERS.values()}


def test_the_first_page_is_there_at_once_and_the_worker_does_the_rest(demo: None) -> None:
    assert Client().get("/").status_code == 200
    assert Issue.objects.get(number=1).published_at
    behind = {row.text[:40] for row in Question.objects.filter(state="new")}
    assert behind == {start for start, road in states().items() if road in (*seed.LATER, "new")}
    assert seed.go_on() == len(seed.LATER)
    tasks.sweep()
    assert {row.text[:40]: row.state for row in Question.objects.all()} == states()
    assert bytes(Issue.objects.get(number=1).pdf)


def test_going_on_twice_or_on_a_letter_that_somebody_took_changes_nothing(demo: None) -> None:
    seed.go_on()
    before = sorted(Question.objects.values_list("state", "version"))
    assert seed.go_on() == 0
    assert seed.seed() is False
    assert sorted(Question.objects.values_list("state", "version")) == before


@pytest.mark.parametrize("key", LETTERS)
def test_a_demo_letter_has_the_red_flags_that_its_entry_names_and_no_other(key: str) -> None:
    row = LETTERS[key]
    found = {flag["id"] for flag in Workbench().read(row["text"].strip())["red_flags"]}
    assert found == set(row.get("red_flags", []))
