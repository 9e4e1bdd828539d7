"""Speed of judging and weighing, for `ranvier bench differential`; the peer is a plain loop over dictionaries."""

from __future__ import annotations

import resource
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np

from ranvier.criteria import Facts, edition, editions, evaluate
from ranvier.terms.benchmark import BenchmarkRow

from .model import model
from .next_tests import next_tests
from .observations import Observations, ObservationTable
from .posterior import posteriors
from .series import simulate
from .series_file import CHUNK, write_table
from .weighing import weigh

CASES = 100_000


def measure(*, short: bool) -> list[BenchmarkRow]:
    """Series of simulated cases, single cases, and the same posterior by a plain Python loop."""
    cases = 10_000 if short else CASES
    return [*_series(cases), *_single(), _against_a_loop(200 if short else 1000)]


def _series(cases: int) -> list[BenchmarkRow]:
    model(), editions()
    table, _ = simulate(cases, seed=5)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss

    def parts() -> Iterator[tuple[list[str], ObservationTable]]:
        for start in range(0, cases, CHUNK):
            part = table.rows(start, start + CHUNK)
            yield [str(start + row) for row in range(len(part))], part

    with tempfile.TemporaryDirectory() as folder:
        seconds = _time(lambda: write_table(parts(), cases, Path(folder) / "series.parquet"))
    grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
    return [
        BenchmarkRow(
            f"{cases:,} simulated cases judged by {len(editions())} editions, weighed, to parquet",
            seconds,
            "s",
        ),
        BenchmarkRow("further memory for it, beside the cases themselves", grown, "MiB"),
    ]


def _single() -> list[BenchmarkRow]:
    table, _ = simulate(1, seed=3)
    one = observation_of(table, 0)
    facts = Facts()
    return [
        BenchmarkRow(
            "one case weighed with interval and contributions", _best(lambda: weigh(one)) * 1000, "ms"
        ),
        BenchmarkRow("next tests for one case", _best(lambda: next_tests(one)) * 1000, "ms"),
        BenchmarkRow(
            "one empty case judged by the 2010 guideline, with could_become",
            _best(lambda: evaluate(facts, edition("efns_pns_2010"))) * 1000,
            "ms",
        ),
    ]


def _against_a_loop(cases: int) -> BenchmarkRow:
    table, _ = simulate(cases, seed=9)
    singles = [observation_of(table, row) for row in range(cases)]
    ours = _time(lambda: posteriors(table))
    result: list[list[float]] = []
    peers = _time(lambda: result.extend(plain_posterior(one) for one in singles))
    error = float(np.abs(np.array(result) - posteriors(table)[:, 0]).max())
    return BenchmarkRow(
        f"posterior of {cases} cases", ours, "s", "plain Python loops", peers, ratio=peers / ours, error=error
    )


def observation_of(table: ObservationTable, row: int) -> Observations:
    """One row of a table as a single case."""
    names = model().findings
    found = {
        name: bool(table.findings[row, i]) for i, name in enumerate(names) if table.findings[row, i] >= 0
    }
    values = {name: float(column[row]) for name, column in table.values.items() if np.isfinite(column[row])}
    sex = {1.0: "male", 0.0: "female"}.get(float(table.is_male[row]))
    return Observations(found, values, sex)


def plain_posterior(one: Observations) -> list[float]:
    """The same network summed out by plain loops: a check of the array code (duration and age, no laboratory value)."""
    weights = model()
    chosen = weights.setting(None)
    error = chosen.report_error
    scores = []
    for index, name in enumerate(weights.diseases):
        score = float(chosen.share[0, index])
        score *= sum(
            form.share * _plain_form(one, weights.forms.index(form), name, error)
            for form in weights.forms
            if form.disease == name
        )
        person = weights.person
        if "age_at_onset_years" in one.values:
            spread = float(person.age_spread[index])
            z = (one.values["age_at_onset_years"] - float(person.age_mean[0, index])) / spread
            score *= float(np.exp(-0.5 * z * z)) / spread + 0.02 / 80
        if one.sex is not None:
            male = float(person.male[0, index])
            score *= male if one.sex == "male" else 1 - male
        scores.append(score)
    total = sum(scores)
    return [score / total for score in scores]


def _plain_form(one: Observations, form: int, name: str, error: float) -> float:
    score = 1.0
    for group in model().groups:
        total = 0.0
        for state in range(len(group.states)):
            term = float(group.state_share[0, form, state])
            for position, finding in enumerate(group.findings):
                if finding in one.findings:
                    share = error + (1 - 2 * error) * float(group.finding_share[0, position, state])
                    term *= share if one.findings[finding] else 1 - share
            if group.id == "tempo" and "duration_months" in one.values:
                months = one.values["duration_months"]
                kind = "within_weeks" if state == 0 else name
                broad = np.exp(-0.5 * (np.log(max(months, 0.01) / 18) / 2.0) ** 2) / 5.01
                term *= 0.97 * float(group.durations[kind].density(months)) + 0.03 * float(broad)
            total += term
        score *= total
    return score


def _time(work: Callable[[], object]) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def _best(work: Callable[[], object]) -> float:
    work()
    return min(_time(work) for _ in range(5))
