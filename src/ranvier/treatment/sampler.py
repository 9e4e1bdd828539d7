"""Draw from a patient's posterior: find its modes, learn a mixture that covers them, and correct it by Metropolis steps.

Most proposals come from the mixture, whatever the state; they are evaluated together in large batches, which is what
makes NumPy fast enough. Every fourth step adds a difference of two earlier draws, which keeps a chain moving where the
mixture is thin (every second step costs more and teaches less: `docs/decisions/2026-11-25-treatment-sampler.md`).
The same page compares it with emcee, NumPyro and a compiled kernel.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from scipy.special import gammaln, logsumexp

from .diagnostics import r_hat
from .patient_model import PatientModel
from .scan import Array

BATCH_ELEMENTS = (
    12_000  # draws times days followed together: more leaves the cache, fewer pays NumPy's overhead
)
TAIL = 15.0  # degrees of freedom of the mixture: heavier than any posterior met
SPREAD = 1.1  # how much wider than the estimated posterior the mixture is
WALK_EVERY = 4
EXTRA_RUNS = 3  # each longer than the last and thinned to the same number of draws
GOOD_R_HAT = 1.03  # above it the chains are run again with what they learned
LEARNING_ROUNDS = 2
PILOTS = 64
PILOT_DRAWS = (30, 60, 100)  # rounds of short chains, each started from the last and described anew
FULL_DRAWS = 500  # fewer draws are a quick look: shorter pilots, and no second run
COMPONENTS = 8  # of the mixture that describes the pilot chains
STEP = 1e-4


@dataclass(frozen=True)
class Mixture:
    """A mixture of multivariate t distributions: weights (n,), means (n, d), lower Cholesky factors (n, d, d)."""

    weights: Array
    means: Array
    factors: Array
    inverse_factors: Array = field(init=False, repr=False)
    log_heights: Array = field(init=False, repr=False)

    def __post_init__(self) -> None:
        sizes = np.log(np.diagonal(self.factors, axis1=1, axis2=2)).sum(axis=1)
        object.__setattr__(self, "inverse_factors", np.linalg.inv(self.factors))
        object.__setattr__(self, "log_heights", np.log(np.maximum(self.weights, 1e-300)) - sizes)

    def draw(self, n_draws: int, rng: np.random.Generator) -> Array:
        """Independent draws, (n_draws, d)."""
        which = rng.choice(len(self.weights), size=n_draws, p=self.weights)
        normal = rng.standard_normal((n_draws, self.means.shape[1]))
        stretch = np.sqrt(TAIL / rng.chisquare(TAIL, n_draws))
        steps = np.einsum("nij,nj->ni", self.factors[which], normal)
        return np.asarray(self.means[which] + stretch[:, None] * steps)

    def log_density(self, z: Array) -> Array:
        """Log density of z (n_draws, d), (n_draws,)."""
        terms = self.by_component(z)
        highest = terms.max(axis=1)
        return np.asarray(highest + np.log(np.exp(terms - highest[:, None]).sum(axis=1)))

    def by_component(self, z: Array) -> Array:
        """Log of weight times density by component, (n_draws, n)."""
        d = z.shape[1]
        constant = gammaln((TAIL + d) / 2) - gammaln(TAIL / 2) - d / 2 * np.log(TAIL * np.pi)
        whitened = self.inverse_factors @ (z.T[None] - self.means[:, :, None])  # (n, d, n_draws)
        distance = np.sum(whitened * whitened, axis=1)
        by_component = self.log_heights[:, None] - (TAIL + d) / 2 * np.log1p(distance / TAIL)
        return np.asarray(by_component.T + constant)


@dataclass(frozen=True)
class Chains:
    """Draws (n_chains, n_draws, d) with their log posterior, how often each kind of step was taken, and what it cost."""

    draws: Array
    log_posterior: Array
    jump_acceptance: float
    walk_acceptance: float
    n_evaluations: int = 0

    @property
    def pooled(self) -> Array:
        """All draws, (n_chains * n_draws, d)."""
        return self.draws.reshape(-1, self.draws.shape[2])


def sample(
    model: PatientModel, *, seed: int, n_chains: int = 4, n_draws: int = 2000, learning_draws: int = 512
) -> Chains:
    """Draw from the posterior of one patient.

    Parameters
        seed : Same seed, same draws.
        learning_draws : Draws of each round in which the mixture learns; none of them is kept.
    """
    rng = np.random.default_rng(seed)
    mixture = _modes(model)
    for _ in range(LEARNING_ROUNDS):
        u = mixture.draw(learning_draws, rng)
        log_p = _batched(model, u)
        log_weight = log_p - mixture.log_density(u)
        mixture = _refit(mixture, u, log_weight)
    state = _resample(u, log_weight, PILOTS, rng)
    archive = None
    broad = mixture
    spent = LEARNING_ROUNDS * learning_draws
    thoroughness = min(1.0, max(0.3, n_draws / FULL_DRAWS))
    for n_pilot in PILOT_DRAWS:
        pilot = _walk(model, mixture, state, round(thoroughness * n_pilot), rng, archive)
        state, archive = pilot.draws[:, -1], pilot.pooled
        spent += pilot.n_evaluations
        mixture = _described(archive, broad, rng)
    chains = _walk(model, mixture, state[rng.choice(PILOTS, n_chains, replace=False)], n_draws, rng, archive)
    spent += chains.n_evaluations
    for thin in range(2, 2 + EXTRA_RUNS):
        if n_draws < FULL_DRAWS or not np.max(r_hat(chains.draws)) > GOOD_R_HAT:
            break
        # What the chains found and the pilots missed goes into the mixture; the unsettled chains are thrown away.
        some = chains.pooled[:: max(1, len(chains.pooled) // 4000)]
        archive = np.concatenate([archive, some]) if archive is not None else some
        mixture = _described(archive, broad, rng)
        longer = _walk(model, mixture, chains.draws[:, -1], thin * n_draws, rng, archive)
        spent += longer.n_evaluations
        chains = replace(longer, draws=longer.draws[:, ::thin], log_posterior=longer.log_posterior[:, ::thin])
    natural = model.from_levels(chains.pooled).reshape(chains.draws.shape)
    return replace(chains, draws=natural, n_evaluations=spent)


def _log_posterior(model: PatientModel, u: Array) -> Array:
    return model.log_posterior(model.from_levels(u))


def _batched(model: PatientModel, u: Array) -> Array:
    batch = max(4, BATCH_ELEMENTS // (model.observations.n_days + 1))
    return np.concatenate([_log_posterior(model, u[i : i + batch]) for i in range(0, len(u), batch)])


# -- modes -----------------------------------------------------------------------------------------------------------


def _modes(model: PatientModel) -> Mixture:
    """A normal approximation around the best fit of each combination of responder and non-responder tried."""
    starts = _starts(model)
    found = [_climb(model, responders) for responders in starts]
    dimension = model.dimension
    log_weight = np.array(
        [_log_posterior(model, mean[None])[0] - 0.5 * np.linalg.slogdet(info)[1] for mean, info in found]
    )
    log_weight = np.where(np.isfinite(log_weight), log_weight, -np.inf)
    if not np.isfinite(log_weight).any():
        log_weight = np.zeros(len(found))
    weights = np.exp(log_weight - logsumexp(log_weight))
    weights = np.maximum(weights, 0.02)
    factors = np.array([np.linalg.cholesky(np.linalg.inv(info) * SPREAD**2) for _, info in found])
    means = np.array([mean for mean, _ in found]).reshape(-1, dimension)
    return Mixture(weights / weights.sum(), means, factors)


def _starts(model: PatientModel) -> list[tuple[bool, ...]]:
    """All respond, none does, and each measure alone the other way."""
    n = len(model.effect_columns)
    if n == 0:
        return [()]
    starts = [(True,) * n, (False,) * n]
    if n > 1:
        starts += [tuple(i != j for i in range(n)) for j in range(n)]
    return list(dict.fromkeys(starts))


def _climb(model: PatientModel, responders: Sequence[bool], n_steps: int = 12) -> tuple[Array, Array]:
    """Fisher scoring with step halving from the middle of the belief; the mode and the expected information there."""
    d = model.dimension
    centre, precision = np.zeros(d), np.ones(d)
    for column, responds in zip(model.effect_columns, responders, strict=True):
        if not responds:
            centre[column] = model.non_responder_z
            precision[column] = model.non_responder_sd**-2
    u = centre.copy()
    for column, series in zip(
        model.base_columns, model.observations.series, strict=True
    ):  # the level the readings have
        u[column] = model.coordinates[column].z_near(float(np.median(series.values)))

    def seen(points: Array) -> tuple[Array, Array, Array]:
        z = model.from_levels(points)
        residual, log_sd = model.residuals(z)
        # The belief is a set of readings too: each coordinate was "measured" at its centre.
        return residual, log_sd, (z - centre) * np.sqrt(precision)

    def loss_of(residual: Array, log_sd: Array, belief: Array) -> float:
        fit = 0.5 * np.sum((residual * np.exp(-log_sd)) ** 2) + np.sum(log_sd)
        return float(fit + 0.5 * np.sum(belief**2))

    information = np.diag(precision)
    for _ in range(n_steps):
        residual, log_sd, belief = seen(np.vstack([u, u + STEP * np.eye(d)]))
        loss = loss_of(residual[0], log_sd[0], belief[0])
        slope = (residual[1:] - residual[0]) / STEP * np.exp(-log_sd[0])  # (d, n_readings)
        spread = (log_sd[1:] - log_sd[0]) / STEP
        believed = (belief[1:] - belief[0]) / STEP
        scaled = residual[0] * np.exp(-log_sd[0])
        gradient = slope @ scaled + spread @ (1 - scaled**2) + believed @ belief[0]
        information = slope @ slope.T + 2 * spread @ spread.T + believed @ believed.T
        step = np.linalg.solve(information, gradient)
        step *= min(1.0, 3.0 / np.max(np.abs(step)))
        trials = u - step * np.array([1.0, 0.5, 0.25, 0.1, 0.02])[:, None]
        losses = [loss_of(*one) for one in zip(*seen(trials), strict=True)]
        best = int(np.nanargmin(losses))
        if not losses[best] < loss - 1e-4:
            break
        u = trials[best]
    return u, information


def _refit(mixture: Mixture, z: Array, log_w: Array) -> Mixture:
    """Move the mixture towards weighted draws of the posterior (one round of population Monte Carlo)."""
    # Weights are tempered until enough draws count: covariances from a handful of draws are worse than none.
    temper = 1.0
    while True:
        w = np.exp(temper * (log_w - log_w.max()))
        w /= w.sum()
        if 1 / np.sum(w**2) >= 4 * z.shape[1] or temper < 1e-3:
            break
        temper *= 0.7
    shares = mixture.by_component(z)
    shares = np.exp(shares - logsumexp(shares, axis=1, keepdims=True))
    weights, means, factors = [], [], []
    for k in range(len(mixture.weights)):
        wk = w * shares[:, k]
        total = wk.sum()
        weights.append(max(total, 0.01))
        enough = total > 0 and total**2 / np.sum(wk**2) >= 3 * z.shape[1]
        if not enough:
            means.append(mixture.means[k])
            factors.append(mixture.factors[k])
            continue
        mean = wk @ z / total
        away = z - mean
        covariance = (wk[:, None] * away).T @ away / total
        old = mixture.factors[k] @ mixture.factors[k].T
        blended = 0.85 * covariance * SPREAD**2 + 0.15 * old + 1e-6 * np.eye(z.shape[1])
        means.append(mean)
        factors.append(np.linalg.cholesky(blended))
    share = np.array(weights)
    return Mixture(share / share.sum(), np.array(means), np.array(factors))


def _described(u: Array, mixture: Mixture, rng: np.random.Generator) -> Mixture:
    """Describe equally weighted draws by a mixture of several components (expectation-maximisation, a few rounds).

    One component of the former mixture is kept with little weight, so no region that it covered is lost.
    """
    n, d = u.shape
    whole = np.cov(u.T) + 1e-9 * np.eye(d)
    means = u[rng.choice(n, COMPONENTS, replace=False)]
    factors = np.array([np.linalg.cholesky(whole)] * COMPONENTS)
    current = Mixture(np.full(COMPONENTS, 1 / COMPONENTS), means, factors)
    for _ in range(12):
        shares = current.by_component(u)
        shares = np.exp(shares - logsumexp(shares, axis=1, keepdims=True))
        sizes = shares.sum(axis=0)
        means = shares.T @ u / sizes[:, None]
        away = u[None] - means[:, None]
        covariances = np.einsum("nk,kni,knj->kij", shares, away, away, optimize=True) / sizes[:, None, None]
        # Small components lean on the whole, by as many draws as there are dimensions.
        lean = (2 * d / (sizes + 2 * d))[:, None, None]
        factors = np.linalg.cholesky((1 - lean) * covariances + lean * whole)
        current = Mixture(sizes / n, means, factors)
    weights = np.append(0.9 * current.weights, 0.1 * mixture.weights)
    return Mixture(
        weights, np.concatenate([means, mixture.means]), np.concatenate([factors * SPREAD, mixture.factors])
    )


def _resample(z: Array, log_w: Array, n: int, rng: np.random.Generator) -> Array:
    w = np.exp(log_w - log_w.max())
    return z[rng.choice(len(z), size=n, p=w / w.sum())]


# -- chains ----------------------------------------------------------------------------------------------------------


def _walk(
    model: PatientModel,
    mixture: Mixture,
    start: Array,
    n_draws: int,
    rng: np.random.Generator,
    archive: Array | None = None,
) -> Chains:
    """Metropolis-Hastings: three steps of four propose from the mixture, the fourth adds a difference of two draws.

    The differences (differential evolution) come from `archive`, or from the chains themselves while there is none.
    """
    n_chains, d = start.shape
    warm_up = max(n_draws // 10, 10)
    n_steps = n_draws + warm_up
    is_walk = np.arange(n_steps) % WALK_EVERY == WALK_EVERY - 1
    jumps = mixture.draw(n_chains * int((~is_walk).sum()), rng)
    jump_log_p = _batched(model, jumps).reshape(-1, n_chains)
    jump_log_q = mixture.log_density(jumps).reshape(-1, n_chains)
    jumps = jumps.reshape(-1, n_chains, d)

    chance = np.log(rng.random((n_steps, n_chains)))
    state, log_p = start.copy(), _batched(model, start)
    log_q = mixture.log_density(state)
    draws, kept_log_p = np.empty((n_chains, n_draws, d)), np.empty((n_chains, n_draws))
    taken, tried = np.zeros(2), np.zeros(2)
    jump = 0
    for step in range(n_steps):
        if is_walk[step]:
            pool = state if archive is None else archive
            pairs = (
                pool[rng.integers(len(pool), size=n_chains)] - pool[rng.integers(len(pool), size=n_chains)]
            )
            scale = np.exp(rng.uniform(-1.5, 0.3)) * 1.68 / np.sqrt(d)
            proposal = state + scale * pairs + 1e-3 * rng.standard_normal((n_chains, d))
            new_log_p, new_log_q = _batched(model, proposal), mixture.log_density(proposal)
            accept = chance[step] < new_log_p - log_p
        else:
            proposal, new_log_p, new_log_q = jumps[jump], jump_log_p[jump], jump_log_q[jump]
            accept = chance[step] < (new_log_p - log_p) - (new_log_q - log_q)
            jump += 1
        state = np.where(accept[:, None], proposal, state)
        log_p = np.where(accept, new_log_p, log_p)
        log_q = np.where(accept, new_log_q, log_q)
        if step >= warm_up:
            draws[:, step - warm_up], kept_log_p[:, step - warm_up] = state, log_p
            taken[int(is_walk[step])] += accept.mean()
            tried[int(is_walk[step])] += 1
    rate = taken / np.maximum(tried, 1)
    return Chains(draws, kept_log_p, float(rate[0]), float(rate[1]), n_evaluations=n_chains * (n_steps + 1))
