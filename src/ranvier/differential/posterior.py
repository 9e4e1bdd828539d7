"""From observations to the probability of each disease, exactly and in bulk."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from .model import Array, Group, Model, Person, model
from .observations import ObservationTable


def group_likelihood(group: Group, table: ObservationTable, rows: slice, report_error: float = 0.0) -> Array:
    """Likelihood of what was observed in one group, (cases, draws, forms); 1 where nothing was.

    `rows` picks the draws: slice(0, 1) is the means. `report_error` is how often a finding is reported the wrong way round.
    """
    states = group.state_share[rows]
    shares = report_error + (1 - 2 * report_error) * group.finding_share[rows]
    first = model().findings.index(group.findings[0])
    found = table.findings[:, first : first + len(group.findings)]
    values = value_factor(group, table.values)
    if values is None:  # few different rows: each is computed once
        different, back = np.unique(found, axis=0, return_inverse=True)
        likelihood = np.einsum("csk,sdk->csd", _product(different, shares), states)
        likelihood[(different < 0).all(axis=1)] = 1.0
        return np.asarray(likelihood[back.reshape(-1)])
    factor, known = values
    if factor.shape[1] > 1:
        factor = factor[:, model().disease_of_form]
    likelihood = np.einsum("csk,sdk,cdk->csd", _product(found, shares), states, factor)
    likelihood[(found < 0).all(axis=1) & ~known] = 1.0
    return np.asarray(likelihood)


def _product(found: NDArray[np.int8], shares: Array) -> Array:
    """Share of each row of findings in each state, (rows, draws, states)."""
    product = np.ones((len(found), shares.shape[0], shares.shape[2]))
    for index in range(found.shape[1]):
        present, absent = found[:, index] == 1, found[:, index] == 0
        product[present] *= shares[None, :, index]
        product[absent] *= 1 - shares[None, :, index]
    return product


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


def _cut(
    value: Array, above: np.ndarray, low: Sequence[float], high: Sequence[float]
) -> tuple[Array, np.ndarray]:
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


def log_likelihoods(
    table: ObservationTable, rows: slice, weights: Model, report_error: float
) -> dict[str, Array]:
    """Natural logarithm of the likelihood, group by group, each (cases, draws, diseases); they add up to the whole.

    Each group is weighed given the groups before it: what they said of a disease's form is carried on (the chain rule).
    """
    parts = {}
    first = weights.first_form
    form = np.log(weights.form_share)[None, None]  # log share of each form, with what was seen so far
    before = np.zeros(len(weights.diseases))
    for group in weights.groups:
        form = form + np.log(group_likelihood(group, table, rows, report_error))
        so_far = np.logaddexp.reduceat(form, first, axis=-1)
        parts[group.id] = so_far - before
        before = so_far
    ages = table.values["age_at_onset_years"]
    parts["person"] = np.log(person_likelihood(weights.person, ages, table.is_male, rows))
    return parts


def normalise(log_weight: Array) -> Array:
    """Probabilities from unnormalised logarithms over the last axis; they sum to 1."""
    shifted = np.exp(log_weight - log_weight.max(axis=-1, keepdims=True))
    return np.asarray(shifted / shifted.sum(axis=-1, keepdims=True))


def posteriors(table: ObservationTable, *, setting: str | None = None, rows: slice = slice(0, 1)) -> Array:
    """Probability of each disease, (cases, draws, diseases), in the model's order of diseases."""
    weights = model()
    chosen = weights.setting(setting)
    log_weight = np.log(chosen.share[rows])[None]
    for part in log_likelihoods(table, rows, weights, chosen.report_error).values():
        log_weight = log_weight + part
    return normalise(log_weight)
