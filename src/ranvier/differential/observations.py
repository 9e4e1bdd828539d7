"""What a case says to the differential: findings present or absent, and the values that come with them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from ranvier.case import Case, LabVerdict
from ranvier.criteria import ConductionFacts, Facts, facts_of, weak_limbs

from .antibodies import antibody_cautions
from .model import Model, model

BLOCK_RULE = "efns_pns_2010"  # the rule by which a study's block counts as definite here
ONE_LIMB = "weakness_of_one_limb"
VALUES = ("duration_months", "age_at_onset_years", "csf_protein_g_per_l", "ck_over_uln", "titre_over_limit")


@dataclass(frozen=True)
class Observations:
    """Findings the model weighs (True present, False absent; unknown ones are not here), values, sex.

    `values` has duration in months, age at onset in years, CSF protein in g/l, creatine kinase and the IgM anti-GM1 titre
    over the laboratory's limit. `contradictions` were left out; `cautions` say what a person should check (antibodies.py).
    """

    findings: Mapping[str, bool] = field(default_factory=dict)
    values: Mapping[str, float] = field(default_factory=dict)
    sex: str | None = None
    contradictions: tuple[tuple[str, str], ...] = ()
    unweighed: tuple[str, ...] = ()
    cautions: tuple[str, ...] = ()

    @property
    def is_empty(self) -> bool:
        """Whether nothing was said that the model weighs."""
        return not self.findings and not self.values and self.sex is None

    def with_finding(self, name: str, present: bool | None) -> Observations:
        """The same with one finding set, or (None) withheld with the values that come with it."""
        kept = {key: value for key, value in self.findings.items() if key != name}
        if present is not None:
            return replace(self, findings={**kept, name: present})
        tied = {"csf_protein_raised": "csf_protein_g_per_l", "ck_raised": "ck_over_uln"}
        tied |= {"anti_gm1_igm": "titre_over_limit"}
        values = {key: value for key, value in self.values.items() if key != tied.get(name)}
        return replace(self, findings=kept, values=values)


@dataclass(frozen=True)
class ObservationTable:
    """Many cases at once, in the model's order of findings.

    `findings` is (cases, findings) of 1 present, 0 absent, -1 unknown; `values` (cases,) each, NaN where unknown; `is_male` 1,
    0 or NaN.
    """

    findings: NDArray[np.int8]
    values: Mapping[str, NDArray[np.float64]]
    is_male: NDArray[np.float64]

    def __len__(self) -> int:
        return len(self.findings)

    @classmethod
    def of(cls, observed: Sequence[Observations], weights: Model | None = None) -> ObservationTable:
        """Stack single observations."""
        names = (model() if weights is None else weights).findings
        column = {name: index for index, name in enumerate(names)}
        found = np.full((len(observed), len(names)), -1, np.int8)
        for row, one in enumerate(observed):
            for name, present in one.findings.items():
                found[row, column[name]] = present
        code: dict[str | None, float] = {"male": 1.0, "female": 0.0, None: np.nan}
        return cls(
            found,
            {name: np.array([one.values.get(name, np.nan) for one in observed]) for name in VALUES},
            np.array([code[one.sex] for one in observed]),
        )

    def rows(self, start: int, stop: int) -> ObservationTable:
        """A run of cases."""
        values = {name: column[start:stop] for name, column in self.values.items()}
        return ObservationTable(self.findings[start:stop], values, self.is_male[start:stop])


def observe(case: Case, study: ConductionFacts | None = None) -> Observations:
    """The patient's own stated findings and values, and what a conduction study adds. Family and feared ones do not count."""
    facts = facts_of(case, study)
    observations = of_facts(facts)
    limbs = weak_limbs(case)
    if limbs:
        observations = observations.with_finding(ONE_LIMB, len(limbs) == 1)
    values = dict(observations.values)
    if case.patient.age_years is not None and "age_at_onset_years" not in values:
        values["age_at_onset_years"] = case.patient.age_years
    for lab in case.labs:
        is_gm1 = lab.analyte == "anti_gm1" and lab.isotype == "igm" and lab.verdict is LabVerdict.POSITIVE
        if is_gm1 and lab.value is not None and lab.upper_limit:
            values["titre_over_limit"] = lab.value / lab.upper_limit
    return replace(
        observations,
        values=values,
        sex=case.patient.sex,
        cautions=antibody_cautions(case, observations.findings),
    )


def of_facts(facts: Facts, weights: Model | None = None) -> Observations:
    """The part of the facts that the model weighs, as stated (what follows from it is the model's own affair)."""
    weights = model() if weights is None else weights
    left_out = {name for pair in facts.conflicts for name in pair}
    known = set(weights.findings)
    found: dict[str, bool] = {}
    unweighed = []
    for name, bounds in facts.stated.items():
        if name in left_out or not bounds.is_known:
            continue
        if name in known:
            found[name] = bounds.low >= 1
        elif name not in VALUES:
            unweighed.append(name)
    values = {
        name: facts.stated[name].low
        for name in VALUES
        if name in facts.stated and name not in left_out and facts.stated[name].is_known
    }
    _add_block(facts, found)
    return Observations(found, values, None, facts.contradictions, tuple(unweighed))


def _add_block(facts: Facts, found: dict[str, bool]) -> None:
    if facts.study is None or BLOCK_RULE not in facts.study.blocks:
        return
    counted = facts.for_rule(BLOCK_RULE)
    definite, block = counted.bounds("nerves_with_definite_block"), counted.bounds("nerves_with_block")
    if definite.low >= 1 or definite.high < 1:
        found["definite_conduction_block"] = definite.low >= 1
    if block.low >= 1 or block.high < 1:
        found["motor_conduction_block"] = block.low >= 1
