"""Whether chains have settled: rank-normalised split R-hat and effective sample size.

Source
    Vehtari A et al. Bayesian Anal 2021;16:667-718 (recalled): R-hat below 1.01 and 400 effective draws are its advice.
"""

from __future__ import annotations

import numpy as np
from scipy.special import ndtri

from .scan import Array

SETTLED_R_HAT = 1.05  # above it the fit says that it has not settled; 1.01 is what we aim for
FEW_EFFECTIVE_DRAWS = 100


def r_hat(chains: Array) -> Array:
    """Split R-hat of rank-normalised draws; 1 is settled.

    Parameters
        chains : (n_chains, n_draws, dimension)
    Returns
        (dimension,) the larger of the bulk and the folded value.
    """
    folded = np.abs(chains - np.median(chains, axis=(0, 1)))
    return np.maximum(_split_r_hat(_normalised(chains)), _split_r_hat(_normalised(folded)))


def effective_draws(chains: Array) -> Array:
    """Bulk effective sample size, (dimension,), by Geyer's initial monotone sequence on split, rank-normalised chains."""
    halves = _split(_normalised(chains))
    n_chains, n_draws, dimension = halves.shape
    centred = halves - halves.mean(axis=1, keepdims=True)
    size = 2 * n_draws
    spectrum = np.fft.rfft(centred, n=size, axis=1)
    covariance = np.fft.irfft(np.abs(spectrum) ** 2, n=size, axis=1)[:, :n_draws] / n_draws
    within = covariance[:, 0].mean(axis=0) * n_draws / (n_draws - 1)
    between = halves.mean(axis=1).var(axis=0, ddof=1)
    variance = within * (n_draws - 1) / n_draws + between
    result = np.empty(dimension)
    for column in range(dimension):
        if variance[column] <= 0:
            result[column] = np.nan
            continue
        correlation = 1 - (within[column] - covariance[:, :, column].mean(axis=0)) / variance[column]
        pairs = correlation[: 2 * (n_draws // 2)].reshape(-1, 2).sum(axis=1)
        negative = np.flatnonzero(pairs < 0)
        pairs = np.minimum.accumulate(pairs[: negative[0] if len(negative) else len(pairs)])
        time = max(2 * pairs.sum() - 1, 1 / np.log10(n_chains * n_draws))
        result[column] = n_chains * n_draws / time
    return result


def _split(chains: Array) -> Array:
    half = chains.shape[1] // 2
    return np.concatenate([chains[:, :half], chains[:, -half:]])


def _normalised(chains: Array) -> Array:
    flat = chains.reshape(-1, chains.shape[2])
    ranks = np.column_stack([_ranks(column) for column in flat.T])
    return np.asarray(ndtri((ranks - 0.375) / (len(flat) + 0.25))).reshape(chains.shape)


def _ranks(values: Array) -> Array:
    """Ranks from 1, ties sharing their mean: a chain that stays repeats its draw (scipy.stats takes 0.4 s to import)."""
    _, place, counts = np.unique(values, return_inverse=True, return_counts=True)
    last = np.cumsum(counts)
    return np.asarray((last - (counts - 1) / 2)[place], float)


def _split_r_hat(chains: Array) -> Array:
    halves = _split(chains)
    n_draws = halves.shape[1]
    within = halves.var(axis=1, ddof=1).mean(axis=0)
    between = halves.mean(axis=1).var(axis=0, ddof=1)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(np.sqrt((n_draws - 1) / n_draws + between / within))
