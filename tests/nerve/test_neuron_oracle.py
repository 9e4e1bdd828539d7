"""Against NEURON 9.0.2: 180 conditions, healthy, warm, cold and attacked (validation/nerve/README.md)."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest

from ranvier.nerve.conditions import read_conditions, run_conditions
from ranvier.nerve.fibre import build_fibre
from ranvier.nerve.propagation import conduct
from ranvier.nerve.weights import Scheme

REFERENCE = Path(__file__).parents[2] / "validation" / "nerve"
#: Issue 5: arrival within 1 us at equal step and scheme; waveform within 0.1 mV.
ARRIVAL_US, WAVEFORM_MV = 1.0, 0.1
#: The reference bisected thresholds to 1e-4 and boundaries to 0.2 %.
THRESHOLD, BOUNDARY = 5e-4, 4e-3
#: Issue 5: second order at 5 us within 2.5 % of dt -> 0 everywhere.
SECOND_ORDER = 0.025


@pytest.fixture(scope="module")
def reference() -> list[dict[str, str]]:
    with (REFERENCE / "neuron.csv").open(encoding="utf-8") as lines:
        return list(csv.DictReader(lines))


@pytest.fixture(scope="module")
def simulated() -> dict[int, dict[str, str]]:
    conditions, faults = read_conditions(REFERENCE / "neuron.csv")
    assert not faults
    return run_conditions(conditions, scheme=Scheme.BACKWARD_EULER)


def test_arrivals_agree_within_a_microsecond_and_no_block_is_wrong(reference, simulated) -> None:
    compared = 0
    for i, row in enumerate(reference):
        if row["kind"] not in ("propagation", "fine"):
            continue
        ours = simulated[i]
        if row["blocked"]:
            assert ours["blocked"] == row["blocked"], row["id"]
        for column in ("t20_ms", "t45_ms"):
            if row[column] == "nan":
                assert ours[column] == "nan", (row["id"], column)
            elif row[column]:
                assert 1e3 * abs(float(ours[column]) - float(row[column])) < ARRIVAL_US, (row["id"], column)
                compared += 1
        if row["peak20_mV"]:
            assert abs(float(ours["peak20_mV"]) - float(row["peak20_mV"])) < WAVEFORM_MV, row["id"]
    assert compared > 500


def test_thresholds_and_boundaries_agree(reference, simulated) -> None:
    for i, row in enumerate(reference):
        if row["kind"] == "threshold":
            assert float(simulated[i]["threshold_nA"]) == pytest.approx(
                float(row["threshold_nA"]), rel=THRESHOLD
            )
        if row["kind"] == "boundary":
            expected = float(row["critical_factor"])
            assert float(simulated[i]["critical_factor"]) == pytest.approx(expected, rel=BOUNDARY), row["id"]


def test_the_waveform_at_node_30_agrees() -> None:
    with (REFERENCE / "neuron_waveform.csv").open(encoding="utf-8") as lines:
        rows = list(csv.DictReader(lines))
    diameters = [float(name.removeprefix("v_mV_D")) for name in rows[0] if name.startswith("v_mV_D")]
    fibres = [build_fibre(d, n_nodes=61) for d in diameters]
    runs = conduct(fibres, time_step_us=1.0, scheme=Scheme.BACKWARD_EULER, trace_nodes=[30], duration_ms=4.0)
    offsets = np.array([int(row["t_us_from_peak"]) for row in rows])
    for diameter, run in zip(diameters, runs, strict=True):
        trace = run.trace_mv[:, 0]
        ours = trace[int(np.argmax(trace)) + offsets]
        theirs = np.array([float(row[f"v_mV_D{diameter:g}"]) for row in rows])
        assert np.abs(ours - theirs).max() < WAVEFORM_MV, diameter


def test_second_order_at_5_us_is_near_the_converged_conduction_time(reference) -> None:
    converged: dict[str, dict[float, float]] = {}
    for row in reference:
        if row["kind"] == "propagation" and row["t45_ms"] not in ("", "nan"):
            converged.setdefault(row["id"], {})[float(row["dt_us"])] = float(row["t45_ms"]) - float(
                row["t20_ms"]
            )
    conditions, _ = read_conditions(REFERENCE / "neuron.csv", 5.0)
    first = {c.id: i for i, c in reversed(list(enumerate(conditions))) if c.kind == "propagation"}
    rows = run_conditions([conditions[i] for i in first.values()], scheme=Scheme.SECOND_ORDER)
    errors = []
    for k, name in enumerate(first):
        steps = converged.get(name, {})
        if {5.0, 1.0} <= steps.keys() and not near_block(steps):
            limit = steps[1.0] - (steps[5.0] - steps[1.0]) / 4.0
            ours = float(rows[k]["t45_ms"]) - float(rows[k]["t20_ms"])
            errors.append(abs(ours / limit - 1.0))
    assert len(errors) > 80
    assert max(errors) < SECOND_ORDER


def near_block(steps: dict[float, float]) -> bool:
    """First-order extrapolation from 5 and 1 us means little where the step itself changes the time by a fifth."""
    return steps[5.0] / steps[1.0] > 1.2


def test_single_precision_gives_the_same_arrivals() -> None:
    fibres = [build_fibre(d, n_nodes=61) for d in (5.7, 10.0, 16.0)]
    double, single = (conduct(fibres, precision=p, duration_ms=4.0) for p in ("float64", "float32"))
    for a, b in zip(double, single, strict=True):
        assert np.abs(a.arrival_ms - b.arrival_ms).max() * 1e3 < 0.1
