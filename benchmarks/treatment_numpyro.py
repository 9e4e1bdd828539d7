"""Compare our sampler with NumPyro's NUTS on the same posteriors: the model written again in JAX and checked against ours.

PYTHONPATH=src:benchmarks python benchmarks/treatment_numpyro.py      (needs numpyro, emcee and numba; one processor is enough)
"""

from __future__ import annotations

import os
import time

os.environ["OPENBLAS_NUM_THREADS"] = "1"
os.environ.setdefault("XLA_FLAGS", "--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1")

import jax
import jax.numpy as jnp
import numpy as np
from jax.scipy.special import expit, ndtr, ndtri
from numpyro.infer import MCMC, NUTS
from treatment_samplers import invented

from ranvier.treatment.diagnostics import effective_draws, r_hat
from ranvier.treatment.facts import priors
from ranvier.treatment.patient_model import PatientModel
from ranvier.treatment.sampler import sample

jax.config.update("jax_enable_x64", True)
PATIENTS, WARM_UP, DRAWS, CHAINS = (
    2,
    200,
    200,
    2,
)  # a draw costs some 30 gradients of 2.8 ms: more would take many minutes


def in_jax(model: PatientModel):
    """The log posterior of a diary of doses by vein and one series, up to a constant."""
    series = model.observations.series[0]
    n_days, weight = model.observations.n_days, model.observations.assumed_weight_kg
    given = np.zeros(n_days + 1)
    for dose in model.observations.doses:
        given[dose.day] += float(np.asarray(dose.grams))
    grams = jnp.asarray(given)
    q, v2 = (priors()[name].typical(weight) for name in ("exchange_l_per_day", "peripheral_volume_l"))
    readings, practice, days = jnp.log(series.values), jnp.asarray(series.practice), jnp.asarray(series.days)
    lowest, highest = jnp.asarray(model.lowest), jnp.asarray(model.highest)
    effect_column, pi = model.effect_columns[0], model.responder_probability
    centre, width = model.non_responder_z, model.non_responder_sd

    def value(z, i):
        c = model.coordinates[i]
        if c.scale == "log":
            return c.median * jnp.exp(c.sd * z[i])
        if c.scale == "logit":
            return expit(np.log(c.median / (1 - c.median)) + c.sd * z[i])
        if c.scale == "normal":
            return c.median + c.sd * z[i]
        return c.sd * ndtri(jnp.minimum((1 + ndtr(z[i])) / 2, 1 - 1e-16))

    def log_posterior(z):
        at = {c.name.split(".")[0]: value(z, i) for i, c in enumerate(model.coordinates)}
        cl, v1 = at["clearance_l_per_day"], at["central_volume_l"]
        k10, k12, k21 = cl / v1, q / v1, q / v2
        total = k10 + k12 + k21
        fast = (total + jnp.sqrt(total * total - 4 * k10 * k21)) / 2
        slow = k10 * k21 / fast
        by_fast = (fast - k21) / (fast - slow) / v1
        by_slow = 1 / v1 - by_fast
        i_max, k_out = at["maximal_effect_fraction"], at["block_turnover_per_day"]
        drift = at["half_effect_drift_per_year"] / 365.25

        def step(state, row):
            a, b, r, blocked_days = state
            day, dose = row
            a, b = a + dose * by_fast, b + dose * by_slow
            half = at["half_effect_g_per_l"] * jnp.exp(drift * day)
            later = at["half_effect_g_per_l"] * jnp.exp(drift * (day + 1))

            def rate(x, ec50):
                return k_out - k_out * i_max * x / (ec50 + x)

            e0 = rate(a + b, half)
            e1 = rate(a * jnp.exp(-fast / 2) + b * jnp.exp(-slow / 2), half)
            a, b = a * jnp.exp(-fast), b * jnp.exp(-slow)
            e2 = rate(a + b, later)
            whole, part = (e0 + 4 * e1 + e2) / 6, (5 * e0 + 8 * e1 - e2) / 24
            kept = jnp.exp(-whole)
            new = kept * r + k_out * ((1 - kept) / whole + (2 / 3) * (jnp.exp(part - whole) - jnp.sqrt(kept)))
            blocked_days = blocked_days + (2 - (1 - i_max) * (r + new)) / 2
            return (a, b, new, blocked_days), (new, blocked_days)

        start = (0.0, 0.0, 1.0, 0.0)
        rows = (jnp.arange(n_days, dtype=float), grams[:-1])
        _, (conduction, blocked) = jax.lax.scan(step, start, rows)
        conduction = jnp.concatenate([jnp.ones(1), conduction])[days]
        blocked = jnp.concatenate([jnp.zeros(1), blocked])[days]
        lost = (
            at["background_axon_loss_per_year"] * days + at["block_axon_loss_per_year"] * blocked
        ) / 365.25
        expected = jnp.log(at["base"]) + jnp.log(conduction) - lost + at["learning_fraction"] * practice
        residual = (readings - expected) / at["error_sd"]
        belief = -0.5 * jnp.sum(z * z) + 0.5 * z[effect_column] ** 2
        yes = jnp.log(pi) - 0.5 * z[effect_column] ** 2
        no = jnp.log((1 - pi) / width) - 0.5 * ((z[effect_column] - centre) / width) ** 2
        found = (
            belief
            + jnp.logaddexp(yes, no)
            - 0.5 * jnp.sum(residual**2)
            - len(series) * jnp.log(at["error_sd"])
        )
        return jnp.where(jnp.all((z >= lowest) & (z <= highest)), found, -jnp.inf)

    return jax.jit(log_posterior)


def main() -> None:
    """Print one line a sampler."""
    rows: dict[str, list[tuple[float, ...]]] = {"ours": [], "NumPyro NUTS": []}
    for seed in range(PATIENTS):
        model = invented(seed)
        density = in_jax(model)
        z = model.draw_prior(20, np.random.default_rng(seed))
        gap = np.array([float(density(one)) for one in z]) - model.log_posterior(z)
        assert np.ptp(gap) < 1e-6 * np.abs(model.log_posterior(z)).max(), "the two models differ"

        start = time.process_time()
        ours = sample(model, seed=1)
        seconds = time.process_time() - start
        rows["ours"].append((0.0, seconds, effective_draws(ours.draws).min(), r_hat(ours.draws).max()))

        z0 = model.draw_prior(2000, np.random.default_rng(seed))
        best = np.concatenate([model.log_posterior(part) for part in np.array_split(z0, 80)])
        begin = z0[np.argsort(best)[-CHAINS:]]
        kernel = NUTS(potential_fn=lambda one, density=density: -density(one))
        runner = MCMC(
            kernel,
            num_warmup=WARM_UP,
            num_samples=DRAWS,
            num_chains=CHAINS,
            chain_method="sequential",
            progress_bar=False,
        )
        start = time.process_time()
        jax.block_until_ready(jax.jit(jax.value_and_grad(density))(jnp.asarray(z[0])))
        compiling = time.process_time() - start
        start = time.process_time()
        runner.run(jax.random.PRNGKey(seed), init_params=jnp.asarray(begin))
        found = np.asarray(runner.get_samples(group_by_chain=True))
        seconds = time.process_time() - start
        rows["NumPyro NUTS"].append((compiling, seconds, effective_draws(found).min(), r_hat(found).max()))
        for name, each in rows.items():
            print(
                f"patient {seed} {name:13} CPU s {each[-1][1]:.1f}, effective {each[-1][2]:.0f}, R-hat {each[-1][3]:.3f}",
                flush=True,
            )
    for name, each in rows.items():
        table = np.array(each)
        print(
            f"{name:13} CPU s {np.median(table[:, 1]):.2f} (compiling of the density alone {np.median(table[:, 0]):.1f}), "
            f"fewest effective draws {np.median(table[:, 2]):.0f} (worst {table[:, 2].min():.0f}), "
            f"worst R-hat {table[:, 3].max():.3f}, "
            f"effective draws a CPU s {np.median(table[:, 2] / table[:, 1]):.0f}"
        )


if __name__ == "__main__":
    main()
