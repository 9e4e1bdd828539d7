"""Whole studies: the pattern, the findings handed to the case, the facts that criteria read, the JSON document."""

from __future__ import annotations

import json

import pytest

from ranvier.conduction import (
    Pattern,
    StudyResult,
    facts_from_study,
    findings_from_study,
    judge_study,
    to_document,
)
from ranvier.conduction.text import as_text
from ranvier.criteria.study_facts import conduction_facts_of
from ranvier.recording import Recording
from ranvier.terms import Presence, Side, Verdict

from .builders import judged, motor, sensory, study


def median(
    *,
    elbow: float = 0.95,
    axilla: float = 0.93,
    side: str = "right",
    amplitude: float = 9.0,
    dml: float = 3.4,
) -> list[Recording]:
    rows = []
    for site, share, latency, distance in (
        ("wrist", 1.0, dml, 70.0), ("elbow", elbow, dml + 4.0, 220.0), ("axilla", axilla, dml + 6.4, 150.0),
    ):  # fmt: skip
        rows.append(
            motor(
                "median", site, amplitude=amplitude * share, area=3 * amplitude * share, duration=5.6 + 0.2 * (share < 1),
                latency=latency, distance=distance, side=side,
            )
        )  # fmt: skip
    return rows


def ulnar(
    *, below: float = 0.97, above: float = 0.96, axilla: float = 0.94, amplitude: float = 9.5
) -> list[Recording]:
    rows = []
    for site, share, latency, distance in (
        ("wrist", 1.0, 2.7, 70.0), ("below_elbow", below, 6.3, 210.0), ("above_elbow", above, 8.1, 100.0),
        ("axilla", axilla, 10.1, 120.0),
    ):  # fmt: skip
        rows.append(
            motor(
                "ulnar", site, amplitude=amplitude * share, area=3 * amplitude * share, duration=5.6 + 0.2 * (share < 1),
                latency=latency, distance=distance,
            )
        )  # fmt: skip
    return rows


SENSORY = [
    sensory("median", "digit_2", "wrist", amplitude=32, latency=2.4, peak=3.1, distance=130),
    sensory("ulnar", "digit_5", "wrist", amplitude=25, latency=2.0, peak=2.7, distance=110),
    sensory("sural", "ankle", "calf", amplitude=14, latency=2.9, peak=3.6, distance=140),
]
BAD_SENSORY = [
    sensory("radial", "snuffbox", "forearm", amplitude=3, latency=2.4, peak=3.2, distance=100),
    *SENSORY[1:],
]


@pytest.mark.parametrize(
    ("rows", "pattern"),
    [
        ([*median(), *ulnar(), *SENSORY], Pattern.NORMAL),
        ([*median(elbow=0.35, axilla=0.34), *ulnar(axilla=0.3), *SENSORY], Pattern.MULTIFOCAL_BLOCK_SPARING_SENSORY),
        ([*median(elbow=0.35, axilla=0.34), *ulnar(), *SENSORY], Pattern.BLOCK_IN_ONE_NERVE_SPARING_SENSORY),
        ([*median(elbow=0.35, axilla=0.34), *ulnar()], Pattern.BLOCK_SENSORY_NOT_KNOWN),
        ([*median(elbow=0.35, axilla=0.34), *ulnar(), *BAD_SENSORY], Pattern.BLOCK_WITH_SENSORY_INVOLVEMENT),
        ([*median(amplitude=1.5), *ulnar(amplitude=2.0), *SENSORY], Pattern.MOTOR_AXONAL_LOSS),
        ([*median(amplitude=1.5), *ulnar(amplitude=2.0), *BAD_SENSORY], Pattern.SENSORIMOTOR_AXONAL_LOSS),
        ([*median(dml=5.5), *ulnar(), *SENSORY[1:]], Pattern.ENTRAPMENT),
        ([*median(), *ulnar(), *BAD_SENSORY], Pattern.SENSORY_ABNORMAL),
        ([motor("musculocutaneous", "axilla", amplitude=9)], Pattern.NOT_ENOUGH_MEASURED),
    ],
)  # fmt: skip
def test_the_pattern_of_a_study(rows: list[Recording], pattern: Pattern) -> None:
    result = judged(*rows)
    assert result.summary.pattern is pattern, result.summary.sentences
    assert result.summary.sentences


def test_a_study_gives_its_findings_with_nerve_and_segment_in_the_because() -> None:
    result = judged(*median(elbow=0.35, axilla=0.34), *ulnar(), *SENSORY)
    found = {finding.id: finding for finding in findings_from_study(result)}
    block = found["motor_conduction_block"]
    assert block.presence is Presence.PRESENT
    assert block.side is Side.RIGHT
    assert block.because is not None
    assert "right median, wrist to elbow" in block.because
    assert block.counts
    assert found["sensory_conduction_abnormal"].presence is Presence.ABSENT
    assert found["motor_conduction_slowing"].presence is Presence.ABSENT


def test_what_was_not_measured_gives_no_finding() -> None:
    rows = [motor(amplitude=9, latency=3.4, distance=70), motor(site="elbow", amplitude=5, distance=220)]
    assert not {f.id for f in findings_from_study(judged(*rows))}


def test_a_normal_study_says_that_block_is_absent() -> None:
    found = {f.id: f.presence for f in findings_from_study(judged(*median(), *ulnar(), *SENSORY))}
    assert found == {
        "motor_conduction_block": Presence.ABSENT,
        "sensory_conduction_abnormal": Presence.ABSENT,
        "motor_conduction_slowing": Presence.ABSENT,
    }


def test_facts_per_nerve_say_which_edition_sees_what() -> None:
    facts = facts_from_study(judged(*median(elbow=0.35, axilla=0.34), *ulnar(), *SENSORY))
    (blocked,) = facts.nerves_with_definite_block("efns_pns_2010")
    assert (blocked.nerve, blocked.side, blocked.limb) == ("median", "right", "upper")
    assert blocked.block_places["efns_pns_2010"] == ("right median, wrist to elbow",)
    assert blocked.definite_block["aaem_2003"] is Verdict.MET
    assert "aaem_2003" in facts.unverified_editions
    assert blocked.sensory_in_nerve is Verdict.MET
    assert blocked.sensory_across_block is Verdict.UNKNOWN
    assert facts.sensory_nerves_tested == 3
    assert facts.sensory_all_normal is Verdict.MET


def test_sensory_conduction_over_the_blocked_stretch_is_a_fact_of_its_own() -> None:
    elbow = sensory("median", "digit_2", "elbow", amplitude=15, latency=6.3, peak=7.2, distance=220)
    (blocked,) = facts_from_study(
        judged(*median(elbow=0.35, axilla=0.34), SENSORY[0], elbow)
    ).nerves_with_definite_block("efns_pns_2010")
    assert blocked.sensory_across_block is Verdict.MET
    slow = sensory("median", "digit_2", "elbow", amplitude=15, latency=9.5, peak=10.2, distance=220)
    (blocked,) = facts_from_study(
        judged(*median(elbow=0.35, axilla=0.34), SENSORY[0], slow)
    ).nerves_with_definite_block("efns_pns_2010")
    assert blocked.sensory_across_block is Verdict.NOT_MET


def test_a_missing_area_leaves_the_nerve_unknown_in_the_facts() -> None:
    rows = [
        motor(amplitude=9, duration=5.6, latency=3.4, distance=70),
        motor(site="elbow", amplitude=3, duration=5.7, latency=7.4, distance=220),
    ]
    facts = facts_from_study(judged(*rows))
    assert facts.nerves[0].definite_block["efns_pns_2010"] is Verdict.UNKNOWN


RECORDING_KEYS = {
    "nerve", "side", "kind", "muscle", "site", "onset_latency_ms", "peak_amplitude_mv", "negative_area_mv_ms",
    "negative_duration_ms", "flags",
}  # fmt: skip
SEGMENT_KEYS = {
    "nerve", "side", "muscle", "distal_site", "proximal_site", "velocity_m_per_s", "area_reduction_fraction",
    "amplitude_reduction_fraction", "duration_increase_fraction", "at_entrapment_site", "verdicts", "blocked_fraction", "flags",
}  # fmt: skip


def documents() -> StudyResult:
    return judged(*median(elbow=0.35, axilla=0.34), *ulnar(), *SENSORY)


def test_the_document_has_the_keys_that_interfaces_fixes() -> None:
    document = to_document(documents())
    assert json.loads(json.dumps(document, allow_nan=False)) == document
    for recording in document["recordings"]:
        assert set(recording) >= RECORDING_KEYS
    for piece in document["segments"]:
        assert set(piece) >= SEGMENT_KEYS
        assert piece["verdicts"]["efns_pns_2010"] in ("none", "probable", "definite", "unknown")
        assert piece["verdicts"]["aaem_1999"] == "unknown"  # off by default: its table is only recalled
        assert piece["blocked_fraction"] is None
    assert {s["verdict"] for s in document["sensory"]} == {"normal"}
    assert document["segments"][0]["verdicts"]["efns_pns_2010"] == "definite"


def test_the_text_names_the_block_and_its_because() -> None:
    text = as_text(documents())
    assert "Definite conduction block by EFNS/PNS 2010 (MMN): right median, wrist to elbow." in text
    assert "area reduction 65 %" in text
    assert "Not signed" in text


def test_an_empty_study_is_judged_without_a_crash() -> None:
    assert judge_study(study()).summary.pattern is Pattern.NOT_ENOUGH_MEASURED


def test_criteria_count_the_cautious_grade_of_definite_and_of_probable_block() -> None:
    """The decision on the two grades: the edition's verdict stays checkable, and less is counted."""
    tibial = judged(
        motor("tibial", "ankle", amplitude=10, area=30, duration=6, latency=4.5, distance=80),
        motor("tibial", "popliteal_fossa", amplitude=2, area=6, duration=6.3, latency=13.5, distance=400),
    )
    (nerve,) = facts_from_study(tibial).nerves
    assert nerve.definite_block["aaem_2003"] is Verdict.MET
    assert (
        nerve.cautious_definite_block["aaem_2003"]
        is nerve.cautious_probable_block["aaem_2003"]
        is Verdict.NOT_MET
    )
    assert nerve.probable_segments["aaem_2003"] == 0
    counted = conduction_facts_of(tibial).blocks["aaem_1999"]
    assert (counted.definite, counted.probable, counted.undecided) == ((), (), ())
    gone = judged(
        motor(amplitude=9, area=27, duration=5.5, latency=3.4, distance=70),
        motor(site="elbow", amplitude=0, area=0, distance=220),
    )
    blocks = conduction_facts_of(gone).blocks["efns_pns_2010"]
    assert (blocks.definite, blocks.probable) == ((), ("median right",))
    assert gone.segments[0].grades["efns_pns_2010"].value == "definite"
    (finding,) = [f for f in conduction_facts_of(gone).findings if f.id == "motor_conduction_block"]
    assert "(probable)" in (finding.because or "")
