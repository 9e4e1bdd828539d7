"""Run a file of reference conditions (shaped like NEURON's, see docs/nerve.md) and report the same columns.

Every condition is a fibre of 61 nodes stimulated by a 2 nA pulse of 0.1 ms at 0.5 ms, 10 ms long, without pre-run.
Lesions start at internode 25 (myelin, seal) or node 26 (sodium) and cover N of them.
"""

from __future__ import annotations

import csv
import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ranvier.terms import DocumentRefused, Fault, InputRefused, NerveError

from .fibre import Fibre, build_fibre
from .lesion import Elements, Lesion, MyelinLoss, SealLoosening, SodiumLoss
from .model import FibreModel
from .propagation import Conduction, Pulse, conduct
from .weights import Scheme

N_NODES = 61
FIRST_INTERNODE, FIRST_NODE = 25, 26
FIRST, LAST = 20, 45
RESULT_COLUMNS = ("t20_ms", "t45_ms", "cv_m_s", "blocked", "peak20_mV", "threshold_nA", "critical_factor")
THRESHOLD_TOLERANCE = 1e-5
BOUNDARY_TOLERANCE = 5e-4
LOWEST_FACTOR = 0.001
LANES = 16


@dataclass(frozen=True)
class Condition:
    """One row of the file."""

    id: str
    kind: str
    diameter_um: float
    celsius: float
    lesion: str
    count: int
    factor: float
    stimulated_node: int
    pulse_ms: float
    dt_us_as_given: str
    time_step_us: float

    def lesions(self, factor: float) -> list[Lesion]:
        """The row's lesion at a given size."""
        if self.lesion == "myelin":
            return [MyelinLoss(Elements(FIRST_INTERNODE, self.count), factor)]
        if self.lesion == "sodium":
            return [SodiumLoss(Elements(FIRST_NODE, self.count), factor)]
        if self.lesion == "seal":
            return [SealLoosening(Elements(FIRST_INTERNODE, self.count), factor)]
        return []

    def fibre(self, factor: float, model: FibreModel | None = None) -> Fibre:
        """The row's fibre with its lesion at a given size."""
        return build_fibre(
            self.diameter_um, n_nodes=N_NODES, celsius=self.celsius, lesions=self.lesions(factor), model=model
        )


def read_conditions(path: Path, time_step_us: float | None = None) -> tuple[list[Condition], list[Fault]]:
    """Read the file; rows that cannot be used come back as faults, with their line.

    Raises
        DocumentRefused: no such file, or none of the columns that a condition needs.
    """
    try:
        with path.open(encoding="utf-8-sig", newline="") as lines:
            reader = csv.DictReader(lines)
            missing = {"id", "kind", "D", "T"} - set(reader.fieldnames or ())
            if missing:
                given = f"no column {', '.join(sorted(missing))}"
                raise DocumentRefused(
                    [Fault(path.name, given, "Columns as in nerve-oracle.csv: id, kind, D, T, ...")]
                )
            rows = list(reader)
    except (OSError, UnicodeDecodeError) as error:
        raise DocumentRefused([Fault(str(path), f"cannot be read ({error})", "A CSV file")]) from error
    conditions, faults = [], []
    for number, row in enumerate(rows, start=2):
        where = f"{path.name} line {number} ({row.get('id')})"
        try:
            conditions.append(_condition(row, time_step_us))
        except InputRefused as refused:
            faults.append(Fault(f"{where} {refused.path}", refused.given, refused.expected))
            conditions.append(_unusable(row))
    return conditions, faults


def _unusable(row: dict[str, str]) -> Condition:
    # Keeps its place in the output, with nothing computed.
    nan = math.nan
    return Condition(
        row.get("id") or "", "unusable", nan, nan, "", 0, nan, 0, nan, row.get("dt_us") or "", nan
    )


def _condition(row: dict[str, str], time_step_us: float | None) -> Condition:
    def number(name: str, default: float) -> float:
        text = (row.get(name) or "").strip()
        try:
            value = float(text) if text else default
        except ValueError:
            value = math.nan
        if not math.isfinite(value):
            raise NerveError(path=name, given=f'"{text}"', expected="A finite number")
        return value

    kind, lesion = row["kind"].strip(), (row.get("lesion") or "").strip()
    if kind not in ("propagation", "fine", "threshold", "boundary"):
        raise NerveError(path="kind", given=f'"{kind}"', expected="propagation, fine, threshold or boundary")
    if lesion not in ("", "none", "myelin", "sodium", "seal"):
        raise NerveError(path="lesion", given=f'"{lesion}"', expected="myelin, sodium, seal or nothing")
    return Condition(
        id=row["id"],
        kind=kind,
        diameter_um=number("D", math.nan),
        celsius=number("T", 37.0),
        lesion=lesion,
        count=int(number("N", 1)),
        factor=number("factor", 1.0),
        stimulated_node=int(number("stim_node", 0)),
        pulse_ms=number("pulse_ms", 0.1),
        dt_us_as_given=row.get("dt_us") or "",
        time_step_us=time_step_us if time_step_us is not None else number("dt_us", 5.0),
    )


def run_conditions(
    conditions: Sequence[Condition], *, scheme: Scheme, workers: int = 1, model: FibreModel | None = None
) -> dict[int, dict[str, str]]:
    """Compute every condition's columns, by its index; a row that fails has a column `fault` instead."""
    results: dict[int, dict[str, str]] = {}
    propagating: dict[float, list[int]] = {}
    for index, condition in enumerate(conditions):
        if condition.kind in ("propagation", "fine"):
            propagating.setdefault(condition.time_step_us, []).append(index)
    for time_step_us, members in propagating.items():
        fibres: list[Fibre] = []
        good = []
        for index in members:
            try:
                fibres.append(conditions[index].fibre(conditions[index].factor, model))
                good.append(index)
            except InputRefused as refused:
                results[index] = {"fault": str(refused)}
        runs = conduct(fibres, time_step_us=time_step_us, scheme=scheme, workers=workers)
        results.update(
            {index: _propagation(run, conditions[index].kind) for index, run in zip(good, runs, strict=True)}
        )
    for index, condition in enumerate(conditions):
        if condition.kind in ("threshold", "boundary"):
            search = _threshold if condition.kind == "threshold" else _boundary
            try:
                results[index] = search(condition, scheme, model)
            except InputRefused as refused:
                results[index] = {"fault": str(refused)}
    return results


def _propagation(run: Conduction, kind: str) -> dict[str, str]:
    t20, t45 = run.arrival_ms[FIRST], run.arrival_ms[LAST]
    blocked = not np.isfinite(t45)
    return {
        "t20_ms": _text(t20),
        "t45_ms": _text(t45),
        "cv_m_s": _text(run.velocity_m_per_s(FIRST, LAST)),
        "blocked": ("1" if blocked else "0") if kind == "propagation" else "",
        "peak20_mV": _text(run.peak_mv[FIRST]),
    }


def _text(value: float) -> str:
    # The reference writes nan where an impulse never came.
    return f"{value:.7g}"


def _threshold(condition: Condition, scheme: Scheme, model: FibreModel | None) -> dict[str, str]:
    # The impulse must pass node 55, and node 5 as well when it starts in the middle.
    fibre = condition.fibre(condition.factor, model)
    needed = [55] if condition.stimulated_node < 5 else [5, 55]

    def propagates(currents: Sequence[float]) -> list[bool]:
        pulses = [
            [Pulse(condition.stimulated_node, float(current), 0.5, condition.pulse_ms)]
            for current in currents
        ]
        runs = conduct([fibre] * len(currents), pulses, time_step_us=condition.time_step_us, scheme=scheme)
        return [bool(np.isfinite(run.arrival_ms[needed]).all()) for run in runs]

    low, high = 1e-3, 1e4
    low, high = _narrow(propagates, low, high, THRESHOLD_TOLERANCE)
    return {"threshold_nA": f"{math.sqrt(low * high):.7g}" if high < 1e4 else ""}


def _boundary(condition: Condition, scheme: Scheme, model: FibreModel | None) -> dict[str, str]:
    def conducts(factors: Sequence[float]) -> list[bool]:
        fibres = [condition.fibre(float(factor), model) for factor in factors]
        runs = conduct(fibres, time_step_us=condition.time_step_us, scheme=scheme)
        return [bool(np.isfinite(run.arrival_ms[LAST])) for run in runs]

    if conducts([LOWEST_FACTOR])[0]:
        return {"critical_factor": "0"}
    low, high = _narrow(conducts, LOWEST_FACTOR, 1.0, BOUNDARY_TOLERANCE)
    return {"critical_factor": f"{math.sqrt(low * high):.7g}"}


def _narrow(
    passes: Callable[[Sequence[float]], Iterable[bool]], low: float, high: float, tolerance: float
) -> tuple[float, float]:
    """Close in on the largest value that fails, sixteen at a time, to a relative tolerance."""
    while high / low > 1.0 + tolerance:
        inner = np.geomspace(low, high, LANES + 2)[1:-1]
        passed = np.array(list(passes([float(v) for v in inner])))
        failing = np.flatnonzero(~passed)
        edge = int(failing[-1]) if failing.size else -1
        grid = [low, *inner, high]
        low, high = float(grid[edge + 1]), float(grid[edge + 2])
    return low, high


def write_results(path: Path, conditions: Sequence[Condition], results: dict[int, dict[str, str]]) -> None:
    """Write one row an input row, in order."""
    with path.open("w", encoding="utf-8", newline="") as out:
        writer = csv.DictWriter(out, ["id", "dt_us", *RESULT_COLUMNS], extrasaction="ignore", restval="")
        writer.writeheader()
        for index, condition in enumerate(conditions):
            writer.writerow({"id": condition.id, "dt_us": condition.dt_us_as_given, **results.get(index, {})})
