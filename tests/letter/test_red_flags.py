"""Red flags: every true sentence of the open sets is caught, and near misses raise almost nothing."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ranvier.letter import red_flags

FOLDER = Path(__file__).parents[2] / "validation" / "red_flags"
FALSE_ALARMS_ALLOWED = 0.05  # of the near misses (issue 2)
IDS = {
    "breathing", "swallowing", "rapid_weakness", "clot", "stroke", "severe_headache_after_infusion", "anaphylaxis",
    "suicidal_thoughts", "bladder_bowel_with_leg_weakness", "chest_pain", "kidney_failure_after_infusion",
}  # fmt: skip


def rows(name: str) -> list[dict[str, object]]:
    return [
        json.loads(line) for line in (FOLDER / name).read_text(encoding="utf-8").splitlines() if line.strip()
    ]


def raised(text: str) -> set[str]:
    return {flag.id for flag in red_flags.find(text)}


@pytest.mark.parametrize("name", ["table.jsonl", "own.jsonl", "wild.jsonl", "fresh.jsonl"])
def test_every_true_sentence_is_caught(name: str) -> None:
    true = [row for row in rows(name) if row["red_flags"]]
    missed = [row["text"] for row in true if not set(row["red_flags"]) <= raised(str(row["text"]))]  # type: ignore[call-overload]
    assert len(true) >= 60
    assert missed == []


@pytest.mark.parametrize("name", ["table.jsonl", "own.jsonl", "wild.jsonl", "fresh.jsonl"])
def test_the_rules_alone_still_catch_what_they_were_written_for(name: str) -> None:
    true = [row for row in rows(name) if row["red_flags"]]
    by_rule = {str(row["text"]): {flag.id for flag in red_flags.matched(str(row["text"]))} for row in true}
    assert [row["text"] for row in true if not set(row["red_flags"]) <= by_rule[str(row["text"])]] == []  # type: ignore[call-overload]


@pytest.mark.parametrize("name", ["table.jsonl", "own.jsonl", "wild.jsonl", "fresh.jsonl"])
def test_near_misses_raise_almost_nothing(name: str) -> None:
    near = [str(row["text"]) for row in rows(name) if not row["red_flags"]]
    false = [text for text in near if raised(text)]
    assert len(near) >= 60
    assert len(false) <= FALSE_ALARMS_ALLOWED * len(near), false


def test_every_flag_has_advice_that_names_a_place_and_a_source() -> None:
    rules = red_flags.lexicon().rules
    assert {rule.id for rule in rules} == IDS
    for rule in rules:
        assert "emergency" in rule.advice or "doctor today" in rule.advice
        assert rule.source
        assert red_flags.source_of(rule.id) == rule.source


def test_spans_are_the_words_as_given() -> None:
    text = "Thank you. Since Tuesday I’m CHOKING on my tea, and my swolowing is worse."
    (flag,) = red_flags.find(text)
    assert flag.id == "swallowing"
    assert any("CHOKING" in span.of(text) for span in flag.spans)
    assert any("swolowing" in span.of(text) for span in flag.spans)


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("My hands are weak.\n- breathing worse when I lie down\n- no fever", {"breathing"}),
        ("I can’t\nbreathe when I lie flat.", {"breathing"}),
        ("No chest pain. No headache. But since last night I cannot swallow my saliva.", {"swallowing"}),
        ("My father had ALS and could not swallow. I am well.", set()),
        ("I don't want to live like this.", {"suicidal_thoughts"}),
        ("FVC 45 %, new dysphagia with aspiration.", {"breathing", "swallowing"}),
        ("FVC 98 %, no dysphagia.", set()),
        ("I have never been so breathless.", {"breathing"}),
        ("She was never this short of breath.", {"breathing"}),
        ("I cannot climb stairs without getting out of breath.", {"breathing"}),
    ],
)
def test_the_flags_of(text: str, wanted: set[str]) -> None:
    assert raised(text) == wanted


def test_a_denial_takes_a_plain_flag_back() -> None:
    for symptom in (
        "shortness of breath",
        "trouble swallowing",
        "chest pain",
        "blood clots",
        "suicidal thoughts",
    ):
        assert raised(f"I have {symptom} since yesterday."), symptom
        assert not raised(f"I have no {symptom}."), symptom
        assert not raised(f"He denies {symptom}."), symptom


# Sentences by the person who tunes, each kept because it was once missed or once raised in error, or lies next to one that
# was. "any": whichever flag, but not silence.
WORDINGS = [
    json.loads(line)
    for line in (Path(__file__).parent / "red_flag_wordings.jsonl").read_text(encoding="utf-8").splitlines()
]


def test_no_wording_once_mended_is_missed_again() -> None:
    true = [row for row in WORDINGS if row["red_flags"]]
    missed = [
        row["text"]
        for row in true
        if not (
            raised(row["text"])
            if row["red_flags"] == ["any"]
            else set(row["red_flags"]) <= raised(row["text"])
        )
    ]
    assert len(true) >= 540
    assert missed == []


def test_no_wording_once_raised_in_error_is_raised_again() -> None:
    near = [row["text"] for row in WORDINGS if not row["red_flags"]]
    assert len(near) >= 125
    assert [text for text in near if raised(text)] == []


@pytest.mark.parametrize(
    "text",
    [
        "In the last week before the infusion my grip is weak again.",
        "The infusions gave me back my grip, but it fades in the last ten days before the next one.",
        "Possible foot drop on the right, though I could not convince myself today.",
        "They put me on prednisone in April 2025 and within a fortnight I was far weaker.",
        "My shoulder was agony for ten days in August and when the pain went I couldn't lift my arm.",
        "Weakness of the right hand for 5 years, EMG yesterday.",
    ],
)
def test_words_of_time_that_say_nothing_of_speed_raise_nothing(text: str) -> None:
    assert raised(text) == set()


@pytest.mark.parametrize(
    "text",
    [
        "In the last week before the infusion both legs gave way.",
        "My hands are always weaker in the last week before the infusion, but since Monday I can't lift my arms.",
        "They put me on prednisone in April 2025, and since Sunday I can't stand.",
        "EMG today, he can no longer walk since Sunday.",
        "In the last six weeks her legs have become so weak that she can't stand.",
        "I've had back pain for ten days and now I can't lift my legs.",
    ],
)
def test_the_same_words_beside_something_grave_still_raise_it(text: str) -> None:
    assert "rapid_weakness" in raised(text)


def test_two_dangers_of_other_kinds_are_not_read_as_weakness_or_stroke() -> None:
    assert raised("Lying flat I can't catch my breath, so I've slept in the armchair for three weeks.") == {
        "breathing"
    }
    assert raised(
        "Within ten minutes of starting the new brand she came up in hives, her lips swelled and her pressure fell."
    ) == {"anaphylaxis"}


WORDS = st.sampled_from(
    ["I", "my", "he", "can't", "not", "no", "breathe", "swallow", "choke", "weak", "legs", "since", "Tuesday", ",", ".", "?",
     "\n", "-", "if", "my father", "SOB", "FVC", "45", "%", "suddenly", "infusion", "headache", "severe", "die", "’",
     "swolowing", "İ", "ﬁ"]
)  # fmt: skip


@settings(max_examples=400, deadline=None)
@given(st.one_of(st.text(max_size=300), st.lists(WORDS, max_size=60).map(" ".join)))
def test_any_text_is_read_and_every_span_lies_inside_it(text: str) -> None:
    for flag in red_flags.find(text):
        assert flag.spans
        for span in flag.spans:
            assert span.end <= len(text)
            assert span.of(text).strip()


def test_what_was_heard_once_is_found_again_wherever_it_stands(monkeypatch: pytest.MonkeyPatch) -> None:
    told = "I had my infusion. Since last night I cannot swallow my own spit. Nothing helps."
    later = "The garden is lovely. My dog sleeps. " + told
    monkeypatch.setattr(red_flags, "_known", {})
    red_flags.find(told)
    again = red_flags.find(later)
    monkeypatch.setattr(red_flags, "_known", {})
    assert again == red_flags.find(later)
    assert "swallowing" in {flag.id for flag in again}


def test_what_is_kept_of_a_letter_is_numbers_and_no_words(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(red_flags, "_known", {})
    monkeypatch.setattr(red_flags, "KNOWN_WINDOWS", 3)
    for number in range(6):
        red_flags.find(f"Mrs Papadopoulou number {number} cannot breathe lying flat.")
    assert len(red_flags._known) <= 3
    assert "papadopoulou" not in repr(red_flags._known).lower()


def test_a_rule_speaks_where_nothing_is_heard_any_more() -> None:
    text = (
        "la la la. " * (red_flags.HEARD_AT_MOST // 10 + 5)
        + "I cannot swallow my own saliva since last night."
    )
    assert raised(text) == {"swallowing"}


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("I cant breth", "breathing"),
        ("I am sicidal", "suicidal_thoughts"),
        ("Vital capacity 52 percent", "breathing"),
        ("query PE", "clot"),
        ("SI+", "suicidal_thoughts"),
    ],
)
def test_what_the_rules_mend_or_reckon_is_not_left_to_hearing(
    text: str, wanted: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(red_flags, "heard", lambda _text: ())
    assert wanted in raised(text)


def test_what_a_rule_matches_and_the_reader_all_but_rules_out_is_not_raised(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    text = "Since last night I cannot swallow my own saliva."
    assert raised(text) == {"swallowing"} == {flag.id for flag in red_flags.matched(text)}
    monkeypatch.setattr(red_flags, "heard", lambda _text: ())
    assert raised(text) == set()


def test_two_threads_may_check_letters_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(red_flags, "_known", {})
    monkeypatch.setattr(red_flags, "KNOWN_WINDOWS", 2)
    letters = [f"My hand {number} is weak. It is slow." for number in range(40)]
    with ThreadPoolExecutor(4) as pool:
        assert all(found == () for found in pool.map(red_flags.find, letters))


def test_speech_slurred_over_weeks_is_no_stroke_to_the_rules() -> None:
    text = "In the last six weeks her speech has become slurred."  # the reader hears a stroke: a known false alarm (red_flags-notes.md)
    assert red_flags.matched(text) == ()


def test_length_alone_raises_nothing() -> None:
    assert raised("What is MMN? " + "la la la " * 3000) == set()
    assert raised("My hand has been weak for years and the weather is fair and " * 300) == set()


def test_a_weakness_that_crept_on_is_not_heard_as_sudden() -> None:
    letter = Path(__file__).parents[2] / "examples" / "letters" / "foot_drop_after_surgery.txt"
    assert raised(letter.read_text(encoding="utf-8")) == set()
    assert "rapid_weakness" in raised(
        "It crept up on me for years, but since Sunday I cannot lift the foot at all."
    )
