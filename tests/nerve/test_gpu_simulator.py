"""The card's kernel, run by Numba's CUDA simulator in a process of its own, against the processor's."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

SOURCE = Path(__file__).parents[2] / "src"
COMPARE = """
import sys
import numpy as np
from ranvier.nerve.fibre import build_fibre, draw_circuit
from ranvier.nerve.gpu import is_available, step_on_gpu
from ranvier.nerve.group import form_group
from ranvier.nerve.lesion import Elements, MyelinLoss
from ranvier.nerve.weights import Scheme
assert is_available()
fibres = [build_fibre(10.0, n_nodes=6), build_fibre(10.0, n_nodes=5, lesions=[MyelinLoss(Elements(1), 0.1)])]
def group():
    return form_group(fibres, [draw_circuit(f) for f in fibres], time_step_ms=0.02, scheme=Scheme(sys.argv[1]), dtype=np.float64)
card = group()
crossed = step_on_gpu(card, n_steps=12, start_ms=0.02)
np.save(sys.argv[2], np.concatenate([card.u, crossed.ravel()]))
"""


@pytest.mark.parametrize("scheme", ["backward_euler", "second_order"])
def test_the_card_kernel_under_the_simulator_matches_the_processor(scheme: str, tmp_path: Path) -> None:
    import numpy as np

    from ranvier.nerve.fibre import build_fibre, draw_circuit
    from ranvier.nerve.group import form_group
    from ranvier.nerve.lesion import Elements, MyelinLoss
    from ranvier.nerve.stepping import step_group
    from ranvier.nerve.weights import Scheme

    environment = {**os.environ, "NUMBA_ENABLE_CUDASIM": "1", "PYTHONPATH": str(SOURCE)}
    out = tmp_path / "card.npy"
    done = subprocess.run(
        [sys.executable, "-c", COMPARE, scheme, str(out)],
        env=environment,
        capture_output=True,
        text=True,
        timeout=200,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    fibres = [
        build_fibre(10.0, n_nodes=6),
        build_fibre(10.0, n_nodes=5, lesions=[MyelinLoss(Elements(1), 0.1)]),
    ]
    circuits = [draw_circuit(f) for f in fibres]
    group = form_group(fibres, circuits, time_step_ms=0.02, scheme=Scheme(scheme), dtype=np.float64)
    record = step_group(group, n_steps=12, pulses=[(lane, 2.0, 0.02, 0.1) for lane in range(2)])
    card = np.load(out)
    assert np.abs(group.u).max() > 50.0, "an impulse was under way"
    np.testing.assert_allclose(card[: group.u.size], group.u, atol=1e-8)
    np.testing.assert_allclose(
        np.nan_to_num(card[group.u.size :], nan=-1.0), record.crossed_ms[:12], atol=1e-10
    )
