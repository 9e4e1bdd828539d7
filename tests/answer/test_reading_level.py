"""The reading grade errs to the hard side and needs no network."""

from __future__ import annotations

import pytest

from ranvier.answer import reading_grade, reading_level

SPOKEN = {  # syllables as spoken
    "weakness": 2, "antibody": 4, "muscles": 2, "immune": 2, "neurologist": 4, "conduction": 3, "area": 3, "nerve": 1,
    "table": 2, "wanted": 2, "stopped": 1, "doctors": 2, "treatment": 2, "motor": 2, "illness": 2, "rare": 1, "people": 2,
    "disease": 2, "improve": 2, "emergencies": 4, "quiet": 2, "science": 2, "being": 2,
}  # fmt: skip


def test_hardly_any_syllable_is_missed() -> None:
    hyphenation = reading_level._hyphenation()
    counted = {word: reading_level._syllables(word, hyphenation) for word in SPOKEN}
    short = {word for word, count in counted.items() if count < SPOKEN[word]}
    assert short <= {
        "area",
        "quiet",
        "science",
        "being",
    }  # two vowels in one run, and no hyphen allowed between them
    assert sum(counted.values()) >= sum(SPOKEN.values()) - 4


def test_abbreviations_are_read_letter_by_letter() -> None:
    assert reading_level._syllables("MMN", reading_level._hyphenation()) == 3


def test_the_formula_is_flesch_and_kincaid() -> None:
    # 6 words, 1 sentence, 6 syllables: 0.39 * 6 + 11.8 - 15.59
    assert reading_grade("The cat sat on the mat.") == pytest.approx(-1.4, abs=0.06)


def test_without_the_library_there_is_no_grade(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading_level, "_hyphenation", lambda: None)
    assert reading_grade("The cat sat on the mat.") is None
