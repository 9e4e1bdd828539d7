"""The general ranges come in order, are those of the model, and agree with the dossier's prior predictive."""

from __future__ import annotations

import subprocess
import sys

import pytest

from ranvier.treatment.usual_course import simulate, usual_course


def test_onset_comes_before_peak_and_peak_before_the_end() -> None:
    onset, peak, end = usual_course()
    assert onset.median_days < peak.median_days < end.median_days
    for row in (onset, peak, end):
        assert row.low_days <= row.median_days <= row.high_days
        assert row.published
        assert row.sources


def test_the_stored_ranges_are_those_that_the_model_gives() -> None:
    found = simulate()
    assert set(found) == {row.id for row in usual_course()}
    for row in usual_course():
        # A day at most: the ranges are quantiles of whole days.
        assert found[row.id] == pytest.approx((row.low_days, row.median_days, row.high_days), abs=1.0)


def test_the_ranges_are_those_of_the_dossier() -> None:
    """Section 3.2: half of the gain at day 2.0-3.5-6.8, peak at 6-12-25, 10 % benefit ends at day 28-49-83 (5-50-95 %)."""
    onset, peak, end = usual_course()
    assert onset.median_days == pytest.approx(3.5, abs=1.0)
    assert (peak.low_days, peak.median_days, peak.high_days) == pytest.approx((6, 12, 25), abs=3)
    assert (end.low_days, end.median_days, end.high_days) == pytest.approx((28, 49, 83), rel=0.25)


def test_reading_the_ranges_does_not_wait_for_the_model() -> None:
    words = "import sys; from ranvier.treatment.usual_course import usual_course; usual_course(); print('scipy' in sys.modules)"
    told = subprocess.run([sys.executable, "-c", words], capture_output=True, text=True, check=True)
    assert told.stdout.strip() == "False"
