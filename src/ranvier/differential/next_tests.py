"""Which examination or test would change the picture most: information, better decisions, less burden."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

import numpy as np

from ranvier.terms import DataError
from ranvier.terms.vocabulary import diseases, findings, in_line, read_toml

from .model import FOLDER, Array, model
from .observations import Observations, ObservationTable
from .posterior import log_likelihoods, posteriors

# A full bit of information and a full change from missing to giving the right treatment weigh alike [judgement].
DECISION_WEIGHT = 1.0
CRITERIA_WORTH = (
    0.15  # what it is worth to settle something the leading disease's criteria still lack [judgement]
)
LEAST_WORTH = 0.02
MADE_WORDS = {
    "definite_conduction_block": "definite conduction block",
    "weakness_of_one_limb": "weakness of one limb alone",
}


@dataclass(frozen=True)
class TestTerm:
    """A test: what it would tell, how much it asks of a person, and which findings show that it was done."""

    __test__ = False  # not a test of pytest's

    id: str
    label: str
    burden: float
    reveals: tuple[str, ...]
    confirms: Mapping[str, float]
    otherwise: float
    done_by: tuple[str, ...]


@dataclass(frozen=True)
class NextTest:
    """A test with what it is expected to bring: bits of information, gain in decisions, and both less the burden."""

    test: TestTerm
    expected_gain: float
    information_bits: float
    decision_gain: float
    asked_by_criteria: bool
    why: str


@cache
def known_tests() -> Mapping[str, TestTerm]:
    """Every test of `tests.toml`."""
    rows = {key: row for key, row in read_toml(FOLDER / "tests.toml").items() if isinstance(row, dict)}
    weighed = set(model().findings)
    terms = {}
    for key, row in rows.items():
        reveals, confirms = tuple(row.get("reveals", ())), dict(row.get("confirms", {}))
        if set(reveals) - weighed or set(confirms) - set(diseases()) or not (reveals or confirms):
            raise DataError(
                path=f"tests.toml.{key}", given=str(row), expected="Findings the model weighs, or diseases"
            )
        done_by = tuple(row.get("done_by", reveals))
        terms[key] = TestTerm(
            key, row["label"], row["burden"], reveals, confirms, row.get("otherwise", 0.0), done_by
        )
    return terms


@cache
def utility() -> tuple[tuple[str, ...], Array]:
    """Actions, and the worth of each when each disease is the truth, (actions, diseases)."""
    data = read_toml(FOLDER / "management.toml")
    actions = tuple(data["wrong"])
    names = model().diseases
    table = np.array([[data["wrong"][action]] * len(names) for action in actions], float)
    for column, name in enumerate(names):
        action = data["right"][name]
        table[actions.index(action), column] = data["worth"].get(action, 1.0)
    return actions, table


def entropy_bits(probability: Array) -> Array:
    """Shannon entropy over the last axis, in bits."""
    safe = np.maximum(probability, 1e-300)
    return np.asarray(-(probability * np.log2(safe)).sum(axis=-1))


def next_tests(
    observations: Observations,
    *,
    setting: str | None = None,
    asked_by_criteria: frozenset[str] = frozenset(),
    limit: int | None = 8,
) -> tuple[NextTest, ...]:
    """Tests not done yet, the most useful first; those not worth their burden are left out.

    `asked_by_criteria` are finding and test ids that the criteria of the likeliest disease still lack (`Judgement.missing`):
    a diagnosis that is likely but undocumented is worth documenting.
    """
    error = model().setting(setting).report_error
    now = posteriors(ObservationTable.of([observations]), setting=setting)[0, 0]
    rows = []
    for test in known_tests().values():
        done = any(name in observations.findings for name in test.done_by)
        if done and test.id not in asked_by_criteria:
            continue
        shares, after, words = outcomes(test, observations, now, error)
        asked = test.id in asked_by_criteria or bool(asked_by_criteria & {*test.reveals, *test.done_by})
        information = float(entropy_bits(now) - shares @ entropy_bits(after))
        _, table = utility()
        decision = float(shares @ (after @ table.T).max(axis=-1) - (now @ table.T).max())
        worth = information + DECISION_WEIGHT * decision + (CRITERIA_WORTH if asked else 0.0)
        if worth > max(test.burden, LEAST_WORTH):
            why = _why(test, shares, after, words, now, asked=asked, moves=information >= LEAST_WORTH)
            rows.append(NextTest(test, worth - test.burden, information, decision, asked, why))
    rows.sort(key=lambda row: -row.expected_gain)
    return tuple(rows[:limit])


def outcomes(
    test: TestTerm, observations: Observations, now: Array, report_error: float = 0.0
) -> tuple[Array, Array, list[str]]:
    """Each result the test can give: its probability, the probabilities of the diseases after it, and its words."""
    names = model().diseases
    if test.confirms:
        positive = np.array([test.confirms.get(name, test.otherwise) for name in names])
        likelihood = np.stack([positive, 1 - positive])
        words = ["if positive", "if negative"]
    else:
        unknown = [name for name in test.reveals if name not in observations.findings]
        combos = list(itertools.product((True, False), repeat=len(unknown)))
        results = []
        for combo in combos:
            one = observations
            for name, value in zip(unknown, combo, strict=True):
                one = one.with_finding(name, value)
            results.append(one)
        likelihood = _likelihood_of([observations, *results], report_error)
        words = [_combo_words(unknown, combo) for combo in combos]
    joint = likelihood * now
    shares = joint.sum(axis=-1)
    return shares, joint / np.maximum(shares[:, None], 1e-300), words


def _likelihood_of(cases: list[Observations], report_error: float) -> Array:
    """How likely each further result is in each disease, given what the first case says, (results, diseases)."""
    parts = log_likelihoods(ObservationTable.of(cases), slice(0, 1), model(), report_error)
    whole = np.sum(list(parts.values()), axis=0)[:, 0]
    return np.asarray(np.exp(whole[1:] - whole[0]))


def _combo_words(names: list[str], combo: tuple[bool, ...]) -> str:
    present = [in_words(name) for name, value in zip(names, combo, strict=True) if value]
    if present:
        return f"with {' and '.join(present)}"
    return "with none of it" if len(names) > 1 else "".join(f"without {in_words(name)}" for name in names)


def in_words(name: str) -> str:
    """A finding as it stands inside a sentence; MADE_WORDS has those made from a study or from the sides told."""
    return MADE_WORDS.get(name) or in_line(findings()[name].label)


def _why(
    test: TestTerm, shares: Array, after: Array, words: list[str], now: Array, *, asked: bool, moves: bool
) -> str:
    """One sentence: the results that would move the picture most, and whether the criteria still lack the test."""
    names = model().diseases
    terms = diseases()
    leader_now = terms[names[int(np.argmax(now))]].short
    start = f"{test.label[0].upper()}{test.label[1:]}: "
    lacking = f"the criteria for {leader_now} cannot be settled without it"
    if asked and not moves:
        return start + lacking
    moved = shares * np.abs(after - now).sum(axis=-1)
    parts = []
    for index in np.argsort(-moved)[:2]:
        if shares[index] < 0.01:
            continue
        change = after[index] - now
        up, leader = int(np.argmax(change)), int(np.argmax(after[index]))
        text = (
            f"{words[index]} (about {shares[index]:.0%} likely) {terms[names[up]].short} goes from "
            f"{now[up]:.0%} to {after[index][up]:.0%}"
        )
        if leader != up:
            text += f", {terms[names[leader]].short} still leads"
        parts.append(text)
    return start + "; ".join(parts + ([lacking] if asked else []))
