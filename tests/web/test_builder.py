"""The issue builder as an editor uses it: pick, order, note, preview, schedule, and take the day back."""

from __future__ import annotations

import re
import zlib
from collections.abc import Callable
from contextlib import suppress

import pytest
from django.test import Client
from tests.web.conftest import LETTER, signed

from ranvier.web.commands import issues
from ranvier.web.models import Issue, Person, Question
from ranvier.web.roles import Role
from ranvier.web.states import State

pytestmark = pytest.mark.django_db


@pytest.fixture
def waiting(people: dict[Role, Person]) -> list[Question]:
    """Two signed answers."""
    return [signed(people[Role.CLINICIAN], f"{LETTER} Letter {name}.") for name in ("Alpha", "Beta")]


@pytest.fixture
def issue(people: dict[Role, Person]) -> Issue:
    return issues.open_issue(by=people[Role.EDITOR], title="On order")


@pytest.fixture
def editor(as_person: Callable[[Role], Client]) -> Client:
    return as_person(Role.EDITOR)


def save(editor: Client, issue: Issue, places: dict[Question, str], note: str = "") -> None:
    issue.refresh_from_db()
    form = {
        "version": issue.version,
        "title": issue.title,
        "note": note,
        "question": [str(question.pk) for question in places],
    }
    for question, place in places.items():
        if place:
            form |= {f"in-{question.pk}": "1", f"position-{question.pk}": place}
    assert editor.post(f"/desk/issues/{issue.pk}/items/", form).status_code == 302
    issue.refresh_from_db()


def order_in(page: str) -> list[str]:
    return re.findall(r"Letter (Alpha|Beta)\.", page)


@pytest.mark.parametrize("form", ["web", "mail", "text"])
def test_answers_stand_in_the_order_that_the_editor_gave(
    form: str, editor: Client, issue: Issue, waiting: list[Question]
) -> None:
    alpha, beta = waiting
    save(editor, issue, {alpha: "2", beta: "1"}, note="Read the second first.")
    page = editor.get(f"/desk/issues/{issue.pk}/{form}/").content.decode()
    assert order_in(page) == ["Beta", "Alpha"]
    assert "Read the second first." in page
    save(editor, issue, {alpha: "1", beta: ""})
    assert order_in(editor.get(f"/desk/issues/{issue.pk}/{form}/").content.decode()) == ["Alpha"]


@pytest.mark.paper
def test_the_pdf_preview_is_a_tagged_document_in_english(
    editor: Client, issue: Issue, waiting: list[Question]
) -> None:
    save(editor, issue, dict.fromkeys(waiting, "1"))
    pdf = editor.get(f"/desk/issues/{issue.pk}/pdf/")
    assert pdf.headers["Content-Type"] == "application/pdf"
    assert pdf.content.startswith(b"%PDF-")
    inside = pdf.content + b"".join(streams(pdf.content))
    for words in (
        b"/StructTreeRoot",
        b"/Lang (en)",
        b"pdfuaid:part",
        b"/Title (Ask the Doctor, issue 1: On order)",
    ):
        assert words in inside, words


def streams(pdf: bytes) -> list[bytes]:
    """What the compressed parts of a PDF hold."""
    found = []
    for part in re.findall(rb"stream\r?\n(.*?)endstream", pdf, re.S):
        with suppress(zlib.error):
            found.append(zlib.decompressobj().decompress(part))
    return found


def test_a_day_to_come_schedules_its_answers_and_can_be_taken_back(
    editor: Client, issue: Issue, waiting: list[Question]
) -> None:
    alpha, beta = waiting
    save(editor, issue, {alpha: "1", beta: ""})
    address = f"/desk/issues/{issue.pk}/move/"
    assert (
        editor.post(address, {"version": issue.version, "name": "schedule", "when": "tomorrow"}).status_code
        == 422
    )
    assert (
        editor.post(
            address, {"version": issue.version, "name": "schedule", "when": "2099-01-15T09:00"}
        ).status_code
        == 302
    )
    issue.refresh_from_db()
    assert [Question.objects.get(pk=row.pk).standing for row in waiting] == [State.SCHEDULED, State.SIGNED]
    assert b"15 January 2099 09:00" in editor.get(f"/desk/issues/{issue.pk}/").content
    assert Client().get("/issues/1/").status_code == 404
    assert editor.post(address, {"version": issue.version, "name": "unschedule"}).status_code == 302
    assert Question.objects.get(pk=alpha.pk).standing is State.SIGNED


def test_an_editor_with_an_old_page_changes_nothing(
    editor: Client, issue: Issue, waiting: list[Question]
) -> None:
    alpha, _ = waiting
    save(editor, issue, {alpha: "1"})
    form = {"version": issue.version - 1, "title": "Stale", "question": [str(alpha.pk)]}
    assert editor.post(f"/desk/issues/{issue.pk}/items/", form).status_code == 409
    issue.refresh_from_db()
    assert (issue.title, issue.items.count()) == ("On order", 1)


def test_an_answer_whose_reader_said_no_is_not_offered_and_not_taken(
    editor: Client, issue: Issue, people: dict[Role, Person]
) -> None:
    private = signed(people[Role.CLINICIAN], may_publish=False)
    assert str(private.pk) not in editor.get(f"/desk/issues/{issue.pk}/").content.decode()
    form = {"version": issue.version, "title": "x", "question": [str(private.pk)], f"in-{private.pk}": "1"}
    assert editor.post(f"/desk/issues/{issue.pk}/items/", form).status_code == 422
    assert issue.items.count() == 0


def test_research_that_was_not_looked_at_is_named_before_publishing(editor: Client, issue: Issue) -> None:
    page = editor.get(f"/desk/issues/{issue.pk}/").content.decode()
    assert "1 statement on research should be checked before publishing" in page
    editor.post("/desk/statements/complement-trials/", {"outcome": "holds", "back": "/desk/statements/"})
    assert (
        "should be checked before publishing" not in editor.get(f"/desk/issues/{issue.pk}/").content.decode()
    )
