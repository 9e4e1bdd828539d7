"""From antibody and complement to lesions of the node: a documented mapping with wide priors, all of it judgement.

Nothing here is fitted to a patient. It turns one number, the drive of complement on the node (0 to 1, after
treatment), into the lesions that `lesion` knows, so that a study can be drawn before and after immunoglobulin. Acute
sera block hardly any axon (the `contrary` entries of the file): the drive stands for weeks, not hours.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np

from ranvier.terms import DataError, NerveError
from ranvier.terms.vocabulary import read_toml

from .fibre import Fibre
from .lesion import Lesion, NodeLengthening, Place, SealLoosening, SodiumLoss

FILE = Path(__file__).parent / "slow_states" / "immune_mapping.toml"


@dataclass(frozen=True)
class ImmuneMapping:
    """One set of the mapping's parameters: the file's central values, or a draw between their limits."""

    complement_drive: float
    sodium_loss_at_full_drive: float
    node_length_at_full_drive_um: float
    gap_factor_at_full_drive: float
    immunoglobulin_efficacy: float
    complement_inhibitor_efficacy: float

    def drive(self, *, immunoglobulin: float = 0.0, complement_inhibitor: float = 0.0) -> float:
        """Complement's drive under treatment; each treatment's level is 0 (none) to 1 (full)."""
        return self.complement_drive * self.share_left(
            immunoglobulin=immunoglobulin, complement_inhibitor=complement_inhibitor
        )

    def share_left(self, *, immunoglobulin: float = 0.0, complement_inhibitor: float = 0.0) -> float:
        """Share of complement's drive that treatment leaves."""
        for path, level in (
            ("immunoglobulin", immunoglobulin),
            ("complement_inhibitor", complement_inhibitor),
        ):
            if not 0.0 <= level <= 1.0:
                raise NerveError(path=path, given=f"{level:g}", expected="0 (none) to 1 (full)")
        return (1.0 - immunoglobulin * self.immunoglobulin_efficacy) * (
            1.0 - complement_inhibitor * self.complement_inhibitor_efficacy
        )

    def lesions(self, nodes: Place, drive: float) -> list[Lesion]:
        """The lesions of a drive on these nodes and the internodes beside them. [drive 0 to 1]"""
        if not 0.0 <= drive <= 1.0:
            raise NerveError(path="drive", given=f"{drive:g}", expected="0 to 1")
        return [
            SodiumLoss(nodes, 1.0 - drive * self.sodium_loss_at_full_drive),
            NodeLengthening(nodes, 1.0 + drive * (self.node_length_at_full_drive_um - 1.0)),
            SealLoosening(nodes, 1.0 + drive * (self.gap_factor_at_full_drive - 1.0)),
        ]


@dataclass(frozen=True)
class ComplementAttack:
    """Complement on the nodes of a place, at the mapping's central values; `drive` is what treatment has left of it."""

    nodes: Place
    drive: float

    def attack(self, fibre: Fibre) -> Fibre:
        """Lose sodium channels, lengthen nodes and loosen the seals beside them."""
        return fibre.with_lesions(central_mapping().lesions(self.nodes, self.drive))


@cache
def _rows() -> dict[str, dict[str, float | str]]:
    rows = read_toml(FILE)["parameters"]
    for name, row in rows.items():
        if not row.get("source") or not row.get("mark") or not row["low"] <= row["value"] <= row["high"]:
            raise DataError(
                path=f"{FILE.name}: {name}", given="no source, no mark, or not in order", expected="All three"
            )
    return dict(rows)


def central_mapping() -> ImmuneMapping:
    """The mapping at the file's central values."""
    return ImmuneMapping(**{name: float(row["value"]) for name, row in _rows().items()})


def draw_mapping(generator: np.random.Generator) -> ImmuneMapping:
    """Draw every parameter evenly between its limits: what one does not know, spread wide."""
    return ImmuneMapping(
        **{
            name: float(generator.uniform(float(row["low"]), float(row["high"])))
            for name, row in _rows().items()
        }
    )
