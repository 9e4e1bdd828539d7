"""Detectors for what goes wrong at the stimulator: too little current, too much, Erb's point, crossed nerves."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, replace

from ranvier.terms import Mark, vocabulary

from .artefact import Effect, Flag, Scene, dossier, falls
from .demyelination import segment_key
from .segments import Segment, words

DEEP_SITES = ("axilla", "erb", "root", "popliteal_fossa", "sciatic_notch")
JUMP_FRACTION = 0.20  # P-SUB4
GROWTH_FRACTION = 0.10  # P-COS4
EXPLAINED_TOLERANCE = 0.15  # P-MGA3
SMALLEST_CROSSING_MV = 0.3  # smaller differences are within repeat variation [judgement]
SUSPECT_FALL = 0.10  # a forearm fall above the normal 7.4 % of ulnar area (Olney 1987) is worth the question
TEXTBOOK = "Standard electrodiagnostic practice"


def submaximal_proximal_stimulation(scene: Scene) -> Iterator[Flag]:
    """P-SUB: a deep site where several nerves fall together, or a site smaller than the one proximal to it."""
    shared: dict[tuple[str, str], list[Segment]] = defaultdict(list)
    for segment in scene.segments:
        if segment.proximal_site in DEEP_SITES and falls(segment, by=0.20):
            shared[segment.side, segment.proximal_site].append(segment)
    for (side, site), segments in shared.items():
        names = sorted({s.nerve for s in segments})
        if len(names) >= 2:
            for segment in segments:
                yield Flag(
                    "submaximal_proximal_stimulation",
                    f"{' and '.join(names)} all fall at the {side} {words(site)}, a deep site: one weak stimulus explains it",
                    dossier("P-SUB3", Mark.JUDGEMENT, TEXTBOOK), Effect.AT_MOST_PROBABLE, segment_key(segment),
                )  # fmt: skip
    for segment in scene.segments:
        _, beyond = scene.neighbours(segment)
        if beyond is None:
            continue
        middle = segment.proximal.recording.negative_peak_amplitude_mv
        far = beyond.proximal.recording.negative_peak_amplitude_mv
        if middle is None or far is None or middle >= (1 - JUMP_FRACTION) * far:
            continue
        if falls(segment, by=0.10):
            yield Flag(
                "submaximal_proximal_stimulation",
                f"the response from the {words(beyond.proximal_site)} ({far:.3g} mV) is larger than that from the "
                f"{words(segment.proximal_site)} ({middle:.3g} mV): the smaller was submaximal, or the larger co-stimulated",
                dossier("P-SUB4", Mark.JUDGEMENT, TEXTBOOK), Effect.AT_MOST_PROBABLE, segment_key(segment),
            )  # fmt: skip


def co_stimulation(scene: Scene) -> Iterator[Flag]:
    """P-COS: a proximal response larger than the distal one, or an initial positive dip at the distal site only."""
    for segment in scene.segments:
        growth = segment.amplitude_reduction_fraction
        if growth is not None and growth < -GROWTH_FRACTION:
            yield Flag(
                "co_stimulation_proximal",
                f"the proximal response is {-100 * growth:.3g} % larger than the distal one: a neighbouring nerve was "
                "stimulated proximally, or the distal stimulus was submaximal; a block may be hidden",
                dossier("P-COS4", Mark.JUDGEMENT, TEXTBOOK), Effect.NOTE, segment_key(segment),
            )  # fmt: skip
        dips = ["initial_positive_dip" in end.flags for end in (segment.distal, segment.proximal)]
        if dips == [True, False] and falls(segment, by=0.20):
            yield Flag(
                "co_stimulation_distal",
                "the distal response alone begins with a positive dip: current spread to a neighbouring nerve may have "
                "made it too large, and the fall with it",
                dossier("P-COS1, P-COS3", Mark.RECALLED, TEXTBOOK), Effect.AT_MOST_PROBABLE, segment_key(segment),
            )  # fmt: skip


def erb_without_collision(scene: Scene) -> Iterator[Flag]:
    """P-ERB: stimulation at Erb's point is often submaximal and co-stimulates; collision is not on file."""
    for segment in scene.segments:
        if segment.proximal_site in ("erb", "root") and segment.muscle in ("apb", "adm", "fdi"):
            effect = Effect.AT_MOST_PROBABLE if falls(segment, by=0.20) else Effect.NOTE
            yield Flag(
                "erb_without_collision",
                f"{words(segment.proximal_site)}: submaximal in up to 33 % of recordings, and other nerves to the hand answer "
                "too unless collision is used, which is not on file",
                dossier("P-ERB1, P-ERB2", Mark.SEEN, "Electric against magnetic supraclavicular stimulation, 11 subjects"),
                effect, segment_key(segment),
            )  # fmt: skip


def supramaximal_not_recorded(scene: Scene) -> Iterator[Flag]:
    """P-SUB2: where block is suspected, whether the stimulus was supramaximal should be on file."""
    for segment in scene.segments:
        if falls(segment, by=0.30) and segment.proximal.recording.stimulus_ma is None:
            yield Flag(
                "stimulus_strength_not_recorded",
                f"the stimulus strength at the {words(segment.proximal_site)} is not on file; a fall counts once it is known "
                "that more current did not raise the response",
                dossier("P-SUB2", Mark.JUDGEMENT, TEXTBOOK), Effect.NOTE, segment_key(segment),
            )  # fmt: skip


@dataclass(frozen=True)
class Crossing:
    """What reaches an ulnar muscle through the median nerve at the elbow but not at the wrist."""

    amplitude_mv: float
    area_mv_ms: float | None


def crossing_to(scene: Scene, segment: Segment) -> Crossing | None:
    """Measure the median-to-ulnar crossing into the segment's muscle; None when it was not tested (P-MGA2)."""
    elbow = scene.motor("median", segment.side, segment.muscle, "elbow")
    wrist = scene.motor("median", segment.side, segment.muscle, "wrist")
    if elbow is None or elbow.recording.negative_peak_amplitude_mv is None:
        return None
    if wrist is None or wrist.recording.negative_peak_amplitude_mv is None:
        return None
    areas = (elbow.recording.negative_peak_area_mv_ms, wrist.recording.negative_peak_area_mv_ms)
    if wrist.recording.is_absent:
        areas = (areas[0], 0.0)
    amplitude = elbow.recording.negative_peak_amplitude_mv - wrist.recording.negative_peak_amplitude_mv
    area = None if areas[0] is None or areas[1] is None else areas[0] - areas[1]
    return Crossing(amplitude, area)


def is_ulnar_forearm(segment: Segment) -> bool:
    """Whether it is the ulnar stretch in which a Martin-Gruber crossing looks like a block."""
    return segment.nerve == "ulnar" and segment.region == "forearm"


def without_crossing(scene: Scene) -> tuple[Segment, ...]:
    """The segments, with what a proven crossing explains taken off the distal ulnar response (P-MGA3)."""
    changed = []
    for segment in scene.segments:
        crossing = crossing_to(scene, segment) if is_ulnar_forearm(segment) else None
        distal = segment.distal.recording
        if (
            crossing is None
            or crossing.amplitude_mv < SMALLEST_CROSSING_MV
            or not distal.negative_peak_amplitude_mv
        ):
            changed.append(segment)
            continue
        proximal = segment.proximal.recording
        drop = distal.negative_peak_amplitude_mv - (proximal.negative_peak_amplitude_mv or 0.0)
        amplitude = max(0.0, min(crossing.amplitude_mv, drop))
        area = 0.0
        if distal.negative_peak_area_mv_ms is not None:
            share = amplitude / distal.negative_peak_amplitude_mv
            found = (
                crossing.area_mv_ms
                if crossing.area_mv_ms is not None
                else share * distal.negative_peak_area_mv_ms
            )
            drop_area = distal.negative_peak_area_mv_ms - (proximal.negative_peak_area_mv_ms or 0.0)
            area = max(0.0, min(found, drop_area))
        changed.append(replace(segment, crossing_amplitude_mv=amplitude, crossing_area_mv_ms=area))
    return tuple(changed)


MGA_TYPES = {"adm": "I", "fdi": "II"}
MGA_SOURCE = "Ehler E, et al. Martin-Gruber prevalence, 2017 (457 hands)"


def martin_gruber(scene: Scene) -> Iterator[Flag]:
    """P-MGA: the pattern over median and ulnar nerve, proven, excluded, or not tested."""
    for segment in scene.segments:
        if is_ulnar_forearm(segment) and vocabulary.muscle(segment.muscle).nerve == "ulnar":
            yield from _ulnar_side(scene, segment)
        elif segment.nerve == "median" and segment.muscle == "apb" and segment.region == "forearm":
            yield from _median_side(segment)


def _ulnar_side(scene: Scene, segment: Segment) -> Iterator[Flag]:
    crossing = crossing_to(scene, segment)
    distal = segment.distal.recording.negative_peak_amplitude_mv
    proximal = segment.proximal.recording.negative_peak_amplitude_mv
    if distal is None or proximal is None or distal <= 0:
        return
    drop = distal - proximal
    kind = MGA_TYPES.get(segment.muscle, "")
    if crossing is not None and crossing.amplitude_mv >= SMALLEST_CROSSING_MV:
        gap = abs(distal - (proximal + crossing.amplitude_mv)) / distal
        full = gap <= EXPLAINED_TOLERANCE
        yield Flag(
            f"martin_gruber_type_{kind.lower()}" if kind else "martin_gruber",
            f"median stimulation reaches {segment.muscle.upper()} {crossing.amplitude_mv:.3g} mV more from the elbow than from "
            f"the wrist; ulnar falls by {drop:.3g} mV in the forearm: the crossing explains "
            + ("the fall" if full else "part of it")
            + "; only the remainder is graded",
            dossier("P-MGA2, P-MGA3", Mark.RECALLED, MGA_SOURCE), Effect.NOTE, segment_key(segment),
        )  # fmt: skip
        return
    if not falls(segment, by=SUSPECT_FALL):
        return
    if crossing is not None:
        yield Flag(
            "martin_gruber_excluded",
            f"median stimulation at wrist and elbow reaches {segment.muscle.upper()} equally: no crossing explains the fall",
            dossier("P-MGA2", Mark.SEEN, MGA_SOURCE), Effect.NOTE, segment_key(segment),
        )  # fmt: skip
        return
    _, beyond = scene.neighbours(segment)
    stays = beyond is not None and not falls(beyond, by=0.10)
    yield Flag(
        "martin_gruber_not_excluded",
        "the ulnar response falls in the forearm"
        + (" and no further across the elbow" if stays else "")
        + f", as in a median-to-ulnar crossing (19.7 % of hands): stimulate the median nerve at wrist and elbow, recording from "
        f"{segment.muscle.upper()}",
        dossier("P-MGA1, P-MGA5", Mark.SEEN, MGA_SOURCE), Effect.AT_MOST_PROBABLE, segment_key(segment),
    )  # fmt: skip


def _median_side(segment: Segment) -> Iterator[Flag]:
    growth = segment.amplitude_reduction_fraction
    dip = (
        "initial_positive_dip" in segment.proximal.flags
        and "initial_positive_dip" not in segment.distal.flags
    )
    if growth is not None and growth < -0.05:
        fast = (segment.velocity_m_per_s or 0.0) > 75.0
        extra = " with a positive dip at the elbow only" if dip else ""
        extra += " and a falsely fast forearm velocity" if fast else ""
        yield Flag(
            "martin_gruber_suspected",
            f"the median response is {-100 * growth:.3g} % larger from the elbow than from the wrist{extra}: a crossing to ulnar "
            "muscles (type III or I), or co-stimulation",
            dossier("P-MGA4", Mark.SEEN, MGA_SOURCE), Effect.NOTE, segment_key(segment),
        )  # fmt: skip
