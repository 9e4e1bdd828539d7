"""Real evoked responses: the example waveforms inside the PyPI package RecruitmentCurveFitting (CC0), read where they lie.

41 sweeps of one muscle at 11 stimulus strengths (four each, one at the strongest), 0 to 60 ms at 3.2 kHz, the artefact
zeroed; muscle and unit are not stated, the latencies fit a human soleus in mV (evidence biophysics.md 7). The direct
response lies before 25 ms, the H reflex after it. McKinnon ML, et al. J Neural Eng 2023;20:046012.
"""

from __future__ import annotations

from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

PACKAGE = "RecruitmentCurveFitting"
DIRECT_RESPONSE_ENDS_MS = 25.0

Array = NDArray[np.float64]


@dataclass(frozen=True)
class RealSweeps:
    """strength : (n,) stimulus level. sweeps_mv : (n, m). time_ms : (m,)."""

    strength: Array
    sweeps_mv: Array
    time_ms: Array

    @property
    def sampling_rate_hz(self) -> float:
        """3200. [Hz]"""
        return 1000.0 / float(self.time_ms[1] - self.time_ms[0])

    @property
    def direct_mv(self) -> Array:
        """(n, k) the part before the reflex. The polarity is not stated; the first large phase is taken as the negative one."""
        return -self.sweeps_mv[:, self.time_ms <= DIRECT_RESPONSE_ENDS_MS]


def read_real_sweeps() -> RealSweeps:
    """Read the file out of the installed package; nothing of the package is run.

    Raises
        FileNotFoundError: the package is not there; it is pinned in requirements/dev.txt.
    """
    spec = find_spec(PACKAGE)
    if spec is None or spec.origin is None:
        raise FileNotFoundError(
            f"{PACKAGE} is not installed: it is pinned in requirements/dev.txt (./dev setup)"
        )
    rows = np.genfromtxt(Path(spec.origin).parent / "example-waveforms.csv", delimiter=",")
    return RealSweeps(strength=rows[0, 1:], sweeps_mv=rows[1:, 1:].T.copy(), time_ms=rows[1:, 0])
