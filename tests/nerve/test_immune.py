"""The mapping from complement to lesions: its direction, its limits, its sources."""

from __future__ import annotations

import numpy as np
import pytest

from ranvier.nerve.fibre import build_fibre
from ranvier.nerve.immune import central_mapping, draw_mapping
from ranvier.nerve.lesion import Elements
from ranvier.nerve.lesion_file import parse_lesions
from ranvier.nerve.propagation import conduct
from ranvier.terms import DocumentRefused, NerveError


def test_treatment_lowers_the_drive_and_a_complement_inhibitor_more_than_immunoglobulin() -> None:
    mapping = central_mapping()
    none, ivig, inhibitor = (
        mapping.drive(),
        mapping.drive(immunoglobulin=1.0),
        mapping.drive(complement_inhibitor=1.0),
    )
    assert none > ivig > inhibitor > 0.0


def test_more_drive_slows_more_and_none_changes_nothing() -> None:
    mapping = central_mapping()
    healthy = build_fibre(10.0, n_nodes=31)
    fibres = [healthy.with_lesions(mapping.lesions(Elements(12, 4), d)) for d in (0.0, 0.3, 0.6)]
    arrivals = [run.arrival_ms[-1] for run in conduct([healthy, *fibres], duration_ms=5.0)]
    assert arrivals[0] == pytest.approx(arrivals[1], abs=1e-9)
    assert arrivals[1] < arrivals[2] < arrivals[3]


def test_draws_are_spread_between_the_limits() -> None:
    drives = [draw_mapping(np.random.default_rng(seed)).complement_drive for seed in range(50)]
    assert min(drives) < 0.2 < 0.8 < max(drives)


@pytest.mark.parametrize("level", [-0.1, 1.1, float("nan")])
def test_levels_out_of_range_are_refused(level: float) -> None:
    with pytest.raises(NerveError):
        central_mapping().drive(immunoglobulin=level)
    with pytest.raises(NerveError):
        central_mapping().lesions(Elements(3), level)


ATTACK = """
[[lesion]]
kind = "complement_attack"
first = 12
count = 4
drive = {drive}
{more}
"""


def arrival_ms(drive: float, more: str = "") -> float:
    healthy = build_fibre(10.0, n_nodes=31)
    fibre = parse_lesions(ATTACK.format(drive=drive, more=more)).attack(healthy)
    return float(conduct([fibre], duration_ms=5.0)[0].arrival_ms[-1])


def test_a_lesion_file_can_name_the_attack_and_its_treatment() -> None:
    untreated = arrival_ms(0.6)
    treated = arrival_ms(0.6, "immunoglobulin = 1.0")
    inhibited = arrival_ms(0.6, "complement_inhibitor = 1.0")
    assert untreated > treated > inhibited > arrival_ms(0.0)
    left = central_mapping().share_left(immunoglobulin=1.0)
    assert treated == pytest.approx(arrival_ms(0.6 * left), abs=1e-9)


@pytest.mark.parametrize(
    ("text", "path"),
    [
        (ATTACK.format(drive=1.5, more=""), "lesion[0].drive"),
        (ATTACK.format(drive=0.5, more="immunoglobulin = 2"), "lesion[0].immunoglobulin"),
        (ATTACK.format(drive=0.5, more='per = "element"'), "lesion[0].per"),
        ('[[lesion]]\nkind = "bare_internodes"\nfirst = 3\nimmunoglobulin = 0.5', "lesion[0].immunoglobulin"),
    ],
)
def test_an_attack_that_cannot_be_is_refused_by_its_path(text: str, path: str) -> None:
    with pytest.raises(DocumentRefused) as refused:
        parse_lesions(text)
    assert [fault.path for fault in refused.value.faults] == [path]
