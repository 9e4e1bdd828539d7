"""Messages taken apart: markup, sentences, and each question of several."""

from __future__ import annotations

import pytest

from ranvier.evidence.message import READ_AT_MOST, clean, parts


@pytest.mark.parametrize(
    ("message", "expected"),
    [
        (
            "Can people with weak hands get their car adapted, and does the licence office need to know?",
            ["Can people with weak hands get their car adapted", "does the licence office need to know?"],
        ),
        ("What is MMN? Does it run in families?", ["What is MMN?", "Does it run in families?"]),
        ("Does heat bother people? Thanks!", ["Does heat bother people?"]),
        ("meaning of MMN diagnosis", ["meaning of MMN diagnosis"]),
        ("My doctor Dr. Brown said MMN. Is it rare?", ["My doctor Dr. Brown said MMN. Is it rare?"]),
        (
            "How do doctors decide how often and how much of the stuff you have?",
            ["How do doctors decide how often and how much of the stuff you have?"],
        ),
    ],
)
def test_each_question_is_a_part_of_its_own(message: str, expected: list[str]) -> None:
    assert [part.text for part in parts(clean(message))] == expected


def test_the_story_before_a_question_is_its_context() -> None:
    first, second = parts(
        "I run a farm near the sea. What causes cold hands? I also sail. Can sailing harm nerves?"
    )
    assert first.context == "I run a farm near the sea."
    assert second.context == "I also sail."


def test_markup_and_script_are_gone() -> None:
    assert clean("<p>What is <b>MMN</b>?</p><script>alert('x')</script>") == "What is MMN ?"


def test_text_after_markup_that_never_ends_is_not_carried() -> None:
    assert clean("What is MMN? <script>alert(1)") == "What is MMN?"


def test_a_huge_message_is_cut() -> None:
    assert len(clean("word " * 100_000)) <= READ_AT_MOST
