"""The public site as machines read it: feeds, site map, metadata, canonical addresses, headers, and the mail edition."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import datetime
from email.utils import parsedate_to_datetime
from typing import Any
from xml.etree import ElementTree

import pytest
from django.conf import settings
from django.core import mail as outbox
from django.test import Client
from tests.web.conftest import LETTER, published, send, sign

from ranvier.web import columns
from ranvier.web.commands import answers, subscriptions
from ranvier.web.models import Issue, Person, Question
from ranvier.web.roles import Role
from ranvier.web.signature import current_digest

pytestmark = pytest.mark.django_db
ATOM = "{http://www.w3.org/2005/Atom}"
SITEMAP = "{http://www.sitemaps.org/schemas/sitemap/0.9}"


@pytest.fixture
def issue(people: dict[Role, Person]) -> Issue:
    subscription = subscriptions.subscribe(email="list@example.org")
    subscriptions.confirm(subscription=subscription)
    return published(people[Role.CLINICIAN], people[Role.EDITOR])


@pytest.fixture
def question(issue: Issue) -> Question:
    return issue.items.get().question


def address(question: Question) -> str:
    return f"{settings.ADDRESS}/answers/{question.slug}/"


def test_rss_has_what_rss_2_asks_for(question: Question, client: Client) -> None:
    answer = client.get("/feed.rss", headers={"host": "localhost"})
    assert answer.headers["Content-Type"].startswith("application/rss+xml")
    root = ElementTree.fromstring(answer.content)
    assert (root.tag, root.get("version")) == ("rss", "2.0")
    channel = root.find("channel")
    assert channel is not None
    for name in ("title", "link", "description", "language", "lastBuildDate"):
        assert channel.findtext(name), name
    assert channel.findtext("link") == f"{settings.ADDRESS}/"
    (itself,) = channel.findall(f"{ATOM}link")
    assert (itself.get("rel"), itself.get("href")) == ("self", f"{settings.ADDRESS}/feed.rss")
    (item,) = channel.findall("item")
    assert item.findtext("link") == address(question)
    guid = item.find("guid")
    assert guid is not None
    assert (guid.text, guid.get("isPermaLink")) == (f"urn:uuid:{question.pk}", "false")
    assert parsedate_to_datetime(item.findtext("pubDate") or "") == question.first_published_at.replace(
        microsecond=0
    )


def test_atom_has_what_rfc_4287_asks_for(question: Question, client: Client) -> None:
    answer = client.get("/feed.atom")
    assert answer.headers["Content-Type"].startswith("application/atom+xml")
    root = ElementTree.fromstring(answer.content)
    assert root.tag == f"{ATOM}feed"
    for name in ("id", "title", "updated"):
        assert len(root.findall(ATOM + name)) == 1, name
    datetime.fromisoformat(root.findtext(f"{ATOM}updated") or "")
    links = {link.get("rel"): link.get("href") for link in root.findall(f"{ATOM}link")}
    assert links["self"] == f"{settings.ADDRESS}/feed.atom"
    (entry,) = root.findall(f"{ATOM}entry")
    for name in ("id", "title", "updated", "published", "summary"):
        assert entry.findtext(ATOM + name), name
    link = entry.find(f"{ATOM}link")
    assert link is not None
    assert link.get("href") == address(question)
    assert (
        entry.find(f"{ATOM}author/{ATOM}name") is not None
        or root.find(f"{ATOM}author/{ATOM}name") is not None
    )


def test_the_site_map_holds_every_public_page_once_and_each_opens(question: Question, client: Client) -> None:
    root = ElementTree.fromstring(client.get("/sitemap.xml").content)
    assert root.tag == f"{SITEMAP}urlset"
    places = [place.text or "" for place in root.iter(f"{SITEMAP}loc")]
    assert len(places) == len(set(places))
    assert address(question) in places
    for place in places:
        assert place.startswith(settings.ADDRESS + "/")
        path = place.removeprefix(settings.ADDRESS)
        page = client.get(path)
        assert page.status_code == 200, path
        assert b'name="robots" content="noindex"' not in page.content, path
    for day in root.iter(f"{SITEMAP}lastmod"):
        datetime.fromisoformat(day.text or "")


def test_the_site_map_for_people_reaches_every_page_that_the_one_for_machines_names(
    question: Question, client: Client
) -> None:
    page = client.get("/site-map/").content.decode()
    root = ElementTree.fromstring(client.get("/sitemap.xml").content)
    for place in root.iter(f"{SITEMAP}loc"):
        path = (place.text or "").removeprefix(settings.ADDRESS)
        assert f'href="{path}"' in page, path


def test_robots_keep_out_of_the_desk_and_find_the_site_map(client: Client) -> None:
    text = client.get("/robots.txt").content.decode()
    assert "Disallow: /desk/" in text
    assert f"Sitemap: {settings.ADDRESS}/sitemap.xml" in text


def test_every_public_page_names_its_canonical_address_whatever_host_asked(
    question: Question, client: Client
) -> None:
    for path in ("/archive/", "/about/", f"/answers/{question.slug}/", "/issues/1/"):
        page = client.get(path + "?utm=x", headers={"host": "localhost"}).content.decode()
        assert f'<link rel="canonical" href="{settings.ADDRESS}{path}">' in page
    assert (
        f'href="{settings.ADDRESS}/issues/1/"' in client.get("/").content.decode()
    )  # the current issue is that issue


def test_pages_of_the_desk_and_of_one_reader_are_not_for_search_engines(
    question: Question, as_person: Callable[[Role], Client], client: Client
) -> None:
    noindex = b'<meta name="robots" content="noindex">'
    assert noindex in as_person(Role.CLINICIAN).get("/desk/queue/").content
    assert noindex in client.get("/account/login/").content
    assert noindex in client.get("/claim/").content
    assert noindex not in client.get(f"/answers/{question.slug}/").content


def test_the_metadata_says_who_answered_and_when(question: Question, client: Client) -> None:
    page = client.get(f"/answers/{question.slug}/").content.decode()
    block = re.search(r'<script type="application/ld\+json">(.*?)</script>', page, re.S)
    assert block
    data = json.loads(block.group(1))
    assert data["@context"] == "https://schema.org"
    assert set(data["@type"]) == {"MedicalWebPage", "QAPage"}
    asked = data["mainEntity"]
    assert (asked["@type"], asked["answerCount"]) == ("Question", 1)
    answer = asked["acceptedAnswer"]
    assert answer["@type"] == "Answer"
    assert answer["author"] == {
        "@type": "Person",
        "name": "Dr Carl Oram",
        "description": "MD, consultant neurologist",
    }
    assert answer["url"] == data["url"] == address(question)
    assert "MMN is a rare illness" in answer["text"]
    for day in (data["lastReviewed"], data["datePublished"], data["dateModified"], answer["dateCreated"]):
        datetime.fromisoformat(day)


def test_an_answer_page_says_everything_that_a_reader_may_ask_of_it(
    question: Question, client: Client
) -> None:
    page = client.get(f"/answers/{question.slug}/").content.decode()
    for words in (
        "Dear Doctor",
        "Dr Carl Oram",
        "MD, consultant neurologist",
        "Evidence as of 2024",
        "Source of mmn-definition, 2010",
        "SHA-256",
    ):
        assert words in page, words


def test_a_corrected_answer_lists_its_corrections_and_keeps_the_old_one(
    question: Question, people: dict[Role, Person], client: Client
) -> None:
    clinician = people[Role.CLINICIAN]
    last = question.answers.last()
    rows = [
        {
            "section": section["id"],
            "id": sentence["id"],
            "text": sentence["text"].replace("rare", "very rare"),
            "reason": "",
        }
        for section in last.document["sections"]
        for sentence in section["sentences"]
    ]
    answers.edit(
        question=question,
        by=clinician,
        version=question.version,
        base=last.number,
        rows=rows,
        title=last.title,
    )
    question.refresh_from_db()
    shown = current_digest(question, question.answers.last(), question.readings.last())
    answers.correct(
        question=question, by=clinician, version=question.version, shown_digest=shown, note="How rare it is"
    )
    page = client.get(f"/answers/{question.slug}/").content.decode()
    assert "very rare illness" in page
    assert "How rare it is" in page
    old = client.get(f"/answers/{question.slug}/?version={last.number}").content.decode()
    assert "a rare illness" in old
    assert "earlier version" in old
    assert '<meta name="robots" content="noindex">' in old
    assert (
        ElementTree.fromstring(client.get("/feed.atom").content).findtext(f"{ATOM}entry/{ATOM}updated", "")
        > question.first_published_at.isoformat()[:19]
    )


def test_search_finds_by_the_words_of_letter_answer_and_sources(question: Question, client: Client) -> None:
    for words in ("drooping foot", "rare illness", "immunoglobulin"):
        assert question.slug in client.get("/search/", {"q": words}).content.decode(), words
    assert "0 answers" in client.get("/search/", {"q": "zebra"}).content.decode()


def test_the_words_of_a_source_find_the_answer_that_rests_on_it(question: Question) -> None:
    answer = question.answers.last()
    answer.document["statements"]["ivig-first-line"]["claim"] = "Infusions every month"
    from ranvier.web.commands.publishing import searchable

    type(answer).objects.filter(pk=answer.pk).update(search_text=searchable(question, answer))
    assert [row.question for row in columns.search("infusion")] == [question]


def test_the_mail_edition_has_two_forms_and_a_way_out(issue: Issue, client: Client) -> None:
    (edition,) = (mail for mail in outbox.outbox if mail.to == ["list@example.org"])
    message = edition.message()
    assert message.get_content_type() == "multipart/alternative"
    assert [part.get_content_type() for part in message.get_payload()] == [
        "text/plain",
        "text/html",
    ]  # the last is the richest
    leave = edition.extra_headers["List-Unsubscribe"].strip("<>")
    assert edition.extra_headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    html = edition.alternatives[0][0]
    assert leave in edition.body
    assert leave in html
    assert "cid:" not in html
    assert not re.search(r"<img|src=", html)  # nothing to load, so nobody is told that it was opened
    strict = Client(enforce_csrf_checks=True)  # RFC 8058: a mail program posts here, and has no token of ours
    assert (
        strict.post(leave.removeprefix(settings.ADDRESS), {"List-Unsubscribe": "One-Click"}).status_code
        == 200
    )
    assert not subscriptions.Subscription.objects.exists()


def test_the_mail_as_text_reads_well_without_any_html(issue: Issue) -> None:
    (edition,) = (mail for mail in outbox.outbox if mail.to == ["list@example.org"])
    body = edition.body
    assert "MMN is a rare illness of motor nerves that can be treated. [1]" in body
    assert re.search(
        r"^\[1\] Source of mmn-definition, 2010\n    https://doi\.org/10\.1/mmn-definition$", body, re.M
    )
    assert not re.search(r"</?\w+>|&\w+;|\[\[", body)
    too_long = [line for line in body.splitlines() if len(line) > 72 and "http" not in line]
    assert too_long == []


def test_a_letter_that_may_not_be_printed_is_nowhere_on_the_site(
    people: dict[Role, Person], client: Client
) -> None:
    question, _ = send(LETTER.replace("executive", "zebra keeper"), may_publish=False)
    from tests.web.conftest import act

    act(question, "claim", people[Role.CLINICIAN])
    act(question, "draft", people[Role.CLINICIAN])
    sign(question, people[Role.CLINICIAN])
    for path in ("/", "/archive/", "/search/?q=zebra", "/feed.rss", "/sitemap.xml", "/api/answers"):
        assert b"zebra keeper" not in client.get(path).content


def test_the_policy_forbids_script_and_style_of_the_page_everywhere(
    question: Question, as_person: Callable[[Role], Client]
) -> None:
    """And nothing on a page needs them: no script element with words, no handler, no style attribute."""
    from tests.web.hostile import faults

    paths: dict[Role, list[str]] = {
        Role.READER: [
            "/",
            "/ask/",
            f"/answers/{question.slug}/",
            "/claim/",
            "/subscribe/",
            "/api/",
            "/account/login/",
            "/nothing/",
        ],
        Role.CLINICIAN: [
            f"/desk/letters/{question.pk}/",
            f"/desk/letters/{question.pk}/answer/",
            "/desk/queue/",
            "/account/mfa/",
        ],
        Role.EDITOR: ["/desk/issues/", "/desk/statements/"],
    }
    for role, pages in paths.items():
        for path in pages:
            answer = as_person(role).get(path)
            policy = answer.headers["Content-Security-Policy"]
            directives = dict(part.strip().partition(" ")[::2] for part in policy.split(";"))
            assert directives["script-src"] == "'self'", path
            assert directives["style-src"] == "'self'", path
            assert directives["default-src"] == "'none'"
            assert directives["base-uri"] == "'none'"
            assert "unsafe" not in policy
            assert faults(answer.content.decode()) == [], path


def test_only_the_mail_preview_carries_its_own_style_and_then_no_script(
    issue: Issue, as_person: Callable[[Role], Client]
) -> None:
    policy = as_person(Role.EDITOR).get(f"/desk/issues/{issue.pk}/mail/").headers["Content-Security-Policy"]
    directives = dict(part.strip().partition(" ")[::2] for part in policy.split(";"))
    assert directives["script-src"] == "'none'"
    assert directives["style-src"] == "'unsafe-inline'"


@pytest.mark.parametrize("path", ["/", "/ask/", "/api/answers"])
def test_a_reader_gets_no_cookie_before_a_form_needs_one(path: str, issue: Issue) -> None:
    cookies: Any = Client().get(path).cookies
    assert set(cookies) <= {settings.CSRF_COOKIE_NAME} if path == "/ask/" else not cookies
