"""F waves: minimum latency and persistence over a set of sweeps."""

from __future__ import annotations

import numpy as np
import pytest

from ranvier.conduction import measure_f_waves

TIME = np.arange(600) / 10.0


def sweeps(latencies: list[float | None], *, noise: float = 0.004, seed: int = 1) -> np.ndarray:
    rng = np.random.default_rng(seed)
    rows = []
    for latency in latencies:
        wave = 8 * np.exp(-0.5 * ((TIME - 6) / 1.3) ** 2) - 3 * np.exp(-0.5 * ((TIME - 11) / 2.5) ** 2)
        wave -= 0.3 * np.exp(-0.5 * ((TIME - 20) / 8) ** 2)
        if latency is not None:
            wave += 0.2 * np.exp(-0.5 * ((TIME - latency - 2.0) / 0.8) ** 2)
            wave -= 0.15 * np.exp(-0.5 * ((TIME - latency - 4.5) / 1.0) ** 2)
        rows.append(wave + noise * rng.standard_normal(TIME.size))
    return np.array(rows)


def test_minimum_latency_and_persistence_are_found() -> None:
    found = measure_f_waves(
        sweeps([27.0, 28.5, None, 29.0, 27.5, None, 28.0, 30.0, 27.2, 28.8]), sampling_rate_hz=10_000.0
    )
    assert found.persistence_fraction == pytest.approx(0.8)
    assert found.minimum_latency_ms == pytest.approx(27.0, abs=0.8)


def test_no_f_wave_gives_no_latency_and_persistence_zero() -> None:
    found = measure_f_waves(sweeps([None] * 12), sampling_rate_hz=10_000.0)
    assert found.persistence_fraction == 0
    assert found.minimum_latency_ms is None


def test_a_sweep_that_ends_before_the_window_holds_none() -> None:
    found = measure_f_waves(sweeps([27.0])[:, :150], sampling_rate_hz=10_000.0)
    assert found.persistence_fraction == 0
