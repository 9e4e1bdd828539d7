"""Stretches of time in the usual forms come out in months before the day the letter is read."""

from __future__ import annotations

from datetime import date

import pytest

from ranvier.letter.durations import durations

TODAY = date(2026, 11, 15)  # a Sunday


def months(text: str) -> list[float]:
    return [item.months for item in durations(text, start=0, end=len(text), today=TODAY, age_years=None)]


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("weak for three years", [36.0]),
        ("since march 2021", [68.0]),
        ("five months ago", [5.0]),
        ("two and a half years ago", [30.0]),
        ("since thursday", [0.1]),
        ("since sunday", [0.2]),
        ("it began last month", [1.0]),
        ("in the last month of her life", []),
        ("on 1 november he woke with it", [0.5]),
        ("since august of last year", [15.0]),
        ("since last christmas", [11.0]),
        ("worse since easter", [7.0]),
        ("since last november", [12.0]),
        ("weak since the fall on the stairs", []),
        ("since summer last year", [16.0]),
        ("since last summer", [4.0]),
        ("numb from monday to friday", []),
        ("hand is weak, and i see her on 20 december", []),
        ("on 99 march", []),
        ("every three weeks", []),
        ("a 54-year old man", []),
    ],
)
def test_months_before_now(text: str, wanted: list[float]) -> None:
    assert months(text) == wanted
