"""Sizes that are drawn: a lesion rarely hits every internode alike."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

#: Distribution -> the names of its two numbers.
DISTRIBUTIONS = {
    "uniform": ("low", "high"),
    "normal": ("mean", "sd"),
    "lognormal": ("median", "sigma"),
    "beta": ("alpha", "beta"),
}


@dataclass(frozen=True)
class Spread:
    """A size that is drawn afresh for every internode or node, kept within its limits."""

    distribution: str
    first: float
    second: float
    low: float
    high: float

    def draw(self, generator: np.random.Generator, count: int) -> tuple[float, ...]:
        """Draw `count` values."""
        if self.distribution == "uniform":
            values = generator.uniform(self.first, self.second, count)
        elif self.distribution == "normal":
            values = generator.normal(self.first, self.second, count)
        elif self.distribution == "lognormal":
            values = self.first * np.exp(self.second * generator.standard_normal(count))
        else:
            values = generator.beta(self.first, self.second, count)
        return tuple(float(v) for v in np.clip(values, self.low, self.high))
