"""What is said beside an anti-GM1 result: drawn after immunoglobulin, no class, no limit, borderline, GM1:GalC."""

from __future__ import annotations

import pytest

from ranvier import workbench
from ranvier.case import Case, Lab, LabVerdict, Response, Treatment
from ranvier.differential import observe, weigh
from ranvier.differential.antibodies import AFTER_INFUSION, BORDERLINE, NO_CLASS, NO_LIMIT, NOT_WEIGHED
from ranvier.terms import Finding, Presence, Subject

POSITIVE, NEGATIVE = LabVerdict.POSITIVE, LabVerdict.NEGATIVE
IVIG = Treatment("ivig")
IGM = Lab("anti_gm1", NEGATIVE, "igm")
SAID = Finding("anti_gm1_igm", Presence.PRESENT)


@pytest.mark.parametrize(
    ("case", "cautions"),
    [
        (Case(labs=(IGM,)), ()),
        (Case(labs=(IGM,), treatments=(IVIG,)), (AFTER_INFUSION,)),
        (Case(findings=(SAID,), treatments=(Treatment("scig"),)), (AFTER_INFUSION,)),
        (Case(findings=(SAID, Finding("improved_on_immunoglobulin", Presence.PRESENT))), (AFTER_INFUSION,)),
        (Case(labs=(IGM,), treatments=(Treatment("ivig", given=False),)), ()),
        (Case(labs=(IGM,), treatments=(Treatment("corticosteroid"),)), ()),
        (Case(treatments=(IVIG,)), ()),
        (Case(labs=(Lab("anti_gm1", POSITIVE),)), (NO_CLASS,)),
        (Case(labs=(Lab("anti_gm1", LabVerdict.BORDERLINE, "igm"),)), (BORDERLINE,)),
        (Case(labs=(Lab("anti_gm1", POSITIVE, "igm", 9000, "titre"),)), (NO_LIMIT,)),
        (Case(labs=(Lab("anti_gm1", POSITIVE, "igm", 9000, "titre", 1000),)), ()),
        (Case(labs=(Lab("anti_gm1_galc", POSITIVE, "igm"),)), (NOT_WEIGHED,)),
    ],
)
def test_a_result_carries_what_a_person_should_check(case: Case, cautions: tuple[str, ...]) -> None:
    assert observe(case).cautions == cautions
    weighed = workbench.weigh(case)
    assert weighed.document()["cautions"] == list(cautions)
    for text in cautions:
        assert text[:40] in " ".join(weighed.summary().split())


def test_the_complex_of_gm1_moves_nothing() -> None:
    with_it = Case(labs=(Lab("anti_gm1_galc", POSITIVE, "igm"),))
    assert weigh(observe(with_it)).posterior == weigh(observe(Case())).posterior


def test_a_relatives_antibody_needs_no_caution() -> None:
    case = Case(
        findings=(Finding("anti_gm1_igm", Presence.PRESENT, subject=Subject.FAMILY),),
        treatments=(Treatment("ivig", response=Response.IMPROVED),),
    )
    assert observe(case).cautions == ()
