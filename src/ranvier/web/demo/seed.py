"""Fill an empty demo: four people, standard replies, the invented letters, and each led as far along its road as it says.

Everything goes through the same commands as a person's clicks, so that the demo also shows a true audit.
"""

from __future__ import annotations

import tomllib
import uuid
from contextlib import suppress
from pathlib import Path
from typing import Any

from django.contrib.auth.hashers import make_password
from django.db import transaction
from django.utils import timezone

from ranvier.terms import DeskError
from ranvier.web import documents, signature
from ranvier.web.commands import (
    answers,
    concerns,
    findings,
    issues,
    moves,
    publishing,
    questions,
    subscriptions,
)
from ranvier.web.models import Contact, Issue, Person, PublicationStep, Question, StandardReply
from ranvier.web.reasoning import reasoner
from ranvier.web.roles import Role
from ranvier.web.states import State

PASSWORD = "ranvier-demo-only"
DRAFTED = ("drafted", "signed", "published")
LATER = ("drafted", "signed")
LETTERS = Path(__file__).parent / "letters.toml"
PEOPLE = (
    ("demo-trainee", "Dr Toma Trainee (invented)", "Trainee in neurology", Role.TRAINEE),
    ("demo-clinician", "Dr Clara Clinician (invented)", "Consultant neurologist; example signature, no real person", Role.CLINICIAN),
    ("demo-editor", "Edwin Editor (invented)", "Editor of the column", Role.EDITOR),
    ("demo-administrator", "Ada Administrator (invented)", "People and retention", Role.ADMINISTRATOR),
)  # fmt: skip


@transaction.atomic
def seed() -> bool:
    """Fill the database unless it has people already. Says whether it did.

    Only what the first page needs is drafted here; the worker does the rest while the stranger reads (`go_on`).
    """
    if Person.objects.exists():
        return False
    people = {}
    password = make_password(PASSWORD)  # slow on purpose, so once for the four
    for username, name, credentials, role in PEOPLE:
        people[role] = Person.objects.create(
            username=username,
            display_name=name,
            credentials=credentials,
            role_name=role.value,
            password=password,
        )
    editor = people[Role.EDITOR]
    Contact.objects.create(
        name="Example group (invented)",
        country="Nowhere",
        web="https://example.org/",
        offers="Stands here to show how a checked contact is printed.",
        checked_on=timezone.now().date(),
        checked_by=editor,
    )
    roads: dict[str, list[Question]] = {}
    for row in letters():
        question = _send(row)
        roads.setdefault(row["road"], []).append(question)
        if row["road"] not in LATER:
            _lead(question, row, people)
    _publish(roads["published"], editor)
    subscription = subscriptions.subscribe(email="reader@example.org")
    subscriptions.confirm(subscription=subscription)
    issues.open_issue(by=editor, title="On treatment")
    return True


def go_on() -> int:
    """Lead the letters on whose road takes a draft, unless someone has taken them; the worker's part of the demo."""
    people = {role: Person.objects.filter(username=name).first() for name, _, _, role in PEOPLE}
    if None in people.values():
        return 0
    count = 0
    for row in letters():
        question = Question.objects.filter(text=row["text"].strip(), state=State.NEW.value).first()
        if row["road"] in LATER and question is not None:
            with suppress(DeskError):
                _lead(question, row, people)
                count += 1
    return count


def letters() -> list[dict[str, Any]]:
    """The invented letters, as they stand in letters.toml."""
    rows = tomllib.loads(LETTERS.read_text(encoding="utf-8"))
    return [row for row in rows.values() if isinstance(row, dict)]


def publish_one(text: str, *, clinician: Person, editor: Person, title: str) -> Issue:
    """A letter led along the whole road into an issue of its own, without paper: for a desk that is to be measured."""
    question = _send({"text": text})
    people = {Role.CLINICIAN: clinician, Role.TRAINEE: clinician}
    _lead(question, {"road": "published", "title": title}, people)
    issue = issues.open_issue(by=editor, title=title)
    issues.arrange(issue=issue, by=editor, version=issue.version, questions=[question], title=title, note="")
    issues.schedule(issue=issue, by=editor, version=issue.version, when=None)
    issue.refresh_from_db()
    PublicationStep.objects.create(issue=issue, name="pdf")
    publishing.publish(issue=issue)
    return issue


def _send(row: dict[str, Any]) -> Question:
    text = row["text"].strip()
    case = reasoner().read(text)
    flags = [
        {**flag, "words": "; ".join(text[start:end] for start, end in flag["spans"])}
        for flag in case["red_flags"]
    ]
    kept = [{"kind": one["kind"], "words": text[slice(*one["span"])]} for one in case["identifying"]]
    question, _ = questions.send(
        submission=uuid.uuid4(), text=text, red_flags=flags, kept=kept, may_publish=True,
        age_years=row.get("age_years"), sex=row.get("sex", ""), country=row.get("country", ""),
    )  # fmt: skip
    return question


def _lead(question: Question, row: dict[str, Any], people: dict[Role, Person]) -> None:
    clinician, trainee = people[Role.CLINICIAN], people[Role.TRAINEE]
    road = row["road"]
    if road == "new":
        return
    if road in DRAFTED:
        questions.prepare(question=question)
        question.refresh_from_db()
    who = trainee if road == "in_review" else clinician
    moves.move(question=question, name="claim", by=who, version=question.version)
    if road == "declined":
        reply = StandardReply.objects.get(key=row["reply"])
        concerns.decline(
            question=question,
            by=clinician,
            version=question.version,
            why="Asks for a personal dose",
            reply=reply,
        )
    elif road == "needs_reader":
        concerns.ask_reader(question=question, by=clinician, version=question.version, text=row["ask"])
    elif road in DRAFTED:
        findings.review(question=question, by=clinician, version=question.version, action="confirm_all")
        _rewrite(question, clinician, row["title"])
        moves.move(question=question, name="draft", by=clinician, version=question.version)
        if road != "drafted":
            _settle(question, clinician, row.get("settle", "Looked at by the demo's clinician"))
            _sign(question, clinician)


def _rewrite(question: Question, by: Person, title: str) -> None:
    """Give it a heading, and take out what rests on memory alone: the demo's clinician claims no check that was not made."""
    answer = question.answers.last()
    assert answer is not None
    recalled = set(documents.recalled(answer.document))
    rows = []
    for section in answer.document["sections"]:
        for sentence in section["sentences"]:
            leans = any(support["id"] in recalled for support in sentence["support"])
            if not leans:
                rows.append(
                    {"section": section["id"], "id": sentence["id"], "text": sentence["text"], "reason": ""}
                )
    answers.edit(
        question=question, by=by, version=question.version, base=answer.number, rows=rows, title=title
    )


def _settle(question: Question, by: Person, how: str) -> None:
    for concern in question.concerns.filter(resolved_at=None):
        concerns.settle(concern=concern, by=by, version=question.version, resolution=how)
        question.refresh_from_db()


def _sign(question: Question, by: Person) -> None:
    answer, reading = question.answers.last(), question.readings.last()
    assert answer is not None
    assert reading is not None
    shown = signature.current_digest(question, answer, reading)
    answers.sign(question=question, by=by, version=question.version, shown_digest=shown)


def _publish(rows: list[Question], editor: Person) -> None:
    issue = issues.open_issue(by=editor, title="On beginnings, and on fear")
    issues.arrange(
        issue=issue, by=editor, version=issue.version, questions=rows, title=issue.title,
        note="Two letters this time: one from a reader who wants to understand, one from a reader who is afraid. "
        "Both are invented, to show what this column does.",
    )  # fmt: skip
    issues.schedule(issue=issue, by=editor, version=issue.version, when=None)
    issue.refresh_from_db()
    publishing.publish(issue=issue, prints=False)  # the worker prints it
