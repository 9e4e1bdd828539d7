"""Sensory verdicts against their table, and the rule that segments are judged by velocity and presence."""

from __future__ import annotations

import pytest

from ranvier.terms import Verdict

from .builders import judged, number, sensory, table

ROWS = table("sensory.csv")


@pytest.mark.parametrize("row", ROWS, ids=[row["what"] for row in ROWS])
def test_the_table_of_sensory_verdicts(row: dict[str, str]) -> None:
    recording = sensory(
        row["nerve"], row["record_at"], row["site"], amplitude=number(row["amplitude_uv"]),
        latency=number(row["onset_latency_ms"]), peak=number(row["peak_latency_ms"]), distance=number(row["distance_mm"]),
    )  # fmt: skip
    (found,) = judged(recording).sensory
    assert found.word == row["expected"], found.because


def test_a_proximal_sensory_response_may_be_small_but_not_slow_or_gone() -> None:
    wrist = sensory("median", "digit_2", "wrist", amplitude=32, latency=2.4, peak=3.1, distance=130)
    small = sensory("median", "digit_2", "elbow", amplitude=9, latency=6.2, peak=7.2, distance=220)
    slow = sensory("median", "digit_2", "elbow", amplitude=20, latency=8.5, peak=9.4, distance=220)
    gone = sensory("median", "digit_2", "elbow", amplitude=0, distance=220)
    for proximal, expected in ((small, Verdict.MET), (slow, Verdict.NOT_MET), (gone, Verdict.NOT_MET)):
        (found,) = judged(wrist, proximal).sensory
        assert found.segments[0].normal is expected
        assert found.normal is expected
