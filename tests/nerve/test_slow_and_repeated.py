"""Trains of impulses, and the pump with what it adds: cold block and block after activity, only when switched on."""

from __future__ import annotations

import csv
import math
from pathlib import Path

import numpy as np
import pytest

from ranvier.nerve.fibre import build_fibre
from ranvier.nerve.lesion import Elements, MyelinLoss, SodiumLoss, SteadyCurrent
from ranvier.nerve.propagation import Outcome, Pulse, conduct
from ranvier.nerve.pump import load_pump, pump_after, run_pump
from ranvier.nerve.trains import maximal_transmissible_frequency_hz, refractory_period_of_transmission_ms
from ranvier.nerve.weights import Scheme
from ranvier.terms import NerveError

#: The reference searched another grid of intervals; near 1 ms some longer intervals fail where shorter pass.
REFRACTORY = 0.08


def test_refractory_periods_match_the_reference_runs() -> None:
    path = Path(__file__).parents[2] / "validation" / "nerve" / "mrg_rpt.csv"
    with path.open(encoding="utf-8") as lines:
        rows = list(csv.DictReader(lines))
    for row in (rows[0], rows[4], rows[8], rows[15]):
        where, value = Elements(20, int(row["n_consecutive"])), float(row["value"])
        lesion = {"none": [], "remaining_myelin_lamellae_fraction": [MyelinLoss(where, value)]}.get(
            row["lesion_parameter"], [SodiumLoss(where, value)]
        )
        ours = refractory_period_of_transmission_ms(
            build_fibre(10.0, n_nodes=45, lesions=lesion), scheme=Scheme.BACKWARD_EULER
        )
        assert ours == pytest.approx(float(row["refractory_period_of_transmission_ms"]), rel=REFRACTORY)


def test_a_lesion_near_block_lets_only_slow_trains_through() -> None:
    healthy, attacked = (
        build_fibre(10.0, n_nodes=35, lesions=lesions)
        for lesions in ([], [MyelinLoss(Elements(15, 3), 0.04)])
    )
    assert maximal_transmissible_frequency_hz(healthy, n_impulses=4) > 600.0
    assert maximal_transmissible_frequency_hz(attacked, n_impulses=4) < 350.0


def test_a_blocked_fibre_has_no_refractory_period_of_transmission() -> None:
    blocked = build_fibre(10.0, n_nodes=30, lesions=[MyelinLoss(Elements(12), 0.0)])
    assert math.isnan(refractory_period_of_transmission_ms(blocked))


def test_at_rest_and_warm_the_pump_changes_nothing() -> None:
    state = pump_after(load_pump(), celsius=37.0)
    assert state.sodium == pytest.approx(1.0)
    assert state.net_current_na == pytest.approx(0.0, abs=1e-12)


def test_activity_hyperpolarises_and_cold_depolarises() -> None:
    pump = load_pump()
    after = [
        pump_after(pump, celsius=37.0, rate_hz=30.0, duration_s=d).net_current_na for d in (5.0, 30.0, 60.0)
    ]
    assert 0.0 > after[0] > after[1] > after[2]
    leaky = [pump_after(pump, celsius=t, leak_na=0.3).net_current_na for t in (37.0, 31.0, 25.0)]
    assert 0.0 < leaky[0] < leaky[1] < leaky[2]


def test_a_lesion_blocks_after_exercise_only_with_the_pump() -> None:
    fibre = build_fibre(10.0, n_nodes=45, lesions=[SodiumLoss(Elements(20, 10), 0.28)])
    without, rested, tired = conduct(
        [fibre, run_pump(fibre), run_pump(fibre, rate_hz=30.0, duration_s=60.0)], duration_ms=8.0
    )
    assert without.outcome is Outcome.CONDUCTED
    assert rested.outcome is Outcome.CONDUCTED
    assert tired.outcome is Outcome.BLOCKED


def test_a_leaky_lesion_blocks_in_the_cold_only_with_the_pump() -> None:
    # Without a pump the membrane feels the same steady current at every temperature: what is left at 37 degrees.
    leak_na, nodes = 0.3, Elements(20, 5)
    left_at_37 = pump_after(load_pump(), celsius=37.0, leak_na=leak_na).net_current_na

    def passes(celsius: float, *, pump: bool) -> bool:
        current = leak_na if pump else left_at_37
        lesions = [SodiumLoss(nodes, 0.5), SteadyCurrent(nodes, current)]
        fibre = build_fibre(10.0, n_nodes=45, celsius=celsius, lesions=lesions)
        fibre = run_pump(fibre) if pump else fibre
        stimulated, silent = conduct([fibre, fibre], [[Pulse()], []], duration_ms=6.0)
        assert not np.isfinite(silent.arrival_ms[-1]), "no impulse of its own"
        return math.isfinite(stimulated.arrival_ms[-1])

    assert passes(37.0, pump=True)
    assert not passes(25.0, pump=True)
    assert passes(25.0, pump=False)


def test_a_pure_myelin_lesion_blocks_when_warmed_not_when_cooled() -> None:
    # biophysics 2.2: 1.35 % of the lamellae of one internode conducts to 37 degrees and is blocked at 38.
    runs = conduct(
        [
            build_fibre(10.0, n_nodes=45, celsius=t, lesions=[MyelinLoss(Elements(20), 0.0135)])
            for t in (25.0, 31.0, 37.0, 38.0, 40.0)
        ],
        scheme=Scheme.BACKWARD_EULER,
    )
    assert [run.is_blocked for run in runs] == [False, False, False, True, True]


@pytest.mark.parametrize(
    "given", [{"leak_na": -0.1}, {"rate_hz": -1.0}, {"rate_hz": 1e4}, {"duration_s": -1.0}]
)
def test_a_pump_asked_the_impossible_refuses(given: dict[str, float]) -> None:
    with pytest.raises(NerveError):
        pump_after(load_pump(), celsius=37.0, **given)
