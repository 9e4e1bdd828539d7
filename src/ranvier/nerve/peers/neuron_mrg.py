"""MRG 2002 in NEURON: one section a compartment, `extracellular` for the sheath, our own text of the node's currents."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from ranvier.terms import MissingDependency

from ..fibre import KINDS, PER_INTERNODE, Fibre, draw_circuit
from ..propagation import Pulse

MECHANISM = Path(__file__).parent / "mrg_node.mod"


@dataclass(frozen=True)
class PeerRun:
    """What a peer took and what it found. `arrival_ms` by (fibre, node) asked for."""

    seconds: float
    build_seconds: float
    arrival_ms: dict[tuple[int, int], float]


def is_available() -> bool:
    """Whether NEURON is installed and its mechanism compiler is at hand."""
    return find_spec("neuron") is not None and _compiler() is not None


def _compiler() -> str | None:
    beside = Path(sys.executable).parent / "nrnivmodl"
    return str(beside) if beside.exists() else shutil.which("nrnivmodl")


@cache
def _load() -> Any:
    compiler = _compiler()
    if compiler is None:
        raise MissingDependency(
            path="neuron", given="not installed", expected="pip install neuron, and a C compiler"
        )
    folder = Path(tempfile.mkdtemp(prefix="ranvier-neuron-"))
    shutil.copy(MECHANISM, folder)
    # The compiler is NEURON's own script, run on our own file in a folder of its own.
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")])
    subprocess.run(
        [compiler, "."], cwd=folder, check=True, capture_output=True, env={**os.environ, "PATH": path}
    )
    from neuron import h

    library = next(folder.glob("*/libnrnmech.*"), None) or next(folder.glob("*/.libs/libnrnmech.*"))
    h.nrn_load_dll(str(library))
    h.load_file("stdrun.hoc")
    return h


def run_neuron(
    fibres: Sequence[Fibre],
    pulse: Pulse,
    *,
    duration_ms: float,
    time_step_us: float,
    nodes: Sequence[int],
) -> PeerRun:
    """Run fibres in NEURON together, fixed step, and time the run alone."""
    h = _load()
    started = time.perf_counter()
    h.celsius = fibres[0].celsius
    h.dt = time_step_us / 1000.0
    h.steps_per_ms = 1.0 / h.dt
    kept: list[Any] = []
    recorders: dict[tuple[int, int], Any] = {}
    for f, fibre in enumerate(fibres):
        sections = _sections(h, fibre, f)
        kept.append(sections)
        clamp = h.IClamp(sections[pulse.node * PER_INTERNODE](0.5))
        clamp.delay, clamp.dur, clamp.amp = pulse.start_ms, pulse.duration_ms, pulse.current_na
        kept.append(clamp)
        for node in nodes:
            at = sections[node * PER_INTERNODE]
            vector = h.Vector()
            vector.record(at(0.5)._ref_v)
            recorders[f, node] = vector
    h.finitialize(-80.0)
    build = time.perf_counter() - started
    # Processor time: both sides run on one core, which others may be using as well.
    started = time.process_time()
    h.continuerun(duration_ms)
    seconds = time.process_time() - started
    arrival = {key: _arrival(list(vector), float(h.dt)) for key, vector in recorders.items()}
    return PeerRun(seconds, build, arrival)


def _sections(h: Any, fibre: Fibre, number: int) -> list[Any]:
    circuit = draw_circuit(fibre)
    outer = fibre.diameter_um
    sections: list[Any] = []
    for k in range(fibre.kind.size):
        is_node = KINDS[fibre.kind[k]] == "node"
        section = h.Section(name=f"f{number}c{k}")
        section.nseg = 1
        section.L = float(fibre.length_um[k])
        inner = float(fibre.axon_diameter_um[k])
        section.diam = inner if is_node else outer
        section.Ra = 70.0 if is_node else 70.0 * (outer / inner) ** 2
        section.cm = 2.0 if is_node else 2.0 * inner / outer
        section.insert("extracellular")
        area = 3.141592653589793 * section.diam * section.L * 1e-8
        for layer in range(2):
            section.xraxial[layer] = 1e9
            section.xg[layer], section.xc[layer] = 1e10, 0.0
        gap = float(fibre.gap_um[k])
        annulus = 3.141592653589793 * ((inner / 2 + gap) ** 2 - (inner / 2) ** 2)
        section.xraxial[0] = 0.7e6 * 0.01 / annulus
        if fibre.lamellae[k] > 0:
            section.xg[0] = float(circuit.myelin_us[k]) * 1e-6 / area
            section.xc[0] = float(circuit.myelin_capacitance_nf[k]) * 1e-3 / area
        if is_node:
            section.insert("mrg_node")
            for name, channel in (("gnaf", "naf"), ("gnap", "nap"), ("gks", "ks"), ("gl", "leak")):
                setattr(section(0.5).mrg_node, name, float(fibre.conductance[channel][k]))
        else:
            section.insert("pas")
            section.g_pas = float(circuit.leak_us[k]) * 1e-6 / area
            section.e_pas = float(fibre.leak_reversal_mv[k])
        if sections:
            section.connect(sections[-1](1), 0)
        sections.append(section)
    return sections


def _arrival(v_mv: list[float], dt_ms: float, threshold: float = -20.0) -> float:
    for i in range(1, len(v_mv)):
        if v_mv[i - 1] < threshold <= v_mv[i]:
            return (i - 1 + (threshold - v_mv[i - 1]) / (v_mv[i] - v_mv[i - 1])) * dt_ms
    return float("nan")
