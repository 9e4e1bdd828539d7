"""Detectors for what the recording itself can do: dispersion, small or cold responses, a moved electrode, wrong numbers."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import numpy as np

from ranvier.recording import Kind
from ranvier.terms import Mark, vocabulary

from .artefact import Effect, Flag, Scene, dossier, falls
from .demyelination import segment_key
from .segments import words

WARM_ENOUGH_CELSIUS = {"upper": 32.0, "lower": 30.0}  # T-5
WALLERIAN_DAYS = 14.0  # P-WAL2
SHORTEST_FOR_VELOCITY_MM = 100.0  # P-DIST1
REAL_VELOCITY_M_PER_S = (3.0, 90.0)
SLOW_FRACTION = 0.75  # of the lower limit: slowing beyond loss of the fastest fibres (Utrecht, UTR-E3)
GENERAL_SLOWING_NERVES = 3
TEXTBOOK = "Standard electrodiagnostic practice"


@cache
def _dispersion_table() -> tuple[np.ndarray, np.ndarray]:
    """Duration increase and the area loss that dispersion alone reaches in 19 of 20 nerves; fractions, rising."""
    path = Path(__file__).parent / "dispersion_reference.csv"
    with path.open(encoding="utf-8", newline="") as stream:
        rows = [row for row in csv.DictReader(stream) if row["positive_lobe_ratio"] == "0.55"]
    pairs = sorted(
        (float(r["neg_duration_increase_pct"]) / 100, float(r["first_neg_area_loss_p95"]) / 100)
        for r in rows
        if r["n_units"] == "160"
    )
    return np.array([p[0] for p in pairs]), np.maximum.accumulate(np.array([p[1] for p in pairs]))


def area_loss_from_dispersion(duration_increase_fraction: float) -> float:
    """Largest area loss (95th centile) that dispersion without any block gives at this duration increase, 0 to 1.

    Source
        biophysics.md 5 and its CSV: 160 units, lobe ratio 0.55, computed.
    Example
        >>> area_loss_from_dispersion(0.0) < 0.1 < area_loss_from_dispersion(0.5)
        True
    """
    growth, loss = _dispersion_table()
    return float(np.interp(duration_increase_fraction, growth, loss))


def phase_cancellation(scene: Scene) -> Iterator[Flag]:
    """P-TD: the area loss is no larger than dispersion of this size gives without any block."""
    for segment in scene.segments:
        loss, growth = segment.area_reduction_fraction, segment.duration_increase_fraction
        if loss is None or growth is None or loss < 0.15 or growth < 0.15:
            continue
        explained = area_loss_from_dispersion(growth)
        if loss <= explained:
            yield Flag(
                "phase_cancellation",
                f"duration grows by {100 * growth:.3g} %; dispersion of that size takes up to {100 * explained:.3g} % of "
                f"the area without any block, and {100 * loss:.3g} % is lost",
                dossier("P-TD1", Mark.DERIVED, "Rhee et al., Ann Neurol 1990;28:146-156, and our simulation of it"),
                Effect.AT_MOST_PROBABLE, segment_key(segment),
            )  # fmt: skip


def low_distal_response(scene: Scene) -> Iterator[Flag]:
    """P-LOW: the distal response is too small for ratios to be trusted."""
    for segment in scene.segments:
        amplitude = segment.distal_amplitude_mv
        if amplitude is None:
            continue
        limit = scene.limits.find(
            nerve=segment.nerve, record_at=segment.muscle, quantity="amplitude", context=scene.context
        )
        small = amplitude <= 1.0 or (limit is not None and amplitude <= 0.2 * limit.value)
        if small:
            yield Flag(
                "low_distal_response",
                f"the distal response is {amplitude:.3g} mV; at or below 1 mV or a fifth of the lower limit, axon loss makes "
                "ratios unstable and no definite block is given",
                dossier("P-LOW1", Mark.SEEN, "EFNS/PNS guideline on multifocal motor neuropathy, 2010"),
                Effect.AT_MOST_PROBABLE, segment_key(segment),
            )  # fmt: skip


def absent_proximal_response(scene: Scene) -> Iterator[Flag]:
    """P-LOW4: all of the response is gone; the arithmetic says 100 %, a missed nerve says the same."""
    for segment in scene.segments:
        if segment.proximal_response_is_absent:
            yield Flag(
                "absent_proximal_response",
                f"no response from the {words(segment.proximal_site)}: complete block, a stimulus that missed or was too weak, "
                "or Wallerian degeneration on its way",
                dossier("P-LOW4", Mark.JUDGEMENT, TEXTBOOK), Effect.AT_MOST_PROBABLE, segment_key(segment),
            )  # fmt: skip


def early_wallerian_degeneration(scene: Scene) -> Iterator[Flag]:
    """P-WAL: within days of an acute lesion the distal stump still conducts, which looks like block."""
    days = scene.context.days_since_onset
    if days is None or days >= WALLERIAN_DAYS:
        return
    for segment in scene.segments:
        if falls(segment, by=0.20):
            yield Flag(
                "early_wallerian_degeneration",
                f"{days:g} days since the onset: the distal stump conducts until day 5 to 11 after an axonal lesion; "
                f"repeat after day {WALLERIAN_DAYS:g} before calling it a block",
                dossier("P-WAL1, P-WAL2", Mark.SEEN, "Electromyography in clinical practice, chapter 4"),
                Effect.UNDECIDED, segment_key(segment),
            )  # fmt: skip


def cold_limb(scene: Scene) -> Iterator[Flag]:
    """P-COLD: below the target temperature conduction slows and block hides; flagged, never corrected."""
    seen: set[tuple[str, str]] = set()
    for item in scene.recordings:
        r = item.recording
        limb = vocabulary.limb(r.nerve)
        target = WARM_ENOUGH_CELSIUS.get(limb)
        if r.temperature_celsius is None or target is None or r.temperature_celsius >= target:
            continue
        if (r.nerve, r.side.value) in seen:
            continue
        seen.add((r.nerve, r.side.value))
        because = (
            f"skin at {r.temperature_celsius:g} degrees Celsius, target {target:g}: latencies and durations are long and "
            "velocities low from cold alone, and block is hidden by it; warm and repeat. A block that is seen stands. "
            "Nothing is corrected"
        )
        source = dossier("T-5, T-7, T-8", Mark.SEEN, "Franssen H, et al. Muscle Nerve 1999;22:166-173")
        yield Flag("cold_limb", because, source, Effect.NOTE, recording=r.key)
        for segment in scene.segments:
            if (segment.nerve, segment.side) == (r.nerve, r.side.value):
                yield Flag("cold_limb", because, source, Effect.NOTE, segment_key(segment))


def electrode_shift(scene: Scene) -> Iterator[Flag]:
    """P-TD6: the response gets shorter on its way, which no nerve does: another electrode place, or another muscle."""
    for segment in scene.segments:
        growth, fall = segment.duration_increase_fraction, segment.amplitude_reduction_fraction
        if growth is not None and fall is not None and growth < -0.15 and abs(fall) >= 0.20:
            yield Flag(
                "electrode_shift",
                f"the proximal response is {-100 * growth:.3g} % shorter and its amplitude differs by {100 * abs(fall):.3g} %: "
                "nerve conduction can only lengthen it; the electrode moved (1 cm changes the ratio by up to 32 points)",
                dossier("P-TD6", Mark.SEEN, "Van Dijk JG, et al. Muscle Nerve 1994;17:1286-1292"),
                Effect.AT_MOST_PROBABLE, segment_key(segment),
            )  # fmt: skip


def tibial_nerve(scene: Scene) -> Iterator[Flag]:
    """P-TIB: block is never graded in the tibial nerve."""
    for segment in scene.segments:
        if segment.nerve == "tibial" and falls(segment, by=0.30):
            yield Flag(
                "tibial_nerve",
                "the tibial response normally falls by up to 71 % from ankle to knee, where stimulation is often submaximal: no "
                "block is graded here",
                dossier("P-TIB", Mark.SEEN, "Electromyography in clinical practice, chapter 4"),
                Effect.NO_GRADE, segment_key(segment),
            )  # fmt: skip


def site_order_error(scene: Scene) -> Iterator[Flag]:
    """P-DIST4: a proximal response that comes before the distal one is a marking or labelling error."""
    for segment in scene.segments:
        later = segment.latency_difference_ms
        if later is not None and later <= 0:
            yield Flag(
                "proximal_earlier_than_distal",
                f"the {words(segment.proximal_site)} response ({segment.proximal.recording.onset_latency_ms:g} ms) comes no "
                f"later than the {words(segment.distal_site)} one ({segment.distal.recording.onset_latency_ms:g} ms): the two "
                "rows are swapped, or a marker is wrong",
                dossier("P-DIST4", Mark.JUDGEMENT, TEXTBOOK), Effect.UNDECIDED, segment_key(segment),
            )  # fmt: skip


def short_segment(scene: Scene) -> Iterator[Flag]:
    """P-DIST1: under 10 cm the velocity is unreliable; a block is not harmed."""
    for segment in scene.segments:
        if segment.distance_mm is not None and 0 < segment.distance_mm < SHORTEST_FOR_VELOCITY_MM:
            yield Flag(
                "short_segment",
                f"{segment.distance_mm:g} mm: under 100 mm the velocity is unreliable; block is not affected",
                dossier("P-DIST1", Mark.RECALLED, TEXTBOOK), Effect.NOTE, segment_key(segment),
            )  # fmt: skip


def implausible_numbers(scene: Scene) -> Iterator[Flag]:
    """Numbers that no nerve gives: swapped units or columns, a marker on the artefact."""
    source = dossier("0.1, 7", Mark.JUDGEMENT, TEXTBOOK)
    low, high = REAL_VELOCITY_M_PER_S
    for segment in scene.segments:
        speed = segment.velocity_m_per_s
        if speed is not None and not low <= speed <= high:
            yield Flag(
                "implausible_velocity",
                f"{speed:.3g} m/s lies outside {low:g} to {high:g}: check the distance "
                f"({segment.distance_mm:g} mm) and the latencies",
                source, Effect.NOTE, segment_key(segment),
            )  # fmt: skip
        for end in (segment.distal, segment.proximal):
            r = end.recording
            parts = (r.negative_peak_amplitude_mv, r.negative_peak_area_mv_ms, r.negative_peak_duration_ms)
            if all(part is not None and part > 0 for part in parts):
                shape = parts[1] / (parts[0] * parts[2])  # type: ignore[operator]
                # Half-sine 0.64, triangle 0.5, box 1: an area outside this is of another unit or another response.
                if not 0.2 <= shape <= 1.0:
                    yield Flag(
                        "implausible_area",
                        f"{words(r.stimulate_at)}: area {parts[1]:g} mV*ms against amplitude {parts[0]:g} mV and duration "
                        f"{parts[2]:g} ms is {shape:.2g} of a box, where a response fills 0.4 to 0.8: units or columns swapped?",
                        source, Effect.UNDECIDED, segment_key(segment),
                    )  # fmt: skip
    for item in scene.recordings:
        r = item.recording
        if r.kind is Kind.MOTOR and r.onset_latency_ms is not None and 0 < r.onset_latency_ms < 0.8:
            yield Flag(
                "implausible_latency",
                f"{words(r.stimulate_at)}: {r.onset_latency_ms:g} ms is shorter than the neuromuscular junction takes; marker "
                "on the artefact?",
                source, Effect.NOTE, recording=r.key,
            )  # fmt: skip


def generalised_slowing(scene: Scene) -> Iterator[Flag]:
    """Slowing far below the limit in three nerves or more: a diffuse demyelinating neuropathy, in which ratios mislead."""
    slow: dict[tuple[str, str], str] = {}
    for segment in scene.segments:
        speed = segment.velocity_m_per_s
        limit = scene.limits.find(
            nerve=segment.nerve, record_at=segment.muscle, quantity="velocity", context=scene.context,
            segment=(segment.distal_site, segment.proximal_site),
        )  # fmt: skip
        if speed is None or limit is None or segment.is_at_entrapment_site:
            continue
        if speed < SLOW_FRACTION * limit.value:
            slow[segment.nerve, segment.side] = f"{segment.side} {segment.nerve} {speed:.3g} m/s"
    if len(slow) >= GENERAL_SLOWING_NERVES:
        because = f"slowed below 75 % of the lower limit in {len(slow)} nerves ({', '.join(slow.values())}): not multifocal"
        yield Flag(
            "generalised_slowing", because,
            dossier("P-TD3", Mark.SEEN, "Pfeiffer G, et al. Clin Neurophysiol 2000;111:1388-1394 (28.3 % of CMT1 nerves pass)"),
            Effect.NOTE,
        )  # fmt: skip


def other_compression_site(scene: Scene) -> Iterator[Flag]:
    """Sites of compression that the published list does not exclude: pointed out, not excluded."""
    for segment in scene.segments:
        for site in segment.entrapment:
            if not site.excluded and falls(segment, by=0.20):
                yield Flag(
                    "other_compression_site",
                    f"the segment crosses the {site.name}, a compression site that the criteria do not exclude",
                    dossier("6.8", Mark.RECALLED, "Rison RA, Beydoun SR. US Neurology 2016"), Effect.NOTE, segment_key(segment),
                )  # fmt: skip


def site_elbow_is_ambiguous(scene: Scene) -> Iterator[Flag]:
    """An ulnar site called just "elbow" may lie below or above the sulcus, which decides whether entrapment is crossed."""
    for segment in scene.segments:
        if segment.nerve == "ulnar" and "elbow" in (segment.distal_site, segment.proximal_site):
            yield Flag(
                "site_elbow_is_ambiguous",
                'the ulnar site "elbow" does not say whether it lies below or above the sulcus; write below elbow or above elbow',
                dossier("6.8", Mark.JUDGEMENT, TEXTBOOK), Effect.NOTE, segment_key(segment),
            )  # fmt: skip
