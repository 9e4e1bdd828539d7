"""A backup of the whole desk in one file, and bringing it back.

The file is a zip of one table a member, a row a line of JSON in a fixed form, and `manifest.json` with the number of rows
and the SHA-256 of each. It is the same for SQLite and PostgreSQL, so it also moves a desk from one to the other. Nothing is
believed: a backup is read back after it was written, and a restore writes the tables out again and compares, in the same
transaction, before it lets the new rows stand.

Left out are sign-in sessions, and what `migrate` makes by itself. The secret key is not in it; without it no claim code and
no link in a mail that is already out works, so a restore under another key is refused unless asked for.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import os
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import IO, Any

from django.apps import apps
from django.conf import settings
from django.contrib.sessions.models import Session
from django.core import serializers
from django.core.management.color import no_style
from django.core.serializers.json import DjangoJSONEncoder
from django.db import connection, transaction
from django.db.migrations.recorder import MigrationRecorder
from django.db.models import F, Model
from django.utils import timezone

from ranvier import __version__
from ranvier.terms import DeskError
from ranvier.web import freshness
from ranvier.web.models import Delivery, Issue, IssueItem, Person, Question, ReaderAddress, Subscription
from ranvier.web.roles import Role
from ranvier.web.states import State

from . import audit
from .moves import move
from .retention import erase

FORMAT = 1
LEFT_OUT = frozenset(
    {"sessions.Session", "contenttypes.ContentType", "auth.Permission", "auth.Group", "auth.Group_permissions",
     "desk.Person_groups", "desk.Person_user_permissions"}
)  # fmt: skip
MANIFEST = "manifest.json"


@dataclass
class Restored:
    """What a restore did: rows by table, and what it changed afterwards on purpose."""

    made_at: str
    rows: dict[str, int] = field(default_factory=dict)
    erased_again: int = 0
    left_again: int = 0
    mails_held: int = 0
    issues_held: int = 0


class ExactEncoder(DjangoJSONEncoder):
    """Django's encoder cuts a time to milliseconds; a backup keeps it whole."""

    def default(self, value: object) -> object:
        """Encode one value."""
        return value.isoformat() if isinstance(value, datetime) else super().default(value)


def tables() -> list[type[Model]]:
    """Every table that a backup holds, in the order of their names."""
    found = [model for model in apps.get_models(include_auto_created=True) if model._meta.managed]
    kept = [model for model in found if model._meta.label not in LEFT_OUT and not model._meta.proxy]
    return sorted(kept, key=lambda model: model._meta.label)


def backup(*, path: Path, by: Person | None = None) -> dict[str, Any]:
    """Write a backup, read it back, and return its manifest. The file appears whole or not at all, readable by its owner only."""
    if path.exists():
        raise DeskError(
            path=str(path), given="is there already", expected="Another name; nothing is overwritten"
        )
    part = path.with_name(path.name + ".part")
    descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as file:
            with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive, _snapshot():
                manifest = {
                    "format": FORMAT, "made_at": timezone.now().isoformat(), "ranvier": __version__,
                    "migrations": _migrations(), "key": _key_mark(), "tables": {},
                }  # fmt: skip
                for model in tables():
                    with archive.open(f"{model._meta.label}.jsonl", "w", force_zip64=True) as member:
                        manifest["tables"][model._meta.label] = _write(model, member)
                archive.writestr(MANIFEST, json.dumps(manifest, indent=1))
            file.flush()
            os.fsync(file.fileno())
        checked(part)
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)
    audit.record(by=by, role=Role.ADMINISTRATOR, action="backup", subject=path.name[:80])
    return manifest


@contextmanager
def _snapshot() -> Iterator[None]:
    """One moment of the whole database, while others go on writing."""
    if connection.vendor == "sqlite":
        before, connection.transaction_mode = connection.transaction_mode, "DEFERRED"
        try:
            with transaction.atomic():
                yield
        finally:
            connection.transaction_mode = before
        return
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        yield


def _write(model: type[Model], member: IO[bytes]) -> dict[str, Any]:
    """Write one table, and say how many rows it has and what their hash is."""
    digest = hashlib.sha256()
    count = 0
    for row in model._base_manager.order_by("pk").iterator(chunk_size=200):
        (document,) = serializers.serialize("python", [row])
        line = json.dumps(document, cls=ExactEncoder, sort_keys=True, ensure_ascii=False).encode() + b"\n"
        digest.update(line)
        member.write(line)
        count += 1
    return {"rows": count, "sha256": digest.hexdigest()}


def checked(path: Path) -> dict[str, Any]:
    """Read a backup whole and compare every table with its hash; returns the manifest.

    Raises
        DeskError: not a backup, of another format, cut short or altered.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            manifest: dict[str, Any] = json.loads(archive.read(MANIFEST))
            if manifest.get("format") != FORMAT:
                raise DeskError(path=path.name, given="another format", expected=f"Format {FORMAT}")
            for label, told in manifest["tables"].items():
                digest = hashlib.sha256()
                with archive.open(f"{label}.jsonl") as member:
                    while piece := member.read(1 << 20):
                        digest.update(piece)
                if digest.hexdigest() != told["sha256"]:
                    raise DeskError(
                        path=path.name, given=f"{label} was altered", expected="Another copy of the backup"
                    )
    except (OSError, KeyError, ValueError, zipfile.BadZipFile, EOFError) as error:
        raise DeskError(
            path=path.name, given=f"cannot be read as a backup ({type(error).__name__})",
            expected="A file that `ranvier desk backup` wrote",
        ) from error  # fmt: skip
    return manifest


def restore(*, path: Path, replace: bool = False, other_key: bool = False) -> Restored:
    """Bring a backup back, all of it or nothing.

    Letters that were erased since the backup was made stay erased, and who left the mail edition since then stays out, as
    far as the desk that is replaced knows. Mails that waited in the backup are held, since they may
    have been sent meanwhile, and issues whose day has passed wait for an editor.

    Raises
        DeskError: the file is not whole, of another version or key, or the desk is not empty and `replace` was not given.
    """
    manifest = checked(path)
    _demand_fit(manifest, replace=replace, other_key=other_key)
    result = Restored(made_at=manifest["made_at"])
    with transaction.atomic():
        erased = list(Question.objects.filter(erased_at__isnull=False).values_list("pk", flat=True))
        subscribed = (
            set(Subscription.objects.values_list("pk", flat=True)) if Person.objects.exists() else None
        )
        for model in [*tables(), Session]:
            model._base_manager.all()._raw_delete(model._base_manager.db)
        with zipfile.ZipFile(path) as archive:
            for model in tables():
                with archive.open(f"{model._meta.label}.jsonl") as member:
                    result.rows[model._meta.label] = _load(member)
        _reset_numbers()
        _demand_same(manifest)
        _settle(result, erased, subscribed)
    return result


def _demand_fit(manifest: dict[str, Any], *, replace: bool, other_key: bool) -> None:
    if manifest["migrations"] != _migrations():
        raise DeskError(
            path="restore", given=f"the backup is of Ranvier {manifest['ranvier']}, whose tables differ",
            expected="Restore it with that version, then upgrade",
        )  # fmt: skip
    if manifest["key"] != _key_mark() and not other_key:
        raise DeskError(
            path="RANVIER_SECRET_KEY", given="not the key under which this backup was made",
            expected="The same key, or --other-key: claim codes and links in mails then no longer work",
        )  # fmt: skip
    if not replace and (Person.objects.exists() or Question.objects.exists()):
        raise DeskError(
            path="restore", given="this desk is not empty", expected="--replace to lose what is there"
        )


def _load(member: IO[bytes]) -> int:
    count = 0
    for line in member:
        for row in serializers.deserialize("python", [json.loads(line)]):
            row.save(force_insert=True)
            count += 1
    return count


def _reset_numbers() -> None:
    with connection.cursor() as cursor:
        for statement in connection.ops.sequence_reset_sql(no_style(), tables()):
            cursor.execute(statement)


def _demand_same(manifest: dict[str, Any]) -> None:
    for model in tables():
        label = model._meta.label
        if _write(model, _Nowhere()) != manifest["tables"].get(label):  # type: ignore[arg-type]
            raise DeskError(
                path=label, given="came back differently", expected="Nothing was changed; tell the makers"
            )


class _Nowhere:
    def write(self, piece: bytes) -> int:
        return len(piece)


def _settle(result: Restored, erased: list[object], subscribed: set[object] | None) -> None:
    """What may not come back as it was."""
    now = timezone.now()
    for question in Question.objects.filter(pk__in=erased, erased_at__isnull=True):
        if question.standing is not State.WITHDRAWN:
            move(
                question=question,
                name="reader_withdraws",
                by=None,
                role=Role.READER,
                version=question.version,
            )
        erase(question=question, by=None, role=Role.ADMINISTRATOR, why="Erased before the restore")
        result.erased_again += 1
    if subscribed is not None:  # who left since then is not written to again
        left = Subscription.objects.exclude(pk__in=subscribed)
        result.left_again = left.count()
        left.delete()
    waiting = Delivery.objects.filter(sent_at__isnull=True, begun_at__isnull=True, failed_at__isnull=True)
    result.mails_held = waiting.update(begun_at=now)
    result.mails_held += ReaderAddress.objects.filter(confirmed_at__isnull=False).update(told_at=now)
    for issue in Issue.objects.filter(state="scheduled", scheduled_for__lte=now):
        Issue.objects.filter(pk=issue.pk).update(state="open", scheduled_for=None, version=F("version") + 1)
        for item in IssueItem.objects.filter(issue=issue).select_related("question"):
            if item.question.standing is State.SCHEDULED:
                move(
                    question=item.question, name="unschedule", by=None, version=item.question.version,
                    why="Its day passed before the restore",
                )  # fmt: skip
        result.issues_held += 1
    freshness.letter_erased()  # what other processes keep is of the desk that was replaced
    audit.record(
        by=None, role=Role.ADMINISTRATOR, action="restore", subject=f"backup of {result.made_at}"[:80]
    )


def _migrations() -> list[str]:
    applied = MigrationRecorder(connection).applied_migrations()
    return sorted(f"{app}.{name}" for app, name in applied)


def _key_mark() -> str:
    """Tells one key from another, and nothing of the key."""
    return hmac.new(settings.SECRET_KEY.encode(), b"desk backup", hashlib.sha256).hexdigest()[:16]
