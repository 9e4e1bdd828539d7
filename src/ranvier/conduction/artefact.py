"""What can fake or hide a block: one flag, what it does to a grade, and the scene that detectors look at."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import Enum

from ranvier.recording import Kind
from ranvier.terms import Mark, Source

from .block_criteria import BlockGrade
from .demyelination import segment_key
from .reference_limits import ReferenceLimits
from .segments import Segment
from .study import Context, MarkedRecording

SegmentKey = tuple[str, str, str, str, str]


class Effect(Enum):
    """What a flag does to the grade of its segment.

    NOTE changes nothing. AT_MOST_PROBABLE and NO_GRADE lower the cautious grade, which stands beside the edition's own.
    UNDECIDED makes the edition's grade unknown too: the numbers cannot be what they seem.
    """

    NOTE = "note"
    AT_MOST_PROBABLE = "at_most_probable"
    NO_GRADE = "no_grade"
    UNDECIDED = "undecided"


@dataclass(frozen=True)
class Flag:
    """One thing noticed. `segment` or `recording` says where; neither means the whole study."""

    id: str
    because: str
    source: Source
    effect: Effect = Effect.NOTE
    segment: SegmentKey | None = None
    recording: SegmentKey | None = None


@dataclass(frozen=True)
class Scene:
    """All that a detector may look at."""

    recordings: tuple[MarkedRecording, ...]
    segments: tuple[Segment, ...]
    limits: ReferenceLimits
    context: Context

    def motor(self, nerve: str, side: str, muscle: str, site: str) -> MarkedRecording | None:
        """One motor response, or None."""
        for item in self.recordings:
            r = item.recording
            if r.kind is Kind.MOTOR and (r.nerve, r.side.value, r.record_at, r.stimulate_at) == (
                nerve, side, muscle, site,
            ):  # fmt: skip
                return item
        return None

    def neighbours(self, segment: Segment) -> tuple[Segment | None, Segment | None]:
        """The next segment towards the muscle and the next away from it, on the same nerve and muscle."""
        own = [
            s
            for s in self.segments
            if (s.nerve, s.side, s.muscle) == (segment.nerve, segment.side, segment.muscle)
        ]
        at = next(i for i, s in enumerate(own) if segment_key(s) == segment_key(segment))
        return (own[at - 1] if at else None), (own[at + 1] if at + 1 < len(own) else None)


def dossier(rule: str, mark: Mark, citation: str) -> Source:
    """The source of a detector's rule, with its number in the evidence dossier."""
    return Source(citation, mark=mark, locator=f"evidence criteria.md, {rule}")


def falls(segment: Segment, *, by: float) -> bool:
    """Whether area, or amplitude where there is no area, falls by at least a fraction."""
    fall = segment.area_reduction_fraction
    if fall is None:
        fall = segment.amplitude_reduction_fraction
    return fall is not None and fall >= by


def hard_grade(grade: BlockGrade, flags: Iterable[Flag]) -> BlockGrade:
    """The edition's grade, unless a flag says that the numbers cannot be what they seem."""
    if any(flag.effect is Effect.UNDECIDED for flag in flags) and grade is not BlockGrade.NONE:
        return BlockGrade.UNKNOWN
    return grade


def cautious_grade(grade: BlockGrade, flags: Iterable[Flag]) -> BlockGrade:
    """The grade after every flag that lowers it."""
    effects = {flag.effect for flag in flags}
    if Effect.NO_GRADE in effects:
        return BlockGrade.NONE
    if grade is BlockGrade.DEFINITE and Effect.AT_MOST_PROBABLE in effects:
        return BlockGrade.PROBABLE
    return grade


def by_segment(flags: Iterable[Flag]) -> Mapping[SegmentKey, tuple[Flag, ...]]:
    """Flags of each segment."""
    found: dict[SegmentKey, list[Flag]] = {}
    for flag in flags:
        if flag.segment is not None:
            found.setdefault(flag.segment, []).append(flag)
    return {key: tuple(rows) for key, rows in found.items()}
