"""Check labelled letters against CONVENTIONS.md: python3 check.py open.jsonl [more.jsonl ...]

Prints one line for every fault and exits 1 if there is any; else prints how much was checked.
"""

import json
import sys
from collections import Counter
from pathlib import Path

FINDINGS = set(
    [
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
)
CONDITIONS = set(
    [
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
        "carpal_tunnel_syndrome",
        "diabetes",
        "multiple_sclerosis",
        "myasthenia_gravis",
        "stroke",
        "gbs",
        "cmt",
        "ulnar_neuropathy",
        "peroneal_neuropathy",
    ]
)
TREATMENTS = set(
    [
        "ivig",
        "scig",
        "corticosteroid",
        "cyclophosphamide",
        "rituximab",
        "plasma_exchange",
        "mycophenolate",
        "azathioprine",
        "methotrexate",
        "surgery",
        "physiotherapy",
        "splint",
        "riluzole",
        "gabapentin",
        "quinine",
        "magnesium",
        "acupuncture",
        "vitamin_b12",
        "efgartigimod",
        "empasiprubart",
        "eculizumab",
    ]
)
ANALYTES = {"anti_gm1", "anti_asialo_gm1", "csf_protein", "ck", "igm_paraprotein"}
TOPICS = set(
    [
        "definition",
        "epidemiology",
        "cause",
        "inheritance",
        "symptoms",
        "course",
        "differential_als",
        "differential_other",
        "diagnosis_tests",
        "antibodies",
        "ncs_emg",
        "prognosis",
        "ivig_how",
        "ivig_onset",
        "ivig_duration",
        "ivig_dose",
        "ivig_side_effects",
        "scig",
        "alternatives",
        "steroids",
        "cyclophosphamide",
        "rituximab",
        "complement_inhibitors",
        "exercise",
        "work_driving",
        "travel",
        "surgery_anaesthesia",
        "pregnancy",
        "vaccination",
        "diet_supplements",
        "pain_cramps",
        "fatigue",
        "cold",
        "cost_access",
        "research",
        "finding_a_doctor",
        "mental_health",
        "other_neuropathy",
        "out_of_scope",
        "emergency",
    ]
)
RED_FLAGS = set(
    [
        "breathing",
        "swallowing",
        "rapid_weakness",
        "clot",
        "stroke",
        "severe_headache_after_infusion",
        "anaphylaxis",
        "suicidal_thoughts",
        "bladder_bowel_with_leg_weakness",
        "chest_pain",
        "kidney_failure_after_infusion",
    ]
)
IDENTIFYING = {"name", "address", "phone", "email", "date_of_birth", "id_number", "employer"}
SUBJECTS = {"patient", "family", "other"}


def number_or_null(value):
    return value is None or (type(value) in (int, float) and value >= 0)


def text_or_null(value):
    return value is None or (isinstance(value, str) and value != "")


def one_of(*allowed):
    return lambda value: type(value) in (str, bool, type(None)) and value in allowed


def text(value):
    return isinstance(value, str) and value.strip() != ""


# Every key a row of each list must have, and what its value must satisfy; the quote is checked against the text.
ROWS = {
    "findings": {
        "id": FINDINGS.__contains__,
        "verdict": one_of("present", "absent"),
        "subject": SUBJECTS.__contains__,
        "certainty": one_of("stated", "suspected", "historical"),
        "side": one_of("left", "right", "both", None),
        "since_months": number_or_null,
        "quote": text,
    },
    "conditions": {
        "id": CONDITIONS.__contains__,
        "subject": SUBJECTS.__contains__,
        "certainty": one_of("diagnosed", "suspected", "ruled_out", "asked_about"),
        "quote": text,
    },
    "treatments": {
        "id": TREATMENTS.__contains__,
        "given": one_of(True, False),
        "response": one_of("improved", "none", "worsened", None),
        "months_ago": number_or_null,
        "quote": text,
    },
    "labs": {
        "analyte": ANALYTES.__contains__,
        "isotype": one_of("igm", "igg", None),
        "value": number_or_null,
        "unit": text_or_null,
        "verdict": one_of("positive", "negative", "borderline"),
        "quote": text,
    },
    "questions": {"topic": TOPICS.__contains__, "quote": text},
    "identifying": {"kind": IDENTIFYING.__contains__, "quote": text},
}
KEYS = ["id", "kind", "register", "text", "patient", *ROWS, "red_flags"]


def row_faults(where, row, rules, letter_text):
    if not isinstance(row, dict) or set(row) != set(rules):
        yield f"{where}: keys should be {sorted(rules)}"
        return
    for key, holds in rules.items():
        if not holds(row[key]):
            yield f"{where}.{key}: {row[key]!r} is not allowed"
    if text(row["quote"]) and row["quote"] not in letter_text:
        yield f"{where}.quote: {row['quote']!r} is not in the text"


def letter_faults(letter):
    if not isinstance(letter, dict) or set(letter) != set(KEYS):
        yield f"keys should be {sorted(KEYS)}"
        return
    if letter["kind"] not in ("sentence", "letter"):
        yield f"kind: {letter['kind']!r}"
    if letter["register"] not in ("lay", "gp", "neurologist"):
        yield f"register: {letter['register']!r}"
    if not text(letter["text"]):
        yield "text: empty"
        return
    patient = letter["patient"]
    if (
        set(patient) != {"age_years", "sex"}
        or not number_or_null(patient["age_years"])
        or patient["sex"] not in ("female", "male", None)
    ):
        yield f"patient: {patient!r}"
    for name, rules in ROWS.items():
        for index, row in enumerate(letter[name]):
            yield from row_faults(f"{name}[{index}]", row, rules, letter["text"])
        if len({json.dumps(row, sort_keys=True) for row in letter[name]}) < len(letter[name]):
            yield f"{name}: the same row twice"
    for flag in letter["red_flags"]:
        if flag not in RED_FLAGS:
            yield f"red_flags: {flag!r} is not allowed"


def main(paths):
    faults, seen, texts, kinds = 0, {}, {}, Counter()
    for path in paths:
        with Path(path).open(encoding="utf-8") as lines:
            for line_number, line in enumerate(lines, 1):
                where = f"{path}:{line_number}"
                try:
                    letter = json.loads(line)
                    found = list(letter_faults(letter))
                except (ValueError, KeyError, TypeError) as error:
                    letter, found = {}, [f"unreadable: {error!r}"]
                if isinstance(letter, dict):
                    for key, earlier in ("id", seen), ("text", texts):
                        if key in letter and letter[key] in earlier:
                            found.append(f"{key}: already at {earlier[letter[key]]}")
                        earlier[letter.get(key)] = where
                    kinds[letter.get("kind")] += 1
                for fault in found:
                    print(f"{where} {letter.get('id', '') if isinstance(letter, dict) else ''} {fault}")
                faults += len(found)
    print(f"{faults} faults;", ", ".join(f"{count} {kind}s" for kind, count in kinds.items()))
    return 1 if faults or not kinds else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
