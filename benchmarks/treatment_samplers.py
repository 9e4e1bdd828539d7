"""Compare samplers on the treatment posterior, in one run: ours, emcee, and what a compiled kernel would give.

PYTHONPATH=src python benchmarks/treatment_samplers.py        (needs emcee and numba)
"""

from __future__ import annotations

import time

import emcee
import numba
import numpy as np

from ranvier.treatment.diagnostics import effective_draws, r_hat
from ranvier.treatment.facts import measures
from ranvier.treatment.kinetics import Dose
from ranvier.treatment.observations import Observations, Series, with_readings
from ranvier.treatment.patient_model import PatientModel
from ranvier.treatment.sampler import sample

PATIENTS = 6
WALKERS, STEPS = 64, 1200


def invented(seed: int) -> PatientModel:
    """60 readings, 20 infusions every four weeks."""
    rng = np.random.default_rng(seed)
    doses = tuple(Dose(int(day), 80.0) for day in 14 + 28 * np.arange(20))
    days = np.unique(np.linspace(0, 14 + 20 * 28, 60).astype(int))
    empty = Series("grip_left", measures()["grip_kg"], days, np.ones(len(days)))
    model = PatientModel(Observations(doses, (empty,), weight_kg=80.0, is_untreated_at_start=True))
    values = model.values(model.draw_prior(1, rng))
    level = model.strength(values, model.course(values, model.rise(values), "grip_left"), empty)[0, days]
    noise = values["error_sd.grip_left"] * rng.standard_normal(len(days))
    series = Series("grip_left", empty.measure, days, level * np.exp(noise))
    return PatientModel(with_readings(model.observations, [series]))


@numba.njit(cache=False)
def compiled(
    days: int, k10: float, k12: float, k21: float, volume: float, ec50: float, i_max: float, k_out: float
) -> float:
    """The same daily recursion for one patient, compiled: only for its speed."""
    total = k10 + k12 + k21
    root = np.sqrt(total * total - 4 * k10 * k21)
    fast, slow = (total + root) / 2, k10 * k21 / ((total + root) / 2)
    share = (fast - k21) / (fast - slow) / volume
    rest = 1 / volume - share
    half_fast, half_slow = np.exp(-fast / 2), np.exp(-slow / 2)
    a, b, r, log_axons = 0.0, 0.0, 1.0, 0.0
    for day in range(days):
        if day % 28 == 0:
            a += 80.0 * share
            b += 80.0 * rest
        x0 = a + b
        a, b = a * half_fast, b * half_slow
        x1 = a + b
        a, b = a * half_fast, b * half_slow
        x2 = a + b
        e0 = k_out - k_out * i_max * x0 / (ec50 + x0)
        e1 = k_out - k_out * i_max * x1 / (ec50 + x1)
        e2 = k_out - k_out * i_max * x2 / (ec50 + x2)
        whole, half = (e0 + 4 * e1 + e2) / 6, (5 * e0 + 8 * e1 - e2) / 24
        kept = np.exp(-whole)
        r = kept * r + k_out * ((1 - kept) / whole + (2 / 3) * (np.exp(half - whole) - np.sqrt(kept)))
        log_axons -= (0.015 + 0.05 * (1 - (1 - i_max) * r)) / 365.25
    return r * np.exp(log_axons)


def main() -> None:
    """Print one line a patient and sampler."""
    rows: dict[str, list[tuple[float, float, float]]] = {"ours": [], "emcee": []}
    for seed in range(PATIENTS):
        model = invented(seed)
        start = time.process_time()
        chains = sample(model, seed=1)
        seconds = time.process_time() - start
        rows["ours"].append(
            (seconds, float(effective_draws(chains.draws).min()), float(r_hat(chains.draws).max()))
        )

        z0 = model.draw_prior(4000, np.random.default_rng(seed))
        best = np.concatenate([model.log_posterior(part) for part in np.array_split(z0, 160)])
        begin = z0[np.argsort(best)[-WALKERS:]]
        moves = [(emcee.moves.DEMove(), 0.8), (emcee.moves.DESnookerMove(), 0.2)]
        runner = emcee.EnsembleSampler(
            WALKERS, model.dimension, model.log_posterior, vectorize=True, moves=moves
        )
        start = time.process_time()
        runner.run_mcmc(begin, STEPS, skip_initial_state_check=True)
        seconds = time.process_time() - start
        kept = runner.get_chain(discard=STEPS // 3).swapaxes(0, 1)
        rows["emcee"].append((seconds, float(effective_draws(kept).min()), float(r_hat(kept).max())))
    for name, found in rows.items():
        table = np.array(found)
        rate = table[:, 1] / table[:, 0]
        print(
            f"{name:6} CPU s {np.median(table[:, 0]):.2f}  fewest effective draws {np.median(table[:, 1]):.0f} "
            f"(worst {table[:, 1].min():.0f})  worst R-hat {table[:, 2].max():.3f}  effective a CPU s {np.median(rate):.0f}"
        )
    model = invented(0)
    z = model.draw_prior(20, np.random.default_rng(0))
    repeat = 100
    start = time.process_time()
    for _ in range(repeat):
        model.log_posterior(z)
    ours = (time.process_time() - start) / repeat / len(z)
    arguments = (575, 0.09, 0.1, 0.27, 4.7, 9.4, 0.6, 0.25)
    start = time.process_time()
    compiled(*arguments)
    compiling = time.process_time() - start
    start = time.process_time()
    for _ in range(2000):
        compiled(*arguments)
    kernel = (time.process_time() - start) / 2000
    print(
        f"one log posterior: NumPy {ours * 1e6:.0f} us; compiled recursion alone {kernel * 1e6:.0f} us after {compiling:.1f} s"
    )


if __name__ == "__main__":
    main()
