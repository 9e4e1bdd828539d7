"""Values that follow from the measured ones: terminal latency, F-wave ratio, side differences; and what is out of limits."""

from __future__ import annotations

from dataclasses import dataclass

from ranvier.recording import Kind

from .reference_limits import UNIT_WORDS, Limit, ReferenceLimits
from .segments import Segment, words
from .study import Context, MarkedRecording, by_nerve

# Quantities that need no place beside their name.
QUANTITY_WORDS = {
    "amplitude": "distal amplitude",
    "distal_motor_latency": "distal latency",
    "f_wave_latency": "F wave",
}
F_TURNAROUND_MS = 1.0  # delay in the cord, as in the usual formula (Kimura)
# Worth a word: the smaller side below half of the larger [recalled; 61 % is the 97th centile in EDB, criteria.md 6.2].
SIDE_DIFFERENCE_FRACTION = 0.5


@dataclass(frozen=True)
class NerveValues:
    """Derived values of one motor nerve; None where a part is missing.

    `terminal_latency_index` = distal distance / (velocity x distal latency); `residual_latency_ms` = distal latency less the
    time the distal distance would take; `f_ratio` = (F - M - 1) / 2M; `side_difference_fraction` = 1 - smaller / larger
    distal amplitude.
    """

    nerve: str
    side: str
    muscle: str
    terminal_latency_index: float | None
    residual_latency_ms: float | None
    f_latency_ms: float | None
    f_persistence_fraction: float | None
    f_ratio: float | None
    side_difference_fraction: float | None
    is_smaller_side: bool = False

    @property
    def side_difference(self) -> str | None:
        """The sentence on a smaller side, or None when the difference is not worth one."""
        share = self.side_difference_fraction
        if not self.is_smaller_side or share is None or share <= SIDE_DIFFERENCE_FRACTION:
            return None
        other = "left" if self.side == "right" else "right"
        return (
            f"Distal amplitude of the {self.side} {words(self.nerve)} ({self.muscle.upper()}) is {100 * share:.0f} % below the "
            f"{other}"
        )


@dataclass(frozen=True)
class OutOfLimits:
    """A measured value outside its limit of normal, by the `ratio` value / limit."""

    nerve: str
    side: str
    place: str
    quantity: str
    value: float
    limit: Limit
    at_entrapment_site: bool

    @property
    def ratio(self) -> float:
        """Value over limit."""
        return self.value / self.limit.value

    @property
    def what(self) -> str:
        """Value, unit and limit in words: "distal latency 6.72 ms (at most 3.3)"."""
        name = QUANTITY_WORDS.get(self.quantity, self.quantity)
        at = "" if self.quantity in QUANTITY_WORDS else f" {words(self.place)}"
        bound = "at least" if self.limit.bound == "lower" else "at most"
        return f"{name}{at} {self.value:.3g} {UNIT_WORDS[self.limit.unit]} ({bound} {self.limit.value:g})"

    def __str__(self) -> str:
        return f"{self.side} {words(self.nerve)}: {self.what} [{self.limit.name}]"


def derive(recordings: tuple[MarkedRecording, ...], segments: tuple[Segment, ...]) -> tuple[NerveValues, ...]:
    """Work out the derived values of every motor nerve."""
    groups = by_nerve(recordings)
    values = []
    for (nerve, side, muscle), rows in groups.items():
        distal = rows[0].recording
        forearm = next(
            (
                s
                for s in segments
                if (s.nerve, s.side, s.muscle) == (nerve, side, muscle) and not s.is_at_entrapment_site
            ),
            None,
        )
        speed = forearm.velocity_m_per_s if forearm is not None else None
        latency, distance = distal.onset_latency_ms, distal.distance_mm
        index = residual = None
        if speed and latency and distance:
            index = distance / (speed * latency)
            residual = latency - distance / speed
        f_wave = next(
            (
                item.recording for item in recordings
                if item.recording.kind is Kind.F_WAVE
                and (item.recording.nerve, item.recording.side.value, item.recording.record_at) == (nerve, side, muscle)
            ),
            None,
        )  # fmt: skip
        ratio = None
        if f_wave is not None and f_wave.onset_latency_ms is not None and latency:
            ratio = (f_wave.onset_latency_ms - latency - F_TURNAROUND_MS) / (2.0 * latency)
        other = groups.get((nerve, "left" if side == "right" else "right", muscle))
        difference, smaller = None, False
        if other is not None and other[0].recording.stimulate_at == distal.stimulate_at:
            pair = (distal.negative_peak_amplitude_mv, other[0].recording.negative_peak_amplitude_mv)
            if pair[0] is not None and pair[1] is not None and max(pair[0], pair[1]) > 0:
                difference = 1.0 - min(pair[0], pair[1]) / max(pair[0], pair[1])
                smaller = pair[0] < pair[1]
        values.append(
            NerveValues(
                nerve, side, muscle, index, residual,
                f_wave.onset_latency_ms if f_wave else None,
                f_wave.f_persistence_fraction if f_wave else None, ratio, difference, smaller,
            )
        )  # fmt: skip
    return tuple(values)


def out_of_limits(
    recordings: tuple[MarkedRecording, ...],
    segments: tuple[Segment, ...],
    *,
    limits: ReferenceLimits,
    context: Context,
) -> tuple[tuple[OutOfLimits, ...], int]:
    """Every motor value outside its limit, and how many were compared."""
    found: list[OutOfLimits] = []
    compared = 0

    def compare(
        nerve: str, side: str, muscle: str, place: str, quantity: str, value: float | None, *,
        entrapment: bool = False, segment: tuple[str, str] | None = None, distance_mm: float | None = None,
    ) -> None:  # fmt: skip
        nonlocal compared
        limit = limits.find(
            nerve=nerve, record_at=muscle, quantity=quantity, context=context, segment=segment
        )
        if value is None or limit is None:
            return
        if limit.distance_mm is not None and distance_mm is not None and distance_mm > limit.distance_mm + 25:
            return  # the limit is for a shorter distance
        compared += 1
        if value < limit.value if limit.bound == "lower" else value > limit.value:
            found.append(OutOfLimits(nerve, side, place, quantity, value, limit, entrapment))

    for (nerve, side, muscle), rows in by_nerve(recordings).items():
        distal = rows[0].recording
        if distal.stimulate_at in ("wrist", "ankle") or muscle == "ta":
            at_wrist = nerve == "median"
            compare(nerve, side, muscle, distal.stimulate_at, "amplitude", distal.negative_peak_amplitude_mv)
            compare(
                nerve, side, muscle, distal.stimulate_at, "distal_motor_latency", distal.onset_latency_ms,
                entrapment=at_wrist, distance_mm=distal.distance_mm,
            )  # fmt: skip
    for s in segments:
        compare(
            s.nerve, s.side, s.muscle, f"{s.distal_site} to {s.proximal_site}", "velocity", s.velocity_m_per_s,
            entrapment=s.is_at_entrapment_site, segment=(s.distal_site, s.proximal_site),
        )  # fmt: skip
    for item in recordings:
        r = item.recording
        if r.kind is Kind.F_WAVE:
            compare(r.nerve, r.side.value, r.record_at, "F wave", "f_wave_latency", r.onset_latency_ms)
    return tuple(found), compared
