"""Case series: a simulated clinic drawn from the model's own tables, and many cases weighed in bounded memory."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from .model import Array, Group, model
from .observations import VALUES, ObservationTable
from .posterior import posteriors

Indices = NDArray[np.intp]
CHUNK = 5_000
# How often a group of findings is on record in a simulated clinic [judgement]; the others half the time.
RECORDED = {"distribution": 0.95, "tempo": 0.9, "reflexes_and_tone": 0.8, "sensation": 0.8, "symmetry": 0.8}


def simulate(
    cases: int, *, setting: str | None = None, seed: int = 1, draw: int = 0
) -> tuple[ObservationTable, Indices]:
    """Patients drawn from the model: their observations, and the disease (index in `model().diseases`) each has.

    `draw` 0 uses the mean shares; another uses that draw of every share, as a clinic whose frequencies differ from ours.
    """
    weights = model()
    random = np.random.default_rng(seed)
    chosen = weights.setting(setting)
    disease = random.choice(len(weights.diseases), size=cases, p=chosen.share[draw])
    form = _forms(random, disease)
    columns = []
    values = {name: np.full(cases, np.nan) for name in VALUES}
    for group in weights.groups:
        state = _pick(random, group.state_share[draw][form])
        present = random.random((cases, len(group.findings))) < group.finding_share[draw][:, state].T
        wrong = random.random(present.shape) < chosen.report_error
        share = RECORDED.get(group.id, 0.5)
        said = random.random(present.shape) < share
        columns.append(np.where(said, present ^ wrong, -1).astype(np.int8))
        if group.id == "tempo":
            known = random.random(cases) < share
            values["duration_months"][known] = _durations(random, group, disease, state)[known]
    person = weights.person
    ages = random.normal(person.age_mean[draw][disease], person.age_spread[disease])
    values["age_at_onset_years"] = np.where(random.random(cases) < 0.95, np.clip(ages, 1, 95), np.nan)
    male = (random.random(cases) < person.male[draw][disease]).astype(float)
    return ObservationTable(np.concatenate(columns, axis=1), values, male), disease


def _forms(random: np.random.Generator, disease: Indices) -> Indices:
    weights = model()
    shares = np.where(
        weights.disease_of_form == np.arange(len(weights.diseases))[:, None], weights.form_share, 0
    )
    return _pick(random, shares[disease])


def _pick(random: np.random.Generator, shares: Array) -> Indices:
    threshold = random.random((len(shares), 1))
    chosen: Indices = np.minimum((shares.cumsum(axis=1) < threshold).sum(axis=1), shares.shape[1] - 1)
    return chosen


def _durations(random: np.random.Generator, group: Group, disease: Indices, state: Indices) -> Array:
    names = model().diseases
    median = np.array([group.durations[name].median for name in names])[disease]
    spread = np.array([group.durations[name].spread for name in names])[disease]
    short = group.durations["within_weeks"]
    median, spread = np.where(state == 0, short.median, median), np.where(state == 0, short.spread, spread)
    return np.asarray(np.exp(random.normal(np.log(median), spread)))


def weigh_chunks(
    table: ObservationTable, *, setting: str | None = None, interval_draws: int = 0
) -> Iterator[tuple[Array, Array | None]]:
    """Posterior (cases, diseases) chunk by chunk, and with `interval_draws` the 5 and 95 % bounds (2, cases, diseases)."""
    for start in range(0, len(table), CHUNK):
        part = table.rows(start, start + CHUNK)
        found = posteriors(part, setting=setting)[:, 0]
        if not interval_draws:
            yield found, None
            continue
        bounds = []
        for row in range(0, len(part), 500):
            drawn = posteriors(part.rows(row, row + 500), setting=setting, rows=slice(1, 1 + interval_draws))
            bounds.append(np.quantile(drawn, (0.05, 0.95), axis=1))
        yield found, np.concatenate(bounds, axis=1)
