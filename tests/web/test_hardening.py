"""Production settings, sessions, second factors, limits and uploads."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as desk_settings
from django.contrib.sessions.models import Session
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.db import connection
from django.test import Client
from tests.web.conftest import LETTER, PASSWORD

from ranvier.web.commands import people as commands
from ranvier.web.models import Attachment, Person, Question
from ranvier.web.roles import Role

ROOT = Path(__file__).parents[2]
STUDY = b"nerve,side,kind,stimulate_at\nmedian,left,motor,wrist\n"


def production(tmp_path: Path, script: str, **more: str) -> subprocess.CompletedProcess[str]:
    """Run a script under production settings in a process of its own."""
    environment = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("RANVIER_", "DATABASE", "DJANGO"))
    }
    environment |= {
        "RANVIER_DESK_MODE": "production", "RANVIER_DESK_FOLDER": str(tmp_path), "RANVIER_SECRET_KEY": "z9" * 30 + "abcdefgh",
        "RANVIER_HOSTS": "column.example.org", "RANVIER_ADDRESS": "https://column.example.org", "PYTHONPATH": str(ROOT / "src"),
        "DJANGO_SETTINGS_MODULE": "ranvier.web.settings",
    }  # fmt: skip
    environment = {name: value for name, value in (environment | more).items() if value}
    return subprocess.run(
        [sys.executable, "-c", script], env=environment, capture_output=True, text=True, timeout=120, check=False, cwd=tmp_path
    )  # fmt: skip


CHECK = "import django; django.setup(); from django.core.management import call_command as c; c('check', deploy=True, fail_level='WARNING')"


def test_production_settings_pass_the_deployment_check_without_a_warning(tmp_path: Path) -> None:
    for more in ({}, {"RANVIER_BEHIND_PROXY": "1", "DATABASE_URL": "postgres://u:p@localhost/desk"}):
        done = production(tmp_path, CHECK, **more)
        assert done.returncode == 0, done.stderr
        assert "no issues (0 silenced)" in done.stdout


@pytest.mark.parametrize("key", ["", "short"])
def test_production_does_not_start_without_a_secret_of_its_own(key: str, tmp_path: Path) -> None:
    done = production(tmp_path, "import django; django.setup()", RANVIER_SECRET_KEY=key)
    assert done.returncode != 0
    assert "RANVIER_SECRET_KEY" in done.stderr
    assert not key or f'"{key}"' not in done.stderr


def test_no_secret_stands_in_the_code() -> None:
    """Every setting that is a secret is read from the environment, and nothing in the tree looks like a key."""
    source = (ROOT / "src/ranvier/web/settings.py").read_text()
    for name in ("SECRET_KEY", "PASSWORD"):
        literals = re.findall(rf'"?\w*{name}\w*"?\s*[:=]\s*"[^"]+"', source)
        assert [row for row in literals if "password_validation" not in row] == []
    key = re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY|AKIA[0-9A-Z]{16}|django-insecure-|ghp_\w{20}")
    for path in (ROOT / "src").rglob("*"):
        if path.suffix in (".py", ".toml", ".html", ".js", ".json", ".txt"):
            assert not key.search(path.read_text(encoding="utf-8", errors="replace")), path


SIGN_IN = """
import json, os, django; django.setup()
from django.core.management import call_command; call_command("migrate", verbosity=0); call_command("collectstatic", verbosity=0)
from django.test import Client
from ranvier.web.commands.people import add_person
from ranvier.web.roles import Role
add_person(by=None, username="ada", display_name="Ada", role=Role.ADMINISTRATOR, credentials="", password="correct-horse-battery")
c = Client(headers={"host": "column.example.org"})
plain = c.get("/account/login/")
page = c.get("/account/login/", secure=True)
done = c.post("/account/login/", {"login": "ada", "password": "correct-horse-battery"}, secure=True)
demo = c.get("/become/", secure=True)
print(json.dumps({
  "plain": [plain.status_code, plain.headers.get("Location")], "status": done.status_code, "become": demo.status_code,
  "cookies": {k: {a: v[a] for a in ("secure", "httponly", "samesite", "path", "domain", "max-age")} for k, v in done.cookies.items()},
  "headers": dict(page.headers), "desk": dict(c.get("/desk/people/", secure=True).headers)}))
"""


def test_in_production_cookies_and_headers_are_hard_and_the_demo_door_is_not_there(tmp_path: Path) -> None:
    done = production(tmp_path, SIGN_IN)
    assert done.returncode == 0, done.stderr[-1500:]
    seen = json.loads(done.stdout.splitlines()[-1])
    assert seen["plain"] == [301, "https://column.example.org/account/login/"]
    assert (seen["status"], seen["become"]) == (302, 404)
    session = seen["cookies"]["__Host-desk"]
    assert session["secure"] is True
    assert session["httponly"] is True
    assert (session["samesite"], session["path"], session["domain"]) == ("Lax", "/", "")
    assert session["max-age"] == "", "a session ends with the browser"
    assert seen["cookies"]["__Host-csrf"]["secure"] is True
    headers = seen["headers"]
    assert "max-age=31536000" in headers["Strict-Transport-Security"]
    assert headers["X-Content-Type-Options"] == "nosniff"
    policy = headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert "frame-ancestors 'none'" in policy
    assert headers["X-Frame-Options"] == "DENY"
    assert seen["desk"]["Cache-Control"] == "no-store"


def test_tables_and_models_agree(db: None) -> None:
    call_command("makemigrations", check=True, dry_run=True, verbosity=0)


def test_the_suite_runs_on_the_database_it_was_asked_for() -> None:
    asked = os.environ.get("RANVIER_TEST_DATABASE", "sqlite")
    assert connection.vendor == asked


@pytest.mark.parametrize(
    ("packages", "code", "word"),
    [
        ([{"name": "a", "version": "1", "vulns": []}], 0, "1 of 1"),
        ([{"name": "a", "version": "1", "vulns": [{"id": "CVE-1", "fix_versions": ["2"]}]}], 1, "a 1: CVE-1, fixed in 2"),
        ([{"name": "a", "skip_reason": "not on the index"}], 3, "nothing is known of 1: a"),
        ([], 3, "0 of 0"),
        (None, 3, "no answer"),
    ],
)  # fmt: skip
def test_an_audit_that_could_not_ask_does_not_say_that_all_is_well(
    packages: Any, code: int, word: str
) -> None:
    from importlib.machinery import SourceFileLoader
    from importlib.util import module_from_spec, spec_from_loader

    loader = SourceFileLoader("dev", str(ROOT / "dev"))
    dev = module_from_spec(spec_from_loader("dev", loader))
    loader.exec_module(dev)
    answer = "" if packages is None else json.dumps({"dependencies": packages})
    found, lines = dev.audit_verdict(answer)
    assert (found, word in "\n".join(lines)) == (code, True)


# ---------------------------------------------------------------- sessions


def sign_in(client: Client, username: str = "carl", password: str = PASSWORD) -> Any:
    return client.post("/account/login/", {"login": username, "password": password})


def is_inside(client: Client) -> bool:
    return client.get("/desk/queue/").status_code == 200


def test_signing_in_gives_a_new_session_and_signing_out_ends_it(clinician: Person) -> None:
    client = Client()
    session = client.session
    session["planted"] = "by someone else"
    session.save()
    planted = session.session_key
    client.cookies[desk_settings.SESSION_COOKIE_NAME] = planted
    sign_in(client)
    key = client.session.session_key
    assert is_inside(client)
    assert key != planted
    client.post("/account/logout/")
    assert not is_inside(client)
    assert not Session.objects.filter(session_key__in=[key, planted]).exists()


def test_a_get_does_not_sign_out(clinician: Person) -> None:
    client = Client()
    sign_in(client)
    client.get("/account/logout/")
    assert is_inside(client)


def test_a_new_password_or_a_shut_account_ends_every_session_at_once(
    people: dict[Role, Person], administrator: Person
) -> None:
    clinician = people[Role.CLINICIAN]
    given = {
        "person": clinician, "by": administrator, "display_name": "Carl", "role": Role.CLINICIAN, "credentials": "MD",
    }  # fmt: skip
    client = Client()
    sign_in(client)
    commands.change_person(**given, is_active=True, password="another-horse-battery")
    assert not is_inside(client)
    sign_in(client, password="another-horse-battery")
    assert is_inside(client)
    commands.change_person(**given, is_active=False)
    assert not is_inside(client)
    sign_in(client, password="another-horse-battery")
    assert not is_inside(client)


def test_another_role_counts_from_the_next_page(people: dict[Role, Person], administrator: Person) -> None:
    client = Client()
    sign_in(client)
    commands.change_person(
        person=people[Role.CLINICIAN],
        by=administrator,
        display_name="Carl",
        role=Role.ADMINISTRATOR,
        credentials="",
        is_active=True,
    )
    assert client.get("/desk/queue/").status_code == 403
    assert client.get("/desk/people/").status_code == 200


def test_the_door_does_not_lead_elsewhere(clinician: Person) -> None:
    page = Client().post(
        "/account/login/?next=https://evil.example/",
        {"login": "carl", "password": PASSWORD, "next": "https://evil.example/"},
    )
    assert page.status_code == 302
    assert "evil" not in page.url


@pytest.mark.parametrize("password", ["short", "password1234", "120394857612", "carl-carl-carl"])
def test_weak_passwords_are_refused(password: str, administrator: Person) -> None:
    from django.core.exceptions import ValidationError

    with pytest.raises(ValidationError):
        commands.add_person(
            by=administrator,
            username="carl-carl-carl",
            display_name="C",
            role=Role.CLINICIAN,
            credentials="",
            password=password,
        )


# ---------------------------------------------------------------- second factors


def totp(person: Person) -> Callable[[], str]:
    from allauth.mfa.totp.internal import auth

    secret = auth.generate_totp_secret()
    auth.TOTP.activate(person, secret)
    return lambda: auth.format_hotp_value(
        auth.hotp_value(secret, next(iter(auth.yield_hotp_counters_from_time())))
    )


def test_with_an_authenticator_app_the_password_alone_opens_nothing(clinician: Person) -> None:
    code = totp(clinician)
    client = Client()
    page = sign_in(client)
    assert page.url.startswith("/account/mfa/authenticate/")
    assert not is_inside(client)
    client.post("/account/mfa/authenticate/", {"code": "000000"})
    assert not is_inside(client)
    client.post("/account/mfa/authenticate/", {"code": code()})
    assert is_inside(client)


def test_a_recovery_code_opens_once(clinician: Person) -> None:
    from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes

    totp(clinician)
    code = RecoveryCodes.activate(clinician).get_unused_codes()[0]
    for expected in (True, False):
        client = Client()
        sign_in(client)
        client.post("/account/mfa/authenticate/", {"code": code})
        assert is_inside(client) is expected


def test_an_authenticator_app_is_set_up_on_its_page_after_signing_in_again(clinician: Person) -> None:
    client = Client()
    sign_in(client)
    door = client.get("/account/mfa/totp/activate/")
    assert door.url.startswith("/account/reauthenticate/")
    client.post(door.url, {"password": "guess"})
    assert client.get("/account/mfa/totp/activate/").status_code == 302
    client.post(door.url, {"password": PASSWORD})
    page = client.get("/account/mfa/totp/activate/")
    assert page.status_code == 200
    assert b"<svg" in page.content or b"data:image" in page.content


def test_passkeys_are_offered_and_their_challenge_is_new_each_time(db: None) -> None:
    seen = set()
    for _ in range(2):
        page = Client().get("/account/mfa/webauthn/login/", headers={"x-requested-with": "XMLHttpRequest"})
        assert page.status_code == 200
        seen.add(json.loads(page.content)["request_options"]["publicKey"]["challenge"])
    assert len(seen) == 2


# ---------------------------------------------------------------- limits


def test_after_some_wrong_passwords_even_the_right_one_waits(clinician: Person, settings: Any) -> None:
    settings.ACCOUNT_RATE_LIMITS = {}  # allauth's own, as in production
    client = Client()
    for _ in range(5):
        sign_in(client, password="guess")
    sign_in(client)
    assert not is_inside(client)


def ask(client: Client, text: str = LETTER, **more: Any) -> Any:
    import uuid

    return client.post(
        "/ask/send/", {"text": text, "submission": str(uuid.uuid4()), "understood": "on", **more}
    )


def test_asking_is_limited_by_address_and_another_reader_is_not_held_up(db: None, settings: Any) -> None:
    settings.ASKS_PER_HOUR = 3
    statuses = [ask(Client()).status_code for _ in range(5)]
    assert statuses == [201, 201, 201, 429, 429]
    assert ask(Client(REMOTE_ADDR="203.0.113.9")).status_code == 201
    assert Question.objects.count() == 4


def test_a_forged_forwarding_header_does_not_get_round_the_limit(db: None, settings: Any) -> None:
    settings.ASKS_PER_HOUR = 1
    statuses = [ask(Client(headers={"x-forwarded-for": f"203.0.113.{n}"})).status_code for n in range(3)]
    assert statuses == [201, 429, 429]


def test_claim_codes_cannot_be_guessed_fast(db: None, settings: Any) -> None:
    settings.CLAIM_TRIES_PER_HOUR = 3
    assert [Client().post("/claim/", {"code": "A" * 20}).status_code for _ in range(4)] == [
        404,
        404,
        404,
        429,
    ]


# ---------------------------------------------------------------- uploads


def upload(content: bytes, name: str = "study.csv") -> Any:
    return ask(Client(), attachment=SimpleUploadedFile(name, content))


def test_a_study_and_a_diary_are_taken_and_given_out_only_as_a_download(
    db: None, as_person: Callable[[Role], Client]
) -> None:
    assert upload(STUDY, "../../etc/<b>x</b>.csv").status_code == 201
    assert upload(b"date,kind,value\n2024-01-01,dose,30\n").status_code == 201
    study, diary = Attachment.objects.order_by("kind").reverse()
    assert (study.kind, diary.kind, bytes(study.content)) == ("study", "diary", STUDY)
    assert re.fullmatch(r"[A-Za-z0-9.-]+", study.name)
    page = as_person(Role.CLINICIAN).get(f"/desk/files/{study.pk}/")
    assert page.headers["Content-Type"] == "application/octet-stream"
    assert page.headers["Content-Disposition"].startswith("attachment;")
    assert page.headers["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize(
    "content",
    [
        b"<html><script>alert(1)</script>", b"%PDF-1.7\n\x00\x01", b"\x89PNG\r\n\x1a\n", b"MZ\x90\x00", b"PK\x03\x04\x00",
        b"a,b,c\n1,2,3\n", b"\xff\xfenerve", b"nerve,side,kind\n", b" ",
    ],
)  # fmt: skip
def test_anything_else_is_refused_whatever_its_name_says(db: None, content: bytes) -> None:
    page = upload(content)
    assert page.status_code == 422
    assert (Question.objects.count(), Attachment.objects.count()) == (0, 0)
    assert LETTER[:40] in page.content.decode(), "the reader does not have to write the letter again"


@pytest.mark.parametrize("size", [2 * 1024 * 1024 + 1, 3 * 1024 * 1024])
def test_a_file_that_is_too_big_is_refused_and_never_dropped_in_silence(size: int, db: None) -> None:
    page = upload(STUDY + b"x" * (size - len(STUDY)))
    assert page.status_code == 422
    assert Question.objects.count() == 0


def test_a_file_of_exactly_the_limit_is_taken_whole(db: None) -> None:
    content = STUDY + b"y" * (2 * 1024 * 1024 - len(STUDY))
    assert upload(content).status_code == 201
    assert bytes(Attachment.objects.get().content) == content


def test_a_letter_that_is_too_long_is_refused(db: None) -> None:
    assert ask(Client(), text="word " * 5000).status_code == 422
    assert ask(Client(), text="x" * (2 * 1024 * 1024)).status_code in (400, 413, 422)
    assert Question.objects.count() == 0
