"""What one course usually does, for a general answer: onset, peak and end as ranges, with where they come from.

For a reader with no diary. Ranges of the model's belief before any diary, beside what was published; nobody's own dates.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np

from ranvier.terms import Source

from .clinic import Phase, invite, run
from .facts import facts, priors, source_of

COURSE = (Phase(2.0, 364, 40, 5),)
PATIENTS, SEED = 2000, 20261125
BENEFIT = 1.10  # ten per cent above untreated counts as benefit, as in the dossier's prior predictive


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
    cohort = invite(PATIENTS, np.random.default_rng(SEED), who="responders")
    relative = run(cohort, COURSE).strength / cohort.base_grip_kg[:, None]
    peak_at = relative.argmax(axis=1)
    peak = relative.max(axis=1)
    gains = peak >= BENEFIT
    half = (relative >= 1 + (peak[:, None] - 1) / 2).argmax(axis=1)
    end = relative.shape[1] - 1 - (relative[:, ::-1] >= BENEFIT).argmax(axis=1)
    rows = (
        ("onset", "half of the gain is there", half, "V21"),
        ("peak", "strength is at its best", peak_at, "V21"),
        ("end", "the last of a 10 % benefit", end, "V20"),
    )
    model = (priors()["block_turnover_per_day"].source, priors()["clearance_l_per_day"].source)
    found = []
    for id, label, days, target in rows:
        low, median, high = np.quantile(days[gains], [0.05, 0.5, 0.95])
        published = facts("targets")[target]
        text = f"{published['quantity']}: {published['published']}"
        found.append(
            UsualRange(
                id, label, float(low), float(median), float(high), text, (source_of(published), *model)
            )
        )
    return tuple(found)
