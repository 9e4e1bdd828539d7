"""The model as data: groups of findings, what each disease shows in them, and how well that is known.

A small Bayesian network: disease → its form (forms.py) → one hidden state in each group ("no sensory lesion", "a lesion in
the nerve", ...) → the findings of that group. Findings of one group are correlated through their state, so a weak hand and
a weak arm, or three signs of one upper motor neuron lesion, are never multiplied as if each were news. Findings of
different groups are correlated through the form; groups are independent given the form.

Every share is uncertain: states of a disease have a Dirichlet prior, findings in a state a beta prior, each worth `n`
patients. Since a case uses each share once, its exact posterior is that of the mean shares; draws give the interval.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ranvier.terms import DataError, InputRefused, Mark, Source
from ranvier.terms.vocabulary import diseases, findings, nearest, read_toml

from .forms import Form, own_row, read_forms, state_rows

Array = NDArray[np.float64]
FOLDER = Path(__file__).parent
DRAWS = 400
SEED = 20261125
# No share is taken as impossible or certain, whatever a small series showed [judgement].
LEAST = 0.001
# Findings made from a study or from the sides told, beside the project's finding ids.
MADE_FINDINGS = ("definite_conduction_block", "weakness_of_one_limb")


@dataclass(frozen=True)
class LogNormal:
    """A positive quantity whose logarithm is normal."""

    median: float
    spread: float

    def density(self, value: Array | float) -> Array:
        """Density of the logarithm at a value; NaN where the value is."""
        z = (np.log(np.maximum(value, 0.01)) - np.log(self.median)) / self.spread
        return np.asarray(np.exp(-0.5 * z**2) / (self.spread * np.sqrt(2 * np.pi)))


@dataclass(frozen=True)
class Group:
    """Findings that hang together.

    `state_share` is (draws + 1, forms, states), `finding_share` (draws + 1, findings, states); row 0 holds the means.
    """

    id: str
    label: str
    why: str
    states: tuple[str, ...]
    findings: tuple[str, ...]
    state_share: Array
    finding_share: Array
    sources: Mapping[str, Source]
    durations: Mapping[str, LogNormal]
    titres: Mapping[str, LogNormal]


@dataclass(frozen=True)
class Person:
    """Age at onset (normal, years) and share of men, by disease; rows of draws as in Group."""

    male: Array
    age_mean: Array
    age_spread: Array
    sources: Mapping[str, Source]


@dataclass(frozen=True)
class Setting:
    """Where the question is asked, how often each disease is the answer there, and how often a report is wrong."""

    id: str
    label: str
    share: Array
    report_error: float


@dataclass(frozen=True)
class Model:
    """Diseases in fixed order, their forms in the same order, groups of findings, the person, settings."""

    diseases: tuple[str, ...]
    forms: tuple[Form, ...]
    groups: tuple[Group, ...]
    person: Person
    settings: Mapping[str, Setting]
    default_setting: str

    @cached_property
    def disease_of_form(self) -> NDArray[np.intp]:
        """Index of each form's disease, (forms,)."""
        return np.array([self.diseases.index(form.disease) for form in self.forms])

    @cached_property
    def first_form(self) -> NDArray[np.intp]:
        """Where each disease's forms begin, (diseases,)."""
        return np.searchsorted(self.disease_of_form, np.arange(len(self.diseases)))

    @cached_property
    def form_share(self) -> Array:
        """Share of each form in its disease, (forms,); they add up to 1 within a disease."""
        return np.array([form.share for form in self.forms])

    def group_of(self, finding: str) -> Group | None:
        """The group that holds a finding; None when the model does not weigh it."""
        return next((group for group in self.groups if finding in group.findings), None)

    def setting(self, name: str | None) -> Setting:
        """A setting by id, the default for None. Raises InputRefused."""
        name = self.default_setting if name is None else name
        if name not in self.settings:
            raise InputRefused(
                path="setting",
                given=f'"{name}"',
                expected=f"One of: {', '.join(self.settings)}.{nearest(name, self.settings)}",
            )
        return self.settings[name]

    @property
    def findings(self) -> tuple[str, ...]:
        """Every finding the model weighs, group by group."""
        return tuple(name for group in self.groups for name in group.findings)


def _with_draws(mean: Array, weight: Array, random: np.random.Generator) -> Array:
    """Dirichlet draws (over the last axis) around a mean share, the mean itself first."""
    mean = np.maximum(mean, LEAST)
    mean = mean / mean.sum(axis=-1, keepdims=True)
    gammas = random.standard_gamma(np.broadcast_to(mean * weight[..., None], (DRAWS, *mean.shape)))
    draws = np.maximum(gammas / np.maximum(gammas.sum(axis=-1, keepdims=True), 1e-300), LEAST)
    return np.concatenate([mean[None], draws / draws.sum(axis=-1, keepdims=True)])


def _source(row: Mapping[str, Any], default: str) -> Source:
    text = str(row.get("source") or default)
    return Source(text, Mark(row["mark"]), f"observed {row['observed']}" if "observed" in row else None)


def _group(path: Path, names: tuple[str, ...], forms: tuple[Form, ...], random: np.random.Generator) -> Group:
    data = read_toml(path)
    states, members = tuple(data["states"]), data["findings"]
    unknown = [name for name in members if name not in findings() and name not in MADE_FINDINGS]
    missing = [name for name in names if name not in data["diseases"]]
    if unknown or missing:
        raise DataError(
            path=path.name, given=f"{unknown} {missing}", expected="Known findings, every disease"
        )
    for where, row in [*members.items(), *data["diseases"].items()]:
        if len(row["p"]) != len(states) or not all(0 <= p <= 1 for p in row["p"]):
            raise DataError(
                path=f"{path.name}.{where}", given=str(row["p"]), expected=f"{len(states)} shares"
            )
    whole = {name: (tuple(data["diseases"][name]["p"]), float(data["diseases"][name]["n"])) for name in names}
    drawn = _with_draws(*state_rows(data["id"], whole, forms), random)
    state_share = drawn[
        :, own_row(data["id"], forms)
    ]  # forms that do not differ have one uncertain share, not several
    share = np.array([row["p"] for row in members.values()], float)
    weight = np.array([[row["n"]] * len(states) for row in members.values()], float)
    finding_share = _with_draws(np.stack([share, 1 - share], axis=-1), weight, random)[..., 0]
    return Group(
        id=data["id"],
        label=data["label"],
        why=data["why_grouped"],
        states=states,
        findings=tuple(members),
        state_share=state_share,
        finding_share=finding_share,
        sources={name: _source(data["diseases"][name], data["source"]) for name in names},
        durations={
            k: LogNormal(v["median_months"], v["spread"]) for k, v in data.get("duration", {}).items()
        },
        titres={k: LogNormal(v["median"], v["spread"]) for k, v in data.get("titre_over_limit", {}).items()},
    )


def _person(path: Path, names: tuple[str, ...], random: np.random.Generator) -> Person:
    data = read_toml(path)
    rows = [data["diseases"][name] for name in names]
    weight = np.array([row["n"] for row in rows], float)
    male = np.array([row["male"] for row in rows], float)
    mean = np.array([row["age_mean_years"] for row in rows], float)
    spread = np.array([row["age_spread_years"] for row in rows], float)
    drawn_mean = random.normal(mean, spread / np.sqrt(weight), (DRAWS, len(names)))
    return Person(
        male=_with_draws(np.stack([male, 1 - male], axis=-1), weight, random)[..., 0],
        age_mean=np.concatenate([mean[None], drawn_mean]),
        age_spread=spread,
        sources={name: _source(data["diseases"][name], data["source"]) for name in names},
    )


@cache
def model() -> Model:
    """The model of `likelihoods/*.toml` and `priors.toml`, with its draws (fixed seed).

    Raises
        DataError: a table without a source, with an unknown finding, or without one of the diseases.
    """
    names = tuple(diseases())
    random = np.random.default_rng(SEED)
    paths = sorted(path for path in (FOLDER / "likelihoods").glob("*.toml") if path.stem != "person")
    forms = read_forms(names)
    groups = tuple(_group(path, names, forms, random) for path in paths)
    if unknown := {key for form in forms for key in form.states} - {group.id for group in groups}:
        raise DataError(path="forms.toml", given=str(sorted(unknown)), expected="Groups of likelihoods/")
    person = _person(FOLDER / "likelihoods" / "person.toml", names, random)
    priors = read_toml(FOLDER / "priors.toml")
    settings = {}
    for key, row in priors.items():
        if isinstance(row, dict):
            mean = np.array([row["p"][name] for name in names], float)
            settings[key] = Setting(
                key, row["label"], _with_draws(mean, np.array(float(row["n"])), random), row["report_error"]
            )
    return Model(names, forms, groups, person, settings, str(priors["default"]))
