"""What is said of repeated impulses where none follow."""

from __future__ import annotations

import math

from ranvier.nerve.report import train_text
from ranvier.nerve.trains import LONGEST_MS, TrainLimits


def test_no_second_impulse_is_said_to_pass_at_the_end_of_the_search() -> None:
    assert (
        train_text(TrainLimits(LONGEST_MS, 1000.0 / LONGEST_MS))
        == "No second impulse passes within 60 ms of the first."
    )
    assert "no train of ten passes whole" in train_text(TrainLimits(3.0, 1000.0 / LONGEST_MS))
    assert "up to 250 Hz" in train_text(TrainLimits(1.0, 250.0))
    assert "No single impulse" in train_text(TrainLimits(math.nan, math.nan))
