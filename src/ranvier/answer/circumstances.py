"""What holds of a case, by name: the conditions under which sections and questions for the doctor are chosen."""

from __future__ import annotations

from ranvier.case import Case, ConditionCertainty, LabVerdict, Response
from ranvier.terms import Presence, Subject

from .facts import conditions, is_present, treatments
from .wording import illness_statements

IMMUNOGLOBULIN = ("ivig", "scig", "immunoglobulin")
PINCHED = ("carpal_tunnel_syndrome", "ulnar_neuropathy", "peroneal_neuropathy", "entrapment", "radiculopathy")
WEAK = (
    "weakness", "asymmetric_weakness", "symmetric_weakness", "upper_limb_weakness", "hand_weakness",
    "finger_extension_weakness", "wrist_drop", "lower_limb_weakness", "foot_drop", "proximal_weakness", "muscle_wasting",
)  # fmt: skip
NEIGHBOURS = ("als", "pma", "mmn")
ALONGSIDE = ("diabetes",)  # does not explain weakness by itself, so it takes nothing from MMN
SIGNS_AGAINST = ("upper_motor_neuron_signs", "babinski_sign", "spasticity", "bulbar_signs")
SENSORY_LOSS = ("objective_sensory_loss", "sensory_conduction_abnormal", "sensory_symptoms")
ALS_TOPICS = {"differential_als"}
WEAR_OFF_TOPICS = {"ivig_duration"}

Asked, Suspected = ConditionCertainty.ASKED_ABOUT, ConditionCertainty.SUSPECTED
Diagnosed, RuledOut = ConditionCertainty.DIAGNOSED, ConditionCertainty.RULED_OUT


def circumstances(case: Case, topics: frozenset[str]) -> frozenset[str]:
    """The names of everything that holds of a case whose questions are about `topics`."""
    given = treatments(case, *IMMUNOGLOBULIN)
    helped = any(t.response is Response.IMPROVED for t in given) or is_present(
        case, "improved_on_immunoglobulin"
    )
    failed = not helped and (
        any(t.response in (Response.NONE, Response.WORSENED) for t in given)
        or is_present(case, "no_response_to_immunoglobulin")
    )
    weak = is_present(case, *WEAK)
    mmn = bool(conditions(case, "mmn", Diagnosed))
    als = "als" if conditions(case, "als") else ("pma" if conditions(case, "pma") else "")
    others = [
        c
        for c in case.conditions
        if c.subject is Subject.PATIENT
        and c.certainty is Diagnosed
        and c.id in illness_statements()
        and c.id not in (*NEIGHBOURS, *ALONGSIDE)
    ]
    gm1 = [lab for lab in case.labs if lab.analyte == "anti_gm1" and lab.verdict is LabVerdict.POSITIVE]
    holds = {
        "weak": weak,
        "mmn_diagnosed": mmn,
        "mmn_named": bool(conditions(case, "mmn", Diagnosed, Suspected, Asked)),
        "mmn_ruled_out": bool(conditions(case, "mmn", RuledOut)) and not conditions(case, "mmn", Diagnosed),
        "other_diagnosed": bool(others) and not mmn,
        "als_diagnosed": bool(als and conditions(case, als, Diagnosed)) and not mmn,
        "als_suspected": bool(als and conditions(case, als, Suspected)),
        "als_ruled_out": bool(als and conditions(case, als, RuledOut)),
        "als_feared": bool((als and conditions(case, als, Asked)) or topics & ALS_TOPICS),
        "on_immunoglobulin": (bool(given) and not failed) or helped,
        "immunoglobulin_helped": helped,
        "immunoglobulin_failed": failed,
        "wearing_off": helped and bool(topics & WEAR_OFF_TOPICS),
        "signs_against": is_present(case, *SIGNS_AGAINST),
        "sensory_loss": is_present(case, *SENSORY_LOSS),
        "pinched_nerve": any(conditions(case, name, Diagnosed, Suspected, Asked) for name in PINCHED),
        "nerve_test_done": case.presence("motor_conduction_block") is not None,
        "antibody_kind_unknown": (bool(gm1) and all(lab.isotype is None for lab in gm1))
        or (not gm1 and case.presence("anti_gm1_igm") is Presence.PRESENT),
        "weak_untreated": weak and not given and not mmn and not others,
        "dropped_limb": is_present(case, "foot_drop", "wrist_drop"),
    }  # fmt: skip
    holds["sensory_loss_undiagnosed"] = holds["sensory_loss"] and not mmn
    holds["grave"] = bool(holds["signs_against"] or holds["als_diagnosed"]) and not mmn
    holds["pinched_diagnosed"] = any(conditions(case, name, Diagnosed) for name in PINCHED) and not mmn
    holds["urgent"] = bool(case.red_flags)
    return frozenset(name for name, so in holds.items() if so)
