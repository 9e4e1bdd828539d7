"""The one visible path: a study in, everything that can be said of it out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from ranvier.terms import Verdict

from . import stimulation_artefacts
from .artefact import Effect, Flag, Scene, by_segment, cautious_grade, hard_grade
from .block_criteria import (
    BlockEdition,
    BlockGrade,
    BlockVerdict,
    block_editions,
    chosen_editions,
    judge_block,
)
from .demyelination import DemyelinationSet, demyelination_sets, judge_demyelination, segment_key
from .derived import NerveValues, OutOfLimits, derive, out_of_limits
from .detectors import detect
from .reference_limits import ReferenceLimits, reference_limits
from .segments import Segment, build_segments, words
from .sensory import SensoryResult, judge_sensory
from .study import MarkedRecording, Study, complete
from .summary import BlockSeen, Summary, summarise

LEADING_EDITION = "efns_pns_2010"


@dataclass(frozen=True)
class SegmentResult:
    """One segment judged.

    `verdicts`: by each edition, on the numbers, less what a proven crossing explains; unknown where a flag says that the
    numbers cannot be what they seem. `cautious`: the same after every flag that lowers a grade.
    """

    segment: Segment
    verdicts: Mapping[str, BlockVerdict]
    grades: Mapping[str, BlockGrade]
    cautious: Mapping[str, BlockGrade]
    flags: tuple[Flag, ...]


@dataclass(frozen=True)
class StudyResult:
    """A judged study: every part as a value, with its because."""

    study: Study
    recordings: tuple[MarkedRecording, ...]
    segments: tuple[SegmentResult, ...]
    sensory: tuple[SensoryResult, ...]
    demyelination: tuple[DemyelinationSet, ...]
    derived: tuple[NerveValues, ...]
    outside: tuple[OutOfLimits, ...]
    flags: tuple[Flag, ...]
    summary: Summary
    limits: ReferenceLimits
    editions: tuple[BlockEdition, ...]


def judge_study(
    study: Study,
    *,
    limits: ReferenceLimits | None = None,
    editions: tuple[BlockEdition, ...] | None = None,
    mode: str = "both",
) -> StudyResult:
    """Measure what was not reported, build the segments, judge them by every edition, look for artefacts, and sum up.

    Parameters
        limits : reference limits; the shipped tables if left out.
        editions : block editions to show; those on by default if left out.
        mode : how editions with paired limits combine them: both, amplitude or area.
    """
    chosen = editions if editions is not None else chosen_editions()
    bounds = limits or reference_limits()
    recordings = complete(study)
    raw = Scene(recordings, build_segments(recordings), bounds, study.context)
    segments = stimulation_artefacts.without_crossing(raw)
    scene = Scene(recordings, segments, bounds, study.context)
    # The crossing is told from the fall as recorded, everything else from what is left of it.
    crossing = tuple(stimulation_artefacts.martin_gruber(raw))
    flags = crossing + tuple(flag for flag in detect(scene) if not flag.id.startswith("martin_gruber"))
    judged = _judge_segments(scene, chosen, by_segment(flags), mode)
    block = {segment_key(s.segment): _as_judged(s) for s in judged}
    sets = tuple(
        judge_demyelination(key, recordings, segments, block, limits=bounds, context=study.context)
        for key in demyelination_sets()
    )
    sensory = judge_sensory(recordings, limits=bounds, context=study.context)
    outside, compared = out_of_limits(recordings, segments, limits=bounds, context=study.context)
    derived = derive(recordings, segments)
    summary = summarise(
        blocks=_blocks(judged),
        undecided=[s.segment.place for s in judged if s.grades.get(LEADING_EDITION) is BlockGrade.UNKNOWN],
        outside=outside,
        compared=compared,
        sensory=sensory,
        dispersed=[
            s.segment.place
            for s in judged
            if (s.segment.duration_increase_fraction or 0.0) > 0.30 and not s.segment.is_at_entrapment_site
        ],
        side_differences=[text for v in derived if (text := v.side_difference) is not None],
        flags=flags,
        demyelination_is_strong=sets[0].strongly if sets else Verdict.UNKNOWN,
        edition=block_editions()[LEADING_EDITION].short,
    )
    shown = tuple(_shown(s, chosen) for s in judged)
    return StudyResult(
        study,
        recordings,
        shown,
        sensory,
        sets,
        derived,
        outside,
        flags,
        summary,
        bounds,
        chosen,
    )


def _judge_segments(
    scene: Scene, chosen: tuple[BlockEdition, ...], flags: Mapping[tuple[str, str, str, str, str], tuple[Flag, ...]],
    mode: str,
) -> tuple[SegmentResult, ...]:  # fmt: skip
    every = block_editions()
    used = {edition.id: edition for edition in chosen}
    used |= {key: every[key] for key in (LEADING_EDITION, *demyelination_sets()) if key in every}
    results = []
    for segment in scene.segments:
        own = flags.get(segment_key(segment), ())
        verdicts = {
            key: judge_block(segment, edition, limits=scene.limits, context=scene.context, mode=mode)
            for key, edition in used.items()
        }
        grades = {key: hard_grade(verdict.grade, own) for key, verdict in verdicts.items()}
        cautious = {key: cautious_grade(grade, own) for key, grade in grades.items()}
        results.append(SegmentResult(segment, verdicts, grades, cautious, own))
    return tuple(results)


def _as_judged(result: SegmentResult) -> dict[str, BlockVerdict]:
    return {key: replace(verdict, grade=result.grades[key]) for key, verdict in result.verdicts.items()}


def _blocks(judged: tuple[SegmentResult, ...]) -> list[BlockSeen]:
    return [
        BlockSeen(
            s.segment.nerve,
            s.segment.side,
            s.segment.place,
            s.grades[LEADING_EDITION],
            s.cautious[LEADING_EDITION],
            tuple(dict.fromkeys(words(f.id) for f in s.flags if f.effect is Effect.AT_MOST_PROBABLE)),
        )
        for s in judged
        if s.grades[LEADING_EDITION] in (BlockGrade.DEFINITE, BlockGrade.PROBABLE)
        and s.cautious[LEADING_EDITION] is not BlockGrade.NONE
    ]


def _shown(result: SegmentResult, chosen: tuple[BlockEdition, ...]) -> SegmentResult:
    """The same with only the editions that were asked for."""
    keys = [edition.id for edition in chosen]
    return SegmentResult(
        result.segment,
        {key: result.verdicts[key] for key in keys},
        {key: result.grades[key] for key in keys},
        {key: result.cautious[key] for key in keys},
        result.flags,
    )
