"""Ask NEURON itself about the lesions on which the reference runs and we differ: python -m validation.nerve_neuron

Writes validation/nerve/lesion_neuron.csv, which `./dev validate nerve` reads. Needs NEURON and a C compiler; some minutes. Each row of
mrg_lesion.csv whose extra time differs from ours by more than `WORTH_ASKING`, or whose edge of block does, is run in NEURON with the
same circuit, step and stimulus.
"""

from __future__ import annotations

import csv
import math
from collections.abc import Mapping

from ranvier.nerve.fibre import Fibre, build_fibre
from ranvier.nerve.peers.neuron_mrg import run_neuron
from ranvier.nerve.propagation import Pulse, conduct

from .nerve_lesions import EULER, LAST_NODE, N_NODES, edge_of_block, reference_lesion
from .nerve_reference import DATA, rows_of

WORTH_ASKING = 0.02
EDGE_WORTH_ASKING = 0.005
DURATION_MS = 8.0
COLUMNS = (
    "lesion_parameter", "fiber_diameter_um", "celsius", "n_consecutive_nodes_or_internodes", "value", "outcome",
    "neuron",
)  # fmt: skip


def main() -> int:
    """Write the file."""
    rows = []
    for row in rows_of("mrg_lesion.csv"):
        sound = build_fibre(float(row["fiber_diameter_um"]), n_nodes=N_NODES, celsius=float(row["celsius"]))
        if row["outcome"] == "block_threshold":
            ours = edge_of_block(row["lesion_parameter"], row)
            if abs(ours / float(row["value"]) - 1.0) > EDGE_WORTH_ASKING:
                rows.append(_answer(row, f"{_edge(sound, row, ours):.6g}"))
        elif row["outcome"] == "conducts":
            lesioned = _attack(sound, row, float(row["value"]))
            runs = conduct([lesioned, sound], scheme=EULER, duration_ms=12.0)
            ours = (runs[0].arrival_ms[LAST_NODE] - runs[1].arrival_ms[LAST_NODE]) * 1e3
            theirs = float(row["extra_transit_time_us"])
            if not abs(ours - theirs) <= WORTH_ASKING * max(20.0, theirs):
                extra_us = (_arrival_ms(lesioned) - _arrival_ms(sound)) * 1e3
                rows.append(_answer(row, f"{extra_us:.3f}"))
    with (DATA / "lesion_neuron.csv").open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, COLUMNS, lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    print(f"{len(rows)} rows")
    return 0


def _answer(row: Mapping[str, str], neuron: str) -> dict[str, str]:
    return {**{name: row[name] for name in COLUMNS[:-1]}, "neuron": neuron}


def _attack(sound: Fibre, row: Mapping[str, str], value: float) -> Fibre:
    count = int(row["n_consecutive_nodes_or_internodes"])
    return sound.with_lesions(reference_lesion(row["lesion_parameter"], count, value))


def _arrival_ms(fibre: Fibre) -> float:
    run = run_neuron([fibre], Pulse(), duration_ms=DURATION_MS, time_step_us=5.0, nodes=[LAST_NODE])
    return run.arrival_ms[0, LAST_NODE]


def _edge(sound: Fibre, row: Mapping[str, str], ours: float) -> float:
    """The largest value that blocks in NEURON, to 0.1 %, looked for within 5 % of ours."""
    low, high = ours * 0.95, ours * 1.05
    assert math.isnan(_arrival_ms(_attack(sound, row, low)))
    assert not math.isnan(_arrival_ms(_attack(sound, row, high)))
    while high / low > 1.001:
        middle = (low * high) ** 0.5
        if math.isnan(_arrival_ms(_attack(sound, row, middle))):
            low = middle
        else:
            high = middle
    return (low * high) ** 0.5


if __name__ == "__main__":
    raise SystemExit(main())
