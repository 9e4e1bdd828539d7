"""What is planned: the order, the handling of each question, and the short honest answers."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.answer import cases

from ranvier.answer import Reply
from ranvier.answer.questions import Found, find_in_evidence
from ranvier.case import Case, Condition, Question
from ranvier.terms import Span

GOLDEN = (
    Path(__file__).parent / "seed_like_plan.txt"
)  # made by `python -m tests.answer.test_plan`, 2026-11-25


def outline() -> str:
    return "\n".join(cases.reply_to(cases.PAGE, cases.seed_like()).plan.outline()) + "\n"


def test_the_plan_of_the_seed_like_letter_is_the_golden_one() -> None:
    assert outline() == GOLDEN.read_text(encoding="utf-8")


def test_each_question_gets_its_own_answer_or_is_said_not_to_have_one() -> None:
    def find(text: str) -> tuple[Found, ...]:
        if "stop" in text:
            return (Found("ivig_dose", declined="stop_or_start"),)
        if "cup" in text:
            return (Found("out_of_scope", in_scope=False),)
        return (Found("exercise" if "exercise" in text else "inheritance"),)

    reply = cases.reply_to(cases.SEVERAL, cases.several(), find)
    assert [q.handling for q in reply.plan.questions] == ["answered", "answered", "declined", "out_of_scope"]
    sections = [s.id for s in reply.draft.sections]
    assert "topic.exercise" in sections
    assert "topic.inheritance" in sections
    short = next(s for s in reply.draft.sections if s.id == "short_answer")
    said = " ".join(s.text for s in short.sentences)
    assert "start, stop or skip treatment" in said
    assert "outside what this column knows" in said
    assert "take this question there" in said


def test_one_sentence_may_hold_two_questions_and_no_survival_figure_is_told() -> None:
    found = find_in_evidence("What is MMN, and how long does each course of IVIG last?")
    assert [one.topic for one in found] == ["definition", "ivig_duration"]
    assert find_in_evidence("  <b></b> ") == ()
    text = "How long do people with ALS live, and how do doctors tell MMN from ALS?"
    case = Case(questions=(Question(text, "differential_als", Span(0, 20)),), letter_span=Span(0, len(text)))
    used = {
        i
        for s in cases.reply_to(
            text, case, lambda words: (Found("differential_als", statements=("als-survival",)),)
        ).draft.sentences()
        for i in s.statements
    }
    assert "als-survival" not in used


@pytest.mark.parametrize(
    "reason",
    ["personal_dose", "stop_or_start", "diagnose_me", "which_drug_for_me", "second_opinion", "new_reason"],
)
def test_every_personal_request_is_declined_and_referred_back(reason: str) -> None:
    text = "I take IVIG for MMN and I am stronger on it now. Please decide for me."
    case = Case(
        conditions=(Condition("MMN", "mmn", cases.Certainty.DIAGNOSED, spans=(Span(16, 19),)),),
        questions=(Question("Please decide for me.", "ivig_dose", Span(50, 70)),),
        letter_span=Span(0, len(text)),
    )
    reply = cases.reply_to(text, case, lambda words: (Found("ivig_dose", declined=reason),))
    said = reply.draft.prose
    assert "Your own doctor can see your whole record" in said
    assert reply.plan.questions[0].handling == "declined"
    assert not [s for s in reply.draft.sections if s.id == "topic.ivig_dose"]


def words_of(reply: Reply) -> str:
    return reply.draft.prose


def test_a_letter_about_another_illness_gets_a_short_honest_answer() -> None:
    text = "I have had diabetes for years and my sugar is high in the morning. What should I eat for that?"
    case = Case(
        conditions=(Condition("diabetes", "diabetes", cases.Certainty.DIAGNOSED, spans=(Span(11, 19),)),),
        questions=(Question("What should I eat for that?", "out_of_scope", Span(67, 94)),),
        letter_span=Span(0, len(text)),
    )
    reply = cases.reply_to(text, case)
    assert reply.plan.kind == "other_illness"
    assert "about diabetes, and this column knows only MMN" in words_of(reply)
    assert reply.draft.word_count < 150


def test_a_letter_in_another_language_is_said_to_be_one() -> None:
    text = (
        "Sehr geehrter Herr Doktor, seit drei Jahren ist mein rechter Fuß schwach und die Ärzte finden nichts. "
        "Was ist das für eine Krankheit und was kann man dagegen tun?"
    )
    reply = cases.reply_to(text, Case(letter_span=Span(0, len(text))))
    assert reply.plan.kind == "another_language"
    assert "does not seem to be in English" in words_of(reply)


def test_a_letter_with_nothing_in_it_is_answered_so() -> None:
    text = "Hello there, it is a nice day and I wanted to say so to you and all the others."
    reply = cases.reply_to(text, Case(letter_span=Span(0, len(text))))
    assert reply.plan.kind == "nothing_found"
    assert "We found no weak muscle" in words_of(reply)


def test_a_letter_without_a_question_is_told_what_may_help_most() -> None:
    case = cases.seed_like(cases.LETTER)
    asked_nothing = Case(
        case.patient, case.findings, case.conditions, case.treatments, case.labs, letter_span=case.letter_span
    )
    reply = cases.reply_to(cases.LETTER, asked_nothing)
    assert "You did not ask one question" in words_of(reply)
    assert "topic.definition" in [s.id for s in reply.draft.sections]


def test_only_off_topic_questions_are_said_to_be_off_topic() -> None:
    text = "Who is going to win the cup this year, and what is the best way to cook a goose?"
    case = Case(questions=(Question(text, "out_of_scope", Span(0, 20)),), letter_span=Span(0, len(text)))
    reply = cases.reply_to(text, case)
    assert reply.plan.kind == "out_of_scope"
    assert "something else than MMN" in words_of(reply)


def test_red_flags_come_first_even_in_a_short_answer() -> None:
    case = Case(red_flags=cases.urgent().red_flags, letter_span=Span(0, len(cases.URGENT)))
    reply = cases.reply_to(cases.URGENT, case)
    assert reply.draft.sections[0].urgent


def test_findings_that_contradict_each_other_are_not_told() -> None:
    text = "It came fast. It came slowly. My foot drops. They say MMN. What is MMN?"
    case = Case(
        findings=(
            cases.found(text, "rapid_onset", "came fast"),
            cases.found(text, "slow_progression", "came slowly"),
            cases.found(text, "foot_drop", "foot drops"),
        ),
        conditions=(
            Condition("MMN", "mmn", cases.Certainty.DIAGNOSED, spans=(cases.span(text, "say MMN"),)),
        ),
        questions=(cases.asked(text, "What is MMN?", "definition"),),
        letter_span=Span(0, len(text)),
    )
    said = words_of(cases.reply_to(text, case))
    assert "came on fast" not in said
    assert "came on slowly" not in said


if __name__ == "__main__":
    GOLDEN.write_text(outline(), encoding="utf-8")
