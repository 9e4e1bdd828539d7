"""Simulation-based calibration: invent patients from the prior, fit them, and see whether intervals cover as often as they say."""

from __future__ import annotations

from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass

import numpy as np
from scipy.stats import binom, chi2

from ranvier.treatment.facts import measures
from ranvier.treatment.kinetics import Dose, lay_out
from ranvier.treatment.observations import Observations, Series, with_readings
from ranvier.treatment.patient_model import PatientModel
from ranvier.treatment.posterior import FitStatus, fit

BINS = 10
RANKED_DRAWS = 99
N_DRAWS = 500
READING_DAYS = np.arange(0, 120, 5)
DOSE_DAYS = (7, 35, 63, 91)
AHEAD_DAY = 150  # 59 days after the last dose, 35 after the last reading


@dataclass(frozen=True)
class Calibration:
    """One quantity over all patients: rank counts, chi-square p, share of 90 % intervals that hold the truth."""

    name: str
    counts: np.ndarray
    p: float
    coverage: float
    low: float
    high: float


def patient(seed: int) -> tuple[dict[str, float], dict[str, bool], bool]:
    """Rank (0 to 1) of the truth and whether the 90 % interval held it, by quantity; and whether the chains settled."""
    rng = np.random.default_rng([20261125, seed])
    empty = Series("grip_left", measures()["grip_kg"], READING_DAYS, np.ones(len(READING_DAYS)))
    doses = tuple(Dose(day, 80.0) for day in DOSE_DAYS)
    blank = PatientModel(Observations(doses, (empty,), weight_kg=80.0, is_untreated_at_start=True))
    z = blank.draw_prior(1, rng)
    values = blank.values(z)
    level = blank.strength(values, blank.course(values, blank.rise(values), "grip_left"), empty)[
        0, READING_DAYS
    ]
    noise = values["error_sd.grip_left"] * rng.standard_normal(len(READING_DAYS))
    readings = level * np.exp(values["learning_fraction.grip_left"] * empty.practice + noise)
    series = Series("grip_left", empty.measure, READING_DAYS, readings)
    posterior = fit(with_readings(blank.observations, [series]), seed=seed, n_draws=N_DRAWS)

    table = lay_out(doses, AHEAD_DAY)
    truth = dict(zip((c.name for c in blank.coordinates), z[0], strict=True))
    drawn = {c.name: posterior.draws[:, i] for i, c in enumerate(blank.coordinates)}
    name = "strength 35 days after the last reading"
    truth[name] = blank.strength(values, blank.course(values, blank.rise(values, table), "grip_left"), empty)[
        0, -1
    ]
    drawn[name] = posterior.strength(series, table, 1000)[:, -1]
    ranks, held = {}, {}
    for key, draws in drawn.items():
        thinned = draws[np.linspace(0, len(draws) - 1, RANKED_DRAWS).astype(int)]
        ranks[key] = float(np.sum(thinned < truth[key])) / (RANKED_DRAWS + 1)
        low, high = np.quantile(draws, [0.05, 0.95])
        held[key] = bool(low <= truth[key] <= high)
    return ranks, held, posterior.status is FitStatus.SETTLED


def calibrate(n_patients: int, *, workers: int) -> tuple[list[Calibration], int]:
    """Calibrate each quantity over invented patients; also how many fits did not settle (they count all the same)."""
    if workers > 1:
        with ProcessPoolExecutor(workers) as pool:
            found = list(pool.map(patient, range(n_patients), chunksize=5))
    else:
        found = [patient(seed) for seed in range(n_patients)]
    rows = []
    for name in found[0][0]:
        ranks = np.array([ranks[name] for ranks, _, _ in found])
        counts = np.histogram(ranks, bins=BINS, range=(0, 1))[0]
        expected = n_patients / BINS
        p = float(chi2.sf(np.sum((counts - expected) ** 2 / expected), BINS - 1))
        hits = sum(held[name] for _, held, _ in found)
        low, high = (binom.ppf(q, n_patients, hits / n_patients) / n_patients for q in (0.025, 0.975))
        rows.append(Calibration(name, counts, p, hits / n_patients, float(low), float(high)))
    return rows, sum(not settled for _, _, settled in found)
