"""What the differential gets right on a set of vignettes."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from ranvier.differential import model, observe
from ranvier.differential.observations import ObservationTable
from ranvier.differential.posterior import posteriors
from ranvier.terms.vocabulary import diseases

from .vignette_cases import case_of

BINS = 15
CHANCE_RUNS = 4000  # the 95 % range of chance then moves by less than 0.01
KEPT = 0.05


@dataclass(frozen=True)
class Measured:
    """Probabilities of one set, (cases, diseases), and which disease each case had."""

    cases: Sequence[dict[str, Any]]
    probability: np.ndarray
    truth: np.ndarray

    @property
    def confidence(self) -> np.ndarray:
        """Probability of the disease put first."""
        first: np.ndarray = self.probability.max(axis=1)
        return first

    @property
    def right(self) -> np.ndarray:
        """Whether the disease put first is the one."""
        return np.asarray(self.probability.argmax(axis=1) == self.truth)


def measure(cases: Sequence[dict[str, Any]]) -> Measured:
    """Weigh every vignette with the prior of its own setting."""
    names = model().diseases
    found = [
        posteriors(ObservationTable.of([observe(case_of(row))]), setting=row.get("setting"))[0, 0]
        for row in cases
    ]
    truth = np.array([names.index(row["diagnosis"]) for row in cases])
    return Measured(cases, np.array(found), truth)


def table(measured: Measured) -> list[tuple[str, str]]:
    """The measures as words, one row each."""
    names = model().diseases
    probability, truth = measured.probability, measured.truth
    cases = np.arange(len(truth))
    order = np.argsort(-probability, axis=1)
    third = (order[:, :3] == truth[:, None]).any(axis=1)
    brier = ((probability - np.eye(len(names))[truth]) ** 2).sum(axis=1).mean()
    mmn, als = names.index("mmn"), names.index("als")
    pair = np.isin(truth, (mmn, als))
    share = probability[:, mmn] / (probability[:, mmn] + probability[:, als])
    clear = np.array([row["diagnosis"] == "als" and _has_both(row) for row in measured.cases])
    worst = f"{probability[clear, mmn].max():.2%}" if clear.any() else "no such case"
    over = int((probability[clear, mmn] > KEPT).sum())
    treatable = np.array([diseases()[name].treatable for name in names])[truth]
    error, (low, high) = (
        calibration_error(measured.confidence, measured.right),
        by_chance(measured.confidence),
    )
    return [
        ("vignettes", str(len(truth))),
        ("top-1", share_words(measured.right)),
        ("top-3", share_words(third)),
        ("Brier (0 best, 2 worst)", f"{brier:.3f}"),
        ("mean log score (0 best)", f"{np.log(probability[cases, truth]).mean():.3f}"),
        ("confidence in the first, mean", f"{measured.confidence.mean():.1%}, right {measured.right.mean():.1%}"),
        ("ECE of the first", f"{error:.3f} (if perfectly calibrated, by chance {low:.3f} to {high:.3f})"),
        ("MMN against ALS, AUC", f"{auc(share[pair], truth[pair] == mmn):.3f} "
         f"({(truth == mmn).sum()} MMN, {(truth == als).sum()} ALS)"),
        ("ALS with upper motor neuron and bulbar signs", f"{clear.sum()} cases, {over} given MMN above 5 % (largest {worst})"),
        ("treatable disease kept above 5 %", share_words(probability[cases, truth][treatable] > KEPT)),
        ("top-1, MMN only", share_words(measured.right[truth == mmn])),
    ]  # fmt: skip


def each(measured: Measured) -> list[str]:
    """One line a case: what it was, what was put first, and the probability of both."""
    names = model().diseases
    lines = []
    for place, (row, probability, truth) in enumerate(
        zip(measured.cases, measured.probability, measured.truth, strict=True)
    ):
        first = int(probability.argmax())
        sign = "right" if first == truth else "wrong"
        lines.append(
            f"{sign}  {row.get('id', place)}: {names[truth]} {probability[truth]:.0%}"
            + ("" if first == truth else f", put first {names[first]} {probability[first]:.0%}")
        )
    return lines


def document(measured: Measured) -> dict[str, Any]:
    """The same for a program."""
    names = model().diseases
    return {
        "measures": dict(table(measured)),
        "cases": [
            {
                "id": row.get("id", place),
                "diagnosis": names[truth],
                "first": names[int(probability.argmax())],
                "posterior": dict(zip(names, map(float, probability), strict=True)),
            }
            for place, (row, probability, truth) in enumerate(
                zip(measured.cases, measured.probability, measured.truth, strict=True)
            )
        ],
    }


def calibration_error(confidence: np.ndarray, right: np.ndarray) -> float:
    """Expected calibration error over equal-width bins."""
    bins = np.minimum((confidence * BINS).astype(int), BINS - 1)
    total = 0.0
    for one in range(BINS):
        inside = bins == one
        if inside.any():
            total += inside.mean() * abs(right[inside].mean() - confidence[inside].mean())
    return float(total)


def by_chance(confidence: np.ndarray, runs: int = CHANCE_RUNS) -> tuple[float, float]:
    """The calibration error that a model whose confidence is exactly right would show on so many cases: 95 % range."""
    random = np.random.default_rng(7)
    right = random.random((runs, len(confidence))) < confidence
    low, high = np.quantile([calibration_error(confidence, row) for row in right], (0.025, 0.975))
    return float(low), float(high)


def auc(score: np.ndarray, positive: np.ndarray) -> float:
    """Chance that a positive scores above a negative (ties count half)."""
    if positive.all() or not positive.any():
        return math.nan
    one, other = score[positive], score[~positive]
    return float(
        ((one[:, None] > other).sum() + 0.5 * (one[:, None] == other).sum()) / (len(one) * len(other))
    )


def share_words(right: np.ndarray) -> str:
    """k of n with the Wilson 95 % interval."""
    n, k = len(right), int(right.sum())
    if n == 0:
        return "none"
    z, p = 1.96, k / n
    middle = (p + z * z / (2 * n)) / (1 + z * z / n)
    half = z * math.sqrt(p * (1 - p) / n + z * z / (4 * n * n)) / (1 + z * z / n)
    return f"{k} of {n}, {p:.1%} ({max(0, middle - half):.1%} to {min(1, middle + half):.1%})"


def _has_both(row: dict[str, Any]) -> bool:
    present = {finding["id"] for finding in row["findings"] if finding["verdict"] == "present"}
    upper = {"upper_motor_neuron_signs", "babinski_sign", "spasticity"}
    return bool(present & upper) and "bulbar_signs" in present
