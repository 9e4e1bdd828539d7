"""Every address by every role, asked for real and held against permissions.csv, which was written for people to read."""

from __future__ import annotations

import csv
import re
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from tests.web.conftest import published, send

from ranvier.web.roles import Role

TABLE = Path(__file__).with_name("permissions.csv")
ROLES = (Role.READER, Role.TRAINEE, Role.CLINICIAN, Role.EDITOR, Role.ADMINISTRATOR)


def patterns(
    resolver: URLResolver, namespace: str = "", above: tuple[str, ...] = ()
) -> Iterator[tuple[str, dict[str, bool]]]:
    """Each address by name, with the words it takes (an outer include may take some) and whether each is a number."""
    for pattern in resolver.url_patterns:
        if isinstance(pattern, URLPattern):
            assert pattern.name, f"an address without a name cannot have a row: {pattern}"
            words = {}
            for text in (*above, str(pattern.pattern)):
                words |= {name: kind == "int" for kind, name in re.findall(r"<(?:(\w+):)?(\w+)>", text)}
            yield f"{namespace}:{pattern.name}" if namespace else pattern.name, words
        else:
            yield from patterns(pattern, pattern.namespace or namespace, (*above, str(pattern.pattern)))


ADDRESSES = dict(patterns(get_resolver()))


def rows() -> dict[str, dict[str, str]]:
    with TABLE.open(encoding="utf-8") as file:
        return {row.pop("url"): row for row in csv.DictReader(file)}


def test_every_address_has_a_row_and_every_row_an_address() -> None:
    assert set(rows()) == set(ADDRESSES)


def test_an_address_without_a_row_in_the_access_table_is_refused_to_everyone(
    as_person: Callable[[Role], Client], monkeypatch: pytest.MonkeyPatch
) -> None:
    from ranvier.web import access

    monkeypatch.delitem(access.ACCESS, "about")
    for role in ROLES:
        assert as_person(role).get("/about/").status_code == 403


@pytest.mark.parametrize("role", ROLES, ids=lambda role: role.value)
def test_each_role_reaches_exactly_the_pages_of_its_column(
    role: Role, as_person: Callable[[Role], Client], clinician: object, editor: object
) -> None:
    issue = published(clinician, editor)
    answered = issue.items.get().question
    waiting, _ = send()
    keys = {
        "issue_build": issue.pk, "issue_items": issue.pk, "issue_move": issue.pk, "person_edit": clinician.pk,
        **{f"issue_preview_{form}": issue.pk for form in ("web", "mail", "text", "pdf")},
    }  # fmt: skip
    samples = {
        "slug": answered.slug,
        "number": 1,
        "old": 1,
        "new": 1,
        "token": "t",
        "key": "definition",
        "uidb36": "1",
    }
    wrong = []
    for name, words in ADDRESSES.items():
        expected = rows()[name][role.value] == "yes"
        given = {}
        for word, integer in words.items():
            if word == "pk":
                given[word] = 0 if integer else keys.get(name, waiting.pk)
            else:
                given[word] = samples.get(word, str(uuid.uuid4()))
        response = as_person(role).get(reverse(name, kwargs=given))
        sent_to_door = response.status_code == 302 and response.url.startswith("/account/login/?next=")
        allowed = response.status_code != 403 and not sent_to_door
        if allowed != expected:
            wrong.append((name, response.status_code, expected))
        assert response.status_code < 500, name
    assert wrong == []


def test_an_administrator_sees_no_word_of_a_letter_anywhere(as_person: Callable[[Role], Client]) -> None:
    question, _ = send("The zebra word is in this letter. " * 3)
    client = as_person(Role.ADMINISTRATOR)
    for page in ("/desk/people/", "/desk/audit/", "/desk/retention/"):
        assert b"zebra" not in client.get(page).content
    assert client.get(f"/desk/letters/{question.pk}/").status_code == 403
