"""Backup, restore, export and erase: every table there and back, and nothing comes back that was erased."""

from __future__ import annotations

import json
import os
import stat
import subprocess
import sys
import threading
import zipfile
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.contrib.sessions.models import Session
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.utils import timezone
from tests.web.conftest import LETTER, make_people, published, scheduled, send
from tests.web.test_publishing import SECOND, subscriber

from ranvier.cli import main
from ranvier.terms import DeskError
from ranvier.web.commands import backups, concerns, deliveries, disclosure, publishing, questions
from ranvier.web.models import (
    Attachment,
    AuditEvent,
    Contact,
    Delivery,
    Issue,
    Question,
    SiteChange,
    StandardReply,
    StatementCheck,
    Subscription,
)
from ranvier.web.roles import Role
from ranvier.web.signature import still_covers

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def desk() -> dict[str, Any]:
    """A desk in which every table that can hold something holds something."""
    from allauth.account.models import EmailAddress, EmailConfirmation
    from allauth.mfa.models import Authenticator
    from django_tasks_db.models import DBTaskResult

    people = make_people()
    clinician, editor = people[Role.CLINICIAN], people[Role.EDITOR]
    reply, _ = StandardReply.objects.get_or_create(
        key="sorry", defaults={"title": "Sorry", "text": "Not here."}
    )
    subscriber("one@example.org")
    subscriber("two@example.org")
    issue = published(clinician, editor, LETTER, SECOND)
    Delivery.objects.filter(subscription__email="two@example.org").update(sent_at=None, begun_at=None)
    upload = questions.Upload(kind="study", name="study.csv", content=bytes(range(256)))
    flags = [{"id": "breathing", "words": "cannot breathe", "advice": "Call."}]
    waiting, code = send(
        "My hands are weak ⚡ und müde, and I ask: what is MMN?", red_flags=flags, uploads=[upload], email="r@example.org",
        age_years=54, sex="female", country="Éire",
    )  # fmt: skip
    concerns.comment(question=waiting, by=clinician, text="A remark")
    declined, _ = send("Please tell me my dose. Is it right?")
    concerns.decline(question=declined, by=clinician, version=declined.version, why="dose", reply=reply)
    asked, _ = send("I am a violin maker and my hand is weak. Can I work?")
    from tests.web.conftest import act

    act(asked, "claim", clinician)
    concerns.ask_reader(question=asked, by=clinician, version=asked.version, text="Which hand?")
    StatementCheck.objects.create(statement="mmn-definition", outcome="holds", checked_by=editor)
    Contact.objects.create(name="Group", checked_on=timezone.now().date(), checked_by=editor)
    Authenticator.objects.create(user=clinician, type="totp", data={"secret": "S"})
    address = EmailAddress.objects.create(user=clinician, email="carl@example.org")
    EmailConfirmation.objects.create(email_address=address, key="k", created=timezone.now())
    DBTaskResult.objects.create(
        args_kwargs={"args": ["x"], "kwargs": {}}, task_path="ranvier.web.tasks.prepare", backend_name="default",
        run_after=timezone.now(), exception_class_path="", traceback="",
    )  # fmt: skip
    Client().force_login(clinician)
    return {"people": people, "issue": issue, "waiting": waiting, "code": code}


def everything() -> dict[str, list[tuple[Any, ...]]]:
    """All rows of all tables that are backed up, as Python values: read by other code than the backup's own."""
    return {
        model._meta.label: [
            tuple(bytes(v) if isinstance(v, memoryview) else v for v in row)
            for row in model._base_manager.order_by("pk").values_list(*[f.attname for f in model._meta.concrete_fields])
        ]
        for model in backups.tables()
    }  # fmt: skip


def empty_database() -> None:
    call_command("flush", verbosity=0, interactive=False)


def test_every_table_is_backed_up_or_named_as_left_out() -> None:
    labels = {model._meta.label for model in apps.get_models(include_auto_created=True)}
    assert {model._meta.label for model in backups.tables()} | backups.LEFT_OUT == labels
    assert {"auth.Group", "desk.Person_groups", "desk.Person_user_permissions"} <= backups.LEFT_OUT
    source = Path("src/ranvier/web")
    uses = [
        path
        for path in source.rglob("*.py")
        if "user_permissions" in path.read_text() and "migrations" not in str(path)
    ]
    assert [path.name for path in uses] == ["backups.py"], "a table that is left out is in use"


def test_a_restored_desk_is_the_same_in_every_row_of_every_table(
    desk: dict[str, Any], tmp_path: Path
) -> None:
    subscriptions_waiting = Delivery.objects.filter(sent_at__isnull=True)
    before = everything()
    empty = [label for label, rows in before.items() if not rows]
    assert empty == [], "this test must hold a row of every table"
    file = tmp_path / "desk.zip"
    backups.backup(path=file)
    empty_database()
    assert Question.objects.count() == 0
    done = backups.restore(path=file)
    after = everything()
    assert (done.mails_held, done.issues_held, done.erased_again) == (1, 0, 0)
    # What a restore changes on purpose, and nothing else: one held mail, its own line in the audit, and a mark for other processes.
    assert subscriptions_waiting.count() == 1
    assert after.pop("desk.AuditEvent")[:-1] == before.pop("desk.AuditEvent")
    marks, own = before.pop("desk.SiteChange"), after.pop("desk.SiteChange")
    assert own[:-1] == marks
    assert SiteChange.objects.latest("pk").is_erasure
    old, new = before.pop("desk.Delivery"), after.pop("desk.Delivery")
    assert [row[:3] for row in old] == [row[:3] for row in new]
    assert after == before
    for answer in desk["issue"].items.get(position=1).question.answers.all():
        assert still_covers(answer)
    assert Session.objects.count() == 0


def test_the_desk_goes_on_after_a_restore(desk: dict[str, Any], tmp_path: Path) -> None:
    file = tmp_path / "desk.zip"
    backups.backup(path=file)
    empty_database()
    backups.restore(path=file)
    assert questions.by_claim_code(desk["code"]).pk == desk["waiting"].pk
    question, _ = send("A letter after the restore. What is MMN?")  # numbers of the tables go on counting
    assert question.readings.count() == 1
    assert AuditEvent.objects.latest("id").action == "prepare"
    assert Client().get("/").status_code == 200


def test_a_backup_is_for_its_owner_only_and_never_overwrites(desk: dict[str, Any], tmp_path: Path) -> None:
    file = tmp_path / "desk.zip"
    backups.backup(path=file)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert list(tmp_path.iterdir()) == [file]
    with pytest.raises(DeskError, match="there already"):
        backups.backup(path=file)


@pytest.mark.parametrize("damage", ["cut", "word", "lost table", "not a zip"])
def test_a_damaged_backup_is_refused_and_nothing_is_touched(
    damage: str, desk: dict[str, Any], tmp_path: Path
) -> None:
    file = tmp_path / "desk.zip"
    backups.backup(path=file)
    bad = tmp_path / "bad.zip"
    if damage == "cut":
        bad.write_bytes(file.read_bytes()[:-2000])
    elif damage == "not a zip":
        bad.write_text("hello")
    else:
        with zipfile.ZipFile(file) as old, zipfile.ZipFile(bad, "w") as new:
            for name in old.namelist():
                content = old.read(name)
                if name == "desk.Question.jsonl":
                    if damage == "lost table":
                        continue
                    content = content.replace(b"violin", b"fiddle")
                new.writestr(name, content)
    before = everything()
    with pytest.raises(DeskError):
        backups.restore(path=bad, replace=True)
    assert everything() == before


def test_a_restore_that_comes_out_differently_is_taken_back(
    desk: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "desk.zip"
    backups.backup(path=file)
    before = everything()
    load = backups._load

    def loses_a_row(member: Any) -> int:
        count = load(member)
        Attachment.objects.all().delete()
        return count

    monkeypatch.setattr(backups, "_load", loses_a_row)
    with pytest.raises(DeskError, match="came back differently"):
        backups.restore(path=file, replace=True)
    assert everything() != {}
    monkeypatch.undo()
    after = everything()
    assert after.pop("desk.AuditEvent") == before.pop("desk.AuditEvent")
    assert after == before


def test_a_desk_that_is_not_empty_another_key_or_another_version_is_refused(
    desk: dict[str, Any], tmp_path: Path, settings: Any
) -> None:
    file = tmp_path / "desk.zip"
    backups.backup(path=file)
    with pytest.raises(DeskError, match="not empty"):
        backups.restore(path=file)
    key = settings.SECRET_KEY
    settings.SECRET_KEY = "another" * 10
    with pytest.raises(DeskError, match="RANVIER_SECRET_KEY"):
        backups.restore(path=file, replace=True)
    backups.restore(path=file, replace=True, other_key=True)
    settings.SECRET_KEY = key
    other = tmp_path / "other.zip"
    with zipfile.ZipFile(file) as old, zipfile.ZipFile(other, "w") as new:
        for name in old.namelist():
            content = old.read(name)
            if name == backups.MANIFEST:
                manifest = json.loads(content)
                manifest["migrations"].append("desk.9999_future")
                content = json.dumps(manifest).encode()
            new.writestr(name, content)
    with pytest.raises(DeskError, match="whose tables differ"):
        backups.restore(path=other, replace=True)


def test_what_was_erased_or_left_since_the_backup_does_not_come_back(
    desk: dict[str, Any], tmp_path: Path
) -> None:
    file = tmp_path / "desk.zip"
    backups.backup(path=file)
    questions.withdraw(question=Question.objects.get(pk=desk["waiting"].pk))
    printed = Question.objects.get(text=LETTER)
    slug = printed.slug
    questions.withdraw(question=printed)
    Subscription.objects.get(email="one@example.org").delete()
    done = backups.restore(path=file, replace=True)
    assert (done.erased_again, done.left_again) == (2, 1)
    assert not Question.objects.filter(text__contains="müde").exists()
    assert Client().get(f"/answers/{slug}/").status_code == 410
    assert not Subscription.objects.filter(email="one@example.org").exists()


def test_a_restore_mails_nobody_and_publishes_nothing_by_itself(tmp_path: Path) -> None:
    from django.core import mail as outbox

    from ranvier.web import tasks

    people = make_people()
    subscriber("one@example.org")
    issue = scheduled(people[Role.CLINICIAN], people[Role.EDITOR])
    file = tmp_path / "desk.zip"
    backups.backup(path=file)
    publishing.publish(issue=issue)  # and now the disk breaks
    sent = len(outbox.outbox)
    done = backups.restore(path=file, replace=True)
    assert done.issues_held == 1
    tasks.sweep()
    assert len(outbox.outbox) == sent
    issue = Issue.objects.get(pk=issue.pk)
    assert (issue.state, issue.items.get().question.state) == ("open", "signed")


def test_a_backup_is_of_one_moment_while_letters_come_in(desk: dict[str, Any], tmp_path: Path) -> None:
    stop = threading.Event()
    failed: list[BaseException] = []

    def keep_sending() -> None:
        try:
            while not stop.is_set():
                send("Another letter about a weak hand. What is it?")
        except BaseException as error:
            failed.append(error)
        finally:
            connection.close()

    sender = threading.Thread(target=keep_sending)
    sender.start()
    try:
        for number in range(4):
            backups.backup(path=tmp_path / f"{number}.zip")
    finally:
        stop.set()
        sender.join()
    assert failed == []
    for number in range(4):
        with zipfile.ZipFile(tmp_path / f"{number}.zip") as archive:
            letters = [json.loads(line)["pk"] for line in archive.read("desk.Question.jsonl").splitlines()]
            read = [
                json.loads(line)["fields"]["question"]
                for line in archive.read("desk.Reading.jsonl").splitlines()
            ]
            answers = [
                json.loads(line)["fields"]["question"]
                for line in archive.read("desk.Answer.jsonl").splitlines()
            ]
        assert set(read) <= set(letters)
        assert set(read) == set(answers), "a reading and its draft are written in one transaction"


@pytest.mark.skipif(connection.vendor != "postgresql", reason="the same desk on SQLite moves to PostgreSQL")
def test_a_desk_moves_from_sqlite_to_postgresql(tmp_path: Path) -> None:
    environment = {
        name: value
        for name, value in os.environ.items()
        if name not in ("DATABASE_URL", "RANVIER_TEST_DATABASE")
    }
    environment |= {
        "RANVIER_DESK_FOLDER": str(tmp_path / "sqlite"),
        "PYTHONPATH": os.pathsep.join(("src", ".")),
    }
    file = tmp_path / "desk.zip"
    script = (
        "import tests.web.conftest as c; from django.core.management import call_command; from pathlib import Path\n"
        "from ranvier.web.roles import Role; from ranvier.web.commands import backups\n"
        "call_command('migrate', verbosity=0); p = c.make_people()\n"
        "import ranvier.web.paper as paper; paper.issue_pdf = lambda issue, preview=False: b'%PDF'\n"
        "c.published(p[Role.CLINICIAN], p[Role.EDITOR]); c.send()\n"
        f"backups.backup(path=Path({str(file)!r}))\n"
    )
    subprocess.run([sys.executable, "-c", script], env=environment, check=True, timeout=120)
    empty_database()
    done = backups.restore(path=file)
    assert (done.rows["desk.Question"], done.rows["desk.Person"]) == (2, 4)
    question, _ = send("And it goes on. What is MMN?")
    assert AuditEvent.objects.filter(question=question).exists()


# ---------------------------------------------------------------- from the command line


def run(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, str]:
    code = main(["desk", *words])
    said = capsys.readouterr()
    return code, said.out + said.err


def test_backup_and_restore_from_the_command_line(
    desk: dict[str, Any], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = str(tmp_path / "desk.zip")
    code, said = run(capsys, "backup", file)
    assert (code, "written and read back" in said) == (0, True)
    code, said = run(capsys, "restore", file)
    assert (code, "--replace" in said) == (2, True)
    code, said = run(capsys, "restore", file, "--replace")
    assert (code, "each table compared" in said) == (0, True)


def test_a_backup_before_an_upgrade_does_not_upgrade_by_itself(
    desk: dict[str, Any], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    from django.db.migrations.recorder import MigrationRecorder

    recorder = MigrationRecorder(connection)
    recorder.record_unapplied("desk", "0004_site_changes")
    try:
        code, said = run(capsys, "backup", str(tmp_path / "desk.zip"))
    finally:
        recorder.record_applied("desk", "0004_site_changes")
    assert (code, "another version" in said, list(tmp_path.iterdir())) == (2, True, [])


def test_export_gives_a_reader_everything_and_names_nobody_of_the_desk(
    desk: dict[str, Any], capsys: pytest.CaptureFixture[str]
) -> None:
    code, said = run(capsys, "export", "--letter", desk["waiting"].reference)
    document = json.loads(said)
    assert code == 0
    assert document["letter"]["text"] == desk["waiting"].text
    assert document["letter"]["country"] == "Éire"
    assert document["address"][0]["email"] == "r@example.org"
    assert document["remarks"][0]["text"] == "A remark"
    assert document["files"][0]["content"]
    assert "claim_hash" not in said
    assert "Carl" not in said
    code, said = run(capsys, "export", "--email", "R@example.org")
    assert json.loads(said)["letters"][0]["letter"]["id"] == str(desk["waiting"].pk)


def test_export_names_every_table_that_belongs_to_a_letter(desk: dict[str, Any]) -> None:
    document = disclosure.export_letter(question=desk["waiting"])
    related = {relation.related_model._meta.label for relation in Question._meta.related_objects}
    assert related == {
        "desk.Reading", "desk.Answer", "desk.Concern", "desk.Message", "desk.Comment", "desk.Attachment",
        "desk.ReaderAddress", "desk.AuditEvent", "desk.IssueItem",
    }  # fmt: skip
    assert len(document) == len(related)  # the letter itself instead of its place in an issue


def test_erase_by_claim_code_asks_once_more_and_leaves_no_word(
    desk: dict[str, Any], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    import io

    code_line = desk["code"] + "\n"
    monkeypatch.setattr("sys.stdin", io.StringIO(code_line + "no\n"))
    assert run(capsys, "erase", "--code")[0] == 1
    assert Question.objects.get(pk=desk["waiting"].pk).text
    monkeypatch.setattr("sys.stdin", io.StringIO(code_line + "yes\n"))
    assert run(capsys, "erase", "--code")[0] == 0
    rows = json.dumps(everything(), default=str, ensure_ascii=False)
    assert "müde" not in rows
    assert "A remark" not in rows
    assert "r@example.org" not in rows
    code, said = run(capsys, "erase", "--letter", desk["waiting"].reference, "--yes")
    assert (code, "erased already" in said) == (2, True)


def test_erase_of_an_address_deletes_it_wherever_it_stands(
    desk: dict[str, Any], capsys: pytest.CaptureFixture[str]
) -> None:
    code, said = run(capsys, "erase", "--email", "one@example.org", "--yes")
    assert (code, said.strip()) == (0, "1 rows erased.")
    assert "one@example.org" not in json.dumps(everything(), default=str)


def test_a_letter_that_was_erased_says_so_to_its_code(desk: dict[str, Any]) -> None:
    questions.withdraw(question=Question.objects.get(pk=desk["waiting"].pk))
    page = Client().post("/claim/", {"code": desk["code"]})
    assert page.status_code == 410
    assert b"Nothing of it is kept" in page.content


def test_deliveries_of_the_desk_fixture_are_as_the_tests_say(desk: dict[str, Any]) -> None:
    assert deliveries.waiting(desk["issue"]).count() == 1
