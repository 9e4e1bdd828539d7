"""The review page: the tree of criteria, the reader's study, the editor's rows, and what a comparison of versions shows."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from tests.web.conftest import LETTER, PASSWORD, act, send, sign
from tests.web.standin import STATEMENTS, StandIn

from ranvier import workbench
from ranvier.case import to_document
from ranvier.web import criteria_tree, documents
from ranvier.web.commands import moves, questions
from ranvier.web.models import Person, Question
from ranvier.web.reasoning import Workbench
from ranvier.web.roles import Role
from ranvier.web.signature import current_digest
from ranvier.web.uploads import checked

STUDY = Path(__file__).parents[2] / "examples" / "studies" / "mmn_definite" / "study.csv"
CASE = to_document(
    workbench.read(
        "My left hand has slowly got weaker over two years, and now the right foot too. I have no numbness. I am 40. What is MMN?"
    )
)


def flat(nodes: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [row for node in nodes for row in (node, *flat(node["children"]))]


@pytest.fixture(scope="module")
def mind() -> Workbench:
    return Workbench()


@pytest.mark.parametrize(
    "edition", list(workbench.judge(workbench.read("Weak hand.")).document()["editions"])
)
def test_every_criterion_of_an_edition_stands_in_its_tree(edition: str, mind: Workbench) -> None:
    document = mind.judge(CASE)["editions"][edition]
    branches = criteria_tree.tree(document)
    shown = {row["id"] for branch in branches for row in flat(branch["criteria"])}
    assert shown == {row["id"] for row in document["criteria"]}
    assert [branch["title"] for branch in branches if branch["title"]] == [
        row["id"] for row in document["categories"]
    ]
    for branch in branches:
        possible = branch["title"] in (document["category"], *document["could_become"])
        assert (branch["state"] in ("certain", "reachable")) == possible


def test_the_tree_nests_what_a_criterion_is_made_of(mind: Workbench) -> None:
    definite = criteria_tree.tree(mind.judge(CASE)["editions"]["efns_pns_2010"])[0]
    assert (definite["title"], definite["is_open"]) == ("definite", True)
    weakness = next(row for row in definite["criteria"] if row["id"] == "efns_pns_2010.c1")
    assert [row["id"].rpartition(".")[2] for row in weakness["children"]] == [
        "course",
        "asymmetric",
        "two_nerves",
        "duration",
    ]
    assert all(row["because"] for row in weakness["children"])


def test_the_best_branch_still_possible_is_the_one_that_stands_open(mind: Workbench) -> None:
    document = {
        **mind.judge(CASE)["editions"]["efns_pns_2010"],
        "category": "undetermined",
        "could_become": ["possible", "not_met"],
    }
    assert [(b["title"], b["state"], b["is_open"]) for b in criteria_tree.tree(document)][:3] == [
        ("definite", "ruled_out", False), ("probable", "ruled_out", False), ("possible", "reachable", True),
    ]  # fmt: skip


def test_a_study_that_came_with_the_letter_counts_in_criteria_and_differential(mind: Workbench) -> None:
    with_study, without = mind.judge(CASE, STUDY.read_bytes()), mind.judge(CASE)
    block = {
        name: next(
            row["verdict"]
            for row in found["editions"]["efns_pns_2010"]["criteria"]
            if row["id"].endswith(".e1")
        )
        for name, found in (("with", with_study), ("without", without))
    }
    assert block == {"with": "met", "without": "unknown"}
    weights = mind.weigh(CASE, STUDY.read_bytes())["posterior"]
    assert weights["mmn"] > mind.weigh(CASE)["posterior"]["mmn"]
    assert list(weights.values()) == sorted(weights.values(), reverse=True)


@pytest.mark.parametrize(
    "content", [b"", b"nerve,side,kind,stimulate_at\nx,y,z,w\n", b"\xff\xfe", b"a" * 100]
)
def test_a_study_that_cannot_be_read_changes_nothing_and_stops_nothing(
    content: bytes, mind: Workbench
) -> None:
    assert mind.study(content) is None or not mind.study(content)["segments"]
    assert mind.judge(CASE, content) == mind.judge(CASE)
    assert mind.draft("What is MMN?", CASE, content) == mind.draft("What is MMN?", CASE)


def sent_with_study(clinician: Person) -> Question:
    upload = checked(SimpleUploadedFile("../../study <b>.csv", STUDY.read_bytes()))
    question, _ = send(LETTER, uploads=[upload])
    return act(question, "claim", clinician)


def test_the_review_page_shows_report_tree_differential_and_next_tests(
    people: dict[Role, Person], as_person: Callable[[Role], Client], settings: Any
) -> None:
    settings.REASONING = "ranvier.web.reasoning.Workbench"
    question = sent_with_study(people[Role.CLINICIAN])
    page = as_person(Role.CLINICIAN).get(f"/desk/letters/{question.pk}/").content.decode()
    for words in ("Conduction report", "Motor conduction block in two or more nerves", "Multifocal motor neuropathy", "Tests that would change most",
                  "still possible", "EFNS/PNS guideline on multifocal motor neuropathy"):  # fmt: skip
        assert words in page, words
    assert "study-b-.csv" in page
    assert "<b>.csv" not in page


def test_a_reader_s_file_is_a_download_that_no_browser_shows(
    people: dict[Role, Person], as_person: Callable[[Role], Client]
) -> None:
    question = sent_with_study(people[Role.CLINICIAN])
    answer = as_person(Role.CLINICIAN).get(f"/desk/files/{question.attachments.get().pk}/")
    assert answer.headers["Content-Type"] == "application/octet-stream"
    assert answer.headers["Content-Disposition"].startswith("attachment;")
    assert answer.content == STUDY.read_bytes()


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("page.csv", b"<html><script>alert(1)</script></html>"), ("evil.svg", b"<svg onload=alert(1)>"), ("x.pdf", b"%PDF-1.7"),
        ("x.csv", b"MZ\x90\x00"), ("bomb.csv", b"date,kind,value\n" + b"0" * 3_000_000), ("x.csv", "date,kind\n".encode("utf-16")),
    ],
)  # fmt: skip
def test_a_file_is_taken_by_what_it_holds_and_never_by_its_name(
    name: str, content: bytes, client: Client, db: None
) -> None:
    form = {
        "text": LETTER,
        "submission": "6d3fbb1c-3a5d-4c39-8e4e-4f0f5e6f7a80",
        "understood": "on",
        "attachment": SimpleUploadedFile(name, content),
    }
    answer = client.post("/ask/send/", form)
    assert answer.status_code == 422
    assert "has-error" in answer.content.decode()
    assert not Question.objects.exists()


def rows(question: Question, **changes: str) -> dict[str, Any]:
    """The editor's form as a browser without script sends it, with the first sentence's fields changed."""
    answer = question.answers.last()
    sentences = [
        (section["id"], one) for section in answer.document["sections"] for one in section["sentences"]
    ]
    given = [
        {"section": key, "id": one["id"], "text": one["text"], "reason": "", "add": "", "drop": ""}
        for key, one in sentences
    ]
    given[0] |= changes
    columns = {name: [row[name] for row in given] for name in given[0]}
    return {**columns, "version": question.version, "base": answer.number, "title": answer.title}


def test_without_script_a_source_is_given_and_taken_away_by_its_name(
    people: dict[Role, Person], as_person: Callable[[Role], Client]
) -> None:
    question, _ = send()
    act(question, "claim", people[Role.CLINICIAN])
    client = as_person(Role.CLINICIAN)
    form = rows(question, add="ivig-first-line no-such-statement <script>", drop="mmn-definition")
    assert client.post(f"/desk/letters/{question.pk}/answer/", form).status_code == 302
    first = next(documents.sentences(question.answers.last().document))
    assert [support["id"] for support in first["support"]] == ["ivig-first-line"]


def test_a_form_cannot_invent_what_a_sentence_rests_on(
    people: dict[Role, Person], as_person: Callable[[Role], Client]
) -> None:
    question, _ = send()
    act(question, "claim", people[Role.CLINICIAN])
    form = rows(question, id="s99", add="my-own-source")
    as_person(Role.CLINICIAN).post(f"/desk/letters/{question.pk}/answer/", form)
    document = question.answers.last().document
    assert [sentence["text"] for sentence in documents.unsourced(document)] == [
        "MMN is a rare illness of motor nerves that can be treated."
    ]
    assert "my-own-source" not in document["statements"]


def test_a_comparison_shows_a_source_taken_away_under_the_same_words(
    people: dict[Role, Person], as_person: Callable[[Role], Client]
) -> None:
    question, _ = send()
    act(question, "claim", people[Role.CLINICIAN])
    client = as_person(Role.CLINICIAN)
    client.post(f"/desk/letters/{question.pk}/answer/", rows(question, drop="mmn-definition"))
    page = client.get(f"/desk/letters/{question.pk}/versions/1/2/").content.decode()
    assert "<del>[mmn-definition]</del>" in page
    assert "<ins>[no source]</ins>" in page
    assert "Nothing changed" not in page
    assert "Nothing changed" in client.get(f"/desk/letters/{question.pk}/versions/1/1/").content.decode()


def test_the_page_names_what_bars_the_signature_and_leads_to_it(
    people: dict[Role, Person], as_person: Callable[[Role], Client]
) -> None:
    question, _ = send(
        "How long do people with MMN live, and what is MMN? I cannot breathe well.",
        red_flags=[{"id": "breathing", "advice": "Call"}],
    )
    act(question, "claim", people[Role.CLINICIAN])
    page = as_person(Role.CLINICIAN).get(f"/desk/letters/{question.pk}/").content.decode()
    assert "1 red flag open" in page
    assert "1 statement recalled and not checked" in page
    assert "/desk/statements/?show=all&amp;q=life-expectancy-normal" in page


def test_a_finding_confirmed_by_htmx_brings_the_body_alone_and_otherwise_the_page(
    people: dict[Role, Person], as_person: Callable[[Role], Client]
) -> None:
    question, _ = send()
    act(question, "claim", people[Role.CLINICIAN])
    client = as_person(Role.CLINICIAN)
    form = {"version": question.version, "action": "confirm", "index": "0"}
    part = client.post(f"/desk/letters/{question.pk}/findings/", form, headers={"HX-Request": "true"})
    assert part.status_code == 200
    assert b"<html" not in part.content
    question.refresh_from_db()
    assert (
        client.post(
            f"/desk/letters/{question.pk}/findings/", form | {"version": question.version}
        ).status_code
        == 302
    )
    stale = client.post(f"/desk/letters/{question.pk}/findings/", form, headers={"HX-Request": "true"})
    assert stale.status_code == 409
    assert b"Someone was faster" in stale.content


def test_a_claim_code_shows_all_that_is_kept_of_a_reader(people: dict[Role, Person], client: Client) -> None:
    _, code = send(age_years=54, sex="female", country="Ireland", email="reader@example.org",
                   uploads=[questions.Upload(kind="diary", name="mine.csv", content=b"date,kind,value\n")])  # fmt: skip
    page = client.post("/claim/", {"code": code}).content.decode()
    for words in ("54 years", "female", "Ireland", "mine.csv", "not confirmed", "You allowed us to print"):
        assert words in page, words
    assert "reader@example.org" not in page  # whoever finds a code learns no address


def test_a_reader_who_is_not_to_be_printed_reads_the_answer_with_the_code(
    people: dict[Role, Person], client: Client
) -> None:
    question, code = send(may_publish=False)
    assert "It waits for a clinician" in client.post("/claim/", {"code": code}).content.decode()
    act(question, "claim", people[Role.CLINICIAN])
    act(question, "draft", people[Role.CLINICIAN])
    assert (
        "MMN is a rare illness" not in client.post("/claim/", {"code": code}).content.decode()
    )  # a draft is nobody's answer
    sign(question, people[Role.CLINICIAN])
    page = client.post("/claim/", {"code": code}).content.decode()
    assert "It is answered." in page
    assert "MMN is a rare illness" in page
    assert "Dr Carl Oram" in page
    assert question.slug is None


def test_wrong_passwords_bar_signing_and_right_ones_never_do(
    people: dict[Role, Person], as_person: Callable[[Role], Client]
) -> None:
    clinician, client = people[Role.CLINICIAN], as_person(Role.CLINICIAN)
    question, _ = send()
    act(question, "claim", clinician)
    act(question, "draft", clinician)

    def try_to_sign(password: str) -> int:
        question.refresh_from_db()
        shown = current_digest(question, question.answers.last(), question.readings.last())
        form = {"version": question.version, "digest": shown, "password": password}
        return client.post(f"/desk/letters/{question.pk}/sign/", form).status_code

    for _ in range(12):
        assert try_to_sign(PASSWORD) == 302
        question.refresh_from_db()
        moves.demand_void(question=question, by=clinician, version=question.version, why="Once more")
    for _ in range(10):
        assert try_to_sign("wrong") == 422
    assert try_to_sign(PASSWORD) == 422
    assert not question.answers.last().is_signed


@pytest.mark.parametrize("path", ["/account/reauthenticate/", "/account/password/change/", "/account/login/"])
def test_no_page_leads_to_the_shut_door_of_resetting_a_password(
    path: str, as_person: Callable[[Role], Client]
) -> None:
    client = as_person(Role.CLINICIAN) if path != "/account/login/" else Client()
    page = client.get(path)
    assert page.status_code == 200
    assert b"/password/reset" not in page.content


def test_the_way_to_a_statement_shows_that_one_alone(
    as_person: Callable[[Role], Client], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(
        STATEMENTS, "mmn-definition-again", ("definition", "See mmn-definition.", "recalled", 2024)
    )
    page = as_person(Role.CLINICIAN).get("/desk/statements/?show=all&q=mmn-definition").content.decode()
    assert page.count('value="holds"') == 1
    assert "mmn-definition-again" not in page


# ---------------------------------------------------------------- what the judgement says beside the verdict


def test_the_page_shows_what_a_category_hangs_on_what_the_study_contradicts_and_what_to_check(
    monkeypatch: pytest.MonkeyPatch, as_person: Callable[[Role], Client]
) -> None:
    question, _ = send(LETTER)
    judged, weighed = StandIn.judge, StandIn.weigh

    def judge(self: StandIn, case: Any, study: Any = None) -> Any:
        document = judged(self, case, study)
        edition = document["editions"]["efns_pns_2010"]
        edition["provisional"] = {"category": "definite", "provided_absent": ["foot_drop", "bulbar_signs"]}
        document["disagreements"] = [
            {
                "id": "muscle_cramps",
                "record": "present",
                "study": "absent",
                "because": "measured <b>so</b>",
                "spans": [],
            }
        ]
        document["study"] = {
            "left_out": [],
            "faults": [{"path": "row 3", "given": "no unit", "expected": "mV"}],
        }
        return document

    def weigh(self: StandIn, case: Any, study: Any = None) -> Any:
        return {**weighed(self, case, study), "cautions": ["was the blood drawn before the drip?"]}

    monkeypatch.setattr(StandIn, "judge", judge)
    monkeypatch.setattr(StandIn, "weigh", weigh)
    page = as_person(Role.CLINICIAN).get(f"/desk/letters/{question.pk}/").content.decode()
    text = " ".join(re.sub(r"<[^>]+>", " ", page).split())
    assert "Definite, provided that an examination shows none of these: Foot drop, bulbar signs" in text
    assert "the letter says present, the study absent; the study is counted" in text
    assert "measured &lt;b&gt;so&lt;/b&gt;" in page
    assert "Not counted from the study: row 3, no unit." in text
    assert "Check: was the blood drawn before the drip?" in text


def test_nothing_is_said_of_a_category_that_hangs_on_nothing(as_person: Callable[[Role], Client]) -> None:
    question, _ = send(LETTER)
    page = as_person(Role.CLINICIAN).get(f"/desk/letters/{question.pk}/").content.decode()
    assert "provided that" not in page
    assert "Check:" not in page
