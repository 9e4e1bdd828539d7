"""A sentence rests on something, or there is no sentence."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from ranvier.answer import Draft, Kind, Section, Sentence, Support
from ranvier.terms import AnswerError

FACT = Support(Kind.STATEMENT, "mmn-definition")


def test_a_sentence_without_support_cannot_be_built() -> None:
    build: Any = Sentence
    with pytest.raises(TypeError):
        build("MMN is rare.")


@pytest.mark.parametrize("support", [None, "mmn-definition", (), []])
def test_what_is_no_support_is_refused(support: Any) -> None:
    with pytest.raises(AnswerError):
        Sentence("MMN is rare.", support)
    with pytest.raises(AnswerError):
        Sentence("MMN is rare.", FACT, (support,))


def test_a_support_needs_an_id() -> None:
    with pytest.raises(AnswerError):
        Support(Kind.FINDING, " ")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "  ",
        " MMN.",
        "<b>MMN</b>",
        "MMN {x}.",
        "[MMN](http://a)",
        "a\nb",
        "a\x1b[31m",
        "`MMN`",
        "a\u202eb",
        "a|b",
    ],
)
def test_a_sentence_carries_no_markup_and_no_control_characters(text: str) -> None:
    with pytest.raises(AnswerError):
        Sentence(text, FACT)


def test_a_section_is_never_empty() -> None:
    with pytest.raises(AnswerError):
        Section("note", "Note", ())


def test_a_draft_refuses_a_statement_without_a_numbered_source() -> None:
    with pytest.raises(AnswerError):
        Draft((Section("a", "A", (Sentence("MMN is rare.", FACT),)),), (), date(2026, 1, 1), None)


def test_a_draft_refuses_urgent_advice_that_is_not_first() -> None:
    said = Sentence("Call an ambulance now.", Support(Kind.RED_FLAG, "breathing"))
    sections = (Section("a", "A", (said,)), Section("urgent", "Now", (said,), urgent=True))
    with pytest.raises(AnswerError):
        Draft(sections, (), date(2026, 1, 1), None)
