"""Pages and conclusions kept in memory: never older than what the public may see, never of one reader, gone with an erasure."""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.management import call_command
from django.test import Client
from tests.web.conftest import LETTER, published, send
from tests.web.standin import StandIn
from tests.web.test_publishing import correct

from ranvier import workbench
from ranvier.letter import red_flags, spelling
from ranvier.web import columns, freshness, kept_pages, tasks
from ranvier.web.access import ACCESS, KEPT
from ranvier.web.commands import checks, publishing, questions, retention
from ranvier.web.models import Contact, Issue, Person, Question, SiteChange
from ranvier.web.reasoning import Workbench, reasoner
from ranvier.web.roles import EVERYONE, Role

pytestmark = pytest.mark.django_db
STUDY = Path(__file__).parents[2] / "examples" / "studies" / "mmn_definite" / "study.csv"
HOST = {"host": "localhost"}


@pytest.fixture
def issue(people: dict[Role, Person]) -> Issue:
    return published(people[Role.CLINICIAN], people[Role.EDITOR])


@pytest.fixture
def question(issue: Issue) -> Question:
    return issue.items.get().question


@pytest.fixture
def unchecked(settings: Any) -> None:
    """As in production: a kept page is believed."""
    settings.COMPARE_KEPT_PAGES = False


def look(path: str, client: Client | None = None) -> str:
    return (client or Client()).get(path, headers=HOST).content.decode()


def test_a_page_is_made_once_and_told_from_memory_after_that(
    question: Question, unchecked: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = f"/answers/{question.slug}/"
    first = look(path)
    monkeypatch.setattr(columns, "Printed", None)  # making it once more would fail
    assert look(path) == first


def test_a_browser_that_has_the_page_is_told_so_and_asks_every_time(question: Question) -> None:
    for _ in range(2):  # as made, and as kept
        page = Client().get(f"/answers/{question.slug}/", headers=HOST)
        assert (page.headers["Cache-Control"], page.headers["Vary"]) == ("no-cache", "Cookie")
        again = Client().get(
            f"/answers/{question.slug}/", headers={**HOST, "if-none-match": page.headers["ETag"]}
        )
        assert (again.status_code, again.content) == (304, b"")


def test_a_kept_page_has_every_header_of_a_fresh_one(question: Question) -> None:
    pages = [Client().get("/", headers=HOST) for _ in range(2)]
    assert dict(pages[0].items()) == dict(pages[1].items())
    assert "Content-Security-Policy" in pages[1].headers
    assert pages[1].headers["X-Frame-Options"] == "DENY"


def test_whoever_is_signed_in_neither_gets_nor_leaves_a_kept_page(
    question: Question, unchecked: None, as_person: Callable[[Role], Client]
) -> None:
    own = look("/", as_person(Role.CLINICIAN))
    assert "Dr Carl Oram" in own
    assert "Dr Carl Oram, " not in look("/").partition("<main")[0]
    assert "Dr Carl Oram" in look("/", as_person(Role.CLINICIAN)).partition("<main")[0]


def test_only_pages_of_everyone_without_a_form_are_kept(question: Question) -> None:
    assert {ACCESS[name] for name in KEPT} == {EVERYONE}
    for path in ("/ask/", "/claim/", "/subscribe/", "/search/?q=rare", "/api/answers?q=rare", "/nowhere/"):
        look(path)
    assert kept_pages._shelf.pages == {}
    look("/")
    look(f"/answers/{question.slug}/?version=1")
    assert list(kept_pages._shelf.pages) == ["/"]
    assert b"csrf" not in kept_pages._shelf.pages["/"].content


def test_a_correction_a_withdrawal_and_a_new_issue_are_seen_at_the_next_look(
    question: Question, people: dict[Role, Person], unchecked: None
) -> None:
    path = f"/answers/{question.slug}/"
    for known in ("/", path, "/archive/", "/sitemap.xml", "/feed.atom"):
        look(known)
    correct(question, people[Role.CLINICIAN])
    assert "How rare it is" in look(path)
    published(people[Role.CLINICIAN], people[Role.EDITOR], "A second letter. What is MMN?")
    assert "A second letter" in look("/")
    assert "Issue 2" in look("/archive/")
    question.refresh_from_db()
    publishing.withdraw_answer(
        question=question, by=people[Role.EDITOR], version=question.version, why="Wrong"
    )
    assert Client().get(path, headers=HOST).status_code == 410
    assert question.slug not in look("/sitemap.xml") + look("/feed.atom") + look("/archive/")
    contact = Contact(name="A group", web="https://example.org")
    look("/contact/")
    checks.save_contact(contact=contact, by=people[Role.EDITOR], checked=True)
    assert "A group" in look("/contact/")


def test_the_pdf_is_offered_when_it_is_printed_and_not_before(issue: Issue, unchecked: None) -> None:
    publishing.reprint(question=issue.items.get().question)
    assert "PDF for printing" not in look("/")
    publishing.print_issue(issue=issue)
    assert "PDF for printing" in look("/")


def test_a_change_that_says_nothing_is_found_out_by_these_tests(question: Question) -> None:
    look("/")
    Issue.objects.update(title="Changed behind everyone's back")
    with pytest.raises(AssertionError, match="nothing said so"):
        look("/")


def test_search_and_matching_see_what_is_published_and_no_more(
    question: Question, people: dict[Role, Person]
) -> None:
    assert [row.question for row in columns.search("drooping")] == [question]
    publishing.withdraw_answer(question=question, by=people[Role.EDITOR], version=question.version, why="x")
    assert columns.search("drooping") == []


# ---------------------------------------------------------------- erasing


def test_an_erased_letter_leaves_no_conclusion_in_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    question, _ = send(LETTER)
    monkeypatch.setattr(settings, "REASONING", "ranvier.web.reasoning.Workbench")
    mind = reasoner()
    assert isinstance(mind, Workbench)
    mind.forget()
    look("/")  # this process has seen the marks as they stood before
    case, study = question.readings.get().case, STUDY.read_bytes()
    mind.judge({**case, "findings": []}, study)
    mind.weigh({**case, "findings": []}, study)
    mind.study(study)
    mind.glance("I cannot swalow and I cannot breethe.")
    menders = tuple(spelling._menders)
    assert red_flags._known
    assert sum(mender.mend.cache_info().currsize for mender in menders)
    diary = b"date,kind,value\n2025-01-01,ivig,30\n"
    monkeypatch.setattr(workbench, "forecast", lambda text: "an outlook")
    assert mind.diary(diary) is not None
    assert mind._outlook(diary) == "an outlook"
    remembered = {
        name: getattr(mind, name)
        for name in dir(Workbench)
        if hasattr(getattr(Workbench, name), "cache_info")
    }
    assert {name for name, one in remembered.items() if one.cache_info().currsize} >= {
        "_judged", "_weighed", "_judgement", "_facts", "_outlook", "study", "diary",
    }  # fmt: skip
    retention.erase(question=question, by=None, why="Asked for")
    look("/about/")
    left = {name for name, one in remembered.items() if one.cache_info().currsize}
    assert left <= {"statements"}, "what is remembered of letters is emptied; statements are ours"
    assert [mender.mend.cache_info().currsize for mender in menders] == [0] * len(menders)
    assert red_flags._known == {}


def test_a_page_that_was_being_made_during_an_erasure_leaves_nothing(
    monkeypatch: pytest.MonkeyPatch, question: Question
) -> None:
    other, _ = send(LETTER)
    look("/")
    real, forgotten = columns._read_published, []

    def meanwhile() -> Any:
        rows = real()
        if not forgotten:
            retention.erase(question=other, by=None, why="Asked for")
            freshness.marks()  # another thread's page: it lets go before this one has concluded anything
        return rows

    monkeypatch.setattr(columns, "_read_published", meanwhile)
    monkeypatch.setattr(StandIn, "forget", lambda self: forgotten.append(columns._published[0]))
    columns.clear()
    kept_pages.clear()
    look("/archive/")
    assert len(forgotten) == 2
    assert columns._published == (-1, ())


def test_a_page_is_kept_by_its_own_address_only(issue: Issue) -> None:
    for path in ("/issues/01/", "/issues/001/", "/issues/1/"):
        assert Client().get(path, headers=HOST).status_code == 200
    assert list(kept_pages._shelf.pages) == ["/issues/1/"]


@pytest.mark.django_db(transaction=True)
def test_the_worker_lets_go_before_its_next_task(monkeypatch: pytest.MonkeyPatch, settings: Any) -> None:
    settings.TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend"}}  # as outside the tests
    erased, _ = send(LETTER)
    call_command("desk_worker", once=True)
    seen: list[str] = []
    real = questions.prepare

    def prepare(*, question: Question) -> bool:
        seen.append("drafted")
        if len(seen) == 1:  # the web process erases a letter while the worker is at another
            retention.erase(question=erased, by=None, why="Asked for")
        return real(question=question)

    for _ in range(2):
        questions.send(submission=uuid.uuid4(), text=LETTER)
    monkeypatch.setattr(questions, "prepare", prepare)
    monkeypatch.setattr(StandIn, "forget", lambda self: seen.append("let go"))
    call_command("desk_worker", once=True)
    assert seen == ["drafted", "let go", "drafted"]


def test_a_withdrawn_letter_is_in_no_kept_page_or_answer(
    clinician: Person, editor: Person, unchecked: None
) -> None:
    word = "zebrawort"
    issue = published(clinician, editor, f"My {word} foot drops. What is MMN?")
    question = issue.items.get().question
    for path in ("/", f"/answers/{question.slug}/", "/archive/"):
        look(path)
    assert columns.search(word)
    questions.withdraw(question=question)
    look("/privacy/")
    held = json.dumps([page.content.decode() for page in kept_pages._shelf.pages.values()])
    assert word not in held
    assert columns._published == (-1, ())


def test_topics_are_told_once_for_a_letter_that_is_sent_on_as_it_was_typed(
    monkeypatch: pytest.MonkeyPatch, people: dict[Role, Person]
) -> None:
    asked: list[bool] = []
    real = StandIn.glance

    def counted(self: StandIn, text: str, *, with_topics: bool = False) -> dict[str, Any]:
        asked.append(with_topics)
        return real(self, text, with_topics=with_topics)

    monkeypatch.setattr(StandIn, "glance", counted)
    client = Client()
    client.post("/ask/check/", {"text": LETTER.replace(". ", ".\r\n") + " "}, headers=HOST)
    client.post("/ask/preview/", {"text": LETTER.replace(". ", ".\r\n")}, headers=HOST)
    assert asked == [True, False]
    client.post("/ask/check/", {"text": LETTER + " And how long?"}, headers=HOST)
    assert asked == [True, False, True]


def test_old_rows_of_changes_are_swept_away(people: dict[Role, Person]) -> None:
    SiteChange.objects.bulk_create(SiteChange(token=n) for n in range(1, 2 * freshness.KEPT_ROWS + 51))
    assert freshness.tidy() == freshness.KEPT_ROWS + 50
    assert SiteChange.objects.count() == freshness.KEPT_ROWS
    assert freshness.tidy() == 0
    SiteChange.objects.bulk_create(SiteChange(token=n) for n in range(1, 2 * freshness.KEPT_ROWS + 51))
    tasks.sweep()
    assert SiteChange.objects.count() == freshness.KEPT_ROWS
