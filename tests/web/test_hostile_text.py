"""Hostile words in every field that a person can write, through every way they come out again."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any
from xml.etree import ElementTree

import pytest
from django.core import mail as outbox
from django.template.loader import render_to_string
from django.test import Client
from tests.web.conftest import LETTER, act, send, sign
from tests.web.hostile import MARK, SCRIPTS, SQL, TEMPLATES, faults, shown

from ranvier.web import columns, paper
from ranvier.web.commands import answers, concerns, issues, publishing, subscriptions
from ranvier.web.models import Contact, Issue, Person, Question, StandardReply
from ranvier.web.roles import Role

ALL = "\n".join(SCRIPTS)
MAIL = frozenset({"style", "p"})  # mail carries its style in the page; see views/issues.py
pytestmark = pytest.mark.django_db


@pytest.fixture
def hostile(people: dict[Role, Person]) -> dict[str, Any]:
    """An issue in which every word that a person can write is hostile."""
    clinician, editor = people[Role.CLINICIAN], people[Role.EDITOR]
    Person.objects.filter(pk=clinician.pk).update(display_name=SCRIPTS[3][:120], credentials=SCRIPTS[0])
    clinician.refresh_from_db()
    question, code = send(f"{LETTER}\n{ALL}", country=SCRIPTS[3][:60], email="reader@example.org")
    act(question, "claim", clinician)
    concerns.comment(question=question, by=clinician, text=ALL)
    concerns.ask_reader(question=question, by=clinician, version=question.version, text=ALL)
    from ranvier.web.commands import questions

    questions.reply(question=question, text=ALL)
    question.refresh_from_db()
    answers.edit_letter(question=question, by=clinician, version=question.version, text=f"{LETTER}\n{ALL}")
    last = question.answers.last()
    rows = [
        {
            "section": section["id"],
            "id": sentence["id"],
            "text": f"{sentence['text']} {SCRIPTS[5]}",
            "reason": ALL,
        }
        for section in last.document["sections"]
        for sentence in section["sentences"]
    ]
    rows += [
        {"section": "definition", "id": "", "text": piece, "reason": "Said by " + piece} for piece in SCRIPTS
    ]
    question.refresh_from_db()
    answers.edit(
        question=question,
        by=clinician,
        version=question.version,
        base=last.number,
        rows=rows,
        title=SCRIPTS[2][:160],
    )
    question.refresh_from_db()
    act(question, "draft", clinician)
    sign(question, clinician)
    subscription = subscriptions.subscribe(email="list@example.org")
    subscriptions.confirm(subscription=subscription)
    issue = issues.open_issue(by=editor, title=SCRIPTS[0])
    issues.arrange(
        issue=issue, by=editor, version=issue.version, questions=[question], title=SCRIPTS[0], note=ALL
    )
    issues.schedule(issue=issue, by=editor, version=issue.version, when=None)
    publishing.publish(issue=issue)
    Contact.objects.create(
        name=SCRIPTS[0],
        country=SCRIPTS[3][:60],
        web="https://example.org/",
        offers=ALL,
        checked_on="2026-11-01",
        checked_by=editor,
    )
    StandardReply.objects.create(key="hostile", title=SCRIPTS[0], text=ALL)
    question.refresh_from_db()
    issue.refresh_from_db()
    return {"question": question, "issue": issue, "code": code, "clinician": clinician}


def test_no_word_of_a_letter_name_or_note_runs_on_a_public_page(
    hostile: dict[str, Any], client: Client
) -> None:
    question: Question = hostile["question"]
    topic = question.topic
    for path in ("/", "/archive/", f"/answers/{question.slug}/", f"/answers/{question.slug}/?version=2", "/topics/", f"/topics/{topic}/",
                 "/search/?q=neuropathy", "/contact/", "/site-map/", "/issues/1/"):  # fmt: skip
        page = client.get(path).content.decode()
        assert faults(page) == [], path
        assert MARK in shown(page) or path in ("/topics/",), path


def test_no_word_runs_at_the_desk(hostile: dict[str, Any], as_person: Callable[[Role], Client]) -> None:
    question, issue = hostile["question"], hostile["issue"]
    number = question.answers.last().number
    desk = f"/desk/letters/{question.pk}/"
    for role, paths in {
        Role.CLINICIAN: ["/desk/queue/?state=all", desk, f"{desk}answer/", f"{desk}letter/", f"{desk}correct/", f"{desk}versions/{number}/", f"{desk}versions/1/{number}/"],
        Role.EDITOR: ["/desk/issues/", f"/desk/issues/{issue.pk}/", f"/desk/issues/{issue.pk}/web/", "/desk/contacts/", "/desk/replies/"],
        Role.ADMINISTRATOR: ["/desk/people/", "/desk/audit/"],
    }.items():  # fmt: skip
        for path in paths:
            page = as_person(role).get(path).content.decode()
            assert (
                faults(page, may=frozenset({"iframe"}) if path.endswith(f"{issue.pk}/") else frozenset())
                == []
            ), path
            assert MARK in shown(page), path


def test_no_word_runs_where_a_reader_asks_and_comes_back(hostile: dict[str, Any], client: Client) -> None:
    for page in (
        client.post("/ask/", {"text": ALL}),
        client.post("/ask/check/", {"text": ALL}),
        client.post("/ask/preview/", {"text": ALL, "country": SCRIPTS[3]}),
        client.post("/ask/preview/", {"text": ALL, "country": SCRIPTS[3][:60]}),
        client.post("/claim/", {"code": SCRIPTS[0]}),
        client.post("/claim/", {"code": hostile["code"]}),
        client.get("/search/", {"q": SCRIPTS[0]}),
        client.get("/nothing" + "/<script>alert(1)</script>"),
    ):
        assert faults(page.content.decode()) == []


@pytest.mark.parametrize("feed", ["/feed.rss", "/feed.atom"])
def test_a_feed_stays_xml_and_its_html_stays_words(
    feed: str, hostile: dict[str, Any], client: Client
) -> None:
    tree = ElementTree.fromstring(client.get(feed).content)
    texts = [element.text or "" for element in tree.iter()]
    assert any(MARK in text for text in texts)
    for element in tree.iter():
        # A feed reader unescapes once and renders what comes of it.
        if element.tag.endswith(("description", "summary")):
            assert faults(element.text or "") == []


def test_the_metadata_of_a_page_cannot_end_its_block(hostile: dict[str, Any], client: Client) -> None:
    page = client.get(f"/answers/{hostile['question'].slug}/").content.decode()
    block = re.search(r'<script type="application/ld\+json">(.*?)</script>', page, re.S)
    assert block
    assert "<" not in block.group(1)
    assert MARK in json.loads(block.group(1))["mainEntity"]["text"]


def test_the_api_returns_the_words_as_json_and_never_as_html(hostile: dict[str, Any], client: Client) -> None:
    answer = client.get(f"/api/answers/{hostile['question'].slug}")
    assert answer.headers["Content-Type"].startswith("application/json")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert SCRIPTS[0] in answer.json()["letter"]


def test_no_word_runs_or_calls_out_from_a_mail(hostile: dict[str, Any]) -> None:
    edition = next(mail for mail in outbox.outbox if mail.to == ["list@example.org"])
    html, kind = edition.alternatives[0][0], edition.alternatives[0][1]
    assert kind == "text/html"
    assert faults(html, may=MAIL) == []
    assert MARK in shown(html)
    assert MARK in edition.body
    assert "\n" not in edition.subject
    assert SCRIPTS[0] in edition.body  # plain text is no HTML, and nothing in it is escaped


def test_a_subject_cannot_carry_a_second_header(people: dict[Role, Person]) -> None:
    from ranvier.web import mail
    from ranvier.web.models import Subscription

    issue = Issue(number=3, title="Hello\r\nBcc: all@example.org", made_by=people[Role.EDITOR])
    issue.save()
    message = mail.edition(issue, Subscription.objects.create(email="a@example.org")).message()
    assert message["Bcc"] is None
    assert message["Subject"] == "Ask the Doctor, issue 3: Hello Bcc: all@example.org"


@pytest.mark.paper
def test_a_printed_issue_fetches_nothing_and_runs_nothing(hostile: dict[str, Any]) -> None:
    html = render_to_string(
        "paper/issue.html",
        {"issue": hostile["issue"], "items": columns.printed_items(hostile["issue"]), "address": ""},
    )
    assert faults(html.replace('<link rel="stylesheet" href="paper.css">', "")) == []
    pdf = paper.issue_pdf(hostile["issue"])
    assert pdf.startswith(b"%PDF-")
    assert b"/JavaScript" not in pdf
    assert b"/JS " not in pdf
    assert b"evil.example" not in pdf


def test_no_word_is_a_template(people: dict[Role, Person], client: Client) -> None:
    question, code = send(LETTER + " ".join(TEMPLATES), country="{{ 7|add:35 }}")
    page = client.post("/claim/", {"code": code}).content.decode()
    for words in TEMPLATES:
        assert words in shown(page)
    assert "42" not in page.replace(question.reference, "")
    for path in ("/search/?q={{ 7|add:35 }}", "/answers/{{7}}/"):
        assert b"42" not in client.get(path).content


@pytest.mark.parametrize("words", SQL)
def test_no_word_is_sql(
    words: str, people: dict[Role, Person], as_person: Callable[[Role], Client], client: Client
) -> None:
    question, _ = send()
    editor = as_person(Role.EDITOR)
    clinician = as_person(Role.CLINICIAN)
    for browser, path in (
        (client, "/search/"), (client, "/api/answers"), (client, "/api/answers?topic="), (clinician, "/desk/queue/"),
        (editor, "/desk/statements/"), (clinician, "/desk/statement-search/"),
    ):  # fmt: skip
        answer = browser.get(
            path, {"q": words, "topic": words[:40], "state": words, "page": words, "show": words}
        )
        assert answer.status_code in (200, 422), path
        assert question.claim_hash not in answer.content.decode()
    assert client.post("/claim/", {"code": words}).status_code == 404
    assert client.get("/answers/" + words.replace("/", "") + "/").status_code == 404
    assert clinician.get(f"/desk/letters/{words}/").status_code == 404
    assert (
        client.post("/account/login/", {"login": words, "password": words}).status_code == 200
    )  # refused, asked again
    assert Question.objects.filter(pk=question.pk).exists()
    assert list(columns.search(words)) == []


def test_nothing_is_found_by_counting(
    people: dict[Role, Person], as_person: Callable[[Role], Client]
) -> None:
    """A letter, an answer, a file and an issue in the making have addresses that cannot be guessed."""
    question, _ = send()
    clinician, editor = as_person(Role.CLINICIAN), as_person(Role.EDITOR)
    assert question.pk.version == 4  # random
    for path in (
        "/desk/letters/1/",
        f"/desk/letters/{question.reference}/",
        "/desk/files/1/",
        "/desk/concerns/1/",
    ):
        assert clinician.get(path).status_code == 404
    assert editor.get("/desk/issues/1/").status_code == 404
    slugs = {publishing.new_slug("The same title") for _ in range(200)}
    assert len(slugs) == 200


def test_an_answer_that_is_not_published_has_no_address(people: dict[Role, Person], client: Client) -> None:
    question, _ = send()
    assert question.slug is None
    for path in (
        "/answers/none/",
        "/answers/None/",
        f"/answers/{question.pk}/",
        f"/api/answers/{question.pk}",
    ):
        assert client.get(path).status_code == 404
