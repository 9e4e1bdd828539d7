"""One axon as a row of compartments: what it is made of, and the circuit that follows from it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from ranvier.terms import NerveError

from .model import CHANNELS, PERIOD, FibreModel, Geometry, load_model

if TYPE_CHECKING:
    from .lesion import Lesion

Array = NDArray[np.float64]
KINDS = ("node", "mysa", "flut", "stin")
PER_INTERNODE = len(PERIOD)
PERIOD_KINDS = np.array([KINDS.index(name) for name in PERIOD], dtype=np.int64)
#: Conductance that stands for "open to the bath" (NEURON's habit for a node), S/cm2.
SHORT_CIRCUIT_S_PER_CM2 = 1e10
FEWEST_NODES = 3
MOST_NODES = 20_000
COLDEST_CELSIUS, WARMEST_CELSIUS = 10.0, 45.0


@dataclass(frozen=True, eq=False)
class Fibre:
    """An axon compartment by compartment, before any circuit is drawn: lesions change these numbers.

    Every array has shape (n_compartments,) = 11 (n_nodes - 1) + 1, in order from node 0. Lengths in um, conductance
    densities in S/cm2 of the circumference the model names, capacitance in uF/cm2, current in nA (inward positive).
    `lamellae` is infinite nowhere and 0 where the axon is bare.
    """

    model: FibreModel
    geometry: Geometry
    celsius: float
    kind: NDArray[np.int64]
    length_um: Array
    axon_diameter_um: Array
    gap_um: Array
    lamellae: Array
    conductance: dict[str, Array]
    leak_reversal_mv: Array
    steady_current_na: Array

    @property
    def n_nodes(self) -> int:
        """Nodes, both ends included."""
        return (self.kind.size - 1) // PER_INTERNODE + 1

    @property
    def diameter_um(self) -> float:
        """Outer diameter, myelin included."""
        return self.geometry.diameter_um

    @property
    def node_position_mm(self) -> Array:
        """(n_nodes,) Distance of each node from node 0."""
        return np.arange(self.n_nodes, dtype=np.float64) * (self.geometry.node_spacing_um / 1000.0)

    @property
    def nodes(self) -> NDArray[np.int64]:
        """(n_nodes,) Index of each node among the compartments."""
        return np.arange(self.n_nodes) * PER_INTERNODE

    def internode(self, index: int) -> slice:
        """The ten compartments between node `index` and the next."""
        return slice(index * PER_INTERNODE + 1, (index + 1) * PER_INTERNODE)

    def with_lesions(self, lesions: Sequence[Lesion]) -> Fibre:
        """Apply lesions in order; each sees what the former left."""
        fibre = self
        for lesion in lesions:
            fibre = lesion.attack(fibre)
        return fibre

    def changed(self, **arrays: object) -> Fibre:
        """Copy with some of its arrays replaced."""
        return replace(self, **arrays)  # type: ignore[arg-type]


@dataclass(frozen=True, eq=False)
class Circuit:
    """The fibre as an electrical circuit: uS, nF, mV, ms, nA.

    Compartment arrays have shape (n_compartments,); the two `axial` arrays (n_compartments - 1,) join neighbours.
    `is_open` marks compartments whose outside is the bath itself (nodes and bare axon).
    """

    capacitance_nf: Array
    leak_us: Array
    leak_reversal_mv: Array
    channel_us: dict[str, Array]
    myelin_capacitance_nf: Array
    myelin_us: Array
    is_open: NDArray[np.bool_]
    axial_us: Array
    periaxonal_us: Array
    steady_current_na: Array


def build_fibre(
    diameter_um: float,
    *,
    n_nodes: int | None = None,
    length_mm: float | None = None,
    celsius: float = 37.0,
    model: FibreModel | None = None,
    lesions: Sequence[Lesion] = (),
) -> Fibre:
    """Build an axon, healthy or attacked.

    Parameters
        diameter_um : Outer diameter. [um]
        n_nodes, length_mm : One of the two. A length is rounded up to whole internodes. [mm]
        celsius : Temperature of all of it; 10 to 45.
    Raises
        NerveError: outside the model, too short or too long, or a lesion that does not fit.
    Example
        >>> build_fibre(10.0, n_nodes=21).n_nodes
        21
    """
    model = model or load_model()
    _require_number("diameter_um", diameter_um, "a diameter in um, such as 10")
    _require_number("temperature_celsius", celsius, "a temperature in degrees Celsius, such as 37")
    if not COLDEST_CELSIUS <= celsius <= WARMEST_CELSIUS:
        raise NerveError(
            path="temperature_celsius",
            given=f"{celsius:g}",
            expected=f"{COLDEST_CELSIUS:g} to {WARMEST_CELSIUS:g} degrees; the rates are not known beyond",
        )
    geometry = model.geometry(diameter_um)
    count = _node_count(n_nodes, length_mm, geometry)
    kind = np.append(np.tile(PERIOD_KINDS, count - 1), KINDS.index("node"))
    by_kind = {
        "node": (geometry.node_length_um, geometry.node_diameter_um, model.constants["node_gap_um"]),
        "mysa": (geometry.mysa_length_um, geometry.mysa_diameter_um, model.constants["mysa_gap_um"]),
        "flut": (geometry.flut_length_um, geometry.axon_diameter_um, model.constants["flut_gap_um"]),
        "stin": (geometry.stin_length_um, geometry.axon_diameter_um, model.constants["stin_gap_um"]),
    }
    length, width, gap = (np.array([by_kind[k][i] for k in KINDS], dtype=np.float64)[kind] for i in range(3))
    density = {
        name: np.array([model.membrane[k].get(name, 0.0) for k in KINDS], dtype=np.float64)[kind]
        for name in (*CHANNELS, "leak")
    }
    fibre = Fibre(
        model=model,
        geometry=geometry,
        celsius=float(celsius),
        kind=kind,
        length_um=length,
        axon_diameter_um=width,
        gap_um=gap,
        lamellae=np.where(kind == 0, 0.0, geometry.lamellae),
        conductance=density,
        leak_reversal_mv=np.array([model.membrane[k]["leak_reversal_mv"] for k in KINDS])[kind],
        steady_current_na=np.zeros(kind.size),
    )
    return fibre.with_lesions(lesions)


def draw_circuit(fibre: Fibre) -> Circuit:
    """Turn lengths, widths and densities into conductances and capacitances.

    Each compartment is one lump at its middle; neighbours meet through half of each one's resistance, inside the
    axon and in the periaxonal space alike.
    """
    model, constants = fibre.model, fibre.model.constants
    diameter_um = fibre.axon_diameter_um
    axolemma_cm2 = np.pi * diameter_um * fibre.length_um * 1e-8
    sheath_cm2 = np.pi * fibre.geometry.diameter_um * fibre.length_um * 1e-8
    # Gaines 2018 gives internodal conductances on the fibre's circumference; the node is on its own in both models.
    on_fibre = (model.circumference == "fibre") & (fibre.kind != 0)
    channel_cm2 = np.where(on_fibre, sheath_cm2, axolemma_cm2)
    is_open = fibre.lamellae <= 0.0
    membranes = 2.0 * np.where(is_open, 1.0, fibre.lamellae)
    myelin_capacitance = np.where(is_open, 0.0, constants["myelin_capacitance_uf_per_cm2"] / membranes)
    myelin_conductance = np.where(
        is_open, SHORT_CIRCUIT_S_PER_CM2, constants["myelin_conductance_s_per_cm2"] / membranes
    )
    axial_half = _half_resistance_mohm(
        constants["axoplasm_resistivity_ohm_cm"], fibre.length_um, np.pi * diameter_um**2 / 4.0
    )
    annulus_um2 = np.pi * ((diameter_um / 2 + fibre.gap_um) ** 2 - (diameter_um / 2) ** 2)
    periaxonal_half = _half_resistance_mohm(
        constants["periaxonal_resistivity_ohm_cm"], fibre.length_um, annulus_um2
    )
    return Circuit(
        capacitance_nf=constants["axolemma_capacitance_uf_per_cm2"] * axolemma_cm2 * 1e3,
        leak_us=fibre.conductance["leak"] * channel_cm2 * 1e6,
        leak_reversal_mv=fibre.leak_reversal_mv,
        channel_us={name: fibre.conductance[name] * channel_cm2 * 1e6 for name in CHANNELS},
        myelin_capacitance_nf=myelin_capacitance * sheath_cm2 * 1e3,
        myelin_us=myelin_conductance * sheath_cm2 * 1e6,
        is_open=is_open,
        axial_us=1.0 / (axial_half[:-1] + axial_half[1:]),
        periaxonal_us=1.0 / (periaxonal_half[:-1] + periaxonal_half[1:]),
        steady_current_na=fibre.steady_current_na,
    )


def _half_resistance_mohm(resistivity_ohm_cm: float, length_um: Array, area_um2: Array) -> Array:
    # ohm cm * um / um^2 = 1e4 ohm = 1e-2 Mohm
    return resistivity_ohm_cm * (length_um / 2.0) / area_um2 * 1e-2


def _node_count(n_nodes: int | None, length_mm: float | None, geometry: Geometry) -> int:
    assert (n_nodes is None) != (length_mm is None), "give n_nodes or length_mm"
    if n_nodes is None:
        assert length_mm is not None
        _require_number("length_mm", length_mm, "a length in mm, such as 200")
        n_nodes = math.ceil(length_mm * 1000.0 / geometry.node_spacing_um - 1e-9) + 1
    if not FEWEST_NODES <= n_nodes <= MOST_NODES:
        raise NerveError(
            path="length_mm" if length_mm is not None else "n_nodes",
            given=f"{length_mm:g} mm, {n_nodes} nodes" if length_mm is not None else f"{n_nodes} nodes",
            expected=f"{FEWEST_NODES} to {MOST_NODES} nodes, {geometry.node_spacing_um / 1000:g} mm apart",
        )
    return n_nodes


def _require_number(path: str, value: float, example: str) -> None:
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not math.isfinite(value):
        raise NerveError(path=path, given=f"{value!r} is no number", expected=f"Give {example}")
