"""NEURON run beside us, where it is installed with its compiler; elsewhere its stored results stand in for it."""

from __future__ import annotations

import pytest

from ranvier.nerve.fibre import build_fibre
from ranvier.nerve.lesion import Elements, MyelinLoss, NodeLengthening, SodiumLoss
from ranvier.nerve.peers import neuron_mrg
from ranvier.nerve.propagation import Pulse, conduct
from ranvier.nerve.weights import Scheme

pytestmark = pytest.mark.skipif(
    not neuron_mrg.is_available(), reason="NEURON or its compiler is not installed"
)
#: Issue 5, at equal step and scheme.
ARRIVAL_MS = 1e-3


@pytest.mark.parametrize(
    "lesions",
    [
        [],
        [MyelinLoss(Elements(8, 3), 0.05)],
        [MyelinLoss(Elements(8), 0.2), SodiumLoss(Elements(9), 0.4)],
        [NodeLengthening(Elements(9), 5.0)],
        [MyelinLoss(Elements(8), 0.1, half="left")],
    ],
)
def test_neuron_gives_the_same_arrivals(lesions) -> None:
    fibre = build_fibre(9.2, n_nodes=21, celsius=34.0, lesions=lesions)
    theirs = neuron_mrg.run_neuron(
        [fibre], Pulse(start_ms=0.1), duration_ms=2.5, time_step_us=5.0, nodes=[5, 15, 20]
    )
    ours = conduct([fibre], [Pulse(start_ms=0.1)], duration_ms=2.5, scheme=Scheme.BACKWARD_EULER)[0]
    for (_, node), arrival in theirs.arrival_ms.items():
        assert ours.arrival_ms[node] == pytest.approx(arrival, abs=ARRIVAL_MS)
