"""Signing: who, over what, what stands in its way, what voids it, and how an answer is corrected."""

from __future__ import annotations

import base64
import copy
import hashlib
import json
from collections.abc import Callable
from typing import Any

import pytest
from allauth.mfa.webauthn.internal.auth import STATE_SESSION_KEY, WebAuthn
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from django.db import IntegrityError, transaction
from django.test import Client
from fido2.cose import ES256
from fido2.webauthn import AttestationObject, AttestedCredentialData, AuthenticatorData, CollectedClientData
from tests.web.conftest import LETTER, PASSWORD, act, published, send, sign, signed
from tests.web.test_publishing import correct

from ranvier.terms import DeskConflict, DeskError
from ranvier.web import signature
from ranvier.web.commands import answers, checks, concerns, findings, issues, moves
from ranvier.web.commands.questions import Upload
from ranvier.web.models import Answer, Attachment, AuditEvent, Person, Question
from ranvier.web.roles import Role
from ranvier.web.states import State

RECALLED = "I have cramps. How long do people live with it, and what is it?"


def drafted(clinician: Person, text: str = LETTER, **more: Any) -> Question:
    question, _ = send(text, **more)
    act(question, "claim", clinician)
    act(question, "draft", clinician)
    return question


def rewrite(question: Question, by: Person, change: Callable[[str], str], **row: Any) -> None:
    latest = question.answers.last()
    rows = [
        {"section": section["id"], "id": sentence["id"], "text": change(sentence["text"]), "reason": "", **row}
        for section in latest.document["sections"]
        for sentence in section["sentences"]
    ]  # fmt: skip
    answers.edit(
        question=question, by=by, version=question.version, base=latest.number, rows=rows, title=latest.title
    )


def form(question: Question, **more: str) -> dict[str, str]:
    shown = signature.current_digest(question, question.answers.last(), question.readings.last())
    return {"version": str(question.version), "digest": shown, "password": PASSWORD, **more}


# ---------------------------------------------------------------- who


@pytest.mark.parametrize("password", ["", "wrong", PASSWORD.upper()])
def test_nothing_is_signed_without_the_signers_password_once_more(
    password: str, clinician: Person, as_person: Callable[[Role], Client]
) -> None:
    question = drafted(clinician)
    page = as_person(Role.CLINICIAN).post(
        f"/desk/letters/{question.pk}/sign/", form(question, password=password)
    )
    question.refresh_from_db()
    assert (page.status_code, question.state) == (422, "drafted")


def test_a_clinician_signs_with_the_password_and_the_name_and_credentials_are_kept(
    clinician: Person, as_person: Callable[[Role], Client]
) -> None:
    question = drafted(clinician)
    page = as_person(Role.CLINICIAN).post(f"/desk/letters/{question.pk}/sign/", form(question))
    answer = question.answers.last()
    assert (page.status_code, answer.signer_name, answer.signer_credentials) == (
        302,
        str(clinician),
        clinician.credentials,
    )
    Person.objects.filter(pk=clinician.pk).update(display_name="Someone Else")
    assert Answer.objects.get(pk=answer.pk).signer_name == "Dr Carl Oram"


def test_with_an_authenticator_app_its_code_is_needed_as_well(
    clinician: Person, as_person: Callable[[Role], Client]
) -> None:
    from allauth.mfa.totp.internal import auth

    secret = auth.generate_totp_secret()
    auth.TOTP.activate(clinician, secret)
    question = drafted(clinician)
    client, address = as_person(Role.CLINICIAN), f"/desk/letters/{question.pk}/sign/"
    assert client.post(address, form(question)).status_code == 422
    assert client.post(address, form(question, code="000000")).status_code == 422
    code = auth.format_hotp_value(auth.hotp_value(secret, next(iter(auth.yield_hotp_counters_from_time()))))
    assert client.post(address, form(question, code=code)).status_code == 302


def test_password_tries_on_the_signing_page_are_limited(
    clinician: Person, as_person: Callable[[Role], Client]
) -> None:
    question = drafted(clinician)
    client, address = as_person(Role.CLINICIAN), f"/desk/letters/{question.pk}/sign/"
    for _ in range(10):
        client.post(address, form(question, password="guess"))
    assert b"Too many tries" in client.post(address, form(question)).content
    question.refresh_from_db()
    assert question.state == "drafted"


KEY_ID = b"the blue key's id"
CHALLENGE = b"what this page asks, 32 bytes  .."


def websafe(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()


class SoftKey:
    """A passkey made of software, registered to a person; signs what it is asked, and says what it is told to."""

    def __init__(self, person: Person) -> None:
        self.private = ec.generate_private_key(ec.SECP256R1())
        public = ES256.from_cryptography_key(self.private.public_key())
        known = AttestedCredentialData.create(b"\0" * 16, KEY_ID, public)
        registered = AuthenticatorData.create(self.site, 0x45, 0, known)
        client = CollectedClientData.create("webauthn.create", CHALLENGE, "http://testserver")
        made = {
            "clientDataJSON": websafe(client), "attestationObject": websafe(AttestationObject.create("none", registered, {})),
        }  # fmt: skip
        self.row = WebAuthn.add(person, "Blue key", self.credential(made)).instance

    site = hashlib.sha256(b"testserver").digest()

    def credential(self, response: dict[str, str]) -> dict[str, Any]:
        return {"id": websafe(KEY_ID), "rawId": websafe(KEY_ID), "type": "public-key", "response": response}

    def answer(self, *, flags: int = 0x05) -> str:
        """By default the person is there (1) and verified (4)."""
        data = self.site + bytes([flags]) + b"\0\0\0\1"
        client = CollectedClientData.create("webauthn.get", CHALLENGE, "http://testserver")
        signature = self.private.sign(data + hashlib.sha256(client).digest(), ec.ECDSA(hashes.SHA256()))
        return json.dumps(
            self.credential(
                {"clientDataJSON": websafe(client), "authenticatorData": websafe(data), "signature": websafe(signature)}
            )
        )  # fmt: skip


def challenged(client: Client, user_verification: str | None = "required") -> None:
    """The session holds a challenge."""
    session = client.session
    session[STATE_SESSION_KEY] = {"challenge": websafe(CHALLENGE), "user_verification": user_verification}
    session.save()


def test_a_passkey_that_verified_its_person_signs_once_and_its_use_is_noted(
    as_person: Callable[[Role], Client], clinician: Person
) -> None:
    question, key = drafted(clinician), SoftKey(clinician)
    client, address = as_person(Role.CLINICIAN), f"/desk/letters/{question.pk}/sign/"
    challenged(client)
    answer = form(question, credential=key.answer(), password="")
    assert client.post(address, answer).status_code == 302
    key.row.refresh_from_db()
    assert key.row.last_used_at is not None
    assert STATE_SESSION_KEY not in client.session
    question.refresh_from_db()
    assert question.state == "signed"


@pytest.mark.parametrize(
    ("flags", "asked"), [(0x01, "required"), (0x05, "preferred"), (0x05, None), (0x01, "preferred"), (0x85, "required")]
)  # fmt: skip
def test_a_key_without_its_person_or_a_challenge_that_did_not_ask_for_one_signs_nothing(
    flags: int, asked: str | None, as_person: Callable[[Role], Client], clinician: Person
) -> None:
    question, key = drafted(clinician), SoftKey(clinician)
    client = as_person(Role.CLINICIAN)
    challenged(client, asked)
    given = form(question, credential=key.answer(flags=flags), password="")
    assert client.post(f"/desk/letters/{question.pk}/sign/", given).status_code == 422
    key.row.refresh_from_db()
    assert key.row.last_used_at is None
    question.refresh_from_db()
    assert question.state == "drafted"


@pytest.mark.parametrize(
    "credential", ["{}", "[]", "null", "5", "no JSON", '{"id": "x", "response": {}}', '{"response": {"userHandle": 5}}', "[" * 9000]
)  # fmt: skip
def test_what_is_no_passkey_signs_nothing_even_beside_the_right_password(
    credential: str, as_person: Callable[[Role], Client], clinician: Person
) -> None:
    question = drafted(clinician)
    client, address = as_person(Role.CLINICIAN), f"/desk/letters/{question.pk}/sign/"
    for password in ("", PASSWORD):
        challenged(client)
        page = client.post(address, form(question, credential=credential, password=password))
        assert page.status_code == 422
        assert "Nothing was signed" in page.content.decode()
    question.refresh_from_db()
    assert question.state == "drafted"


@pytest.mark.parametrize("role", [Role.TRAINEE, Role.EDITOR, Role.ADMINISTRATOR])
def test_nobody_but_a_clinician_signs_even_past_the_page(role: Role, people: dict[Role, Person]) -> None:
    question = drafted(people[Role.CLINICIAN])
    with pytest.raises(DeskError):
        sign(question, people[role])


# ---------------------------------------------------------------- over what


def test_the_digest_is_that_of_letter_answer_and_case_computed_by_hand(clinician: Person) -> None:
    question = signed(clinician)
    answer, case = question.answers.last(), question.readings.last().document["case"]
    covered = {"answer": answer.document, "case": case, "letter": LETTER, "files": []}
    by_hand = json.dumps(covered, sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode("utf-8")
    assert answer.digest == hashlib.sha256(by_hand).hexdigest()


def test_any_change_of_text_source_or_case_gives_another_digest_and_nothing_else_does(
    clinician: Person,
) -> None:
    question = signed(clinician)
    answer, reading = question.answers.last(), question.readings.last()
    given = {"letter": LETTER, "document": answer.document, "case": reading.case, "files": []}

    def changed(**more: Any) -> str:
        return signature.digest(**{**copy.deepcopy(given), **more})

    document = copy.deepcopy(answer.document)
    document["sections"][0]["sentences"][0]["text"] += " "
    sources = copy.deepcopy(answer.document)
    next(iter(sources["statements"].values()))["sources"][0]["address"] = "https://example.org"
    support = copy.deepcopy(answer.document)
    support["sections"][0]["sentences"][0]["support"] = []
    case = copy.deepcopy(reading.case)
    case["findings"][0]["verdict"] = "absent"
    variants = {
        changed(letter=LETTER + "!"), changed(document=document), changed(document=sources), changed(document=support),
        changed(case=case), changed(files=[{"kind": "study", "name": "study.csv", "sha256": "0" * 64}]),
    }  # fmt: skip
    assert len(variants | {answer.digest}) == 7
    Question.objects.filter(pk=question.pk).update(topic="other", urgent=True, country="Norway")
    question.refresh_from_db()
    assert signature.current_digest(question, answer, reading) == answer.digest
    assert signature.digest(**given) == answer.digest


@pytest.mark.parametrize("change", ["bytes", "name", "one more", "gone"])
@pytest.mark.parametrize("kind", ["study", "diary"])
def test_a_file_that_came_with_the_letter_is_signed_and_a_change_of_it_voids_the_signature(
    kind: str, change: str, clinician: Person, editor: Person
) -> None:
    upload = Upload(kind=kind, name="mine.csv", content=b"date,kind,value\n2025-01-01,ivig,30\n")
    question = signed(clinician, uploads=[upload])
    answer = question.answers.get()
    assert signature.still_covers(answer)
    files = [{"kind": kind, "name": "mine.csv", "sha256": hashlib.sha256(upload.content).hexdigest()}]
    covered = {
        "answer": answer.document, "case": answer.reading.case, "letter": LETTER, "files": files,
    }  # fmt: skip
    by_hand = json.dumps(covered, sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode("utf-8")
    assert answer.digest == hashlib.sha256(by_hand).hexdigest()
    if change == "bytes":
        question.attachments.update(content=upload.content + b"2025-02-01,ivig,90\n")
    elif change == "name":
        question.attachments.update(name="other.csv")
    elif change == "one more":
        Attachment.objects.create(question=question, kind=kind, name="b.csv", content=b"x")
    else:
        question.attachments.all().delete()
    answer = question.answers.get()
    assert not signature.still_covers(answer)
    issue = issues.open_issue(by=editor, title="On beginnings")
    with pytest.raises(DeskError, match="signature does not cover"):
        issues.arrange(
            issue=issue, by=editor, version=issue.version, questions=[question], title="On", note=""
        )


def test_the_signing_page_names_the_files_it_covers(
    as_person: Callable[[Role], Client], clinician: Person
) -> None:
    question, _ = send(uploads=[Upload(kind="study", name="arm.csv", content=b"nerve,side\n")])
    act(question, "claim", clinician)
    act(question, "draft", clinician)
    page = as_person(Role.CLINICIAN).get(f"/desk/letters/{question.pk}/sign/").content.decode()
    assert "arm.csv" in page
    assert hashlib.sha256(b"nerve,side\n").hexdigest() in page


def test_what_was_not_on_the_page_is_not_signed(clinician: Person, trainee: Person) -> None:
    question = drafted(clinician)
    shown = signature.current_digest(question, question.answers.last(), question.readings.last())
    rewrite(question, trainee, lambda text: text.replace("rare", "very rare"))
    question.refresh_from_db()
    with pytest.raises(DeskConflict):
        answers.sign(question=question, by=clinician, version=question.version, shown_digest=shown)


def test_half_a_signature_is_refused_by_the_database(clinician: Person) -> None:
    question = drafted(clinician)
    with pytest.raises(IntegrityError), transaction.atomic():
        Answer.objects.filter(question=question).update(signed_by=clinician)
    with pytest.raises(IntegrityError), transaction.atomic():
        Answer.objects.filter(question=question).update(digest="x")


# ---------------------------------------------------------------- what stands in its way


def test_an_open_red_flag_bars_signing_until_it_is_settled(clinician: Person) -> None:
    flag = {"id": "breathing", "words": "cannot breathe", "advice": "Call."}
    question = drafted(clinician, red_flags=[flag])
    with pytest.raises(DeskError, match="1 red flag open"):
        sign(question, clinician)
    concerns.settle(
        concern=question.concerns.get(),
        by=clinician,
        version=question.version,
        resolution="Called; a known apnoea",
    )
    question.refresh_from_db()
    sign(question, clinician)
    assert question.standing is State.SIGNED


def test_an_unresolved_identifying_detail_bars_signing_until_it_is_settled(clinician: Person) -> None:
    question = drafted(clinician, kept=[{"kind": "name", "words": "Patricia"}])
    with pytest.raises(DeskError, match="1 identifying detail not settled"):
        sign(question, clinician)
    concerns.settle(
        concern=question.concerns.get(), by=clinician, version=question.version, resolution="Invented"
    )
    question.refresh_from_db()
    sign(question, clinician)


def test_an_identifying_detail_that_an_edit_brings_in_bars_signing_as_well(clinician: Person) -> None:
    question = drafted(clinician)
    answers.edit_letter(
        question=question,
        by=clinician,
        version=question.version,
        text=LETTER + " My name is Patricia Example.",
    )
    with pytest.raises(DeskError, match="identifying"):
        sign(question, clinician)


def test_an_unsourced_sentence_bars_signing_until_a_source_or_a_reason_is_given(clinician: Person) -> None:
    question = drafted(clinician)
    rewrite(question, clinician, lambda text: text, drop=["mmn-definition", "ivig-first-line"])
    with pytest.raises(DeskError, match="2 sentences without a source"):
        sign(question, clinician)
    rewrite(question, clinician, lambda text: text, reason="Kind words, no claim")
    sign(question, clinician)


def test_a_recalled_statement_bars_signing_until_someone_found_that_it_holds(
    clinician: Person, editor: Person
) -> None:
    question = drafted(clinician, RECALLED)
    with pytest.raises(DeskError, match="life-expectancy-normal"):
        sign(question, clinician)
    given = {"statement": "life-expectancy-normal", "by": editor}
    checks.check_statement(**given, outcome="changed", note="The source says otherwise")
    with pytest.raises(DeskError, match="recalled and not checked"):
        sign(question, clinician)
    checks.check_statement(**given, outcome="holds", note="Read again")
    sign(question, clinician)
    checks.check_statement(**given, outcome="changed", note="And changed again")
    assert signature.refusals(question, question.answers.last())


def test_an_answer_without_a_sentence_is_not_signed(clinician: Person) -> None:
    question = drafted(clinician)
    rewrite(question, clinician, lambda text: "")
    with pytest.raises(DeskError, match="no sentence"):
        sign(question, clinician)


# ---------------------------------------------------------------- what voids it


@pytest.mark.parametrize("what", ["answer", "letter", "finding", "redraft", "word"])
def test_any_later_edit_voids_the_signature_and_the_signed_version_stays_to_be_read(
    what: str, clinician: Person, as_person: Callable[[Role], Client]
) -> None:
    question = signed(clinician)
    old = question.answers.last()
    given = {"question": question, "by": clinician, "version": question.version}
    if what == "answer":
        rewrite(question, clinician, lambda text: text + " Really.")
    elif what == "letter":
        answers.edit_letter(**given, text=LETTER + " Thank you.")
    elif what == "finding":
        findings.review(**given, action="correct", index=0, values={"verdict": "absent"})
    elif what == "redraft":
        answers.redraft(**given)
    else:
        moves.demand_void(**given, why="I was wrong")
    question.refresh_from_db()
    old.refresh_from_db()
    assert (question.state, old.is_signed) == ("drafted", False)
    assert (old.voided_by, old.signed_by) == (clinician, clinician)
    assert (
        AuditEvent.objects.filter(
            question=question, action="void", from_state="signed", to_state="drafted"
        ).count()
        == 1
    )
    page = as_person(Role.CLINICIAN).get(f"/desk/letters/{question.pk}/versions/{old.number}/")
    assert page.status_code == 200


# ---------------------------------------------------------------- corrections


def test_a_correction_is_a_new_signed_version_and_the_old_one_stays_readable(
    clinician: Person, editor: Person
) -> None:
    issue = published(clinician, editor)
    question = issue.items.get().question
    correct(question, clinician)
    question.refresh_from_db()
    address = f"/answers/{question.slug}/"
    now, before = (
        Client().get(address).content.decode(),
        Client().get(f"{address}?version=1").content.decode(),
    )
    assert question.standing is State.CORRECTED
    assert "very rare illness" in now
    assert "How rare it is" in now, "the page says what was corrected"
    assert "very rare illness" not in before
    assert "rare illness" in before
    first, second = question.answers.filter(published_at__isnull=False)
    assert first.digest != second.digest
    assert signature.still_covers(first)
    assert signature.still_covers(second)


def test_a_correction_without_a_note_or_a_change_is_refused(clinician: Person, editor: Person) -> None:
    question = published(clinician, editor).items.get().question
    question.refresh_from_db()
    shown = signature.current_digest(question, question.answers.last(), question.readings.last())
    given = {"question": question, "by": clinician, "shown_digest": shown}
    with pytest.raises(DeskError, match="Edit the answer first"):
        answers.correct(**given, version=question.version, note="x")
    rewrite(question, clinician, lambda text: text.replace("rare", "very rare"))
    question.refresh_from_db()
    given["shown_digest"] = signature.current_digest(
        question, question.answers.last(), question.readings.last()
    )
    with pytest.raises(DeskError, match="reason"):
        answers.correct(**given, version=question.version, note=" ")
    assert "Really" not in Client().get(f"/answers/{question.slug}/").content.decode(), (
        "an edit is not public before it is signed"
    )
