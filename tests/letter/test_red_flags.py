"""Red flags: every true sentence of the open sets is caught, and near misses raise almost nothing."""

from __future__ import annotations

import json
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


@pytest.mark.parametrize("name", ["table.jsonl", "own.jsonl", "wild.jsonl"])
def test_every_true_sentence_is_caught(name: str) -> None:
    true = [row for row in rows(name) if row["red_flags"]]
    missed = [row["text"] for row in true if not set(row["red_flags"]) <= raised(str(row["text"]))]  # type: ignore[call-overload]
    assert len(true) >= 60
    assert missed == []


@pytest.mark.parametrize("name", ["table.jsonl", "own.jsonl", "wild.jsonl"])
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
