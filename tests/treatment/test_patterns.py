"""Patterns in the readings: wear-off, slow decline, learning, dominance and noise are told apart, each against its error and its cited
smallest change."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import numpy as np
import pytest

from ranvier.treatment import parse_diary
from ranvier.treatment.facts import measures
from ranvier.treatment.patterns import Answer, Pattern, find_patterns, side_difference

START = dt.date(2025, 1, 6)
DAYS = 420
EVERY = 28


def found(
    level: Callable[[np.ndarray], np.ndarray],
    *,
    noise: float = 0.0,
    seed: int = 0,
    days: np.ndarray | None = None,
    phases: np.ndarray | None = None,
) -> dict[str, Pattern]:
    """The patterns of a diary of infusions every four weeks and a grip given by day."""
    at = np.arange(3, DAYS, 4) if days is None else days
    values = level(at.astype(float)) + noise * np.random.default_rng(seed).standard_normal(len(at))
    lines = ["date,kind,value,unit,detail", f"{START},weight,80,kg,"]
    lines += [f"{START + dt.timedelta(days=int(d))},ivig,80,g," for d in range(0, DAYS + 1, EVERY)]
    lines += [
        f"{START + dt.timedelta(days=int(d))},grip_left,{v:.3f},kg," for d, v in zip(at, values, strict=True)
    ]
    diary = parse_diary("\n".join(lines) + "\n")
    (series,) = diary.series()
    return {pattern.id: pattern for pattern in find_patterns(diary, series)}


def flat(at: np.ndarray) -> np.ndarray:
    return np.full(len(at), 20.0)


def saw(at: np.ndarray) -> np.ndarray:
    """Full strength for three quarters of a cycle, then 3 kg are lost."""
    return 20.0 - 3.0 * np.clip((at % EVERY / EVERY - 0.7) / 0.3, 0, 1)


def sinking(kg_per_year: float) -> Callable[[np.ndarray], np.ndarray]:
    return lambda at: 24.0 - kg_per_year * at / 365.25


def test_wear_off_alone_is_named_and_is_no_decline() -> None:
    patterns = found(saw, noise=0.4)
    assert patterns["end_of_dose"].answer is Answer.YES
    assert patterns["slow_decline"].answer is Answer.NO


def test_decline_alone_is_named_and_is_no_wear_off() -> None:
    patterns = found(sinking(6.0), noise=0.4)
    decline = patterns["slow_decline"]
    assert decline.answer is Answer.YES
    assert decline.matters
    assert decline.change == pytest.approx(-6.0 * (DAYS - 16) / 365.25, abs=0.6)
    # Within a cycle a fall of 6 kg a year makes 0.2 kg from the middle to the last quarter: found, and far below what matters.
    assert not patterns["end_of_dose"].matters


def test_both_at_once_are_both_named() -> None:
    patterns = found(lambda at: saw(at) - 6.0 * at / 365.25, noise=0.4)
    assert {p.answer for p in patterns.values()} == {Answer.YES}


def test_a_decline_beyond_error_that_is_too_small_to_matter_is_not_called_one() -> None:
    decline = found(sinking(2.0), noise=0.2)["slow_decline"]
    assert decline.answer is Answer.NO
    assert "beyond error, below what matters so far" in decline.because


def test_a_fall_that_would_matter_within_its_error_stays_unknown() -> None:
    decline = found(lambda at: 60.0 - 6.0 * at / 365.25, noise=9.0, seed=0)["slow_decline"]
    assert decline.change is not None
    assert -decline.change >= 4, "the seed gives a change that would matter"
    assert decline.answer is Answer.UNKNOWN
    assert "not beyond error" in decline.because


def test_getting_used_to_the_test_is_neither_gain_nor_loss() -> None:
    """The first readings lie 30 % low; without leaving them out, the trend would be a rise, and their loss a fall."""
    days = np.arange(3, DAYS, 4)
    learned = {int(day): 0.7 + 0.1 * i for i, day in enumerate(days[:3])}
    patterns = found(lambda at: np.array([20.0 * learned.get(int(d), 1.0) for d in at]), noise=0.3)
    assert patterns["slow_decline"].answer is Answer.NO
    assert abs(patterns["slow_decline"].change or 0.0) < 0.5


def test_readings_that_come_later_and_later_in_the_cycle_are_no_decline() -> None:
    """Eight months of readings soon after infusions, then of readings just before them, with wear-off and no decline at all."""
    early = np.array([28 * k + d for k in range(7) for d in (8, 12, 26)])
    late = np.array([28 * k + d for k in range(7, 15) for d in (12, 24, 27)])
    patterns = found(saw, noise=0.3, days=np.concatenate([early, late]))
    assert patterns["slow_decline"].answer is Answer.NO


def test_noise_alone_is_rarely_taken_for_a_pattern() -> None:
    """Each comparison is one-sided at 5 %; decline must matter as well, so it is named far less often."""
    runs = [found(flat, noise=1.2, seed=seed) for seed in range(150)]
    wear_off = np.mean([run["end_of_dose"].answer is Answer.YES for run in runs])
    decline = np.mean([run["slow_decline"].answer is Answer.YES for run in runs])
    assert wear_off <= 0.05 + 3 * np.sqrt(0.05 * 0.95 / len(runs))
    assert decline == 0.0


def test_neighbouring_errors_that_are_alike_widen_the_error_of_a_trend() -> None:
    rng = np.random.default_rng(4)
    days = np.arange(3, DAYS, 4)
    drift = np.zeros(len(days))
    for i in range(1, len(days)):
        drift[i] = 0.8 * drift[i - 1] + 0.6 * rng.standard_normal()
    alike = found(lambda at: 20.0 + drift, days=days)["slow_decline"].error
    shuffled = found(lambda at: 20.0 + rng.permutation(drift), days=days)["slow_decline"].error
    assert alike is not None
    assert shuffled is not None
    assert alike > 1.5 * shuffled


def test_a_steady_difference_between_the_hands_is_told_and_is_no_decline() -> None:
    lines = ["date,kind,value,unit,detail"]
    for day in range(0, DAYS, 7):
        date = START + dt.timedelta(days=day)
        lines += [f"{date},grip_left,{18 + 0.3 * (day % 2)},kg,", f"{date},grip_right,24,kg,"]
    diary = parse_diary("\n".join(lines) + "\n")
    left, right = diary.series()
    told = side_difference(left, right)
    assert "left hand is weaker by 2" in told
    assert "is no decline" in told
    for series in (left, right):
        assert {p.id: p.answer for p in find_patterns(diary, series)}["slow_decline"] is Answer.NO


def test_too_few_readings_say_what_is_needed() -> None:
    patterns = found(saw, days=np.arange(0, 84, 28))
    assert {p.answer for p in patterns.values()} == {Answer.UNKNOWN}
    assert "three are needed" in patterns["end_of_dose"].because
    assert "eight over half a year" in patterns["slow_decline"].because


@pytest.mark.parametrize("pattern", ["end_of_dose", "slow_decline"])
def test_error_and_smallest_change_are_both_named_and_the_latter_is_cited(pattern: str) -> None:
    one = found(sinking(6.0), noise=0.4)[pattern]
    assert "standard error" in one.because
    assert "smallest change that matters is 4 kg" in one.because
    assert one.series.measure == measures()["grip_kg"]
    assert "doi:10.1002/acn3.52107" in str(one.series.measure.source)
