"""Weigh a case: the probability of each disease with its interval, and what each finding contributed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from ranvier.terms import Source
from ranvier.terms.vocabulary import diseases

from .model import Array, Model, Setting, model
from .observations import Observations, ObservationTable
from .posterior import log_likelihoods, normalise, posteriors

IN_SIGHT = 0.05  # a treatable disease above this is named even when others lead (issue 4)
INTERVAL = (0.05, 0.95)
EVIDENCE_BASE = "Ranvier evidence base"  # the source of rows that have none of their own


@dataclass(frozen=True)
class Contribution:
    """What one finding (or value) did: for each disease, how much likelier it is there than in the others.

    The ratio is the share with the finding in the disease, given all else that was observed, over the average of the same
    in all other diseases, weighted as they are in this setting. Above 1 speaks for the disease.
    """

    finding: str
    verdict: str
    group: str
    likelihood_ratio: Mapping[str, float]
    source: str


@dataclass(frozen=True)
class Weighing:
    """The result for one case. `posterior` sums to 1 and `other` is never 0.

    `balance` holds decibans (ten times the base-10 logarithm of the odds) of the leader against each rival: the prior
    and each group; they add up to `total`. `flips` are single findings whose change would put another disease first.
    """

    setting: str
    observations: Observations
    posterior: Mapping[str, float]
    interval: Mapping[str, tuple[float, float]]
    contributions: tuple[Contribution, ...]
    balance: Mapping[str, Mapping[str, float]]
    flips: tuple[tuple[str, str, str], ...]
    treatable_in_sight: tuple[str, ...]

    @property
    def leader(self) -> str:
        """The likeliest disease."""
        return max(self.posterior, key=self.posterior.__getitem__)


def weigh(observations: Observations, setting: str | None = None) -> Weighing:
    """Weigh what was observed; with nothing observed the answer is the prior of the setting."""
    weights = model()
    names = weights.diseases
    chosen = weights.setting(setting)
    probability = posteriors(ObservationTable.of([observations]), setting=chosen.id)[0, 0]
    drawn = posteriors(ObservationTable.of([observations]), setting=chosen.id, rows=slice(1, None))[0]
    low, high = np.quantile(drawn, INTERVAL, axis=0)
    posterior = {name: float(value) for name, value in zip(names, probability, strict=True)}
    leader = int(np.argmax(probability))
    terms = diseases()
    return Weighing(
        setting=chosen.id,
        observations=observations,
        posterior=posterior,
        interval={name: (float(low[i]), float(high[i])) for i, name in enumerate(names)},
        contributions=_contributions(observations, chosen, weights),
        balance=_balance(observations, chosen, leader, weights),
        flips=_flips(observations, chosen.id, names[leader], weights),
        treatable_in_sight=tuple(
            name
            for name in sorted(names, key=posterior.__getitem__, reverse=True)
            if terms[name].treatable and posterior[name] > IN_SIGHT
        ),
    )


def _contributions(observations: Observations, setting: Setting, weights: Model) -> tuple[Contribution, ...]:
    lone = [name for name in ("duration_months", "age_at_onset_years") if name in observations.values]
    values = observations.values
    fewer = [observations.with_finding(name, None) for name in observations.findings]
    fewer += [replace(observations, values={k: v for k, v in values.items() if k != name}) for name in lone]
    table = ObservationTable.of([observations, *fewer])
    parts = log_likelihoods(table, slice(0, 1), weights, setting.report_error)
    whole = np.sum(list(parts.values()), axis=0)[:, 0]
    groups = {group.id: group for group in weights.groups}
    rows = []
    for name, without in zip((*observations.findings, *lone), whole[1:], strict=True):
        if name in lone:
            key = "tempo" if name == "duration_months" else "person"
            verdict = f"{values[name]:g}"
        else:
            group = weights.group_of(name)
            assert group is not None
            key, verdict = group.id, "present" if observations.findings[name] else "absent"
        sources = weights.person.sources if key == "person" else groups[key].sources
        ratios = _ratios(np.exp(whole[0] - without), setting.share[0], weights.diseases)
        rows.append(Contribution(name, verdict, key, ratios, _sources(sources, weights.diseases)))
    return tuple(sorted(rows, key=lambda row: -max(abs(np.log(r)) for r in row.likelihood_ratio.values())))


def _log_parts(observations: Observations, setting: Setting, weights: Model) -> dict[str, Array]:
    parts = log_likelihoods(ObservationTable.of([observations]), slice(0, 1), weights, setting.report_error)
    return {key: part[0, 0] for key, part in parts.items()}


def _ratios(likelihood: Array, prior: Array, names: tuple[str, ...]) -> dict[str, float]:
    total = float(prior @ likelihood)
    ratios = {}
    for index, name in enumerate(names):
        others = (total - prior[index] * likelihood[index]) / (1 - prior[index])
        ratios[name] = float(likelihood[index] / others)
    return ratios


def _sources(sources: Mapping[str, Source], names: tuple[str, ...]) -> str:
    """The sources of a group's shares, each with the diseases it is for; the rest is judgement and says so."""
    told: dict[str, list[str]] = {}
    for name in names:
        text = str(sources[name])
        if EVIDENCE_BASE not in text:
            told.setdefault(text, []).append(diseases()[name].short)
    known = "; ".join(f"{', '.join(shorts)}: {text}" for text, shorts in told.items())
    rest = "other shares: judgement with a wide prior"
    return f"{known}; {rest}" if known else rest


def decibans(log_odds: Array | float) -> Array:
    """Natural log odds as decibans, 10 log10 of the odds. 10 is tenfold, 3 is twofold."""
    return np.asarray(10 * np.asarray(log_odds) / np.log(10))


def _balance(
    observations: Observations, setting: Setting, leader: int, weights: Model
) -> dict[str, dict[str, float]]:
    parts = _log_parts(observations, setting, weights)
    parts = {
        "prior": np.log(setting.share[0]),
        **{key: part for key, part in parts.items() if np.ptp(part) > 1e-12},
    }
    balance = {}
    for index, name in enumerate(weights.diseases):
        if index == leader:
            continue
        row = {key: float(decibans(part[leader] - part[index])) for key, part in parts.items()}
        balance[name] = {**row, "total": sum(row.values())}
    return balance


def _flips(
    observations: Observations, setting: str, leader: str, weights: Model
) -> tuple[tuple[str, str, str], ...]:
    changes = []
    for name in weights.findings:
        known = observations.findings.get(name)
        for value in (True, False) if known is None else (not known,):
            changes.append((name, value, observations.with_finding(name, None).with_finding(name, value)))
    found = posteriors(ObservationTable.of([row[2] for row in changes]), setting=setting)[:, 0]
    flips = [
        (name, "present" if value else "absent", weights.diseases[int(np.argmax(row))])
        for (name, value, _), row in zip(changes, found, strict=True)
        if weights.diseases[int(np.argmax(row))] != leader
    ]
    # A stated finding that may be wrong comes before one that nobody looked for.
    return tuple(sorted(flips, key=lambda flip: flip[0] not in observations.findings))


def top(weighing: Weighing, count: int = 3) -> tuple[str, ...]:
    """The likeliest diseases, first the likeliest."""
    return tuple(sorted(weighing.posterior, key=weighing.posterior.__getitem__, reverse=True)[:count])


__all__ = ["Contribution", "Weighing", "decibans", "normalise", "top", "weigh"]
