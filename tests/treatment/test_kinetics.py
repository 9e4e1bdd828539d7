"""IgG kinetics against anchors, identities and an independent solver."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.integrate import solve_ivp

from ranvier.treatment.facts import priors
from ranvier.treatment.kinetics import (
    Dose,
    KineticParameters,
    LinearKinetics,
    Route,
    half_life_days,
    lay_out,
    rates,
)
from ranvier.treatment.saturable import SaturableKinetics


def patients(n: int = 1, weight_kg: float = 80.0, **changed: float) -> KineticParameters:
    names = KineticParameters.__dataclass_fields__
    return KineticParameters(**{k: np.full(n, changed.get(k, priors()[k].typical(weight_kg))) for k in names})


def test_the_rise_after_2_g_per_kg_meets_anchor_r01() -> None:
    rise = LinearKinetics().rise(patients(), lay_out([Dose(day, 32.0) for day in range(5)], 28))
    # Anchor R01: 25.70 g/L at 4.01 d (just after the last dose), 0.5 %.
    assert rise.after[0, 4] == pytest.approx(25.70, rel=5e-3)
    assert rise.before[0, [14, 21, 28]] == pytest.approx([10.13, 6.52, 4.24], rel=5e-3)


@pytest.mark.parametrize(
    ("grams", "interval", "peak", "trough", "mean"),
    [(80.0, 21, 21.3, 4.0, 8.9), (160.0, 28, 39.3, 4.5, 13.4)],
)
def test_the_steady_state_meets_anchors_r02_and_r03(
    grams: float, interval: int, peak: float, trough: float, mean: float
) -> None:
    last = 40 * interval
    table = lay_out([Dose(day, grams) for day in range(0, last, interval)], last)
    rise = LinearKinetics().rise(patients(), table)
    assert rise.after[0, last - interval] == pytest.approx(peak, rel=1e-2)
    assert rise.before[0, last] == pytest.approx(trough, rel=2e-2)  # the anchor has two digits
    assert _area(rise, last - interval, last) / interval == pytest.approx(mean, rel=1e-2)


def _area(rise, first: int, last: int) -> float:  # type: ignore[no-untyped-def]
    days = slice(first, last)
    return float(
        np.sum(rise.after[0, days] + 4 * rise.middle[0, days] + rise.before[0, first + 1 : last + 1]) / 6
    )


@settings(max_examples=25, deadline=None)
@given(
    weight=st.floats(45, 130),
    clearance=st.floats(0.2, 0.9),
    grams=st.floats(10, 200),
    interval=st.integers(7, 42),
    route=st.sampled_from(list(Route)),
)
def test_what_goes_in_comes_out(
    weight: float, clearance: float, grams: float, interval: int, route: Route
) -> None:
    """R04: at steady state, area over one interval times clearance is what was absorbed."""
    one = patients(weight_kg=weight, clearance_l_per_day=clearance)
    last = interval * (600 // interval)
    table = lay_out([Dose(day, grams, route) for day in range(0, last, interval)], last)
    area = _area(LinearKinetics().rise(one, table), last - interval, last)
    absorbed = grams * float(one.available_fraction(route)[0])
    # Half-day Simpson on the fast exponential is good to about 1e-4; the last cycle is within 1e-6 of steady.
    assert area * clearance == pytest.approx(absorbed, rel=1e-3)


@pytest.mark.parametrize("route", list(Route))
def test_the_closed_form_is_what_a_general_solver_finds(route: Route) -> None:
    one = patients(absorption_per_day=0.3)
    doses = [Dose(0, 70.0, route), Dose(3, 20.0, route), Dose(30, 90.0, route)]
    rise = LinearKinetics().rise(one, lay_out(doses, 50), start=np.array([0.0]))
    k10, k12 = (
        one.clearance_l_per_day[0] / one.central_volume_l[0],
        one.exchange_l_per_day[0] / one.central_volume_l[0],
    )
    k21, f = one.exchange_l_per_day[0] / one.peripheral_volume_l[0], one.available_fraction(route)[0]
    y, found, day = np.zeros(3), {}, 0
    for dose, end in zip(doses, [3, 30, 50], strict=True):
        y = y + (
            np.array([0, dose.grams, 0]) if route is Route.INTRAVENOUS else np.array([f * dose.grams, 0, 0])
        )
        solved = solve_ivp(
            lambda _, s: [-0.3 * s[0], 0.3 * s[0] - (k10 + k12) * s[1] + k21 * s[2], k12 * s[1] - k21 * s[2]],
            (day, end), y, t_eval=np.arange(day, end + 1), rtol=1e-10, atol=1e-12,
        )  # fmt: skip
        found.update(
            {int(t): c / one.central_volume_l[0] for t, c in zip(solved.t[1:], solved.y[1, 1:], strict=True)}
        )
        found[end] = solved.y[1, -1] / one.central_volume_l[0]
        y, day = solved.y[:, -1], end
    days = [2, 3, 10, 29, 30, 45, 50]
    assert rise.before[0, days] == pytest.approx([found[d] for d in days], rel=1e-6)


def test_coinciding_rates_do_not_break_absorption() -> None:
    one = patients()
    slow = float(rates(one)[1][0])
    table = lay_out([Dose(0, 20.0, Route.SUBCUTANEOUS)], 60)
    at, near = (
        LinearKinetics().rise(patients(absorption_per_day=ka), table).before[0]
        for ka in (slow, slow * (1 + 1e-4))
    )
    assert np.all(np.isfinite(at))
    assert at == pytest.approx(near, rel=1e-3, abs=1e-9)


def test_doses_add_up_whoever_they_are_for() -> None:
    together = LinearKinetics().rise(
        patients(2), lay_out([Dose(0, np.array([40.0, 80.0])), Dose(9, 30.0)], 40)
    )
    alone = LinearKinetics().rise(patients(), lay_out([Dose(0, 80.0), Dose(9, 30.0)], 40))
    assert together.before[1] == pytest.approx(alone.before[0])


def test_a_long_diary_does_not_overflow() -> None:
    rise = LinearKinetics().rise(
        patients(), lay_out([Dose(d, 80.0) for d in range(0, 15 * 365, 28)], 15 * 365)
    )
    assert np.all(np.isfinite(rise.before))
    assert rise.before[0, 28 * 190] == pytest.approx(rise.before[0, 28 * 20], rel=1e-6)


def test_the_half_life_is_that_of_the_published_model() -> None:
    assert half_life_days(patients())[0] == pytest.approx(11.3, abs=0.05)


def test_the_saturable_model_follows_the_linear_one_at_usual_doses_and_lowers_own_igg() -> None:
    """The dossier fitted it to 0.26 g/L over 2 g/kg then 1 g/kg every 3 weeks, with weight 82 kg."""
    doses = [Dose(day, 32.8) for day in range(5)] + [Dose(day, 82.0) for day in range(21, 105, 21)]
    one = patients(weight_kg=82.0)
    linear = LinearKinetics().rise(one, lay_out(doses, 105))
    rise, own = SaturableKinetics().follow(one, lay_out(doses, 105))
    assert np.sqrt(np.mean((rise.before - linear.before) ** 2)) < 0.5
    assert own[0].min() < 0.85 * own[0, 0]


def test_an_untreated_patient_keeps_the_own_level_in_the_saturable_model() -> None:
    rise, own = SaturableKinetics().follow(patients(), lay_out([], 100))
    assert np.max(np.abs(rise.before)) < 1e-4
    assert own[0] == pytest.approx(11.0, rel=1e-5)
