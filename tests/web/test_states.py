"""The table of states and moves: every move, by every role, from every state."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone
from tests.web.conftest import act, make_people, send

from ranvier.terms import DeskConflict, DeskError
from ranvier.web.commands import moves
from ranvier.web.models import AuditEvent, Person, Question
from ranvier.web.roles import Role
from ranvier.web.states import MOVES, State, moves_for

WITH_ACCOUNT = (Role.TRAINEE, Role.CLINICIAN, Role.EDITOR, Role.ADMINISTRATOR)


def put(question: Question, state: State, holder: Person | None) -> Question:
    held = state is State.IN_REVIEW and holder is not None
    Question.objects.filter(pk=question.pk).update(
        state=state.value, claimed_by=holder if held else None, claimed_at=timezone.now() if held else None
    )
    question.refresh_from_db()
    return question


def test_every_move_is_allowed_to_its_roles_from_its_states_and_to_nobody_else(
    people: dict[Role, Person],
) -> None:
    question, _ = send()
    for move in MOVES.values():
        for state in State:
            for role in Role:
                person = people.get(role)
                put(question, state, person)
                allowed = state in move.sources and role in move.by
                events = AuditEvent.objects.count()
                given = {
                    "question": question, "name": move.name, "by": person, "role": role,
                    "version": question.version, "why": "because",
                }  # fmt: skip
                if not allowed:
                    with pytest.raises(DeskError):
                        moves.move(**given)
                    assert AuditEvent.objects.count() == events
                    continue
                moves.move(**given)
                event = AuditEvent.objects.latest("id")
                assert question.standing is move.target
                assert (event.action, event.by, event.role) == (move.name, person, role.value)
                assert (event.from_state, event.to_state, event.why) == (
                    state.value,
                    move.target.value,
                    "because",
                )


@pytest.mark.parametrize("name", [move.name for move in MOVES.values() if move.needs_reason])
def test_a_move_that_needs_a_reason_is_refused_without_one(name: str, people: dict[Role, Person]) -> None:
    move = MOVES[name]
    role = next(role for role in move.by if role in people)
    question, _ = send()
    put(question, next(iter(move.sources)), people[role])
    with pytest.raises(DeskError, match="reason"):
        moves.move(question=question, name=name, by=people[role], version=question.version, why="  ")


def test_every_state_but_new_is_reached_by_some_move_and_only_withdrawn_is_final() -> None:
    assert {move.target for move in MOVES.values()} == set(State)
    final = {state for state in State if not any(state in move.sources for move in MOVES.values())}
    assert final == {State.WITHDRAWN}


def test_an_administrator_has_no_move_at_all() -> None:
    assert not any(moves_for(state, Role.ADMINISTRATOR) for state in State)


def test_a_move_from_a_page_that_is_no_longer_true_is_refused(clinician: Person, trainee: Person) -> None:
    question, _ = send()
    seen_by_trainee = Question.objects.get(pk=question.pk)
    act(question, "claim", clinician)
    with pytest.raises(DeskConflict):
        act(seen_by_trainee, "claim", trainee)
    question.refresh_from_db()
    assert question.claimed_by == clinician


def test_only_the_holder_drafts_and_a_clinician_may_free_what_a_colleague_left(
    clinician: Person, trainee: Person
) -> None:
    question, _ = send()
    act(question, "claim", trainee)
    with pytest.raises(DeskError, match="Tessa"):
        act(question, "draft", clinician)
    act(question, "release", clinician)
    assert (question.standing, question.claimed_by) == (State.NEW, None)


def test_a_claim_without_its_time_is_refused_by_the_database(clinician: Person) -> None:
    question, _ = send()
    with pytest.raises(IntegrityError), transaction.atomic():
        Question.objects.filter(pk=question.pk).update(claimed_by=clinician, claimed_at=None)


@pytest.mark.django_db(transaction=True)
def test_of_eight_people_who_claim_one_letter_at_once_exactly_one_gets_it() -> None:
    make_people()
    crowd = [
        Person.objects.create(username=f"c{n}", display_name=f"C{n}", role_name=Role.CLINICIAN.value)
        for n in range(8)
    ]
    for _ in range(5):
        question, _ = send()
        won, lost = claim_at_once(question, crowd)
        question.refresh_from_db()
        assert len(won) == 1, (won, lost)
        assert question.claimed_by == won[0]
        assert AuditEvent.objects.filter(question=question, action="claim").count() == 1


def claim_at_once(question: Question, crowd: list[Person]) -> tuple[list[Person], list[str]]:
    gate = threading.Barrier(len(crowd))
    won: list[Person] = []
    lost: list[str] = []

    def claim(person: Person) -> None:
        try:
            mine = Question.objects.get(pk=question.pk)
            gate.wait()
            act(mine, "claim", person)
            won.append(person)
        except DeskError as error:
            lost.append(type(error).__name__)
        finally:
            connection.close()

    run_all([lambda person=person: claim(person) for person in crowd])
    assert len(won) + len(lost) == len(crowd)
    return won, lost


def run_all(work: list[Callable[[], None]]) -> None:
    threads = [threading.Thread(target=one) for one in work]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
