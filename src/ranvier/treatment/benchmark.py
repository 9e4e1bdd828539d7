"""Speed against the same model in a general ODE solver, in one run: the rows of `ranvier bench treatment`."""

from __future__ import annotations

import time
from itertools import pairwise

import numpy as np
from scipy.integrate import solve_ivp

from ranvier.terms.benchmark import BenchmarkRow

from .clinic import Cohort, Phase, doses_of, invite, run
from .diagnostics import effective_draws, r_hat
from .facts import measures
from .kinetics import Dose
from .observations import Observations, Series, with_readings
from .patient_model import PatientModel
from .response import DAYS_PER_YEAR
from .sampler import sample
from .scan import Array

SOLVER = "scipy solve_ivp (LSODA, rtol 1e-6), restarted at each dose"
TWO_YEARS = (Phase(2.0, 21, 3, 5), Phase(1.0, 21, 101))


def measure(*, short: bool = False) -> list[BenchmarkRow]:
    """Time the virtual clinic, one likelihood and one posterior, each beside the general solver.

    The solver runs a sample of the same patients and is scaled to the whole (said in the case); `error` is the largest
    relative difference of strength between the two on that sample.
    """
    return [
        *_clinic(200 if short else 10_000, 3 if short else 12),
        *_patient(2 if short else 6, 300 if short else 2000),
    ]


def _clinic(n_patients: int, n_solved: int) -> list[BenchmarkRow]:
    cohort = invite(n_patients, np.random.default_rng(1))
    run(cohort.part(slice(0, 32)), TWO_YEARS)  # warm
    start, cpu = time.perf_counter(), time.process_time()
    followed = run(cohort, TWO_YEARS)
    ours, cpu_seconds = time.perf_counter() - start, time.process_time() - cpu
    start = time.perf_counter()
    solved = [_solve(cohort, row, TWO_YEARS) for row in range(n_solved)]
    theirs = (time.perf_counter() - start) / n_solved * n_patients
    error = max(float(np.max(np.abs(followed.strength[row] / found - 1))) for row, found in enumerate(solved))
    case = f"{n_patients:,} virtual patients, 2 years, daily (solver: {n_solved} of them, scaled)"
    return [
        BenchmarkRow(case, ours, "s", SOLVER, theirs, theirs / ours, error),
        BenchmarkRow(f"{n_patients:,} virtual patients, 2 years, daily: processor time", cpu_seconds, "s"),
    ]


def _solve(cohort: Cohort, row: int, phases: tuple[Phase, ...]) -> Array:
    """Daily strength of one patient by the general solver, before the doses of each day."""
    one = cohort.part(slice(row, row + 1))
    k, r = one.kinetics, one.response
    cl, v1 = float(k.clearance_l_per_day[0]), float(k.central_volume_l[0])
    q, v2 = float(k.exchange_l_per_day[0]), float(k.peripheral_volume_l[0])
    effect, half = float(r.maximal_effect_fraction[0]), float(r.half_effect_g_per_l[0])
    k_out, drift = float(r.block_turnover_per_day[0]), float(r.half_effect_drift_per_year[0])
    lost, by_block = float(r.background_axon_loss_per_year[0]), float(r.block_axon_loss_per_year[0])

    def slope(t: float, y: Array) -> list[float]:
        central, peripheral, conduction, axons = y
        x = central / v1
        ec50 = half * np.exp(drift * t / DAYS_PER_YEAR)
        blocked = 1 - (1 - effect) * conduction
        return [
            -(cl + q) * central / v1 + q * peripheral / v2,
            q * central / v1 - q * peripheral / v2,
            k_out - k_out * (1 - effect * x / (ec50 + x)) * conduction,
            -(lost + by_block * blocked) * axons / DAYS_PER_YEAR,
        ]

    doses, n_days = doses_of(phases, one.weight_kg)
    by_day: dict[int, float] = {}
    for dose in doses:
        by_day[dose.day] = by_day.get(dose.day, 0.0) + float(np.asarray(dose.grams).ravel()[0])
    stops = sorted({0, n_days, *by_day})
    y = np.array([0.0, 0.0, 1.0, 1.0])
    strength = np.empty(n_days + 1)
    strength[0] = 1.0
    for first, last in pairwise(stops):
        y[0] += by_day.get(first, 0.0)
        days = np.arange(first + 1, last + 1)
        found = solve_ivp(slope, (first, last), y, method="LSODA", rtol=1e-6, atol=1e-9, t_eval=days)
        strength[first + 1 : last + 1] = found.y[2] * found.y[3]
        y = found.y[:, -1].copy()
    return strength * float(one.base_grip_kg[0])


def _patient(n_solved: int, n_draws: int) -> list[BenchmarkRow]:
    """One likelihood, and one posterior of 60 readings and 20 infusions with 4 chains."""
    model = _diary_of_sixty()
    z = model.draw_prior(64, np.random.default_rng(2))
    batch = 20
    parts = [z[i : i + batch] for i in range(0, len(z), batch)]
    repeats = 5
    start = time.perf_counter()
    for _ in range(repeats):
        for part in parts:
            model.log_posterior(part)
    each = (time.perf_counter() - start) / repeats / len(z)

    cohort = invite(n_solved, np.random.default_rng(3))
    every_four_weeks = (Phase(1.0, 28, 82),)
    start = time.perf_counter()
    for row in range(n_solved):
        _solve(cohort, row, every_four_weeks)
    solver_each = (time.perf_counter() - start) / n_solved

    sample(model, seed=1, n_draws=20)  # after start, as the issue asks
    start, cpu = time.perf_counter(), time.process_time()
    chains = sample(model, seed=2, n_draws=n_draws)
    seconds, cpu_seconds = time.perf_counter() - start, time.process_time() - cpu
    fewest, worst = float(effective_draws(chains.draws).min()), float(r_hat(chains.draws).max())
    peers = solver_each * chains.n_evaluations
    name = f"posterior, 60 readings, 20 infusions, 4 chains x {n_draws:,}"
    return [
        BenchmarkRow(
            "one log posterior (575 days, 60 readings)", each, "s", SOLVER, solver_each, solver_each / each
        ),
        BenchmarkRow(
            f"{name} (solver: {chains.n_evaluations:,} evaluations, scaled)",
            seconds,
            "s",
            SOLVER,
            peers,
            peers / seconds,
        ),
        BenchmarkRow(f"{name}: processor time", cpu_seconds, "s"),
        BenchmarkRow(f"{name}: fewest effective draws", fewest, "draws"),
        BenchmarkRow(f"{name}: largest R-hat", worst, ""),
    ]


def _diary_of_sixty() -> PatientModel:
    rng = np.random.default_rng(0)
    doses = tuple(Dose(int(day), 80.0) for day in 14 + 28 * np.arange(20))
    days = np.unique(np.linspace(0, 14 + 20 * 28, 60).astype(int))
    empty = Series("grip_left", measures()["grip_kg"], days, np.ones(len(days)))
    model = PatientModel(Observations(doses, (empty,), weight_kg=80.0, is_untreated_at_start=True))
    values = model.values(np.zeros((1, model.dimension)))
    level = model.strength(values, model.course(values, model.rise(values), "grip_left"), empty)[0, days]
    readings = level * np.exp(empty.measure.error_sd * rng.standard_normal(len(days)))
    return PatientModel(
        with_readings(model.observations, [Series("grip_left", empty.measure, days, readings)])
    )
