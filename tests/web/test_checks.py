"""What an editor must look at again: statements, contacts; and who decides what is due."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone
from tests.web.conftest import published
from tests.web.standin import STATEMENTS

from ranvier.terms import DeskError
from ranvier.web.commands import checks, issues
from ranvier.web.models import AuditEvent, Contact, Person, StatementCheck
from ranvier.web.roles import Role
from ranvier.web.views.checks import statement_rows


def due() -> set[str]:
    return {row["id"] for row in statement_rows() if row["due"]}


def check(statement: str, by: Person, *, days_ago: int = 0, outcome: str = "holds") -> None:
    row = checks.check_statement(statement=statement, by=by, outcome=outcome, note="looked")
    StatementCheck.objects.filter(pk=row.pk).update(checked_at=timezone.now() - timedelta(days=days_ago))


def test_a_statement_is_due_a_year_after_its_last_check(editor: Person) -> None:
    assert due() == set(STATEMENTS), "nobody has checked anything, and all are of earlier years"
    check("mmn-definition", editor, days_ago=364)
    check("ivig-first-line", editor, days_ago=366)
    assert "mmn-definition" not in due()
    assert "ivig-first-line" in due()


def test_a_statement_of_this_year_is_not_due_before_it_was_ever_checked(
    editor: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    topic, plain, mark, _ = STATEMENTS["mmn-definition"]
    monkeypatch.setitem(STATEMENTS, "mmn-definition", (topic, plain, mark, timezone.now().year))
    assert "mmn-definition" not in due()


def test_a_statement_found_changed_stays_due_until_it_holds(editor: Person) -> None:
    check("mmn-definition", editor, outcome="changed")
    assert "mmn-definition" in due()
    check("mmn-definition", editor)
    assert "mmn-definition" not in due()


def test_research_is_due_again_at_each_publication(clinician: Person, editor: Person) -> None:
    check("complement-trials", editor)
    assert "complement-trials" not in due()
    published(clinician, editor)
    assert "complement-trials" in due()
    check("complement-trials", editor)
    assert "complement-trials" not in due()


def test_the_issue_page_says_that_research_is_due(
    editor: Person, clinician: Person, as_person: Callable[[Role], Client]
) -> None:
    gone = published(clinician, editor)
    issue = issues.open_issue(by=editor, title="The next one")
    client, page = as_person(Role.EDITOR), f"/desk/issues/{issue.pk}/"
    assert b"before publishing" not in client.get(f"/desk/issues/{gone.pk}/").content  # too late for that one
    assert b"should be checked before publishing" in client.get(page).content
    check("complement-trials", editor)
    assert b"should be checked before publishing" not in client.get(page).content


def test_a_check_is_kept_with_who_and_when_and_needs_words_when_something_changed(
    editor: Person, as_person: Callable[[Role], Client]
) -> None:
    client = as_person(Role.EDITOR)
    assert (
        client.post("/desk/statements/mmn-definition/", {"outcome": "changed", "note": " "}).status_code
        == 422
    )
    assert (
        client.post("/desk/statements/mmn-definition/", {"outcome": "holds", "note": "p. 3"}).status_code
        == 302
    )
    row = StatementCheck.objects.get()
    assert (row.checked_by, row.outcome) == (editor, "holds")
    assert AuditEvent.objects.filter(action="statement_holds", by=editor).count() == 1
    with pytest.raises(DeskError, match="unknown"):
        checks.check_statement(statement="no-such", by=editor, outcome="holds", note="")


def test_the_statements_page_lists_what_is_due_recalled_and_of_research(
    as_person: Callable[[Role], Client],
) -> None:
    client = as_person(Role.EDITOR)
    for show, ids in (
        ("due", set(STATEMENTS)), ("recalled", {"life-expectancy-normal"}), ("research", {"complement-trials"}),
    ):  # fmt: skip
        text = client.get("/desk/statements/", {"show": show}).content.decode()
        assert {key for key in STATEMENTS if re.search(rf"\b{key}\b", text)} == ids, show


def test_a_contact_is_due_a_year_after_it_was_checked_and_unchecked_ones_are_not_public(
    editor: Person, as_person: Callable[[Role], Client]
) -> None:
    today = timezone.now().date()
    for name, days in (("Fresh", 364), ("Stale", 366)):
        Contact.objects.create(name=name, checked_on=today - timedelta(days=days), checked_by=editor)
    Contact.objects.create(name="Unseen")
    client = as_person(Role.EDITOR)
    rows = client.get("/desk/contacts/").context["rows"]
    assert [(row["contact"].name, row["due"]) for row in rows] == [
        ("Stale", True),
        ("Unseen", True),
        ("Fresh", False),
    ]
    public = Client().get("/contact/").content.decode()
    assert "Fresh" in public
    assert "Unseen" not in public
    stale = Contact.objects.get(name="Stale")
    client.post(
        f"/desk/contacts/{stale.pk}/", {"name": "Stale", "web": "https://example.org/", "checked": "on"}
    )
    stale.refresh_from_db()
    assert (stale.checked_on, stale.checked_by) == (today, editor)
