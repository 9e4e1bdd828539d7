"""Every artefact detector against its table."""

from __future__ import annotations

import re
import tomllib
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from ranvier.conduction import Study, StudyResult, judge_study
from ranvier.conduction.detectors import DETECTORS
from ranvier.conduction.recording_artefacts import area_loss_from_dispersion
from ranvier.recording import Recording, Waveform

from .builders import SPEC, judged, motor, study

ROWS = tomllib.loads((SPEC / "artefacts.toml").read_text(encoding="utf-8"))["row"]
SOURCE = Path(__file__).parents[2] / "src" / "ranvier" / "conduction"


def response(text: str, temperature: float | None) -> Recording:
    place, *cells = text.split()
    nerve, side, muscle, site = place.split("/")
    amplitude, area, duration, latency, distance = (None if c == "-" else float(c) for c in cells)
    return motor(
        nerve, site, side=side, muscle=muscle, amplitude=amplitude, area=area, duration=duration, latency=latency,
        distance=distance, temperature=temperature,
    )  # fmt: skip


def run(row: dict[str, Any]) -> StudyResult:
    context = {"days_since_onset": row["days_since_onset"]} if "days_since_onset" in row else {}
    return judged(*(response(text, row.get("temperature_celsius")) for text in row["study"]), **context)


@pytest.mark.parametrize("row", ROWS, ids=[row["what"] for row in ROWS])
def test_the_table_of_artefacts(row: dict[str, Any]) -> None:
    result = run(row)
    seen = {flag.id for flag in result.flags}
    assert set(row.get("flagged", [])) <= seen
    assert not set(row.get("not_flagged", [])) & seen
    if row.get("nothing_else"):
        assert not seen
    if "segment" in row:
        nerve, distal, proximal = row["segment"].split()
        (found,) = [
            s for s in result.segments
            if (s.segment.nerve, s.segment.distal_site, s.segment.proximal_site) == (nerve, distal, proximal)
        ]  # fmt: skip
        if "grade" in row:
            assert found.grades["efns_pns_2010"].value == row["grade"], found.verdicts[
                "efns_pns_2010"
            ].because
        if "cautious" in row:
            assert found.cautious["efns_pns_2010"].value == row["cautious"]


def test_every_flag_carries_its_because_and_source() -> None:
    for row in ROWS:
        for flag in run(row).flags:
            assert len(flag.because) > 20
            assert flag.source.citation
            assert "criteria.md" in (flag.source.locator or "")


def test_every_flag_id_in_the_detectors_has_a_row() -> None:
    text = "".join((SOURCE / f"{name}_artefacts.py").read_text() for name in ("stimulation", "recording"))
    ids = set(re.findall(r'Flag\(\s*"([a-z_]+)"', text))
    shown = {flag for row in ROWS for flag in row.get("flagged", [])}
    by_waveform = {"co_stimulation_distal"}  # needs traces: tested below
    assert ids - shown == by_waveform
    assert len(DETECTORS) == 18


def sweep(dip: float, height: float, at: float) -> Waveform:
    t = np.arange(500) / 10.0
    wave = height * np.exp(-0.5 * ((t - at) / 1.3) ** 2) - 0.4 * height * np.exp(
        -0.5 * ((t - at - 5) / 2.2) ** 2
    )
    wave -= dip * np.exp(-0.5 * ((t - at + 4.3) / 0.5) ** 2)
    return Waveform(wave, 10_000.0)


def test_a_positive_dip_at_the_distal_site_alone_is_flagged_as_costimulation() -> None:
    distal = replace(motor(distance=70), waveform=sweep(1.5, 10.0, 7.5))
    proximal = replace(motor(site="elbow", distance=220), waveform=sweep(0.0, 4.0, 11.5))
    result = judge_study(study(distal, proximal))
    assert "initial_positive_dip" in result.recordings[0].flags
    assert "co_stimulation_distal" in {flag.id for flag in result.flags}
    plain = judge_study(study(replace(distal, waveform=sweep(0.0, 10.0, 7.5)), proximal))
    assert "co_stimulation_distal" not in {flag.id for flag in plain.flags}


def test_cold_is_flagged_and_never_corrected() -> None:
    rows = [
        motor(amplitude=9, area=28, duration=6, latency=4.4, distance=70, temperature=t) for t in (28.0, 34.0)
    ]
    cold, warm = (judged(row) for row in rows)
    assert (
        cold.recordings[0].recording.onset_latency_ms == warm.recordings[0].recording.onset_latency_ms == 4.4
    )
    assert {flag.id for flag in cold.flags} == {"cold_limb"}
    assert not warm.flags


def test_dispersion_explains_more_area_the_longer_the_response_gets() -> None:
    losses = [area_loss_from_dispersion(growth) for growth in (0.0, 0.2, 0.4, 0.6, 0.9)]
    assert losses == sorted(losses)
    # biophysics.md 5: without block half of the area is lost only when the duration grows by more than half.
    assert area_loss_from_dispersion(0.3) < 0.3 < 0.4 < area_loss_from_dispersion(0.9)


def test_a_left_out_nerve_does_not_stop_the_others() -> None:
    assert isinstance(
        judge_study(Study((motor(amplitude=9, area=28, duration=6, latency=3.4, distance=70),))), StudyResult
    )
