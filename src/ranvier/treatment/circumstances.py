"""What a diary says of the patient beyond doses and strength: history, risks, symptoms, product. Unsaid stays unknown.

Lines read: kinds `history`, `risk`, `symptom`, `medicine`, `pregnancy`, `vaccine`, `serology`, `diagnosis`, `plan` with the
item in the detail and `no` as value to deny it (`2026-01-05,history,no,,anaphylaxis`); `age` (years), `height` (cm), `egfr`,
`blood_group`, `sex`, `product`, `rate` (mL/kg/h), `sites`, `site_volume` (mL).
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from ranvier.terms import Verdict, any_of

from .diary import Diary
from .facts import facts

WORDS: dict[str, tuple[str, ...]] = {
    "iga_deficiency": ("iga deficiency", "iga deficient"),
    "anti_iga": ("anti-iga", "anti iga"),
    "anaphylaxis": ("anaphyla",),
    "coronary_disease": ("coronary", "myocardial", "angina", "heart attack"),
    "immobility": ("immobil", "bedbound", "wheelchair"),
    "hypertension": ("hypertension", "high blood pressure"),
    "diabetes": ("diabetes",),
    "smoking": ("smok",),
    "high_cholesterol": ("cholesterol", "lipid"),
    "previous_clot": ("thrombosis", "embolism", "clot", "stroke"),
    "oestrogen": ("oestrogen", "estrogen", "contraceptive"),
    "heart_rhythm": ("atrial fibrillation",),
    "kidney_disease": ("kidney", "renal"),
    "volume_depletion": ("dehydrat", "volume depletion"),
    "sepsis": ("sepsis",),
    "paraprotein": ("paraprotein", "mgus"),
    "nephrotoxic_drug": ("nephrotoxic", "nsaid", "gentamicin"),
    "migraine": ("migraine",),
    "inflammation": ("inflammatory",),
    "hyperprolinaemia": ("hyperprolin",),
    "fructose_intolerance": ("fructose",),
    "gdh_pqq_meter": ("gdh-pqq", "gdh pqq"),
    "alarm": ("chest pain", "dyspn", "breathless", "limb swelling", "swollen leg", "swollen arm", "calf", "facial droop",
              "speech", "hemipar", "one-sided weakness"),
    "severe_headache": ("severe headache", "neck stiff", "stiff neck"),
    "corticosteroid": ("predniso", "methylpred", "dexameth", "steroid"),
    "plasma_exchange": ("plasma exchange", "plasmapheresis"),
    "immunosuppressant": ("cyclophosphamide", "azathioprine", "mycophenolate", "rituximab", "ciclosporin", "methotrexate"),
    "live_vaccine": ("mmr", "measles", "mumps", "rubella", "varicella", "live"),
}  # fmt: skip

VASCULAR = ("coronary_disease", "immobility", "hypertension", "diabetes", "smoking", "high_cholesterol", "previous_clot",
            "oestrogen", "heart_rhythm")  # fmt: skip
KIDNEY = ("kidney_disease", "diabetes", "volume_depletion", "sepsis", "paraprotein", "nephrotoxic_drug")


@dataclass(frozen=True)
class Circumstances:
    """The patient around the doses; None and UNKNOWN mean that the diary does not say."""

    said: dict[str, Verdict]
    kinds_said: frozenset[str]
    age_years: float | None = None
    height_cm: float | None = None
    egfr: float | None = None
    blood_group: str | None = None
    sex: str | None = None
    product: str | None = None
    rate_ml_per_kg_per_hour: float | None = None
    sites: float | None = None
    site_volume_ml: float | None = None

    def has(self, item: str) -> Verdict:
        """Whether an item of `WORDS` is so."""
        return self.said.get(item, Verdict.UNKNOWN)

    def any(self, items: tuple[str, ...]) -> Verdict:
        """Whether any of several items is so."""
        return any_of(self.has(item) for item in items)

    @property
    def stabiliser(self) -> str | None:
        """The product's stabiliser, if the product is known."""
        return str(facts("products")[self.product]["stabiliser"]) if self.product else None


def read_circumstances(diary: Diary) -> Circumstances:
    """Gather what the diary's other lines say; a later line overrules an earlier one."""
    said: dict[str, Verdict] = {}
    kinds: set[str] = set()
    for entry in diary.others:
        kinds.add(entry.kind)
        denied = entry.text.strip().lower() in {"no", "none", "0", "false"}
        words = f"{entry.detail} {entry.text}".lower()
        if denied and entry.kind == "risk" and not entry.detail.strip():
            said.update(dict.fromkeys((*VASCULAR, *KIDNEY), Verdict.NOT_MET))
            continue
        for item, stems in WORDS.items():
            if any(stem in words for stem in stems):
                said[item] = Verdict.NOT_MET if denied else Verdict.MET

    def last(kind: str) -> float | None:
        lines = [entry.value for entry in diary.others_of(kind) if entry.value is not None]
        return lines[-1] if lines else None

    def word(kind: str) -> str | None:
        lines = [(entry.text or entry.detail).strip() for entry in diary.others_of(kind)]
        return lines[-1] if lines else None

    for entry in diary.others_of("pregnancy"):
        denied = entry.text.strip().lower() in {"no", "none", "0", "false"}
        said["pregnancy"] = Verdict.NOT_MET if denied else Verdict.MET
    for entry in diary.others_of("diagnosis"):
        words = f"{entry.text} {entry.detail}".lower()
        is_mmn = ("mmn" in words or "multifocal motor" in words) and not re.search(
            r"possible|probable|uncertain|\?", words
        )
        said["not_mmn"] = Verdict.NOT_MET if is_mmn else Verdict.MET
    egfr = last("egfr")
    if egfr is not None:
        said["kidney_disease"] = Verdict.MET if egfr < 60 else said.get("kidney_disease", Verdict.NOT_MET)
    group = word("blood_group")
    sex = word("sex")
    return Circumstances(
        said=said,
        kinds_said=frozenset(kinds),
        age_years=last("age"),
        height_cm=last("height"),
        egfr=egfr,
        blood_group=group.upper().rstrip("+-") if group else None,
        sex=sex.lower() if sex else None,
        product=_product(diary),
        rate_ml_per_kg_per_hour=last("rate"),
        sites=last("sites"),
        site_volume_ml=last("site_volume"),
    )


def _product(diary: Diary) -> str | None:
    """The product named last, in a `product` line or beside a dose."""
    texts = [f"{entry.text} {entry.detail}" for entry in diary.others_of("product")] + [
        g.detail for g in diary.given
    ]
    for text in reversed(texts):
        for name, row in facts("products").items():
            if any(re.search(rf"\b{re.escape(word)}\b", text.lower()) for word in row["names"]):
                return name
    return None
