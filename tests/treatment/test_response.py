"""The block and axon model: identities, ceilings and an independent solver."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.integrate import solve_ivp

from ranvier.treatment.kinetics import Dose, LinearKinetics, Rise, lay_out
from ranvier.treatment.response import ResponseParameters, follow
from ranvier.treatment.scan import accumulate

from .test_kinetics import patients


def responses(n: int = 1, **changed: float) -> ResponseParameters:
    values = {
        "maximal_effect_fraction": 0.6066, "half_effect_g_per_l": 9.41, "block_turnover_per_day": 0.25,
        "background_axon_loss_per_year": 0.0, "block_axon_loss_per_year": 0.0, "half_effect_drift_per_year": 0.0,
    }  # fmt: skip
    return ResponseParameters(**{k: np.full(n, changed.get(k, v)) for k, v in values.items()})


@pytest.mark.parametrize("k_out", [0.02, 0.25, 2.0])
def test_without_drug_and_axon_loss_strength_stays(k_out: float) -> None:
    """R05."""
    rise = LinearKinetics().rise(patients(), lay_out([], 200))
    assert follow(responses(block_turnover_per_day=k_out), rise).relative_strength[0] == pytest.approx(
        1.0, rel=1e-4
    )


@settings(max_examples=30, deadline=None)
@given(
    effect=st.floats(0.01, 0.94),
    k_out=st.floats(0.02, 2.0),
    grams=st.floats(5, 400),
    interval=st.integers(1, 60),
)
def test_conduction_never_exceeds_its_ceiling(
    effect: float, k_out: float, grams: float, interval: int
) -> None:
    """R06, and the bound behind it: no more than all surviving axons conduct."""
    rise = LinearKinetics().rise(patients(), lay_out([Dose(d, grams) for d in range(0, 300, interval)], 300))
    course = follow(responses(maximal_effect_fraction=effect, block_turnover_per_day=k_out), rise)
    assert np.all(course.relative_conduction < 1 / (1 - effect))
    assert np.all(course.relative_conduction >= 1 - 1e-9)
    assert np.all(course.blocked_fraction > 0)


@pytest.mark.parametrize("k_out", [0.05, 0.25, 2.0])
def test_the_daily_step_is_what_a_general_solver_finds(k_out: float) -> None:
    doses = [Dose(d, 80.0) for d in (5, 33, 61)]
    rise = LinearKinetics().rise(patients(), lay_out(doses, 90))
    parameters = responses(
        block_turnover_per_day=k_out, block_axon_loss_per_year=0.3, half_effect_drift_per_year=0.1
    )
    course = follow(parameters, rise)

    def level(t: float) -> float:
        rates_of = patients()
        total = 0.0
        for dose in doses:
            if t >= dose.day:
                k10 = rates_of.clearance_l_per_day[0] / rates_of.central_volume_l[0]
                k12 = rates_of.exchange_l_per_day[0] / rates_of.central_volume_l[0]
                k21 = rates_of.exchange_l_per_day[0] / rates_of.peripheral_volume_l[0]
                s, d = k10 + k12 + k21, k10 * k21
                a, b = np.roots([1, -s, d])
                age = t - dose.day
                total += (
                    dose.grams
                    / rates_of.central_volume_l[0]
                    * ((a - k21) / (a - b) * np.exp(-a * age) + (k21 - b) / (a - b) * np.exp(-b * age))
                )
        return total

    def slope(t: float, y: np.ndarray) -> list[float]:
        x = level(t)
        ec50 = 9.41 * np.exp(0.1 * t / 365.25)
        r, axons = y
        blocked = 1 - (1 - 0.6066) * r
        return [k_out - k_out * (1 - 0.6066 * x / (ec50 + x)) * r, -0.3 * blocked * axons / 365.25]

    y, day, found = np.array([1.0, 1.0]), 0, {0: (1.0, 1.0)}
    for end in (5, 33, 61, 90):
        solved = solve_ivp(slope, (day + 1e-9, end - 1e-9), y, rtol=1e-9, atol=1e-11, max_step=1.0)
        y, day = solved.y[:, -1], end
        found[end] = tuple(y)
    for day, (r, axons) in found.items():
        assert course.relative_conduction[0, day] == pytest.approx(r, rel=5e-4)
        assert course.surviving_axons_fraction[0, day] == pytest.approx(axons, rel=1e-4)


def test_starting_settled_stays_settled_at_a_constant_level() -> None:
    n, level = 50, 6.0
    flat = Rise(np.full((1, n + 1), level), np.full((1, n + 1), level), np.full((1, n), level))
    course = follow(responses(), flat, start=np.array([level]))
    assert course.relative_conduction[0] == pytest.approx(course.relative_conduction[0, 0])


@settings(max_examples=40, deadline=None)
@given(st.integers(1, 400), st.floats(1e-4, 1 - 1e-6), st.integers(0, 2**31))
def test_the_running_sum_is_the_loop(n: int, lowest: float, seed: int) -> None:
    rng = np.random.default_rng(seed)
    kept, gained, start = rng.uniform(lowest, 1, (3, n)), rng.normal(size=(3, n)), rng.normal(size=3)
    expected = [start]
    for day in range(n):
        expected.append(kept[:, day] * expected[-1] + gained[:, day])
    assert accumulate(kept, gained, start) == pytest.approx(np.array(expected).T, rel=1e-8, abs=1e-9)


def test_a_second_drug_acts_by_itself_and_adds_to_igg_without_passing_the_ceiling() -> None:
    n = 200
    none = LinearKinetics().rise(patients(), lay_out([], n))
    dosed = LinearKinetics().rise(patients(), lay_out([Dose(d, 80.0) for d in range(0, n, 28)], n))
    half = np.full(n, 0.5)
    alone = follow(responses(), none, inhibition=half).relative_conduction[0]
    # Settled, without IgG: r = 1 / (1 - I_max * e).
    assert alone[-1] == pytest.approx(1 / (1 - 0.6066 * 0.5), rel=1e-4)
    both = follow(responses(), dosed, inhibition=half).relative_conduction[0]
    igg = follow(responses(), dosed).relative_conduction[0]
    assert np.all(both >= np.maximum(alone, igg) - 1e-9)
    whole = follow(responses(), dosed, inhibition=np.ones(n)).relative_conduction[0]
    assert whole[-1] == pytest.approx(1 / (1 - 0.6066), rel=1e-4)
    off = np.where(np.arange(n) < 100, 0.5, 0.0)
    assert follow(responses(), none, inhibition=off).relative_conduction[0, -1] == pytest.approx(
        1.0, abs=1e-3
    )
    nothing = follow(responses(), dosed, inhibition=np.zeros(n)).relative_conduction
    assert nothing == pytest.approx(igg[None])
