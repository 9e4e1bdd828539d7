"""One battery for every fibre model, and the loader's refusals."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from ranvier.nerve.fibre import build_fibre
from ranvier.nerve.kinetics import rate_per_ms, steady_state
from ranvier.nerve.lesion import Elements, MyelinLoss, SteadyCurrent
from ranvier.nerve.model import GATES, load_model, names
from ranvier.nerve.propagation import Outcome, Pulse, conduct
from ranvier.terms import NerveError

MODELS = names()


@pytest.mark.parametrize("name", MODELS)
def test_rates_are_positive_and_smooth_everywhere_even_where_the_formula_is_0_over_0(name: str) -> None:
    for gate in load_model(name).gates.values():
        for rate in (gate.alpha, gate.beta):
            v_mv = np.concatenate([np.linspace(-200, 200, 4001), rate.half_mv + np.array([-1e-7, 0.0, 1e-7])])
            values = rate_per_ms(rate, v_mv)
            assert np.isfinite(values).all()
            assert (values >= 0).all()
            around = rate_per_ms(rate, rate.half_mv + np.array([-1e-4, 0.0, 1e-4]))
            assert np.ptp(around) < 1e-3 * around[1]


@pytest.mark.parametrize("name", MODELS)
def test_activation_opens_and_inactivation_closes_on_depolarisation(name: str) -> None:
    model = load_model(name)
    for gate in ("m", "p", "s", "n"):
        # Not below -90 mV: there the published s gate opens again, since its closing rate vanishes first.
        low, high = steady_state(model.gates[gate], np.array([-85.0, 20.0]))
        assert low < 0.2 < 0.5 < high, gate
    for gate in ("h", "q"):
        low, high = steady_state(model.gates[gate], np.array([-130.0, 20.0]))
        assert low > 0.5 > 0.1 > high, gate


@pytest.mark.parametrize("name", MODELS)
def test_geometry_grows_with_diameter_and_fits_together(name: str) -> None:
    model = load_model(name)
    rows = [model.geometry(d) for d in np.linspace(model.diameter_low_um, model.diameter_high_um, 40)]
    for row in rows:
        assert row.node_diameter_um < row.axon_diameter_um < row.diameter_um
        assert row.stin_length_um > 0
        total = row.node_length_um + 2 * row.mysa_length_um + 2 * row.flut_length_um + 6 * row.stin_length_um
        assert total == pytest.approx(row.node_spacing_um)
    spacing = [row.node_spacing_um for row in rows]
    assert all(a < b for a, b in itertools.pairwise(spacing))


@pytest.mark.parametrize("name", MODELS)
def test_rests_without_stimulus_and_conducts_in_proportion_to_diameter_with_one(name: str) -> None:
    model = load_model(name)
    fibres = [build_fibre(d, n_nodes=31, model=model) for d in (6.0, 10.0, 14.0)]
    quiet = conduct(fibres[:1], [], duration_ms=5.0, trace_nodes=[15])[0]
    assert quiet.outcome is Outcome.NOT_STARTED
    assert np.abs(quiet.trace_mv - model.resting_mv).max() < 2.0
    runs = conduct(fibres, duration_ms=3.0)
    ratio = [run.velocity_m_per_s() / run.fibre.diameter_um for run in runs]
    assert all(3.5 < r < 6.5 for r in ratio)


def test_the_published_rows_are_used_as_printed() -> None:
    row = load_model("mrg_2002").geometry(10.0)
    assert (row.axon_diameter_um, row.node_diameter_um, row.node_spacing_um) == (6.9, 3.3, 1150.0)
    assert (row.flut_length_um, row.lamellae) == (46.0, 120.0)


def test_between_the_rows_the_published_fit_is_used() -> None:
    assert load_model("mrg_2002").geometry(9.2).node_spacing_um == pytest.approx(
        -8.215 * 9.2**2 + 272.4 * 9.2 - 780.2
    )
    assert load_model("mrg_2002").geometry(3.0).node_spacing_um == pytest.approx(81.08 * 3 + 37.84)


def test_the_two_alpha_m_constants_differ_by_what_was_published() -> None:
    # mrg_cv.csv: 56.22 against 53.60 m/s at 10 um, 4.6 %.
    speed = {}
    for variant in ("modeldb_3810", "published"):
        fibre = build_fibre(10.0, n_nodes=41, model=load_model("mrg_2002", variant))
        speed[variant] = conduct([fibre], time_step_us=1.0, duration_ms=2.0)[0].velocity_m_per_s()
    assert speed["published"] / speed["modeldb_3810"] == pytest.approx(53.60 / 56.22, abs=0.003)


def test_sensory_conducts_faster_than_motor_at_equal_diameter() -> None:
    speeds = [
        conduct([build_fibre(10.0, n_nodes=31, model=load_model(f"gaines_2018_{kind}"))], duration_ms=3.0)[0]
        for kind in ("sensory", "motor")
    ]
    assert 1.04 < speeds[0].velocity_m_per_s() / speeds[1].velocity_m_per_s() < 1.10


def test_gates_listed_are_the_gates_loaded() -> None:
    assert set(load_model().gates) == set(GATES)


@pytest.mark.parametrize(
    ("call", "path"),
    [
        (lambda: load_model("mrg_2003"), "model"),
        (lambda: load_model("mrg_2002", "other"), "variant"),
        (lambda: load_model().geometry(1.9), "diameter_um"),
        (lambda: load_model().geometry(float("nan")), "diameter_um"),
        (lambda: build_fibre(17.0, n_nodes=9), "diameter_um"),
        (lambda: build_fibre(10.0, n_nodes=2), "n_nodes"),
        (lambda: build_fibre(10.0, length_mm=float("inf")), "length_mm"),
        (lambda: build_fibre(10.0, n_nodes=9, celsius=50.0), "temperature_celsius"),
        (lambda: build_fibre(10.0, n_nodes=9, celsius=float("nan")), "temperature_celsius"),
    ],
)
def test_what_lies_outside_the_model_is_refused_by_name(call, path: str) -> None:
    with pytest.raises(NerveError) as refused:
        call()
    assert refused.value.path == path


@pytest.mark.parametrize(
    ("lesions", "current_na", "outcome"),
    [
        ([], 2.0, Outcome.CONDUCTED),
        ([], 0.05, Outcome.NOT_STARTED),
        ([MyelinLoss(Elements(20, 3), 0.0)], 2.0, Outcome.BLOCKED),
        ([MyelinLoss(Elements(0, 39), 0.0)], 20.0, Outcome.NO_PROPAGATION),
        ([SteadyCurrent(Elements(5), 30.0)], 2.0, Outcome.UNSTABLE),
        ([SteadyCurrent(Elements(5), 1000.0)], 2.0, Outcome.UNSTABLE),
    ],
)
def test_every_end_of_an_impulse_has_its_name(lesions, current_na: float, outcome: Outcome) -> None:
    fibre = build_fibre(10.0, n_nodes=40, lesions=lesions)
    run = conduct([fibre], [Pulse(current_na=current_na)], duration_ms=5.0)[0]
    assert run.outcome is outcome
