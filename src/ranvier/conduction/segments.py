"""Segments: two neighbouring stimulation sites of one nerve with one recording place, and what changes between them."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache
from itertools import pairwise
from pathlib import Path

from ranvier.terms import vocabulary
from ranvier.terms.vocabulary import read_toml

from .study import MarkedRecording, by_nerve

SHORTEST_LONG_SEGMENT_MM = (
    100.0  # "long segment" has no length in the guideline [judgement, criteria.md 1.2 point 3]
)
LONGEST_SHORT_DISTANCE_MM = 25.0  # an inching step [recalled, moderate, criteria.md 3.2 UTR-E1]

# (distal level, proximal level) -> region, by the `order` of the sites.
UPPER_LEVELS = (
    (15, "hand"),
    (28, "wrist"),
    (37, "elbow"),
    (39, "spiral"),
    (45, "axilla"),
    (55, "erb"),
    (99, "root"),
)
REGIONS = {
    ("hand", "wrist"): "hand", ("wrist", "elbow"): "forearm", ("elbow", "axilla"): "upper_arm",
    ("elbow", "spiral"): "upper_arm", ("spiral", "axilla"): "upper_arm", ("axilla", "erb"): "axilla_erb",
    ("erb", "root"): "erb_root",
}  # fmt: skip


@dataclass(frozen=True)
class EntrapmentSite:
    """A common compression site; `excluded` when a block there never counts towards MMN."""

    nerve: str
    name: str
    from_order: int
    to_order: int
    at_least_from_order: int
    excluded: bool
    mark: str

    def is_crossed(self, nerve: str, distal_order: int, proximal_order: int) -> bool:
        """Whether a segment of this nerve runs over it."""
        return (
            nerve == self.nerve
            and self.at_least_from_order <= distal_order <= self.from_order
            and proximal_order >= self.to_order
        )


@cache
def entrapment_sites() -> tuple[EntrapmentSite, ...]:
    """The table of compression sites."""
    rows = read_toml(Path(__file__).parent / "entrapment_sites.toml")["site"]
    return tuple(EntrapmentSite(**{"at_least_from_order": 0, **row}) for row in rows)


@dataclass(frozen=True)
class Segment:
    """Two adjacent stimulation sites. Fractions are None where one of their two numbers was not measured.

    Reductions are (distal - proximal) / distal: negative when the proximal response is the larger.
    `crossing_amplitude_mv` and `crossing_area_mv_ms` are what a proven median-to-ulnar crossover explains; they are
    taken off the distal response.
    """

    nerve: str
    side: str
    muscle: str
    distal: MarkedRecording
    proximal: MarkedRecording
    flags: tuple[str, ...] = field(default=())
    crossing_amplitude_mv: float = 0.0
    crossing_area_mv_ms: float = 0.0

    @property
    def distal_site(self) -> str:
        """Stimulation site nearer the muscle."""
        return self.distal.recording.stimulate_at

    @property
    def proximal_site(self) -> str:
        """Stimulation site further from the muscle."""
        return self.proximal.recording.stimulate_at

    @property
    def place(self) -> str:
        """In words: "right median, wrist to elbow"."""
        return f"{self.side} {self.nerve}, {words(self.distal_site)} to {words(self.proximal_site)}"

    @property
    def distance_mm(self) -> float | None:
        """Between the two sites. [mm]"""
        return self.proximal.recording.distance_mm

    @property
    def latency_difference_ms(self) -> float | None:
        """Proximal less distal onset. [ms]"""
        first, second = self.distal.recording.onset_latency_ms, self.proximal.recording.onset_latency_ms
        return None if first is None or second is None else second - first

    @property
    def velocity_m_per_s(self) -> float | None:
        """Conduction velocity; None without a distance or with a latency that does not rise proximally. [m/s]"""
        time, distance = self.latency_difference_ms, self.distance_mm
        if time is None or distance is None or time <= 0 or distance <= 0:
            return None
        return distance / time

    @property
    def amplitude_reduction_fraction(self) -> float | None:
        """Fall of the baseline to negative peak amplitude (Q5)."""
        return _reduction(
            self.distal.recording.negative_peak_amplitude_mv,
            self.proximal.recording.negative_peak_amplitude_mv,
            self.crossing_amplitude_mv,
        )

    @property
    def area_reduction_fraction(self) -> float | None:
        """Fall of the negative-peak area (Q4)."""
        distal, proximal = self.distal.recording, self.proximal.recording
        proximal_area = 0.0 if proximal.is_absent else proximal.negative_peak_area_mv_ms
        return _reduction(distal.negative_peak_area_mv_ms, proximal_area, self.crossing_area_mv_ms)

    @property
    def duration_increase_fraction(self) -> float | None:
        """Growth of the negative-peak duration (Q6)."""
        first = self.distal.recording.negative_peak_duration_ms
        second = self.proximal.recording.negative_peak_duration_ms
        if first is None or second is None or first <= 0 or self.proximal.recording.is_absent:
            return None
        return (second - first) / first

    @property
    def distal_amplitude_mv(self) -> float | None:
        """Baseline to negative peak of the distal response. [mV]"""
        return self.distal.recording.negative_peak_amplitude_mv

    @property
    def proximal_response_is_absent(self) -> bool:
        """Stimulated proximally and no response, with one distally."""
        return self.proximal.recording.is_absent and not self.distal.recording.is_absent

    @property
    def orders(self) -> tuple[int, int]:
        """Where the two sites lie from distal to proximal."""
        return vocabulary.site_order(self.distal_site), vocabulary.site_order(self.proximal_site)

    @property
    def limb(self) -> str:
        """Limb of the nerve: upper or lower."""
        return vocabulary.limb(self.nerve)

    @property
    def region(self) -> str:
        """Stretch of the limb: forearm, across_elbow, upper_arm, axilla_erb, leg, across_fibular_head, ..., or several."""
        low, high = self.orders
        if self.limb == "upper":
            if 28 < low < 33 and 33 < high < 37:
                return "across_elbow"
            return REGIONS.get((_level(low), _level(high)), "several")
        if self.limb == "lower":
            if low < 28 and 28 < high <= 40:
                return "leg"
            return "across_fibular_head" if low >= 30 and high <= 40 else "thigh"
        return "several"

    @property
    def entrapment(self) -> tuple[EntrapmentSite, ...]:
        """The compression sites that it crosses."""
        low, high = self.orders
        return tuple(site for site in entrapment_sites() if site.is_crossed(self.nerve, low, high))

    @property
    def is_at_entrapment_site(self) -> bool:
        """Whether it crosses a site at which a block never counts towards MMN."""
        return any(site.excluded for site in self.entrapment)

    @property
    def is_long(self) -> bool:
        """Whether it is a "long segment" (wrist to elbow, elbow to axilla): by its length, else by its sites."""
        if self.distance_mm is not None:
            return self.distance_mm >= SHORTEST_LONG_SEGMENT_MM
        return self.region not in ("across_elbow", "across_fibular_head", "hand") and _level(
            self.orders[0]
        ) != _level(self.orders[1])

    @property
    def is_short(self) -> bool:
        """Whether it is an inching step."""
        return self.distance_mm is not None and self.distance_mm <= LONGEST_SHORT_DISTANCE_MM


def words(name: str) -> str:
    """An id as words: "below_elbow" gives "below elbow"."""
    return name.replace("_", " ")


def change(fraction: float) -> str:
    """A change in percent with its sign, never a negative nothing: "-73 %", "+0 %"."""
    return f"{round(100 * fraction):+d} %"


def _level(order: int) -> str:
    return next(name for limit, name in UPPER_LEVELS if order < limit)


def _reduction(distal: float | None, proximal: float | None, crossing: float) -> float | None:
    if distal is None or proximal is None or distal - crossing <= 0:
        return None
    return (distal - crossing - proximal) / (distal - crossing)


def build_segments(recordings: tuple[MarkedRecording, ...]) -> tuple[Segment, ...]:
    """Pair neighbouring sites of every motor nerve, from distal to proximal.

    A muscle recorded while another nerve is stimulated (a crossover test) makes no segment.
    """
    segments: list[Segment] = []
    for (nerve, side, muscle), rows in by_nerve(recordings).items():
        if vocabulary.muscle(muscle).nerve != nerve:
            continue
        for distal, proximal in pairwise(rows):
            segment = Segment(nerve, side, muscle, distal, proximal)
            if segment.orders[0] != segment.orders[1]:
                segments.append(segment)
    return tuple(segments)
