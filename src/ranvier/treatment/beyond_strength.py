"""What is published beside strength: how many come off treatment, how often an infusion brings a headache.

Population figures for a prescriber and for the validation page. Neither enters a patient's fit: a diary says nothing of a
remission that has not come.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cache

from .facts import facts, source_of


@dataclass(frozen=True)
class Classes:
    """Shares of all patients after some years: off treatment in remission, dependent on it, never helped. They sum to 1."""

    remission: float
    dependent: float
    not_helped: float


def remission_per_year(share: float | None = None) -> float:
    """The constant rate that leaves `share` in remission after the mean follow-up of the cohort; its own share if not given.

    Example
        >>> round(remission_per_year(), 2)
        0.11
    """
    row = facts("beyond_strength")["remission"]
    known = row["remitted"] / row["followed"] if share is None else share
    return -math.log(1 - known) / float(row["mean_years"])


def after_years(years: float, *, rate_per_year: float | None = None) -> Classes:
    """Where a cohort stands after some years, if responders come off treatment at a constant rate and none comes back."""
    rate = remission_per_year() if rate_per_year is None else rate_per_year
    responders = float(facts("priors")["responder_probability"]["mean"])
    off = responders * (1 - math.exp(-rate * years))
    return Classes(off, responders - off, 1 - responders)


@cache
def headache_per_infusion() -> float:
    """Share of infusions by vein that a headache followed in the MMN trial."""
    row = facts("beyond_strength")["headache"]
    return float(row["headaches"]) / float(row["infusions"])


def coming_off() -> str:
    """What cohorts say of coming off treatment, with its sources: said beside every plan to give less."""
    remission, placebo = (facts("beyond_strength")[name] for name in ("remission", "left_placebo"))
    return (
        f"{remission['remitted']} of {remission['followed']} were in remission at {remission['mean_years']:g} years; "
        f"{placebo['share_percent']} % of stable patients left placebo within 12 weeks. Sources: {source_of(remission)}; "
        f"{source_of(placebo)}"
    )
