"""What must not be kept or written down: words of a letter in a log, addresses of machines, browsers, codes, erased words."""

from __future__ import annotations

import io
import json
import logging
import uuid
from collections.abc import Callable
from typing import Any

import pytest
from django.apps import apps
from django.conf import settings as desk_settings
from django.core.management import call_command
from django.db import connection, models
from django.test import Client
from django_tasks_db.models import DBTaskResult
from tests.web.conftest import PASSWORD, act, make_people, send
from tests.web.standin import StandIn
from tests.web.test_signing import form

from ranvier.web import tasks
from ranvier.web.commands import issues, publishing, questions
from ranvier.web.models import Question
from ranvier.web.quiet import QuietFormatter
from ranvier.web.roles import Role

WORD = "zebrawort"
TEXT = f"My name is Patricia Example and my {WORD} hand is weak, with cramps. What is MMN?"
NETWORK, BROWSER = "203.0.113.77", "Mozilla/5.0 (X11; Zebrabrowser 4.2)"


@pytest.fixture
def log() -> Any:
    """Everything that any logger says at any level, through the formatter that the desk's one handler has."""
    handlers = desk_settings.LOGGING["handlers"]
    assert [row["formatter"] for row in handlers.values()] == ["quiet"], (
        "another handler would need this test as well"
    )
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(QuietFormatter())
    loggers = [logging.getLogger(name) for name in ("", *desk_settings.LOGGING["loggers"])]
    levels = [logger.level for logger in loggers]
    for logger in loggers:
        logger.addHandler(handler)
        logger.setLevel(logging.DEBUG)
    yield stream
    for logger, level in zip(loggers, levels, strict=True):
        logger.removeHandler(handler)
        logger.setLevel(level)


def everything_kept() -> str:
    """Every value of every table, sessions and queue included."""
    rows = []
    for model in apps.get_models(include_auto_created=True):
        for row in model._base_manager.values_list():
            rows.append(
                " ".join(
                    bytes(v).decode("latin-1") if isinstance(v, bytes | memoryview) else str(v) for v in row
                )
            )
    for session in apps.get_model("sessions.Session").objects.all():
        rows.append(json.dumps(session.get_decoded()))
    return "\n".join(rows)


def road(client: Client, clinician: Client, editor: Client, people: Any) -> str:
    """A letter's whole road over the pages, and everything that can go wrong on it."""
    client.post("/ask/check/", {"text": TEXT})
    client.post("/ask/preview/", {"text": TEXT})
    client.post("/ask/preview/", {"text": WORD})  # too short
    given = {
        "text": TEXT,
        "submission": str(uuid.uuid4()),
        "understood": "on",
        "may_publish": "on",
        "email": "reader@example.org",
    }
    sent = client.post("/ask/send/", {**given, "email": f"{WORD} at nowhere"})
    assert sent.status_code == 422
    sent = client.post("/ask/send/", given)
    assert sent.status_code == 201
    code = sent.content.decode().partition("<output>")[2].partition("<")[0]
    client.post("/claim/", {"code": code})
    client.post("/claim/reply/", {"code": code, "text": WORD})  # not asked
    client.post("/claim/", {"code": WORD})
    client.get("/search/", {"q": WORD})
    client.get(f"/answers/{WORD}/")
    client.get(f"/{WORD}")
    question = Question.objects.get()
    questions.prepare(question=question)
    page = f"/desk/letters/{question.pk}/"
    clinician.get(page)
    clinician.post(page + "move/", {"name": "draft", "version": "1", "why": WORD})  # not from here
    clinician.post(page + "move/", {"name": "claim", "version": "99", "why": WORD})  # someone was faster
    question.refresh_from_db()
    act(question, "claim", people[Role.CLINICIAN])
    clinician.post(
        page + "findings/",
        {"action": "correct", "index": "0", "version": question.version, "since_months": WORD},
    )
    for concern in question.concerns.all():
        question.refresh_from_db()
        clinician.post(
            f"/desk/concerns/{concern.pk}/",
            {"version": question.version, "resolution": f"{WORD} is invented"},
        )
    question.refresh_from_db()
    act(question, "draft", people[Role.CLINICIAN])
    clinician.post(page + "sign/", form(question, password=WORD))
    assert clinician.post(page + "sign/", form(question)).status_code == 302
    question.refresh_from_db()
    editor_person = people[Role.EDITOR]
    issue = issues.open_issue(by=editor_person, title="On beginnings")
    issues.arrange(
        issue=issue, by=editor_person, version=issue.version, questions=[question], title="x", note=""
    )
    editor.post(
        f"/desk/issues/{issue.pk}/move/", {"name": "schedule", "version": issue.version + 1, "when": WORD}
    )
    issue = issues.schedule(issue=issue, by=editor_person, version=issue.version, when=None)
    publishing.publish(issue=issue)
    assert WORD in client.get("/").content.decode()
    return code


@pytest.mark.django_db(transaction=True)
def test_the_log_of_a_whole_road_holds_no_word_of_the_letter_and_nothing_of_the_reader(
    log: io.StringIO,
) -> None:
    people = make_people()
    reader = Client(REMOTE_ADDR=NETWORK, headers={"user-agent": BROWSER}, raise_request_exception=False)
    insiders = []
    for name in ("carl", "edda"):
        client = Client(REMOTE_ADDR=NETWORK, headers={"user-agent": BROWSER}, raise_request_exception=False)
        client.post("/account/login/", {"login": name, "password": WORD})
        client.post("/account/login/", {"login": name, "password": PASSWORD})
        insiders.append(client)
    code = road(reader, *insiders, people)
    said = log.getvalue()
    assert "refused: " in said, "the log says that something was refused"
    for word in (WORD, "Patricia", "weak", "reader@example.org", code, NETWORK, "Zebrabrowser", PASSWORD):
        assert word not in said, word


@pytest.mark.django_db(transaction=True)
def test_nothing_kept_names_the_readers_machine_or_browser_or_code(log: io.StringIO) -> None:
    people = make_people()
    reader = Client(REMOTE_ADDR=NETWORK, headers={"user-agent": BROWSER, "x-forwarded-for": NETWORK})
    insiders = []
    for name in ("carl", "edda"):
        client = Client(REMOTE_ADDR=NETWORK, headers={"user-agent": BROWSER})
        client.post("/account/login/", {"login": name, "password": PASSWORD})
        insiders.append(client)
    code = road(reader, *insiders, people)
    kept = everything_kept()
    assert WORD in kept
    for word in (NETWORK, "Zebrabrowser", "Mozilla", code, code.replace("-", "")):
        assert word not in kept, word
    assert desk_settings.SESSION_COOKIE_NAME not in reader.cookies, "a reader has no session"


def test_no_table_has_a_column_for_such_a_thing() -> None:
    for model in apps.get_models(include_auto_created=True):
        for column in model._meta.concrete_fields:
            assert not isinstance(column, models.GenericIPAddressField)
            assert not {"ip", "agent", "useragent", "remote", "referer", "referrer"} & set(
                column.name.split("_")
            ), column


class Failing(StandIn):
    def read(self, text: str) -> dict[str, Any]:
        raise ValueError(f"cannot read {text!r}")


@pytest.fixture
def failing(settings: Any) -> None:
    settings.REASONING = "tests.web.test_privacy.Failing"


def test_a_letter_that_breaks_the_reader_is_not_quoted_in_log_queue_or_page(
    db: None, log: io.StringIO, failing: None, as_person: Callable[[Role], Client]
) -> None:
    page = Client(raise_request_exception=False).post("/ask/preview/", {"text": TEXT})
    assert page.status_code == 500
    assert WORD not in page.content.decode()
    question = Question.objects.create(submission=uuid.uuid4(), text=TEXT, claim_hash="x")
    task = DBTaskResult.objects.create(
        args_kwargs={"args": [str(question.pk)], "kwargs": {}}, task_path="ranvier.web.tasks.prepare", backend_name="default",
        run_after="2020-01-01T00:00:00Z", exception_class_path="", traceback="",
    )  # fmt: skip
    with pytest.raises(tasks.TaskFailed) as caught:
        tasks.prepare.call(str(question.pk))
    task.set_failed(caught.value)
    tasks.sweep(patience=-__import__("datetime").timedelta(seconds=5))
    said = log.getvalue()
    assert "ValueError" in said
    assert WORD not in said
    assert "ValueError at test_privacy.py" in task.traceback
    assert WORD not in task.traceback
    assert task.exception_class_path == "ranvier.web.tasks.TaskFailed"


@pytest.mark.skipif(
    connection.vendor != "sqlite", reason="PostgreSQL gives space back by VACUUM (docs/desk.md)"
)
@pytest.mark.django_db(transaction=True)
def test_an_erased_letter_is_not_in_the_bytes_of_the_database_either() -> None:
    question, _ = send(f"{TEXT} {'Filling the page. ' * 400}")
    path = desk_settings.DATABASES["default"]["NAME"]

    def on_disk() -> bytes:
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        from pathlib import Path

        return b"".join(Path(f"{connection.settings_dict['NAME']}{end}").read_bytes() for end in ("", "-wal"))

    assert path
    assert WORD.encode() in on_disk()
    questions.withdraw(question=question)
    assert WORD.encode() not in on_disk()


def test_the_worker_runs_a_failed_task_again_and_drops_old_ones(db: None) -> None:
    from datetime import timedelta

    from django.utils import timezone

    now = timezone.now()
    common = {
        "args_kwargs": {"args": ["x"], "kwargs": {}}, "task_path": "ranvier.web.tasks.prepare", "backend_name": "default",
        "run_after": now, "exception_class_path": "", "traceback": "t",
    }  # fmt: skip
    long_ago, lately = now - timedelta(days=3), now - timedelta(minutes=20)
    stuck = DBTaskResult.objects.create(status="RUNNING", started_at=lately, **common)
    failed = DBTaskResult.objects.create(status="FAILED", finished_at=lately, **common)
    busy = DBTaskResult.objects.create(status="RUNNING", started_at=now, **common)
    old = DBTaskResult.objects.create(status="SUCCESSFUL", finished_at=long_ago, **common)
    assert tasks.tidy_queue() == 2
    statuses = dict(DBTaskResult.objects.values_list("pk", "status"))
    assert (statuses[stuck.pk], statuses[failed.pk], statuses[busy.pk]) == ("READY", "READY", "RUNNING")
    assert old.pk not in statuses
    call_command("check")
