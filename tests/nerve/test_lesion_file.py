"""Lesions and the file that describes them: what they change, and what is refused, by name."""

from __future__ import annotations

import numpy as np
import pytest

from ranvier.nerve.fibre import build_fibre
from ranvier.nerve.lesion import (
    Elements,
    MyelinLoss,
    NodeLengthening,
    SealLoosening,
    SodiumLoss,
    SteadyCurrent,
    Stretch,
)
from ranvier.nerve.lesion_file import parse_lesions
from ranvier.terms import DocumentRefused, NerveError

GOOD = """
name = "a block"
seed = 3
temperature_celsius = 33
[[lesion]]
kind = "myelin_loss"
between = ["wrist", "elbow"]
length_mm = 40
affected_fraction = 0.5
remaining_fraction = {distribution = "lognormal", median = 0.1, sigma = 0.5}
[[lesion]]
kind = "sodium_loss"
from_mm = 10
to_mm = 20
per = "element"
remaining_fraction = {distribution = "beta", alpha = 2, beta = 5}
[axon_loss]
median = 0.2
reinnervation_fraction = 0.5
"""


def test_a_good_file_reads_whole() -> None:
    lesions = parse_lesions(GOOD)
    assert [entry.kind for entry in lesions.entries] == ["myelin_loss", "sodium_loss"]
    assert lesions.entries[0].between == ("wrist", "elbow")
    assert lesions.axon_loss_fraction == {"median": 0.2}
    assert lesions.temperature_celsius == 33


@pytest.mark.parametrize(
    ("change", "path"),
    [
        (("myelin_loss", "mielin_loss"), "lesion[0].kind"),
        (("length_mm = 40", "length_mm = -40"), "lesion[0].length_mm"),
        (("median = 0.1", "mean = 0.1"), "lesion[0].remaining_fraction"),
        (('"wrist"', '"writs"'), "lesion[0].between"),
        (("affected_fraction = 0.5", "affected_fraction = nan"), "lesion[0].affected_fraction"),
        (("from_mm = 10", "from_mm = 30"), "lesion[1].from_mm"),
        (("seed = 3", "seed = -3"), "seed"),
        (("median = 0.2", "median = 1.2"), "axon_loss.median"),
        (("temperature_celsius = 33", "temperature_celsius = 333"), "temperature_celsius"),
        (('name = "a block"', 'nmae = "a block"'), "nmae"),
        (("per = ", "par = "), "lesion[1].par"),
    ],
)
def test_each_mistake_is_refused_by_its_path(change: tuple[str, str], path: str) -> None:
    assert change[0] in GOOD
    with pytest.raises(DocumentRefused) as refused:
        parse_lesions(GOOD.replace(*change, 1))
    assert path in [fault.path for fault in refused.value.faults]


def test_which_axons_is_motor_sensory_or_both() -> None:
    text = '[[lesion]]\nkind = "bare_internodes"\nfirst = 1\ncount = 1\naxons = "all"'
    with pytest.raises(DocumentRefused, match="sensory or both"):
        parse_lesions(text)
    assert parse_lesions(text.replace("all", "both")).entries[0].axons == "both"
    assert parse_lesions(text.replace('axons = "all"', "")).entries[0].axons == "motor"


def test_all_mistakes_are_reported_at_once() -> None:
    bad = (
        GOOD.replace("seed = 3", "seed = -3")
        .replace("length_mm = 40", "length_mm = -1")
        .replace('"elbow"', '"knee joint"')
    )
    with pytest.raises(DocumentRefused) as refused:
        parse_lesions(bad)
    assert len(refused.value.faults) == 3


def test_a_misspelt_kind_names_the_nearest() -> None:
    with pytest.raises(DocumentRefused, match="Nearest match: myelin_loss"):
        parse_lesions('[[lesion]]\nkind = "mylin_loss"\nfirst = 1\nremaining_fraction = 0.5')


def test_activity_without_the_pump_is_refused() -> None:
    with pytest.raises(DocumentRefused, match="pump = true"):
        parse_lesions("[activity]\nrate_hz = 30\nduration_s = 60")


def test_sizes_are_drawn_for_each_element_within_the_file_s_limits_and_the_same_for_a_seed() -> None:
    text = '[[lesion]]\nkind = "myelin_loss"\nfirst = 4\ncount = 8\nper = "element"\nremaining_fraction = {distribution = "uniform", low = 0.2, high = 0.4}'
    healthy = build_fibre(10.0, n_nodes=20)
    once, again = (parse_lesions(text).attack(healthy).lamellae / healthy.geometry.lamellae for _ in range(2))
    drawn = once[1::11][4:12]
    assert ((drawn >= 0.2) & (drawn <= 0.4)).all()
    assert np.unique(drawn).size == 8
    np.testing.assert_array_equal(once, again)
    assert (once[1::11][:4] == 1.0).all()


def test_a_stretch_takes_the_internodes_whose_middles_it_holds() -> None:
    fibre = build_fibre(10.0, n_nodes=20, lesions=[MyelinLoss(Stretch(2.3, 4.6), 0.5)])
    hit = np.flatnonzero(fibre.lamellae[1::11] < fibre.geometry.lamellae)
    assert hit.tolist() == [2, 3]


@pytest.mark.parametrize(
    "lesion",
    [
        MyelinLoss(Elements(3), -0.1),
        MyelinLoss(Elements(3), float("nan")),
        MyelinLoss(Elements(3), 0.5, half="upper"),
        MyelinLoss(Elements(19), 0.5),
        MyelinLoss(Elements(-1), 0.5),
        MyelinLoss(Stretch(50.0, 60.0), 0.5),
        MyelinLoss(Stretch(5.0, 4.0), 0.5),
        MyelinLoss(Elements(3, 2), (0.1, 0.2, 0.3)),
        SodiumLoss(Elements(3), 1.5),
        SealLoosening(Elements(3), 0.5),
        NodeLengthening(Elements(3), 0.0),
        SteadyCurrent(Elements(3), float("inf")),
    ],
)
def test_a_lesion_that_cannot_be_is_refused(lesion) -> None:
    with pytest.raises(NerveError):
        build_fibre(10.0, n_nodes=20, lesions=[lesion])
