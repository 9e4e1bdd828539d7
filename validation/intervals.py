"""Intervals for proportions and F1, as text for the reports."""

from __future__ import annotations

import math

import numpy as np


def wilson(hits: int, total: int, *, z: float = 1.96) -> str:
    """A proportion with its Wilson 95 % interval, or a dash when nothing was counted."""
    if total == 0:
        return "-"
    share = hits / total
    centre = (share + z * z / (2 * total)) / (1 + z * z / total)
    half = z * math.sqrt(share * (1 - share) / total + z * z / (4 * total * total)) / (1 + z * z / total)
    return f"{share:.3f} [{max(0.0, centre - half):.2f}-{min(1.0, centre + half):.2f}]"


def f1_interval(hit: int, missed: int, false: int, *, draws: int = 4000, seed: int = 7) -> str:
    """F1 with a 95 % multinomial bootstrap interval."""
    total = hit + missed + false
    if total == 0:
        return "-"
    f1 = 2 * hit / (2 * hit + missed + false)
    sample = np.random.default_rng(seed).multinomial(
        total, [hit / total, missed / total, false / total], size=draws
    )
    scores = 2 * sample[:, 0] / np.maximum(2 * sample[:, 0] + sample[:, 1] + sample[:, 2], 1)
    low, high = np.quantile(scores, [0.025, 0.975])
    return f"{f1:.3f} [{low:.2f}-{high:.2f}]"
