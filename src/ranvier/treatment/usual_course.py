"""What one course usually does, for a general answer: onset, peak and end as ranges, with where they come from.

For a reader with no diary. Ranges of the model's belief before any diary, beside what was published; nobody's own dates. They
are stored (`parameters/usual_course.toml`), so that an answer need not wait for the simulation that gave them; a test
simulates them again. `python -m ranvier.treatment.usual_course` prints the file.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from ranvier.terms import Source

from .facts import facts, priors, source_of

DOSE_G_PER_KG, DOSE_DAYS, FOLLOWED_WEEKS = 2.0, 5, 40
PATIENTS, SEED = 2000, 20261125
BENEFIT = 1.10  # ten per cent above untreated counts as benefit, as in the dossier's prior predictive
PROVENANCE = (
    f"Ranvier's treatment model: {PATIENTS:,} invented patients with MMN who respond, one full course; 5 to 95 of 100 of "
    "them. Built on Li 2024 (strength) and Tortorici 2021 (antibody level), both read in a transcription. How far it agrees "
    "with 42 published results: docs/validation/treatment.md"
)


@dataclass(frozen=True)
class UsualRange:
    """A range of days over responders: 5, 50 and 95 % of them; the sources that it leans on, the published one first."""

    id: str
    label: str
    low_days: float
    median_days: float
    high_days: float
    published: str
    sources: tuple[Source, ...]


@cache
def usual_course() -> tuple[UsualRange, ...]:
    """Days to half of the gain, to the peak, and to the end of benefit after 2 g/kg over five days, in those who respond."""
    model = (priors()["block_turnover_per_day"].source, priors()["clearance_l_per_day"].source)
    found = []
    for id, row in facts("usual_course").items():
        published = facts("targets")[row["target"]]
        found.append(
            UsualRange(
                id,
                row["label"],
                row["low_days"],
                row["median_days"],
                row["high_days"],
                f"{published['quantity']}: {published['published']}",
                (source_of(published), *model),
            )
        )
    return tuple(found)


def simulate() -> dict[str, tuple[float, float, float]]:
    """The ranges from the model itself: 5, 50 and 95 % of the invented responders whose gain reaches a tenth. [days]"""
    import numpy as np

    from .clinic import Phase, invite, run

    cohort = invite(PATIENTS, np.random.default_rng(SEED), who="responders")
    course = (Phase(DOSE_G_PER_KG, 7 * (FOLLOWED_WEEKS + 12), FOLLOWED_WEEKS, DOSE_DAYS),)
    relative = run(cohort, course).strength / cohort.base_grip_kg[:, None]
    peak = relative.max(axis=1)
    gains = peak >= BENEFIT
    days = {
        "onset": (relative >= 1 + (peak[:, None] - 1) / 2).argmax(axis=1),
        "peak": relative.argmax(axis=1),
        "end": relative.shape[1] - 1 - (relative[:, ::-1] >= BENEFIT).argmax(axis=1),
    }
    found = {}
    for id, reached in days.items():
        low, median, high = np.quantile(reached[gains], [0.05, 0.5, 0.95])
        found[id] = (float(low), float(median), float(high))
    return found


def as_file() -> str:
    """The text of `parameters/usual_course.toml`."""
    about = {
        "onset": ("half of the gain is there", "V21"),
        "peak": ("strength is at its best", "V21"),
        "end": ("the last of a 10 % benefit", "V20"),
    }
    lines = [
        "# What one course of 2 g/kg over five days does in invented patients who respond. [days]",
        "# Made by `python -m ranvier.treatment.usual_course`; a test simulates it again. `target` is the published result "
        "beside it.",
    ]
    for id, (low, median, high) in simulate().items():
        label, target = about[id]
        lines += [
            "",
            f"[{id}]",
            f'label = "{label}"',
            f"low_days = {low:.1f}",
            f"median_days = {median:.1f}",
            f"high_days = {high:.1f}",
            f'target = "{target}"',
            f'citation = "{PROVENANCE}"',
            'mark = "derived"',
        ]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    print(as_file(), end="")
