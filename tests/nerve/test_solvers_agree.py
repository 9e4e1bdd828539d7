"""The eigenmode kernel, the general solver and the plain dense cable give one answer where all apply."""

from __future__ import annotations

import numpy as np
import pytest

from ranvier.nerve.dense import dense_trace
from ranvier.nerve.eigenmodes import can_be_eliminated
from ranvier.nerve.fibre import build_fibre, draw_circuit
from ranvier.nerve.lesion import (
    Elements,
    InternodalChannels,
    MyelinLoss,
    NodeLengthening,
    SealLoosening,
    SodiumLoss,
    SteadyCurrent,
)
from ranvier.nerve.model import load_model
from ranvier.nerve.propagation import Pulse, conduct
from ranvier.nerve.weights import Scheme

#: Rate tables of 0.1 mV are the only approximation: some uV on a 130 mV impulse.
TABLE_MV = 0.02
#: Elimination itself is exact.
ROUNDING_MS = 1e-9
#: Lanes are summed in another order than a fibre alone.
GROUPED_MS = {"float64": 1e-9, "float32": 1e-3}

SYMMETRIC = {
    "healthy": [],
    "thin": [MyelinLoss(Elements(4, 2), 0.03)],
    "bare": [MyelinLoss(Elements(4), 0.0)],
    "sodium": [SodiumLoss(Elements(4, 3), 0.2)],
    "seal": [SealLoosening(Elements(4, 2), 30.0, includes_flut=True)],
    "all at once": [
        MyelinLoss(Elements(3, 2), (0.3, 0.1)),
        SodiumLoss(Elements(5), 0.5),
        SealLoosening(Elements(6), 10.0),
    ],
}
LOPSIDED = {
    "half a sheath": [MyelinLoss(Elements(4), 0.05, half="left")],
    "long node": [NodeLengthening(Elements(5), 6.0)],
    "potassium laid bare": [InternodalChannels(Elements(4), "kf", 0.05)],
}


@pytest.mark.parametrize("name", SYMMETRIC)
def test_eigenmodes_match_the_dense_cable(name: str) -> None:
    fibre = build_fibre(9.2, n_nodes=10, lesions=SYMMETRIC[name])
    assert can_be_eliminated(draw_circuit(fibre), fibre.model.resting_mv)
    check_against_dense(fibre)


@pytest.mark.parametrize("name", LOPSIDED)
def test_the_general_solver_matches_the_dense_cable(name: str) -> None:
    fibre = build_fibre(9.2, n_nodes=10, lesions=LOPSIDED[name])
    assert not can_be_eliminated(draw_circuit(fibre), fibre.model.resting_mv)
    check_against_dense(fibre)


@pytest.mark.parametrize("kind", ["motor", "sensory"])
def test_human_fibres_with_internodal_channels_match_the_dense_cable(kind: str) -> None:
    check_against_dense(build_fibre(10.0, n_nodes=8, model=load_model(f"gaines_2018_{kind}")))


def check_against_dense(fibre) -> None:
    expected = dense_trace(fibre, [Pulse(start_ms=0.1)], duration_ms=0.8, time_step_us=5.0)
    assert expected.max() > 0.0, "an impulse was under way"
    run = conduct(
        [fibre],
        [Pulse(start_ms=0.1)],
        duration_ms=0.805,
        time_step_us=5.0,
        scheme=Scheme.BACKWARD_EULER,
        trace_nodes=range(fibre.n_nodes),
    )[0]
    assert np.abs(run.trace_mv - expected).max() < TABLE_MV


@pytest.mark.parametrize("name", SYMMETRIC)
def test_elimination_and_the_general_solver_take_the_same_backward_euler_step(name: str) -> None:
    fibre = build_fibre(7.3, n_nodes=16, lesions=SYMMETRIC[name])
    one, other = (
        conduct([fibre], scheme=Scheme.BACKWARD_EULER, duration_ms=3.0, general=g)[0].arrival_ms
        for g in (False, True)
    )
    np.testing.assert_array_equal(np.isfinite(one), np.isfinite(other))
    assert np.nanmax(np.abs(one - other)) < ROUNDING_MS


@pytest.mark.parametrize("general", [False, True])
def test_the_error_of_the_second_order_scheme_falls_with_the_square_of_the_step(general: bool) -> None:
    fibre = build_fibre(10.0, n_nodes=31, lesions=[MyelinLoss(Elements(12, 3), 0.08)])

    def transit_ms(time_step_us: float) -> float:
        run = conduct([fibre], time_step_us=time_step_us, duration_ms=3.0, general=general)[0]
        return float(run.arrival_ms[25] - run.arrival_ms[8])

    best = transit_ms(0.25)
    errors = [abs(transit_ms(step) - best) for step in (4.0, 2.0)]
    assert 3.0 < errors[0] / errors[1] < 5.5


def test_both_second_order_schemes_converge_to_the_same_arrival() -> None:
    fibre = build_fibre(10.0, n_nodes=21)
    one, other = (conduct([fibre], time_step_us=0.5, duration_ms=2.0, general=g)[0] for g in (False, True))
    assert np.abs(one.arrival_ms - other.arrival_ms).max() * 1e3 < 0.1


def test_a_steady_current_settles_to_one_rest_in_both_solvers() -> None:
    fibre = build_fibre(10.0, n_nodes=15, lesions=[SteadyCurrent(Elements(7), -0.2)])
    runs = [conduct([fibre], [], duration_ms=0.1, trace_nodes=[7], general=g)[0] for g in (False, True)]
    rests = [run.trace_mv[0, 0] for run in runs]
    assert rests[0] < -81.0, "the current hyperpolarises"
    assert rests[0] == pytest.approx(rests[1], abs=0.05)


@pytest.mark.parametrize("precision", ["float64", "float32"])
@pytest.mark.parametrize("count", [2, 3, 8, 13, 24, 31])
def test_a_group_of_any_width_gives_what_its_fibres_give_alone(count: int, precision: str) -> None:
    fibres = [
        build_fibre(6.0 + 0.3 * i, n_nodes=9 + i % 4, lesions=[SodiumLoss(Elements(3), 1.0 - 0.02 * i)])
        for i in range(count)
    ]
    settings = {"duration_ms": 1.5, "precision": precision}
    together = conduct(fibres, **settings)
    for fibre, run in zip(fibres, together, strict=True):
        alone = conduct([fibre], **settings)[0]
        assert np.isfinite(alone.arrival_ms).all(), "the impulse passed"
        np.testing.assert_allclose(run.arrival_ms, alone.arrival_ms, rtol=0, atol=GROUPED_MS[precision])
