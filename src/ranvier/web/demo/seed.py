"""Fill an empty demo: four people, standard replies, the invented letters, and each led as far along its road as it says.

Everything goes through the same commands as a person's clicks, so that the demo also shows a true audit.
"""

from __future__ import annotations

import tomllib
import uuid
from pathlib import Path
from typing import Any

from django.db import transaction
from django.utils import timezone

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
from ranvier.web.models import Contact, Person, Question, StandardReply
from ranvier.web.reasoning import reasoner
from ranvier.web.roles import Role

PASSWORD = "ranvier-demo-only"
LETTERS = Path(__file__).parent / "letters.toml"
PEOPLE = (
    ("demo-trainee", "Dr Toma Trainee (invented)", "Trainee in neurology", Role.TRAINEE),
    ("demo-clinician", "Dr Clara Clinician (invented)", "Consultant neurologist; example signature, no real person", Role.CLINICIAN),
    ("demo-editor", "Edwin Editor (invented)", "Editor of the column", Role.EDITOR),
    ("demo-administrator", "Ada Administrator (invented)", "People and retention", Role.ADMINISTRATOR),
)  # fmt: skip


@transaction.atomic
def seed() -> bool:
    """Fill the database unless it has people already. Says whether it did."""
    if Person.objects.exists():
        return False
    people = {}
    for username, name, credentials, role in PEOPLE:
        person = Person(username=username, display_name=name, credentials=credentials, role_name=role.value)
        person.set_password(PASSWORD)
        person.save()
        people[role] = person
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
    rows = tomllib.loads(LETTERS.read_text(encoding="utf-8"))
    for row in rows.values():
        if isinstance(row, dict):
            question = _lead(row, people)
            roads.setdefault(row["road"], []).append(question)
    _publish(roads["published"], editor)
    subscription = subscriptions.subscribe(email="reader@example.org")
    subscriptions.confirm(subscription=subscription)
    issues.open_issue(by=editor, title="On treatment")
    return True


def _lead(row: dict[str, Any], people: dict[Role, Person]) -> Question:
    clinician, trainee = people[Role.CLINICIAN], people[Role.TRAINEE]
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
    questions.prepare(question=question)
    question.refresh_from_db()
    road = row["road"]
    if road == "new":
        return question
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
    elif road in ("drafted", "signed", "published"):
        findings.review(question=question, by=clinician, version=question.version, action="confirm_all")
        _rewrite(question, clinician, row["title"])
        moves.move(question=question, name="draft", by=clinician, version=question.version)
        if road != "drafted":
            _settle(question, clinician, row.get("settle", "Looked at by the demo's clinician"))
            _sign(question, clinician)
    return question


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
    publishing.publish(issue=issue)
