"""Named people, letters and the way a question goes, for tests of the desk."""

from __future__ import annotations

import os
import tempfile
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

os.environ["RANVIER_DESK_MODE"] = "test"
os.environ["DJANGO_SETTINGS_MODULE"] = "ranvier.web.settings"
os.environ["RANVIER_REASONING"] = "tests.web.standin.StandIn"
os.environ.setdefault("RANVIER_DESK_FOLDER", tempfile.mkdtemp(prefix="ranvier-desk-test-"))
if os.environ.get("RANVIER_TEST_DATABASE") == "postgresql":  # `./dev test` runs this folder once on each
    from tests.web import cluster

    os.environ["DATABASE_URL"] = cluster.start()

import django

django.setup()

import pytest
from django.core.cache import cache
from django.test import Client

from ranvier.web import columns, kept_pages
from ranvier.web.commands import answers, concerns, issues, moves, publishing, questions
from ranvier.web.models import Issue, Person, Question
from ranvier.web.roles import Role
from ranvier.web.signature import current_digest

LETTER = (
    "I am a 54-year old executive and have had a drooping foot for three years, with cramps in the leg. "
    "IVIG helped me. What is multifocal motor neuropathy?"
)
PASSWORD = "correct-horse-battery"
PEOPLE = {
    Role.TRAINEE: ("tessa", "Dr Tessa Lind", "trainee in neurology"),
    Role.CLINICIAN: ("carl", "Dr Carl Oram", "MD, consultant neurologist"),
    Role.EDITOR: ("edda", "Edda Vik", ""),
    Role.ADMINISTRATOR: ("ada", "Ada Moe", ""),
}


@pytest.fixture(autouse=True)
def _fresh_memory() -> Iterator[None]:
    """Limits, kept pages and kept answers of one test are not those of the next, whose tables are empty again."""
    for clear in (cache.clear, columns.clear, kept_pages.clear):
        clear()
    yield
    cache.clear()


@pytest.fixture(autouse=True)
def _quick_paper(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Rendering a PDF takes seconds; only the tests of the paper itself do it (mark: paper)."""
    if "paper" not in request.keywords:
        monkeypatch.setattr("ranvier.web.paper.issue_pdf", lambda issue, preview=False: b"%PDF-1.7 stand-in")


def make_people() -> dict[Role, Person]:
    people = {}
    for role, (username, name, credentials) in PEOPLE.items():
        person = Person(username=username, display_name=name, credentials=credentials, role_name=role.value)
        person.set_password(PASSWORD)
        person.save()
        people[role] = person
    return people


@pytest.fixture
def people(db: None) -> dict[Role, Person]:
    return make_people()


@pytest.fixture
def trainee(people: dict[Role, Person]) -> Person:
    return people[Role.TRAINEE]


@pytest.fixture
def clinician(people: dict[Role, Person]) -> Person:
    return people[Role.CLINICIAN]


@pytest.fixture
def editor(people: dict[Role, Person]) -> Person:
    return people[Role.EDITOR]


@pytest.fixture
def administrator(people: dict[Role, Person]) -> Person:
    return people[Role.ADMINISTRATOR]


def send(text: str = LETTER, **more: Any) -> tuple[Question, str]:
    question, code = questions.send(
        submission=uuid.uuid4(), text=text, may_publish=more.pop("may_publish", True), **more
    )
    assert code is not None
    questions.prepare(question=question)
    question.refresh_from_db()
    return question, code


def act(question: Question, name: str, by: Person, **more: Any) -> Question:
    return moves.move(question=question, name=name, by=by, version=question.version, **more)


def sign(question: Question, by: Person) -> None:
    shown = current_digest(question, question.answers.last(), question.readings.last())
    answers.sign(question=question, by=by, version=question.version, shown_digest=shown)


def signed(clinician: Person, text: str = LETTER, **more: Any) -> Question:
    question, _ = send(text, **more)
    act(question, "claim", clinician)
    act(question, "draft", clinician)
    sign(question, clinician)
    return question


def scheduled(clinician: Person, editor: Person, *texts: str) -> Issue:
    rows = [signed(clinician, text) for text in (texts or (LETTER,))]
    issue = issues.open_issue(by=editor, title="On beginnings")
    issues.arrange(
        issue=issue, by=editor, version=issue.version, questions=rows, title=issue.title, note="Dear readers"
    )
    return issues.schedule(issue=issue, by=editor, version=issue.version, when=None)


def published(clinician: Person, editor: Person, *texts: str) -> Issue:
    issue = scheduled(clinician, editor, *texts)
    publishing.publish(issue=issue)
    issue.refresh_from_db()
    return issue


@pytest.fixture
def as_person(people: dict[Role, Person]) -> Callable[[Role], Client]:
    def sign_in(role: Role) -> Client:
        client = Client()
        if role in people:
            client.force_login(people[role])
        return client

    return sign_in


FOLDER = Path(os.environ["RANVIER_DESK_FOLDER"])
__all__ = [
    "FOLDER",
    "LETTER",
    "PASSWORD",
    "act",
    "concerns",
    "make_people",
    "published",
    "scheduled",
    "send",
    "sign",
    "signed",
]
