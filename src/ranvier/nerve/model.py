"""Fibre models as data: geometry by diameter, membrane by compartment, gates with their temperature factors."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from ranvier.terms import DataError, NerveError
from ranvier.terms.vocabulary import nearest, read_toml

MODELS = Path(__file__).parent / "models"

#: Gates and channels the solvers know. Conductance products: naf m^3 h, nap p^3, ks s, kf n^4, hcn q.
GATES = ("m", "h", "p", "s", "n", "q")
CHANNELS = ("naf", "nap", "ks", "kf", "hcn")
#: Compartments from one node to the next, in order, without the second node.
PERIOD = ("node", "mysa", "flut", "stin", "stin", "stin", "stin", "stin", "stin", "flut", "mysa")
FORMS = ("linoid", "sigmoid", "exponential")


@dataclass(frozen=True)
class Rate:
    """One opening or closing rate at its base temperature; see the data files for the three forms. [1/ms]"""

    form: str
    rate: float
    half_mv: float
    slope_mv: float


@dataclass(frozen=True)
class Gate:
    """A Hodgkin-Huxley gate: its two rates and the factor by which 10 degrees speed them."""

    alpha: Rate
    beta: Rate
    q10: float
    base_celsius: float

    def speed(self, celsius: float) -> float:
        """Factor on both rates at a temperature."""
        return float(self.q10 ** ((celsius - self.base_celsius) / 10.0))


@dataclass(frozen=True)
class Geometry:
    """Lengths and widths of one node-to-node period. [um]; lamellae counted."""

    diameter_um: float
    axon_diameter_um: float
    node_diameter_um: float
    mysa_diameter_um: float
    node_spacing_um: float
    flut_length_um: float
    lamellae: float
    node_length_um: float
    mysa_length_um: float

    @property
    def stin_length_um(self) -> float:
        """What is left for each of the six STIN compartments."""
        rest = self.node_spacing_um - self.node_length_um - 2 * self.mysa_length_um - 2 * self.flut_length_um
        return rest / 6.0


@dataclass(frozen=True)
class FibreModel:
    """A published fibre under its variant's constants. Conductances in S/cm2, potentials in mV."""

    id: str
    variant: str
    label: str
    source: str
    diameter_low_um: float
    diameter_high_um: float
    resting_mv: float
    constants: Mapping[str, float]
    membrane: Mapping[str, Mapping[str, float]]
    circumference: str
    reversal_mv: Mapping[str, float]
    gates: Mapping[str, Gate]
    table: Mapping[float, Mapping[str, float]]
    interpolation: Mapping[str, Any]

    @property
    def has_internodal_channels(self) -> bool:
        """Whether its internodes carry voltage-gated channels, so that they cannot be eliminated."""
        return any(self.membrane[kind].get(c, 0.0) > 0 for kind in ("mysa", "flut", "stin") for c in CHANNELS)

    def geometry(self, diameter_um: float) -> Geometry:
        """Give the period of a fibre: the published row where there is one, the published fit between rows.

        Raises
            NerveError: outside the model's diameters; nothing published extrapolates.
        """
        if not (self.diameter_low_um <= diameter_um <= self.diameter_high_um):
            raise NerveError(
                path="diameter_um",
                given=f"{diameter_um:g}",
                expected=f"{self.diameter_low_um:g} to {self.diameter_high_um:g} um for {self.id}; "
                "nothing published goes beyond",
            )
        row = self.table.get(round(diameter_um, 6)) or self._fitted(diameter_um)
        return Geometry(
            diameter_um=diameter_um,
            axon_diameter_um=row["axon_diameter_um"],
            node_diameter_um=row["node_diameter_um"],
            mysa_diameter_um=row["mysa_diameter_um"],
            node_spacing_um=row["node_spacing_um"],
            flut_length_um=row["flut_length_um"],
            lamellae=row["lamellae"],
            node_length_um=self.constants["node_length_um"],
            mysa_length_um=self.constants["mysa_length_um"],
        )

    def _fitted(self, diameter_um: float) -> dict[str, float]:
        fit = self.interpolation
        logarithmic = fit.get("logarithmic", ())
        row = {}
        for name in (
            "axon_diameter_um", "node_diameter_um", "mysa_diameter_um", "node_spacing_um", "flut_length_um", "lamellae",
        ):  # fmt: skip
            coefficients = fit[name]
            argument = math.log(diameter_um) if name in logarithmic else diameter_um
            if name == "node_spacing_um" and diameter_um < fit.get("thin_below_um", 0.0):
                coefficients = fit["thin_node_spacing_um"]
            row[name] = sum(c * argument**power for power, c in enumerate(reversed(coefficients)))
        return row


def names() -> list[str]:
    """Every model that has a data file."""
    return sorted(path.stem for path in MODELS.glob("*.toml"))


@cache
def load_model(name: str = "mrg_2002", variant: str | None = None) -> FibreModel:
    """Read a fibre model.

    Parameters
        variant : One of the file's variants, for example `modeldb_3810` or `published` (the two alpha_m constants of
            MRG 2002); the file's default if not given.
    Raises
        NerveError: no such model or variant.
        DataError: the file lacks a source, a gate, or names what the solvers do not know.
    """
    path = MODELS / f"{name}.toml"
    if name not in names():
        raise NerveError(
            path="model", given=f'"{name}"', expected=f"One of: {', '.join(names())}.{nearest(name, names())}"
        )
    content = read_toml(path)
    chosen = variant or content["default_variant"]
    if chosen not in content["variants"]:
        raise NerveError(
            path="variant",
            given=f'"{chosen}"',
            expected=f"One of: {', '.join(content['variants'])} for {name}",
        )
    changes = content["variants"][chosen].get("gates", {})
    return FibreModel(
        id=content["id"],
        variant=chosen,
        label=content["label"],
        source=content["source"],
        diameter_low_um=content["diameter_low_um"],
        diameter_high_um=content["diameter_high_um"],
        resting_mv=content["resting_mv"],
        constants={key: _sourced(path.name, key, row)["value"] for key, row in content["constants"].items()},
        membrane={kind: _known_channels(path.name, kind, content["membrane"][kind]) for kind in set(PERIOD)},
        circumference=_sourced(path.name, "membrane", content["membrane"])["circumference"],
        reversal_mv={c: _sourced(path.name, "reversal_mv", content["reversal_mv"])[c] for c in CHANNELS},
        gates={gate: _gate(path.name, gate, content["gates"], changes.get(gate, {})) for gate in GATES},
        table=_table(path.name, content.get("geometry")),
        interpolation=_sourced(path.name, "interpolation", content["interpolation"]),
    )


def _sourced(file: str, key: str, row: dict[str, Any]) -> dict[str, Any]:
    if not row.get("source"):
        raise DataError(
            path=f"{file}: {key}", given="no source", expected="Every number names where it is from"
        )
    return row


def _known_channels(file: str, kind: str, row: dict[str, float]) -> dict[str, float]:
    unknown = set(row) - {*CHANNELS, "leak", "leak_reversal_mv"}
    if unknown:
        raise DataError(
            path=f"{file}: membrane.{kind}", given=f"channels {sorted(unknown)}", expected=f"Of: {CHANNELS}"
        )
    return row


def _gate(file: str, name: str, rows: dict[str, Any], changes: dict[str, Any]) -> Gate:
    if name not in rows:
        raise DataError(path=f"{file}: gates", given=f"no gate {name}", expected=f"All of: {GATES}")
    row = _sourced(file, f"gates.{name}", rows[name])
    rates = {side: Rate(**{**row[side], **changes.get(side, {})}) for side in ("alpha", "beta")}
    for side, rate in rates.items():
        if rate.form not in FORMS:
            raise DataError(
                path=f"{file}: gates.{name}.{side}", given=f'form "{rate.form}"', expected=f"One of: {FORMS}"
            )
    return Gate(rates["alpha"], rates["beta"], row["q10"]["value"], row["q10"]["base_celsius"])


def _table(file: str, geometry: dict[str, Any] | None) -> dict[float, dict[str, float]]:
    if geometry is None:
        return {}
    _sourced(file, "geometry", geometry)
    columns = geometry["columns"]
    return {round(row[0], 6): dict(zip(columns, row, strict=True)) for row in geometry["rows"]}
