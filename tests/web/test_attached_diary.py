"""A treatment diary that a reader attached: counted in the draft, by the worker, and never able to break the page."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from tests.settings import LONG
from tests.web.conftest import LETTER, act
from tests.web.standin import StandIn

from ranvier import workbench
from ranvier.web import tasks
from ranvier.web.commands import questions
from ranvier.web.commands.questions import Upload
from ranvier.web.models import AuditEvent, Person, Question
from ranvier.web.reasoning import DIARY_DAYS, DIARY_ENTRIES, Workbench
from ranvier.web.roles import Role

DIARY = (Path(__file__).parents[2] / "examples" / "diaries" / "responder_wear_off.csv").read_bytes()
TEXT = "I have MMN. My drips wear off before the next one is due. Should they come more often?"


def sent_with(content: bytes) -> Question:
    question, _ = questions.send(
        submission=uuid.uuid4(), text=LETTER, uploads=[Upload(kind="diary", name="mine.csv", content=content)]
    )
    questions.prepare(question=question)
    question.refresh_from_db()
    return question


@pytest.fixture
def looked_ahead(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What was looked ahead from; the draft is made without it, since a fit takes seconds."""
    seen: list[str] = []
    real = workbench.answer_case

    def forecast(text: str) -> object:
        seen.append(text)
        return "an outlook"

    def answer_case(text: str, case: Any, *, study: Any = None, outlook: Any = None) -> Any:
        assert outlook in (None, "an outlook")
        seen.append(f"drafted with {outlook}")
        return real(text, case, study=study)

    monkeypatch.setattr(workbench, "forecast", forecast)
    monkeypatch.setattr(workbench, "answer_case", answer_case)
    return seen


def test_a_diary_is_looked_ahead_from_and_the_draft_is_given_that(looked_ahead: list[str]) -> None:
    mind = Workbench()
    case = mind.read(TEXT)
    mind.draft(TEXT, case, None, b"\xef\xbb\xbf" + DIARY)
    assert looked_ahead == [DIARY.decode(), "drafted with an outlook"]
    mind.draft(TEXT, case, None, None)
    assert looked_ahead[2:] == ["drafted with None"]


@pytest.mark.parametrize(
    "content",
    [b"", b"\xff\xfe\x00", b"date,kind\n", b"date,kind,value\nyesterday,ivig,lots\n", b"nerve,side,kind\nulnar,left,motor\n"],
)  # fmt: skip
def test_a_diary_that_cannot_be_read_leaves_the_draft_without_it(
    content: bytes, looked_ahead: list[str]
) -> None:
    mind = Workbench()
    mind.draft(TEXT, mind.read(TEXT), None, content)
    assert looked_ahead[-1] in ("drafted with None", "drafted with an outlook")
    assert (looked_ahead[-1] == "drafted with None") == (mind.diary(content) is None)


def rows_of(n_rows: int, line: str, step: int = 1) -> bytes:
    days = [date(1990, 1, 1) + timedelta(days=n * step) for n in range(n_rows)]
    return "\n".join(["date,kind,value,unit,detail", *(f"{day},{line}" for day in days)]).encode()


@pytest.mark.parametrize(
    ("line", "n_rows", "step"),
    [("igg,9,g/l,", DIARY_ENTRIES + 1, 1), ("weight,70,kg,", DIARY_ENTRIES + 1, 1), ("symptom,,,tired", DIARY_ENTRIES + 1, 1),
     ("grip_left,20,kg,", 2, DIARY_DAYS + 1), ("weight,70,kg,", 2, DIARY_DAYS + 1)],
)  # fmt: skip
def test_lines_of_every_kind_and_the_days_between_them_count(
    line: str, n_rows: int, step: int, looked_ahead: list[str]
) -> None:
    mind = Workbench()
    for rows, days, counts in ((n_rows, step, False), (min(n_rows, DIARY_ENTRIES), step - (step > 1), True)):
        seen = mind.diary(rows_of(rows, line, days))
        assert seen is not None
        assert seen["counts"] is counts


def test_an_outlook_that_fails_leaves_the_draft_without_it_and_no_word_in_the_log(
    looked_ahead: list[str], monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def forecast(text: str) -> object:
        raise ZeroDivisionError(text)

    monkeypatch.setattr(workbench, "forecast", forecast)
    mind = Workbench()
    mind.draft(TEXT, mind.read(TEXT), None, DIARY)
    assert looked_ahead == ["drafted with None"]
    said = [row.getMessage() for row in caplog.records if row.name == "desk"]
    assert len(said) == 1
    assert said[0].startswith("no outlook: ZeroDivisionError at test_attached_diary.py:")


def test_a_diary_of_many_years_does_not_hold_the_worker_up(looked_ahead: list[str]) -> None:
    days = [date(2015, 1, 1) + timedelta(days=n) for n in range(DIARY_ENTRIES + 1)]
    rows = [f"{day},grip_left,{20 + n % 9},kg," for n, day in enumerate(days)]
    long = "\n".join(["date,kind,value,unit,detail", *rows]).encode()
    mind = Workbench()
    seen = mind.diary(long)
    assert seen is not None
    assert (seen["readings"], seen["counts"]) == (DIARY_ENTRIES + 1, False)
    mind.draft(TEXT, mind.read(TEXT), None, long)
    assert looked_ahead == ["drafted with None"]


@pytest.mark.skipif(not LONG, reason="a fit takes ten seconds and more; with RANVIER_LONG=1")
def test_the_draft_speaks_of_the_readers_own_times() -> None:
    mind = Workbench()
    case = mind.read(TEXT)
    plain, own = mind.draft(TEXT, case), mind.draft(TEXT, case, None, DIARY)
    kinds = {
        support["kind"]
        for section in own["sections"]
        for row in section["sentences"]
        for support in row["support"]
    }
    assert "diary" in kinds
    assert own["sections"] != plain["sections"]


@pytest.mark.django_db
def test_the_worker_gives_the_diary_to_the_draft(monkeypatch: pytest.MonkeyPatch) -> None:
    given: list[bytes | None] = []
    real = StandIn.draft

    def watched(self: StandIn, text: str, case: Any, study: Any = None, diary: bytes | None = None) -> Any:
        given.append(diary)
        return real(self, text, case, study, diary)

    monkeypatch.setattr(StandIn, "draft", watched)
    sent_with(DIARY)
    assert given == [DIARY]


@pytest.mark.django_db
def test_drafting_again_with_a_diary_is_the_workers_and_nobody_waits(
    monkeypatch: pytest.MonkeyPatch, clinician: Person, as_person: Callable[[Role], Client]
) -> None:
    question = sent_with(DIARY)
    act(question, "claim", clinician)
    queued: list[tuple[Any, ...]] = []
    monkeypatch.setattr(type(tasks.redraft), "enqueue", lambda self, *given: queued.append(given))
    client = as_person(Role.CLINICIAN)
    page = client.post(
        f"/desk/letters/{question.pk}/redraft/", {"version": str(question.version)}, follow=True
    )
    assert "drafted again with the diary" in page.content.decode()
    assert question.answers.count() == 1
    assert queued == [(str(question.pk), str(clinician.pk), question.version)]
    assert tasks.redraft.func(*queued[0]) is True
    assert question.answers.count() == 2
    assert AuditEvent.objects.filter(question=question, action__in=("ask_redraft", "redraft")).count() == 2
    assert tasks.redraft.func(*queued[0]) is False, "the letter has changed since it was asked for"
    assert question.answers.count() == 2


@pytest.mark.django_db
def test_the_review_page_says_what_stands_in_the_diary(
    monkeypatch: pytest.MonkeyPatch, clinician: Person, as_person: Callable[[Role], Client]
) -> None:
    monkeypatch.setattr(StandIn, "diary", lambda self, content: Workbench().diary(content))
    seen = Workbench().diary(DIARY)
    assert seen is not None
    client = as_person(Role.CLINICIAN)
    page = client.get(f"/desk/letters/{sent_with(DIARY).pk}/").content.decode()
    assert f"{seen['doses']} doses and {seen['readings']} measurements" in page
    assert "The draft takes it into account" in page
    empty = client.get(f"/desk/letters/{sent_with(b'date,kind,value').pk}/").content.decode()
    assert "0 doses and 0 measurements" in empty
