"""The lesion file (TOML): what was attacked, where, how badly and in which share of axons.

::

    name = "block in the forearm"
    seed = 7

    [[lesion]]
    kind = "myelin_loss"                      # see KINDS
    between = ["wrist", "elbow"]              # a nerve: sites; the stretch lies in their middle unless at_fraction says
    length_mm = 40
    affected_fraction = 0.6                   # of the axons; 1 if not given
    per = "stretch"                           # one size for an axon's whole stretch, or one for each "element"
    remaining_fraction = {distribution = "uniform", low = 0.02, high = 0.2}

    [axon_loss]
    fraction = 0.2                            # or one for each nerve: median = 0.3
    reinnervation_fraction = 0.5              # of what was lost, taken over by the surviving axons

A single fibre takes `from_mm` and `to_mm`, or `first` and `count` (internodes or nodes), instead of `between`.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np

from ranvier.terms import DocumentRefused, Fault, InputRefused
from ranvier.terms.vocabulary import nearest
from ranvier.terms.vocabulary import nerve as nerve_name

from .fibre import Fibre
from .immune import ComplementAttack, central_mapping
from .lesion import (
    Elements,
    InternodalChannels,
    Lesion,
    MyelinLoss,
    NodeLengthening,
    Place,
    SealLoosening,
    SodiumLoss,
    SteadyCurrent,
    Stretch,
    internodes_at,
    nodes_at,
)
from .lesion_values import read_between, read_number, read_size
from .pump import MOST_HZ, SodiumLeak, run_pump
from .spread import Spread

#: Kind of lesion -> (name of its size, lowest, highest, on nodes?).
KINDS: dict[str, tuple[str, float, float, bool]] = {
    "myelin_loss": ("remaining_fraction", 0.0, 1.0, False),
    "bare_internodes": ("", 0.0, 0.0, False),
    "sodium_loss": ("remaining_fraction", 0.0, 1.0, True),
    "node_lengthening": ("length_um", 0.1, 100.0, True),
    "seal_loosening": ("gap_factor", 1.0, 1e4, False),
    "depolarisation": ("current_na", 0.0, 1e3, True),
    "hyperpolarisation": ("current_na", 0.0, 1e3, True),
    "sodium_leak": ("leak_na", 0.0, 10.0, True),
    "internodal_channels": ("density_s_per_cm2", 0.0, 10.0, False),
    "complement_attack": ("drive", 0.0, 1.0, True),
}
PLACES = {
    "between",
    "length_mm",
    "at_fraction",
    "from_mm",
    "to_mm",
    "first",
    "count",
    "nerve",
    "side",
    "fascicle",
}
TREATMENTS = ("immunoglobulin", "complement_inhibitor")
OPTIONS = {
    "kind", "axons", "affected_fraction", "per", "half", "includes_flut", "channel", "compartment", *TREATMENTS,
}  # fmt: skip
TOP = {"name", "seed", "lesion", "axon_loss", "nerve", "note", "pump", "activity", "temperature_celsius"}


@dataclass(frozen=True)
class LesionEntry:
    """One `[[lesion]]` of the file; places are None where the file says nothing."""

    kind: str
    size: float | Spread
    from_mm: float | None = None
    to_mm: float | None = None
    first: int | None = None
    count: int | None = None
    between: tuple[str, str] | None = None
    length_mm: float | None = None
    at_fraction: float = 0.5
    nerve: str | None = None
    side: str | None = None
    fascicle: int | None = None
    axons: str = "motor"
    affected_fraction: float = 1.0
    per: str = "stretch"
    half: str | None = None
    includes_flut: bool = False
    channel: str = "kf"
    compartment: str = "flut"
    immunoglobulin: float = 0.0
    complement_inhibitor: float = 0.0

    def place_on_fibre(self) -> Place:
        """Where it sits on a single fibre. [mm]

        Raises
            InputRefused: it is placed by sites, which a single fibre does not have.
        """
        if self.first is not None:
            return Elements(self.first, self.count or 1)
        if self.from_mm is not None and self.to_mm is not None:
            return Stretch(self.from_mm, self.to_mm)
        raise InputRefused(
            path="lesion.between",
            given=f"placed between {' and '.join(self.between or ('?', '?'))}",
            expected="A single fibre has no such sites: give from_mm and to_mm, or first and count",
        )

    def with_size(self, size: float) -> LesionEntry:
        """The same lesion with its size drawn."""
        return replace(self, size=size)

    def on(self, fibre: Fibre, where: Place, generator: np.random.Generator) -> Lesion:
        """Draw its sizes for one fibre at one place."""
        on_nodes = KINDS[self.kind][3]
        size: Any = self.size
        if isinstance(size, Spread):
            count = _element_count(fibre, where, on_nodes) if self.per == "element" else 1
            size = size.draw(generator, count)
        if self.kind in ("myelin_loss", "bare_internodes"):
            return MyelinLoss(where, size, self.half)
        if self.kind == "sodium_loss":
            return SodiumLoss(where, size)
        if self.kind == "node_lengthening":
            return NodeLengthening(where, size)
        if self.kind == "seal_loosening":
            return SealLoosening(where, size, self.includes_flut)
        if self.kind in ("depolarisation", "hyperpolarisation"):
            sign = 1.0 if self.kind == "depolarisation" else -1.0
            signed = sign * size if isinstance(size, float) else tuple(sign * value for value in size)
            return SteadyCurrent(where, signed)
        if self.kind == "sodium_leak":
            return SodiumLeak(where, size)
        if self.kind == "complement_attack":
            left = central_mapping().share_left(
                immunoglobulin=self.immunoglobulin, complement_inhibitor=self.complement_inhibitor
            )
            return ComplementAttack(where, left * float(np.mean(size)))
        return InternodalChannels(where, self.channel, size, self.compartment)


@dataclass(frozen=True)
class LesionFile:
    """A whole lesion file. `axon_loss_fraction` by nerve; the key "" stands for every nerve."""

    name: str
    seed: int
    entries: tuple[LesionEntry, ...]
    axon_loss_fraction: Mapping[str, float] = field(default_factory=dict)
    reinnervation_fraction: float = 0.0
    temperature_celsius: float | None = None
    pump: bool = False
    activity_hz: float = 0.0
    activity_s: float = 0.0

    def attack(self, fibre: Fibre) -> Fibre:
        """Apply every entry to a single fibre."""
        generator = np.random.default_rng(self.seed)
        attacked = fibre.with_lesions(
            [entry.on(fibre, entry.place_on_fibre(), generator) for entry in self.entries]
        )
        return self.with_pump(attacked)

    def with_pump(self, fibre: Fibre) -> Fibre:
        """Let the pump answer, where the file switches it on."""
        if not self.pump:
            return fibre
        return run_pump(fibre, rate_hz=self.activity_hz, duration_s=self.activity_s)


def _element_count(fibre: Fibre, where: Place, on_nodes: bool) -> int:
    return int((nodes_at if on_nodes else internodes_at)(fibre, where, "lesion").size)


def read_lesion_file(path: Path) -> LesionFile:
    """Read a lesion file from disk.

    Raises
        DocumentRefused: it cannot be read, or any part of it is wrong; every fault by path.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise DocumentRefused(
            [Fault(str(path), f"cannot be read ({error})", "A lesion file in TOML")]
        ) from error
    return parse_lesions(text)


def parse_lesions(text: str) -> LesionFile:
    """Read a lesion file's text; every fault is reported at once, by path.

    Example
        >>> parse_lesions('[[lesion]]\\nkind = "bare_internodes"\\nfirst = 3\\ncount = 2').entries[0].kind
        'bare_internodes'
    """
    try:
        content = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise DocumentRefused([Fault("lesion file", f"not TOML ({error})", "See docs/nerve.md")]) from error
    faults: list[Fault] = [
        Fault(key, "no such key", f"One of: {', '.join(sorted(TOP))}.{nearest(key, TOP)}")
        for key in content.keys() - TOP
    ]
    rows = content.get("lesion", [])
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        faults.append(Fault("lesion", "not a list of tables", "[[lesion]] headings"))
        rows = []
    entries = [_entry(f"lesion[{i}]", row, faults) for i, row in enumerate(rows)]
    losses = _axon_losses(content.get("axon_loss", {}), faults)
    table = content.get("axon_loss", {})
    reinnervation = 0.0
    if isinstance(table, dict) and "reinnervation_fraction" in table:
        name = "axon_loss.reinnervation_fraction"
        reinnervation = read_number(name, table["reinnervation_fraction"], 0.0, 1.0, faults)
    seed = content.get("seed", 1)
    if not isinstance(seed, int) or isinstance(seed, bool) or seed < 0:
        faults.append(Fault("seed", f"{seed!r}", "A whole number, 0 or above"))
        seed = 1
    celsius = content.get("temperature_celsius")
    if celsius is not None:
        celsius = read_number("temperature_celsius", celsius, 10.0, 45.0, faults)
    pump = content.get("pump", False)
    if not isinstance(pump, bool):
        faults.append(Fault("pump", f"{pump!r}", "true or false"))
    activity_hz, activity_s = _activity(content.get("activity"), pump is True, faults)
    if faults:
        raise DocumentRefused(faults)
    return LesionFile(
        name=str(content.get("name", "unnamed")),
        seed=seed,
        entries=tuple(entry for entry in entries if entry is not None),
        axon_loss_fraction=losses,
        reinnervation_fraction=reinnervation,
        temperature_celsius=celsius,
        pump=pump,
        activity_hz=activity_hz,
        activity_s=activity_s,
    )


def _activity(table: Any, pump: bool, faults: list[Fault]) -> tuple[float, float]:
    if table is None:
        return 0.0, 0.0
    if not isinstance(table, dict) or table.keys() != {"rate_hz", "duration_s"}:
        faults.append(Fault("activity", f"{table!r}", "[activity] with rate_hz and duration_s"))
        return 0.0, 0.0
    if not pump:
        faults.append(
            Fault("activity", "given without the pump", "pump = true: without it activity changes nothing")
        )
    return (
        read_number("activity.rate_hz", table["rate_hz"], 0.0, MOST_HZ, faults),
        read_number("activity.duration_s", table["duration_s"], 0.0, 3600.0, faults),
    )


def _axon_losses(table: Any, faults: list[Fault]) -> dict[str, float]:
    if not isinstance(table, dict):
        faults.append(
            Fault("axon_loss", f"{table!r}", "[axon_loss] with fraction = 0.2, or a nerve = fraction each")
        )
        return {}
    losses = {}
    for key, value in table.items():
        if key == "reinnervation_fraction":
            continue
        name = ""
        if key != "fraction":
            try:
                name = nerve_name(key, path=f"axon_loss.{key}")
            except InputRefused as refused:
                faults.append(Fault(refused.path, refused.given, refused.expected))
        losses[name] = read_number(f"axon_loss.{key}", value, 0.0, 1.0, faults)
    return losses


def _entry(path: str, row: dict[str, Any], faults: list[Fault]) -> LesionEntry | None:
    kind = row.get("kind")
    if kind not in KINDS:
        close = nearest(str(kind), KINDS)
        faults.append(Fault(f"{path}.kind", f'"{kind}"', f"One of: {', '.join(KINDS)}.{close}"))
        return None
    size_name, low, high, _ = KINDS[kind]
    allowed = PLACES | OPTIONS | ({size_name} if size_name else set())
    for key in row.keys() - allowed:
        faults.append(Fault(f"{path}.{key}", f"no such key for {kind}", f"Of: {', '.join(sorted(allowed))}"))
    before = len(faults)
    size: float | Spread = 0.0
    if size_name:
        if size_name not in row:
            faults.append(Fault(f"{path}.{size_name}", "missing", f"{low:g} to {high:g}, or a distribution"))
        else:
            size = read_size(f"{path}.{size_name}", row[size_name], low, high, faults)
    places: dict[str, Any] = {}
    for key, least, most in (
        ("from_mm", -1e-9, 2000.0), ("to_mm", 0.0, 2000.0), ("length_mm", 0.0, 1000.0), ("at_fraction", 0.0, 1.0),
        ("affected_fraction", 0.0, 1.0), ("first", 0, 20000), ("count", 1, 20000), ("fascicle", 0, 100),
        *((name, 0.0, 1.0) for name in TREATMENTS),
    ):  # fmt: skip
        if key in row:
            value = read_number(f"{path}.{key}", row[key], least, most, faults)
            places[key] = int(value) if key in ("first", "count", "fascicle") else value
    if "between" in row:
        places["between"] = read_between(f"{path}.between", row["between"], faults)
    if "nerve" in row:
        try:
            places["nerve"] = nerve_name(str(row["nerve"]), path=f"{path}.nerve")
        except InputRefused as refused:
            faults.append(Fault(refused.path, refused.given, refused.expected))
    if "side" in row:
        if row["side"] not in ("left", "right"):
            faults.append(Fault(f"{path}.side", f"{row['side']!r}", "left or right"))
        places["side"] = row["side"]
    if row.get("per", "stretch") not in ("stretch", "element"):
        faults.append(
            Fault(f"{path}.per", f"{row['per']!r}", "stretch (one size for it all) or element (each its own)")
        )
    if kind == "complement_attack":
        if row.get("per") == "element":
            faults.append(
                Fault(f"{path}.per", "element", f"stretch: {kind} has one drive for an axon's nodes")
            )
    elif given := [name for name in TREATMENTS if name in row]:
        faults.append(
            Fault(f"{path}.{given[0]}", f"given for {kind}", "Treatment belongs to complement_attack")
        )
    if row.get("axons", "motor") not in ("motor", "sensory", "both"):
        faults.append(Fault(f"{path}.axons", f"{row['axons']!r}", "motor (if not given), sensory or both"))
    for key in ("axons", "per", "half", "includes_flut", "channel", "compartment"):
        if key in row:
            places[key] = row[key]
    if not {"between", "first", "from_mm"} & row.keys():
        faults.append(
            Fault(path, "it has no place", "between = [site, site], or from_mm and to_mm, or first and count")
        )
    if ("from_mm" in row) != ("to_mm" in row):
        faults.append(Fault(path, "one end of a stretch alone", "from_mm and to_mm together"))
    elif "from_mm" in places and len(faults) == before and places["from_mm"] > places["to_mm"]:
        faults.append(
            Fault(
                f"{path}.from_mm",
                f"{places['from_mm']:g} to {places['to_mm']:g} mm",
                "It starts before it ends",
            )
        )
    return LesionEntry(kind=kind, size=size, **places) if len(faults) == before else None
