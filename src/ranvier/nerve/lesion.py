"""Lesions as physiology names them, each a change of one fibre; they compose in any number.

A lesion sits on whole internodes or nodes, chosen by number (`Elements`) or by distance along the fibre (`Stretch`).
Its size is one number, or one number for each internode or node it sits on.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from ranvier.terms import NerveError

from .fibre import KINDS, PER_INTERNODE, Fibre
from .model import CHANNELS

Size = float | Sequence[float]
NODE, MYSA, FLUT = (KINDS.index(name) for name in ("node", "mysa", "flut"))


class Lesion(Protocol):
    """Anything that changes a fibre."""

    def attack(self, fibre: Fibre) -> Fibre:
        """Give the fibre as it is after this lesion."""
        ...


@dataclass(frozen=True)
class Elements:
    """Internodes or nodes `first` to `first + count - 1`; internode i lies between nodes i and i + 1."""

    first: int
    count: int = 1


@dataclass(frozen=True)
class Stretch:
    """Whatever lies from one distance to another along the fibre, measured from node 0. [mm]"""

    from_mm: float
    to_mm: float


Place = Elements | Stretch


@dataclass(frozen=True)
class MyelinLoss:
    """Lamellae lost: `remaining_fraction` of them stay; 0 leaves bare axolemma open to the bath.

    `half` limits it to the half of each internode nearer node 0 ("left") or farther from it ("right").
    """

    where: Place
    remaining_fraction: Size
    half: str | None = None

    def attack(self, fibre: Fibre) -> Fibre:
        """Thin the sheath of these internodes."""
        internodes = internodes_at(fibre, self.where, "myelin_loss")
        fractions = sizes_for(
            self.remaining_fraction, internodes.size, "myelin_loss.remaining_fraction", 0.0, 1.0
        )
        if self.half not in (None, "left", "right"):
            raise NerveError(
                path="myelin_loss.half", given=f'"{self.half}"', expected="left, right or nothing"
            )
        first, last = {None: (1, 10), "left": (1, 5), "right": (6, 10)}[self.half]
        lamellae = fibre.lamellae.copy()
        for internode, fraction in zip(internodes, fractions, strict=True):
            start = internode * PER_INTERNODE
            lamellae[start + first : start + last + 1] *= fraction
        return fibre.changed(lamellae=lamellae)


@dataclass(frozen=True)
class SodiumLoss:
    """Nodal sodium channels lost, fast and persistent alike: `remaining_fraction` of them stay."""

    where: Place
    remaining_fraction: Size

    def attack(self, fibre: Fibre) -> Fibre:
        """Take sodium channels from these nodes."""
        nodes = nodes_at(fibre, self.where, "sodium_loss")
        fractions = sizes_for(self.remaining_fraction, nodes.size, "sodium_loss.remaining_fraction", 0.0, 1.0)
        factor = np.ones(fibre.kind.size)
        factor[nodes * PER_INTERNODE] = fractions
        changed = {name: fibre.conductance[name] * factor for name in ("naf", "nap")}
        return fibre.changed(conductance={**fibre.conductance, **changed})


@dataclass(frozen=True)
class NodeLengthening:
    """Nodes stretched to `length_um`, as beside a detached paranode; their channels stay the same in number.

    Capacitance and leak grow with the membrane; the internode keeps its length.
    """

    where: Place
    length_um: Size

    def attack(self, fibre: Fibre) -> Fibre:
        """Lengthen these nodes and thin out their channels."""
        nodes = nodes_at(fibre, self.where, "node_lengthening")
        lengths = sizes_for(self.length_um, nodes.size, "node_lengthening.length_um", 0.1, 100.0)
        length = fibre.length_um.copy()
        length[nodes * PER_INTERNODE] = lengths
        dilution = fibre.length_um / length
        changed = {name: fibre.conductance[name] * dilution for name in CHANNELS}
        return fibre.changed(length_um=length, conductance={**fibre.conductance, **changed})


@dataclass(frozen=True)
class SealLoosening:
    """Paranodal junctions come loose: the periaxonal gap widens `gap_factor` times at both MYSA of an internode.

    With `includes_flut` the juxtaparanode detaches as well.
    """

    where: Place
    gap_factor: Size
    includes_flut: bool = False

    def attack(self, fibre: Fibre) -> Fibre:
        """Widen the gap under the paranodes."""
        internodes = internodes_at(fibre, self.where, "seal_loosening")
        factors = sizes_for(self.gap_factor, internodes.size, "seal_loosening.gap_factor", 1.0, 1e4)
        kinds = (MYSA, FLUT) if self.includes_flut else (MYSA,)
        gap = fibre.gap_um.copy()
        for internode, factor in zip(internodes, factors, strict=True):
            part = fibre.internode(int(internode))
            gap[part] = np.where(np.isin(fibre.kind[part], kinds), gap[part] * factor, gap[part])
        return fibre.changed(gap_um=gap)


@dataclass(frozen=True)
class SteadyCurrent:
    """A steady current at nodes: positive depolarises (a leak, a failing pump), negative hyperpolarises. [nA]"""

    where: Place
    current_na: Size

    def attack(self, fibre: Fibre) -> Fibre:
        """Add the current to these nodes."""
        nodes = nodes_at(fibre, self.where, "steady_current")
        currents = sizes_for(self.current_na, nodes.size, "steady_current.current_na", -1e3, 1e3)
        current = fibre.steady_current_na.copy()
        current[nodes * PER_INTERNODE] += currents
        return fibre.changed(steady_current_na=current)


@dataclass(frozen=True)
class InternodalChannels:
    """Channels in the internodal axolemma: juxtaparanodal potassium laid bare, or sodium spread along bare axon.

    `density_s_per_cm2` is added to the compartments of `kind`. Such an internode takes the general solver.
    """

    where: Place
    channel: str
    density_s_per_cm2: Size
    kind: str = "flut"

    def attack(self, fibre: Fibre) -> Fibre:
        """Put the channels there."""
        if self.channel not in CHANNELS:
            raise NerveError(
                path="internodal_channels.channel",
                given=f'"{self.channel}"',
                expected=f"One of: {', '.join(CHANNELS)}",
            )
        if self.kind not in KINDS[1:]:
            raise NerveError(
                path="internodal_channels.kind",
                given=f'"{self.kind}"',
                expected=f"One of: {', '.join(KINDS[1:])}",
            )
        internodes = internodes_at(fibre, self.where, "internodal_channels")
        densities = sizes_for(
            self.density_s_per_cm2, internodes.size, "internodal_channels.density_s_per_cm2", 0.0, 10.0
        )
        density = fibre.conductance[self.channel].copy()
        for internode, value in zip(internodes, densities, strict=True):
            part = fibre.internode(int(internode))
            density[part] += np.where(fibre.kind[part] == KINDS.index(self.kind), value, 0.0)
        return fibre.changed(conductance={**fibre.conductance, self.channel: density})


def internodes_at(fibre: Fibre, where: Place, path: str) -> NDArray[np.int64]:
    """Internodes whose middle lies in a place. Raises NerveError."""
    middles = fibre.node_position_mm[:-1] + fibre.geometry.node_spacing_um / 2000.0
    return _chosen(where, middles, path, "internode")


def nodes_at(fibre: Fibre, where: Place, path: str) -> NDArray[np.int64]:
    """Nodes that lie in a place. Raises NerveError."""
    return _chosen(where, fibre.node_position_mm, path, "node")


def _chosen(where: Place, positions_mm: NDArray[np.float64], path: str, what: str) -> NDArray[np.int64]:
    if isinstance(where, Elements):
        if where.count < 1 or where.first < 0 or where.first + where.count > positions_mm.size:
            raise NerveError(
                path=f"{path}.where",
                given=f"{what}s {where.first} to {where.first + where.count - 1}",
                expected=f"At least one, among 0 to {positions_mm.size - 1} of this fibre",
            )
        return np.arange(where.first, where.first + where.count)
    if not (math.isfinite(where.from_mm) and math.isfinite(where.to_mm) and where.from_mm <= where.to_mm):
        raise NerveError(
            path=f"{path}.where",
            given=f"{where.from_mm:g} to {where.to_mm:g} mm",
            expected="A stretch that starts before it ends",
        )
    if where.to_mm < positions_mm[0] or where.from_mm > positions_mm[-1]:
        raise NerveError(
            path=f"{path}.where",
            given=f"{where.from_mm:g} to {where.to_mm:g} mm lies outside the fibre",
            expected=f"Between 0 and {positions_mm[-1]:g} mm",
        )
    inside = np.flatnonzero((positions_mm >= where.from_mm) & (positions_mm <= where.to_mm))
    if inside.size == 0:
        # A stretch shorter than an internode still hits the one it lies in.
        inside = np.array([int(np.argmin(np.abs(positions_mm - (where.from_mm + where.to_mm) / 2)))])
    return inside


def sizes_for(size: Size, count: int, path: str, low: float, high: float) -> NDArray[np.float64]:
    """Spread a lesion's size over its places. Raises NerveError outside low to high, or with a wrong count."""
    values = np.atleast_1d(np.asarray(size, dtype=np.float64))
    if values.size not in (1, count):
        raise NerveError(
            path=path, given=f"{values.size} values", expected=f"One, or {count}: one for each place"
        )
    if not (np.isfinite(values).all() and (values >= low).all() and (values <= high).all()):
        raise NerveError(path=path, given=f"{size}", expected=f"{low:g} to {high:g}")
    return np.broadcast_to(values, (count,))
