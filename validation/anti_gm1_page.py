"""Write docs/anti-gm1.md, its numbers computed from counts that were seen: `python -m validation.anti_gm1_page`."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ranvier.differential import weigh
from ranvier.differential.observations import Observations

PAGE = Path(__file__).parents[1] / "docs" / "anti-gm1.md"
DRAWS = 20_000


@dataclass(frozen=True)
class Study:
    """Positives of patients with MMN, and of controls; `derived` when the counts are a printed percentage times N."""

    name: str
    source: str
    positive: int
    patients: int
    false_positive: int
    controls: int
    derived: str = ""


ELISA = Study(
    "IgM anti-GM1, ELISA", "Nobile-Orazio 2014, JNNP 85:754", 19, 40, 10, 142, "false positives from specificity 93 %"
)  # fmt: skip
ARRAY = Study(
    "IgM anti-GM1, glycoarray", "validation 2015, J Neuromuscul Dis 2:157", 67, 100, 30, 200,
    "from 67 % and 85 %; controls 100 ALS and 100 healthy",
)  # fmt: skip
COMPLEX = Study(
    "IgM anti-GM1:GalC", "validation 2015, J Neuromuscul Dis 2:157", 81, 100, 40, 200, "from 81 % and 80 %"
)  # fmt: skip


def ratios(study: Study) -> tuple[np.ndarray, np.ndarray]:
    """Draws of the likelihood ratio of a positive and of a negative result (Jeffreys priors)."""
    random = np.random.default_rng(1)
    sensitivity = random.beta(study.positive + 0.5, study.patients - study.positive + 0.5, DRAWS)
    false = random.beta(study.false_positive + 0.5, study.controls - study.false_positive + 0.5, DRAWS)
    return sensitivity / false, (1 - sensitivity) / (1 - false)


def after(before: float, ratio: np.ndarray) -> str:
    odds = before / (1 - before) * ratio
    low, middle, high = np.quantile(odds / (1 + odds), (0.05, 0.5, 0.95))
    return f"{middle:.0%} ({low:.0%} to {high:.0%})"


def _ratio_words(ratio: np.ndarray, digits: int) -> str:
    low, middle, high = np.quantile(ratio, (0.05, 0.5, 0.95))
    return f"{middle:.{digits}f} ({low:.{digits}f} to {high:.{digits}f})"


MODEL_ROWS = (
    ("nothing known", Observations()),
    ("IgM negative", Observations({"anti_gm1_igm": False})),
    ("IgM positive, titre not told", Observations({"anti_gm1_igm": True})),
    (
        "IgM at 1.3 times the laboratory's limit",
        Observations({"anti_gm1_igm": True}, {"titre_over_limit": 1.3}),
    ),
    ("IgM at 3 times the limit", Observations({"anti_gm1_igm": True}, {"titre_over_limit": 3.0})),
    ("IgM at 10 times the limit", Observations({"anti_gm1_igm": True}, {"titre_over_limit": 10.0})),
    ("IgG positive", Observations({"anti_gm1_igg": True})),
    ("asialo-GM1 positive, GM1 not told", Observations({"anti_asialo_gm1": True})),
)


def page() -> str:
    lines = [
        "# Anti-GM1 done properly",
        "",
        "Made by `python -m validation.anti_gm1_page`. Intervals are 90 %. Sources as in the evidence base, criteria.md section 5.",
        "",
        "1. **Class first.** MMN goes with **IgM**; IgG anti-GM1 belongs to the acute motor form of Guillain-Barré syndrome",
        "   (Washington University antibody page; Harschnitz 2014). A result without its class is not counted (`criteria/facts.py`).",
        "2. **Titre against that laboratory's own limit.** One laboratory reads titres above 1:8,000 as favouring MMN and warns below",
        "   1:16,000; another reports an index, 51 to 100 positive and 101 or more strongly positive. The numbers do not carry over. A case",
        "   holds value, unit and limit, and only their ratio is weighed. Low positives occur in ALS (9 of 48), in",
        "   monoclonal gammopathy and in health; by design 1 % of 121 people with ALS lay above one laboratory's limit (Taylor 1996).",
        "3. **Drawn before immunoglobulin.** A laboratory guide (University of Washington, 2023) warns that infusions alter results. What",
        "   is known, and what is not: infused products are at least 97 % IgG (product label) with traces of IgM, so a positive **IgM** is not",
        "   the donors'; antibodies of the **IgG** class are passed on (products tested positive for several autoimmune antibodies, and IgG",
        "   tests within six weeks of an infusion are unhelpful: Bright 2015, Clin Med 15:125; GM1 was not among those tested). How far",
        "   an infusion lowers the IgM titre itself: **no figure found** (searched November 2026; long follow-ups of treated patients",
        "   give none), so none is modelled. A case with a result and immunoglobulin says so (`cautions` of `ranvier weigh`), the",
        "   result is weighed as it stands, and a negative one drawn after an infusion is for the clinician to repeat.",
        "4. **Negative does not exclude.** About half of people with MMN are negative (19 of 40 positive; 43 % of 57 in Austria).",
        "5. **GM1:GalC** (the complex with galactocerebroside) finds more (75 % and 81 %) and errs more (specificity 80 to 85 %). Enter it",
        "   as a laboratory row `anti_gm1_galc`: it is kept, shown and **not weighed**, for three reasons. Its controls were ALS and healthy",
        "   people, so nothing is known of CIDP, entrapment and the other rivals. It contains GM1: whoever is positive for GM1 is mostly",
        "   positive for the complex, the joint counts were not printed, and the two would be counted twice. And laboratories report it as a ratio",
        "   to GM1 alone, an index or a verdict, with no common limit. The counts below say what it would do to MMN against those controls.",
        "6. **Asialo-GM1** had the best sensitivity and specificity of three antigens in one series of 16 with MMN (any raised titre 10 of",
        "   16; Taylor 1996), without counts for each antigen. It is no part of the 2010 criteria. The model lets it speak through",
        "   the same hidden state as GM1, so the two together are not counted twice.",
        "7. **Reported frequencies disagree** by assay: in MMN 38 to 67 %, in ALS 0 to 65 % (criteria.md section 8).",
        "",
        "## What the counts say",
        "",
        "| test | counts | positive multiplies the odds by | negative by | counts from |",
        "|---|---|---|---|---|",
    ]
    for study in (ELISA, ARRAY, COMPLEX):
        up, down = ratios(study)
        counts = f"{study.positive}/{study.patients} against {study.false_positive}/{study.controls}"
        lines.append(
            f"| {study.name} | {counts} | {_ratio_words(up, 1)} | {_ratio_words(down, 2)} | {study.source}; {study.derived} |"
        )
    lines += [
        "",
        "Before and after the test:",
        "",
        "| before | GM1 ELISA positive | negative | GM1:GalC positive | negative |",
        "|---|---|---|---|---|",
    ]
    for before in (0.05, 0.2, 0.5, 0.8):
        cells = [after(before, ratio) for study in (ELISA, COMPLEX) for ratio in ratios(study)]
        lines.append(f"| {before:.0%} | {' | '.join(cells)} |")
    lines += [
        "",
        "## What the differential makes of it",
        "",
        "Probability of MMN in the neuromuscular clinic's prior, with nothing else known. The spread of titres within low and high is judgement.",
        "",
        "| result | MMN |",
        "|---|---|",
    ]
    for words, observations in MODEL_ROWS:
        weighing = weigh(observations)
        low, high = weighing.interval["mmn"]
        lines.append(f"| {words} | {weighing.posterior['mmn']:.0%} ({low:.0%} to {high:.0%}) |")
    return "\n".join(lines) + "\n"


def main() -> None:
    PAGE.write_text(page(), encoding="utf-8")
    print(f"wrote {PAGE}")


if __name__ == "__main__":
    main()
