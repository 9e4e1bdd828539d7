"""Running sums that fade: first-order recursions for many patients and days at once."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
DEEPEST = 500.0  # a running product is never let below exp(-500); doubles end at exp(-708)


def accumulate(kept: Array, gained: Array, start: Array) -> Array:
    """Solve r[n+1] = kept[n] r[n] + gained[n] for all n at once, (n_patients, n + 1).

    With P the running product of `kept`, r = P * (start + sum of gained / P). P falls without end, so the days are taken
    in blocks short enough that it never leaves the range of a double.

    Parameters
        kept : (n_patients, n) Within 0 (exclusive) to 1.
        gained : (n_patients, n)
        start : (n_patients,)
    """
    n_patients, n_days = kept.shape
    out = np.empty((n_patients, n_days + 1))
    out[:, 0] = start
    if n_days == 0:
        return out
    fastest = -np.log(max(float(kept.min()), 1e-300))
    block = max(1, int(DEEPEST / max(fastest, 1e-9)))
    for first in range(0, n_days, block):
        last = min(first + block, n_days)
        product = np.multiply.accumulate(kept[:, first:last], axis=1)
        inner = np.add.accumulate(gained[:, first:last] / product, axis=1)
        inner += out[:, first, None]
        np.multiply(product, inner, out=out[:, first + 1 : last + 1])
    return out
