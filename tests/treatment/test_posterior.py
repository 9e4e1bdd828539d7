"""The sampler against an independent one, its diagnostics, and what a fit says of what it learned."""

from __future__ import annotations

import numpy as np
import pytest

from ranvier.treatment.diagnostics import effective_draws, r_hat
from ranvier.treatment.facts import measures
from ranvier.treatment.kinetics import Dose
from ranvier.treatment.observations import IggSeries, Observations, Series
from ranvier.treatment.patient_model import PatientModel
from ranvier.treatment.posterior import FitStatus, fit
from ranvier.treatment.sampler import Mixture, sample

KG = measures()["grip_kg"]


def diary(days: list[int], values: list[float], naive: bool = True, **more: object) -> Observations:
    doses = tuple(Dose(day, 80.0) for day in (7, 35, 63))
    series = (Series("grip_left", KG, np.array(days), np.array(values, float)),)
    return Observations(doses, series, weight_kg=80.0, is_untreated_at_start=naive, **more)  # type: ignore[arg-type]


def test_chains_find_the_mean_and_spread_that_weighting_the_prior_finds() -> None:
    """Oracle: 60,000 draws of the prior weighted by the likelihood; two readings keep the weights usable."""
    observations = diary([0, 30], [12.0, 16.0])
    model = PatientModel(observations)
    z = model.draw_prior(60_000, np.random.default_rng(1))
    log_weight = np.concatenate([model.log_likelihood(part) for part in np.array_split(z, 600)])
    weight = np.exp(log_weight - log_weight.max())
    weight /= weight.sum()
    assert 1 / np.sum(weight**2) > 500, "the oracle itself must be sharp enough"
    mean = weight @ z
    spread = np.sqrt(weight @ (z - mean) ** 2)
    draws = sample(model, seed=3).pooled
    # Both are Monte Carlo: some 0.05 sd from the oracle and 0.05 from a few hundred effective draws.
    assert np.max(np.abs(draws.mean(axis=0) - mean) / spread) < 0.25
    assert draws.std(axis=0) / spread == pytest.approx(np.ones(model.dimension), abs=0.25)


def test_the_shear_that_rounds_the_posterior_is_undone() -> None:
    model = PatientModel(diary([0, 30, 60], [12.0, 16.0, 15.0]))
    z = model.draw_prior(50, np.random.default_rng(0))
    assert model.from_levels(model.to_levels(z)) == pytest.approx(z)


def test_the_same_seed_gives_the_same_answer_and_another_one_nearly_the_same() -> None:
    observations = diary([0, 10, 20, 30, 40, 50, 60], [12.0, 16.5, 15.0, 14.0, 17.0, 15.0, 14.0])
    one, again, other = (fit(observations, seed=seed, n_draws=800) for seed in (1, 1, 2))
    assert np.array_equal(one.draws, again.draws)
    a, b = one.summary()["base.grip_left"], other.summary()["base.grip_left"]
    assert a.median == pytest.approx(b.median, rel=0.03)
    assert one.status is FitStatus.SETTLED


def test_nothing_measured_is_the_prior_and_called_so() -> None:
    posterior = fit(Observations(doses=(Dose(0, 80.0),), series=(), weight_kg=80.0))
    assert posterior.status is FitStatus.PRIOR_ONLY
    learned = posterior.learned()
    assert max(learned.values()) < 0.05
    assert posterior.summary()["clearance_l_per_day"].median == pytest.approx(
        0.435 * (80 / 82) ** 0.615, rel=0.03
    )


def test_pre_infusion_readings_alone_teach_only_the_level() -> None:
    """The dossier's section 3.5: three pre-infusion clinic grips leave effect, EC50 and rate at their priors."""
    posterior = fit(diary([7, 35, 63], [14.0, 14.5, 13.8], naive=False))
    learned = posterior.learned()
    assert learned["base.grip_left"] > 0.7
    for name in ("maximal_effect_fraction.grip_left", "half_effect_g_per_l", "block_turnover_per_day"):
        assert learned[name] < 0.25, name


def test_measured_igg_teaches_kinetics() -> None:
    igg = IggSeries(
        np.array([7, 35, 35, 63]), np.array([10.0, 12.5, 31.0, 13.0]), np.array([False, False, True, False])
    )
    with_igg, without = (fit(diary([0, 30], [12.0, 16.0], igg=i), n_draws=800) for i in (igg, IggSeries()))
    spread = [p.draws[:, p.model.index["central_volume_l"]].std() for p in (with_igg, without)]
    assert spread[0] < 0.75 * spread[1]


def test_a_weak_hand_that_answers_and_a_strong_one_that_does_not_are_told_apart() -> None:
    rng = np.random.default_rng(5)
    days = np.arange(0, 84, 3)
    model = PatientModel(
        Observations(
            tuple(Dose(d, 80.0) for d in (7, 35, 63)),
            tuple(Series(n, KG, days, np.ones(len(days))) for n in ("grip_left", "grip_right")),
            weight_kg=80.0,
            is_untreated_at_start=True,
        )
    )
    values = {k: v.copy() for k, v in model.values(np.zeros((1, model.dimension))).items()}
    values["maximal_effect_fraction.grip_right"][:] = 0.02
    rise = model.rise(values)
    series = []
    for one in model.observations.series:
        level = model.strength(values, model.course(values, rise, one.name), one)[0, one.days]
        series.append(Series(one.name, KG, days, level * np.exp(0.05 * rng.standard_normal(len(days)))))
    posterior = fit(
        Observations(model.observations.doses, tuple(series), weight_kg=80.0, is_untreated_at_start=True)
    )
    assert posterior.responder_chance("grip_left") > 0.95
    assert posterior.responder_chance("grip_right") < 0.2


def test_r_hat_and_effective_draws_on_chains_of_known_kind() -> None:
    rng = np.random.default_rng(0)
    free = rng.standard_normal((4, 1000, 1))
    assert r_hat(free)[0] == pytest.approx(1.0, abs=0.01)
    assert effective_draws(free)[0] == pytest.approx(4000, rel=0.2)
    apart = free + np.arange(4)[:, None, None]
    assert r_hat(apart)[0] > 1.5
    sticky = np.zeros((4, 1000, 1))
    for i in range(1, 1000):
        sticky[:, i] = 0.9 * sticky[:, i - 1] + np.sqrt(1 - 0.81) * rng.standard_normal((4, 1))
    # An AR(1) chain with 0.9 has one effective draw in (1 + 0.9) / (1 - 0.9) = 19.
    assert effective_draws(sticky)[0] == pytest.approx(4000 / 19, rel=0.5)


def test_the_mixture_density_integrates_to_one() -> None:
    mixture = Mixture(
        np.array([0.3, 0.7]),
        np.array([[0.0, 0.0], [2.0, -1.0]]),
        np.array([np.eye(2), [[0.5, 0], [0.2, 0.8]]]),
    )
    grid = np.linspace(-12, 12, 400)
    points = np.array(np.meshgrid(grid, grid)).reshape(2, -1).T
    total = np.exp(mixture.log_density(points)).sum() * (grid[1] - grid[0]) ** 2
    assert total == pytest.approx(1.0, abs=0.01)


def test_the_prior_is_drawn_with_its_share_of_non_responders_and_within_bounds() -> None:
    model = PatientModel(diary([0], [12.0]))
    z = model.draw_prior(8000, np.random.default_rng(2))
    column = model.effect_columns[0]
    assert np.mean(z[:, column] < -3.5) == pytest.approx(0.15, abs=0.015)
    for coordinate, values in zip(model.coordinates, z.T, strict=True):
        natural = coordinate.value(values)
        assert np.all((natural >= coordinate.low) & (natural <= coordinate.high)), coordinate.name


def test_a_coordinate_knows_the_way_back() -> None:
    for coordinate in PatientModel(diary([0], [12.0], naive=False)).coordinates:
        for z in (-1.2, 0.3, 1.7):
            assert coordinate.z_of(float(coordinate.value(np.array([z]))[0])) == pytest.approx(z, abs=1e-6)
