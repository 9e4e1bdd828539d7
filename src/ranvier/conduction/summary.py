"""The study in the words of the field: one pattern, and the sentences that carry it. A pattern is not a diagnosis."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum

from ranvier.terms import Verdict

from .artefact import Flag
from .block_criteria import BlockGrade
from .derived import OutOfLimits
from .segments import words
from .sensory import SensoryResult

SLOW_IN_THE_DEMYELINATING_RANGE = {
    "velocity": 0.75,
    "distal_motor_latency": 1.30,
    "f_wave_latency": 1.30,
}  # UTR-E3


class Pattern(Enum):
    """What the study as a whole looks like."""

    NORMAL = "normal"
    MULTIFOCAL_BLOCK_SPARING_SENSORY = "multifocal_block_sparing_sensory"
    BLOCK_IN_ONE_NERVE_SPARING_SENSORY = "block_in_one_nerve_sparing_sensory"
    BLOCK_SENSORY_NOT_KNOWN = "block_sensory_not_known"
    BLOCK_WITH_SENSORY_INVOLVEMENT = "block_with_sensory_involvement"
    GENERALISED_DEMYELINATION = "generalised_demyelination"
    DISPERSION_WITHOUT_BLOCK = "dispersion_without_block"
    ENTRAPMENT = "entrapment"
    MOTOR_AXONAL_LOSS = "motor_axonal_loss"
    SENSORIMOTOR_AXONAL_LOSS = "sensorimotor_axonal_loss"
    SENSORY_ABNORMAL = "sensory_abnormal"
    SLOWING = "slowing"
    NOT_ENOUGH_MEASURED = "not_enough_measured"


TITLES = {
    Pattern.NORMAL: "Within the limits of normal, as far as measured",
    Pattern.MULTIFOCAL_BLOCK_SPARING_SENSORY: "Motor conduction block in two or more nerves, sensory fibres spared",
    Pattern.BLOCK_IN_ONE_NERVE_SPARING_SENSORY: "Motor conduction block in one nerve, sensory fibres spared",
    Pattern.BLOCK_SENSORY_NOT_KNOWN: "Motor conduction block; sensory conduction not known",
    Pattern.BLOCK_WITH_SENSORY_INVOLVEMENT: "Motor conduction block with abnormal sensory conduction",
    Pattern.GENERALISED_DEMYELINATION: "Generalised slowing in the demyelinating range",
    Pattern.DISPERSION_WITHOUT_BLOCK: "Abnormal temporal dispersion without conduction block",
    Pattern.ENTRAPMENT: "Changes at a common entrapment site only",
    Pattern.MOTOR_AXONAL_LOSS: "Motor axonal loss pattern, sensory responses spared",
    Pattern.SENSORIMOTOR_AXONAL_LOSS: "Motor and sensory axonal loss pattern",
    Pattern.SENSORY_ABNORMAL: "Abnormal sensory conduction, motor conduction within limits",
    Pattern.SLOWING: "Motor slowing without block or dispersion",
    Pattern.NOT_ENOUGH_MEASURED: "Too little was measured to name a pattern",
}


@dataclass(frozen=True)
class Summary:
    """A pattern with its title and the sentences that say why."""

    pattern: Pattern
    sentences: tuple[str, ...]

    @property
    def title(self) -> str:
        """The pattern in words."""
        return TITLES[self.pattern]


@dataclass(frozen=True)
class BlockSeen:
    """A segment with a grade of block by the edition that leads the summary.

    `cautious` is the grade after the flags that lower it, which `lowered_by` names.
    """

    nerve: str
    side: str
    place: str
    grade: BlockGrade
    cautious: BlockGrade
    lowered_by: tuple[str, ...] = ()

    def __str__(self) -> str:
        careful = ""
        if self.cautious is not self.grade:
            careful = f"; {self.cautious.value} with caution ({', '.join(self.lowered_by)})"
        return f"{self.place}{careful}"


def summarise(
    *,
    blocks: Sequence[BlockSeen],
    undecided: Sequence[str],
    outside: Sequence[OutOfLimits],
    compared: int,
    sensory: Sequence[SensoryResult],
    dispersed: Sequence[str],
    side_differences: Sequence[str],
    flags: Sequence[Flag],
    demyelination_is_strong: Verdict,
    edition: str,
) -> Summary:
    """Name the pattern and say why.

    Parameters
        blocks : segments graded probable or definite by the leading edition, after what artefacts explain.
        edition : the name of that edition, as people write it.
        undecided : places whose grade is unknown.
        outside : motor values outside their limits; compared : how many were compared.
        dispersed : places where the duration grows by more than 30 %, away from entrapment sites.
        side_differences : sentences on nerves far smaller than those of the other side.
    """
    told: list[str] = []
    nerves = {(b.nerve, b.side) for b in blocks}
    for b in blocks:
        told.append(f"{b.grade.value.capitalize()} conduction block by {edition}: {b}.")
    abnormal = [s for s in sensory if s.normal is Verdict.NOT_MET]
    normal = [s for s in sensory if s.normal is Verdict.MET]
    unknown = [s for s in sensory if s.normal is Verdict.UNKNOWN]
    if abnormal:
        told.append(
            f"Sensory conduction abnormal: {', '.join(f'{s.side} {words(s.nerve)}' for s in abnormal)}."
        )
    if normal:
        told.append(f"Sensory conduction normal: {', '.join(f'{s.side} {words(s.nerve)}' for s in normal)}.")
    if unknown:
        told.append(
            f"Sensory conduction not decided: {', '.join(f'{s.side} {words(s.nerve)}' for s in unknown)}."
        )
    if not sensory:
        told.append("No sensory nerve was examined.")
    low = [o for o in outside if o.quantity == "amplitude"]
    slow = [o for o in outside if o.quantity != "amplitude" and not o.at_entrapment_site]
    very_slow = [o for o in slow if _in_demyelinating_range(o)]
    at_entrapment = [o for o in outside if o.at_entrapment_site]
    told += _outside_by_nerve((*low, *slow, *at_entrapment))
    told += [f"{sentence}." for sentence in side_differences]
    told += [f"Duration grows by more than 30 %: {place}." for place in dispersed]
    told += [f"Not decided for want of a measurement: {place}." for place in undecided]
    told += [
        f"{flag.because[0].upper()}{flag.because[1:]}."
        for flag in flags
        if flag.id
        in ("generalised_slowing", "martin_gruber_type_i", "martin_gruber_type_ii", "martin_gruber_suspected")
    ]
    general = any(flag.id == "generalised_slowing" for flag in flags) or (
        demyelination_is_strong is Verdict.MET and len({(o.nerve, o.side) for o in very_slow}) >= 3
    )
    pattern = _pattern(
        general=general, nerves=len(nerves), sensory=sensory, abnormal=abnormal, unknown=unknown, low=low, slow=slow,
        very_slow=very_slow, dispersed=dispersed, entrapped=at_entrapment, compared=compared,
    )  # fmt: skip
    return Summary(pattern, tuple(dict.fromkeys(told)))


def _outside_by_nerve(outside: Sequence[OutOfLimits]) -> list[str]:
    """One sentence a nerve, with the table of limits named once."""
    nerves: dict[tuple[str, str], list[OutOfLimits]] = {}
    for item in outside:
        nerves.setdefault((item.side, item.nerve), []).append(item)
    told = []
    for (side, nerve), items in nerves.items():
        names = ", ".join(dict.fromkeys(item.limit.name for item in items))
        values = "; ".join(
            item.what + (" at an entrapment site" if item.at_entrapment_site else "") for item in items
        )
        told.append(f"Outside limits of normal, {side} {words(nerve)}: {values} [{names}].")
    return told


def _pattern(
    *, general: bool, nerves: int, sensory: Sequence[SensoryResult], abnormal: Sequence[SensoryResult],
    unknown: Sequence[SensoryResult], low: Sequence[OutOfLimits], slow: Sequence[OutOfLimits],
    very_slow: Sequence[OutOfLimits], dispersed: Sequence[str], entrapped: Sequence[OutOfLimits], compared: int,
) -> Pattern:  # fmt: skip
    entrapped_nerves = {(o.nerve, o.side) for o in entrapped}
    elsewhere = [s for s in abnormal if (s.nerve, s.side) not in entrapped_nerves]
    if general:
        return Pattern.GENERALISED_DEMYELINATION
    if nerves:
        if elsewhere:
            return Pattern.BLOCK_WITH_SENSORY_INVOLVEMENT
        if not sensory or len(unknown) == len(sensory):
            return Pattern.BLOCK_SENSORY_NOT_KNOWN
        return (
            Pattern.MULTIFOCAL_BLOCK_SPARING_SENSORY
            if nerves >= 2
            else Pattern.BLOCK_IN_ONE_NERVE_SPARING_SENSORY
        )
    if entrapped and not elsewhere and not low and not very_slow:
        return Pattern.ENTRAPMENT
    if dispersed:
        return Pattern.DISPERSION_WITHOUT_BLOCK
    if low and not very_slow:
        return Pattern.SENSORIMOTOR_AXONAL_LOSS if elsewhere else Pattern.MOTOR_AXONAL_LOSS
    if slow or entrapped:
        return Pattern.SLOWING
    if abnormal:
        return Pattern.SENSORY_ABNORMAL
    if not compared and not sensory:
        return Pattern.NOT_ENOUGH_MEASURED
    return Pattern.NORMAL


def _in_demyelinating_range(item: OutOfLimits) -> bool:
    edge = SLOW_IN_THE_DEMYELINATING_RANGE.get(item.quantity)
    if edge is None:
        return False
    return item.ratio < edge if item.limit.bound == "lower" else item.ratio > edge
