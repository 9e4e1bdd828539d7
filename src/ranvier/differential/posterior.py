"""From observations to the probability of each disease, exactly and in bulk."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from .model import Array, Group, Model, Person, model
from .observations import Observations


def group_likelihood(group: Group, observed: Sequence[Observations], rows: slice) -> Array:
    """Likelihood of what was observed in one group, (cases, draws, diseases); 1 where nothing was.

    `rows` picks the draws: slice(0, 1) is the means.
    """
    states = group.state_share[rows]
    shares = group.finding_share[rows]
    product = np.ones((len(observed), states.shape[0], len(group.states)))
    touched = np.zeros(len(observed), bool)
    for index, name in enumerate(group.findings):
        said = np.array([one.findings.get(name, None) is not None for one in observed])
        present = np.array([bool(one.findings.get(name)) for one in observed])
        factor = np.where(present[:, None, None], shares[None, :, index], 1 - shares[None, :, index])
        product = np.where(said[:, None, None], product * factor, product)
        touched |= said
    values = value_factor(group, _columns(observed))
    if values is None:
        result = np.einsum("csk,sdk->csd", product, states)
        return np.where(touched[:, None, None], result, 1.0)
    factor, known = values
    result = np.einsum("csk,sdk,cdk->csd", product, states, factor)
    return np.where((touched | known)[:, None, None], result, 1.0)


def _columns(observed: Sequence[Observations]) -> dict[str, Array]:
    names = ("duration_months", "csf_protein_g_per_l", "ck_over_uln", "titre_over_limit")
    return {name: np.array([one.values.get(name, np.nan) for one in observed]) for name in names}


def value_factor(group: Group, values: Mapping[str, Array]) -> tuple[Array, np.ndarray] | None:
    """What a measured value says of each state, (cases, diseases or 1, states), and where one was measured."""
    match group.id:
        case "tempo":
            return _duration_factor(group, values["duration_months"])
        case "spinal_fluid":
            value = values["csf_protein_g_per_l"]
            return _cut(value, value >= 1.0, (1.0, 1.0, 0.0), (0.0, 0.0, 1.0))
        case "creatine_kinase":
            value = values["ck_over_uln"]
            return _cut(value, value > 5.0, (1.0, 1.0, 0.0), (0.0, 0.0, 1.0))
        case "igm_antibodies":
            value = values["titre_over_limit"]
            factor = np.ones((len(value), 1, 3))
            known = np.isfinite(value)
            for index, state in enumerate(group.states):
                if state in group.titres:
                    factor[known, 0, index] = group.titres[state].density(value[known])
            factor[known, 0, 0] = 0.05
            return factor, known
    return None


def _cut(value: Array, above: np.ndarray, low: Sequence[float], high: Sequence[float]) -> tuple[Array, np.ndarray]:
    # A value rules out the states on the other side of the cut, up to an error of 2 % [judgement].
    known = np.isfinite(value)
    factor = np.where(above[:, None], np.array(high), np.array(low))[:, None, :]
    return np.where(known[:, None, None], np.maximum(factor, 0.02), 1.0), known


def _duration_factor(group: Group, months: Array) -> tuple[Array, np.ndarray]:
    known = np.isfinite(months)
    names = [name for name in group.durations if name != "within_weeks"]
    factor = np.ones((len(months), len(names), len(group.states)))
    short = group.durations["within_weeks"].density(months[known])
    for column, name in enumerate(names):
        own = group.durations[name].density(months[known])
        factor[known, column, 0] = short
        factor[known, column, 1:] = own[:, None]
    # The tail of a log-normal is thinner than life [judgement]: mix in a broad one.
    broad = np.exp(-0.5 * ((np.log(np.maximum(months[known], 0.01)) - np.log(18)) / 2.0) ** 2) / 5.01
    factor[known] = 0.97 * factor[known] + 0.03 * broad[:, None, None]
    return factor, known


def person_likelihood(person: Person, ages: Array, is_male: Array, rows: slice) -> Array:
    """Likelihood of age at onset and sex (1 man, 0 woman, NaN unknown), (cases, draws, diseases)."""
    mean, spread = person.age_mean[rows], person.age_spread
    z = (ages[:, None, None] - mean[None]) / spread
    density = np.exp(-0.5 * z**2) / spread + 0.02 / 80  # a small floor over 80 years: no age is impossible
    age = np.where(np.isfinite(ages)[:, None, None], density, 1.0)
    male = person.male[rows][None]
    sex = np.where(is_male[:, None, None] == 1, male, np.where(is_male[:, None, None] == 0, 1 - male, 1.0))
    return np.asarray(age * sex)


def log_likelihoods(observed: Sequence[Observations], rows: slice, weights: Model | None = None) -> dict[str, Array]:
    """Natural logarithm of the likelihood, group by group, each (cases, draws, diseases)."""
    weights = model() if weights is None else weights
    parts = {group.id: np.log(group_likelihood(group, observed, rows)) for group in weights.groups}
    ages = np.array([one.values.get("age_at_onset_years", np.nan) for one in observed])
    code: dict[str | None, float] = {"male": 1.0, "female": 0.0, None: np.nan}
    is_male = np.array([code[one.sex] for one in observed])
    parts["person"] = np.log(person_likelihood(weights.person, ages, is_male, rows))
    return parts


def normalise(log_weight: Array) -> Array:
    """Probabilities from unnormalised logarithms over the last axis; they sum to 1."""
    shifted = np.exp(log_weight - log_weight.max(axis=-1, keepdims=True))
    return np.asarray(shifted / shifted.sum(axis=-1, keepdims=True))


def posteriors(
    observed: Sequence[Observations], *, setting: str | None = None, rows: slice = slice(0, 1)
) -> Array:
    """Probability of each disease, (cases, draws, diseases), in the model's order of diseases."""
    weights = model()
    log_weight = np.log(weights.setting(setting).share[rows])[None]
    for part in log_likelihoods(observed, rows, weights).values():
        log_weight = log_weight + part
    return normalise(log_weight)
