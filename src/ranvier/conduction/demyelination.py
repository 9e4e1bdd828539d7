"""Motor slowing by the CIDP guidelines: seven parameters a nerve, then how many nerves must show them.

Each parameter (a distal latency, b velocity, c F latency, d absent F, e block, f dispersion, g distal duration) is MET,
NOT_MET or UNKNOWN for each nerve. A parameter that was not measured never counts as normal.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from ranvier.recording import Kind
from ranvier.terms import Mark, Source, Verdict, any_of, at_least
from ranvier.terms.vocabulary import read_toml

from .block_criteria import BlockGrade, BlockVerdict
from .reference_limits import Limit, ReferenceLimits
from .segments import Segment, words
from .study import Context, MarkedRecording, by_nerve

PARAMETERS = {
    "a": "distal motor latency prolonged",
    "b": "motor velocity reduced",
    "c": "F wave late",
    "d": "F wave absent",
    "e": "motor conduction block",
    "f": "temporal dispersion",
    "g": "distal response prolonged",
}
SLACK = 1e-9


@dataclass(frozen=True)
class NerveDemyelination:
    """The parameters of one nerve by one set, each with its verdict and its because."""

    nerve: str
    side: str
    verdicts: Mapping[str, Verdict]
    because: Mapping[str, str]


@dataclass(frozen=True)
class DemyelinationSet:
    """What a guideline says of the whole study: strongly, weakly or not supportive of demyelination, or unknown."""

    id: str
    source: Source
    nerves: tuple[NerveDemyelination, ...]
    strongly: Verdict
    weakly: Verdict
    because: tuple[str, ...]

    @property
    def word(self) -> str:
        """strongly_supportive, weakly_supportive, none or unknown."""
        if self.strongly is Verdict.MET:
            return "strongly_supportive"
        if self.weakly is Verdict.MET:
            return "weakly_supportive"
        if Verdict.UNKNOWN in (self.strongly, self.weakly):
            return "unknown"
        return "none"


@cache
def demyelination_sets() -> Mapping[str, dict[str, Any]]:
    """The numbers of each guideline by its id."""
    rows = read_toml(Path(__file__).parent / "demyelination_sets.toml")
    return {key: row for key, row in rows.items() if isinstance(row, dict)}


def judge_demyelination(
    set_id: str,
    recordings: tuple[MarkedRecording, ...],
    segments: tuple[Segment, ...],
    block: Mapping[tuple[str, str, str, str, str], Mapping[str, BlockVerdict]],
    *,
    limits: ReferenceLimits,
    context: Context,
) -> DemyelinationSet:
    """Judge every motor nerve by one guideline, and count.

    Parameters
        block : the block verdicts of each segment, by `segment_key`.
    """
    numbers = demyelination_sets()[set_id]
    nerves: dict[tuple[str, str], list[NerveDemyelination]] = {}
    for (nerve, side, muscle), rows in by_nerve(recordings).items():
        own = tuple(s for s in segments if (s.nerve, s.side, s.muscle) == (nerve, side, muscle))
        f_waves = [
            item for item in recordings
            if item.recording.kind is Kind.F_WAVE
            and (item.recording.nerve, item.recording.side.value) == (nerve, side)
        ]  # fmt: skip
        judge = _Nerve(nerve, side, muscle, numbers, limits, context)
        told = {
            "a": judge.distal_latency(rows[0]),
            "b": judge.velocity(own),
            "c": judge.f_latency(f_waves, rows[0]),
            "d": judge.absent_f(f_waves, rows[0]),
            "e": judge.block(own, block, set_id),
            "f": judge.dispersion(own),
            "g": judge.distal_duration(rows[0]),
        }
        nerves.setdefault((nerve, side), []).append(
            NerveDemyelination(
                nerve, side, {k: v for k, (v, _) in told.items()}, {k: t for k, (_, t) in told.items()}
            )
        )
    merged = tuple(_merge(rows) for rows in nerves.values())
    source = Source(numbers["citation"], mark=Mark(numbers["mark"]))
    return _count(set_id, source, merged)


def segment_key(segment: Segment) -> tuple[str, str, str, str, str]:
    """What names a segment within a study."""
    return (segment.nerve, segment.side, segment.muscle, segment.distal_site, segment.proximal_site)


def _merge(rows: list[NerveDemyelination]) -> NerveDemyelination:
    """One nerve recorded from two muscles: a parameter is met when either shows it."""
    if len(rows) == 1:
        return rows[0]
    verdicts = {key: any_of(row.verdicts[key] for row in rows) for key in PARAMETERS}
    because = {
        key: next(
            (row.because[key] for row in rows if row.verdicts[key] is verdicts[key]), rows[0].because[key]
        )
        for key in PARAMETERS
    }
    return NerveDemyelination(rows[0].nerve, rows[0].side, verdicts, because)


def _count(set_id: str, source: Source, nerves: tuple[NerveDemyelination, ...]) -> DemyelinationSet:
    def all_nerves(key: str) -> list[Verdict]:
        return [nerve.verdicts[key] for nerve in nerves]

    def elsewhere(index: int, keys: str) -> Verdict:
        return any_of(n.verdicts[k] for i, n in enumerate(nerves) if i != index for k in keys)

    routes: dict[str, Verdict] = {key: at_least(2, all_nerves(key)) for key in ("a", "b", "c", "f")}
    routes["d"] = at_least(2, all_nerves("d")) & any_of(
        nerve.verdicts[key] for nerve in nerves for key in "abcefg"
    )
    routes["e"] = at_least(2, all_nerves("e")) | any_of(
        nerve.verdicts["e"] & elsewhere(index, "abcfg") for index, nerve in enumerate(nerves)
    )
    routes["g"] = any_of(
        nerve.verdicts["g"] & elsewhere(index, "abcdef") for index, nerve in enumerate(nerves)
    )
    strongly = any_of(routes.values())
    weakly = any_of(nerve.verdicts[key] for nerve in nerves for key in PARAMETERS)
    because = tuple(
        f"{key} ({PARAMETERS[key]}): {verdict.value.replace('_', ' ')} over {len(nerves)} nerves, "
        f"shown by {', '.join(f'{n.side} {n.nerve}' for n in nerves if n.verdicts[key] is Verdict.MET) or 'none'}"
        for key, verdict in routes.items()
    )
    return DemyelinationSet(set_id, source, nerves, strongly, weakly, because)


@dataclass(frozen=True)
class _Nerve:
    """The seven questions for one nerve and muscle."""

    nerve: str
    side: str
    muscle: str
    numbers: Mapping[str, Any]
    limits: ReferenceLimits
    context: Context

    def _limit(self, quantity: str, segment: tuple[str, str] | None = None) -> Limit | None:
        return self.limits.find(
            nerve=self.nerve, record_at=self.muscle, quantity=quantity, context=self.context, segment=segment
        )

    def _amplitude_of_lln(self, distal: MarkedRecording) -> float | None:
        limit, amplitude = self._limit("amplitude"), distal.recording.negative_peak_amplitude_mv
        return None if limit is None or amplitude is None else amplitude / limit.value

    def distal_latency(self, distal: MarkedRecording) -> tuple[Verdict, str]:
        """A: the most distal site's onset latency against its upper limit."""
        limit, latency = self._limit("distal_motor_latency"), distal.recording.onset_latency_ms
        if distal.recording.stimulate_at not in ("wrist", "ankle") and self.muscle != "ta":
            return Verdict.UNKNOWN, "the distal site (wrist, ankle) was not stimulated"
        if limit is None or latency is None:
            return Verdict.UNKNOWN, "distal latency not measured" if limit else "no limit of normal known"
        edge = limit.value * (1 + self.numbers["distal_latency_over"])
        note = (
            " (median at the wrist: carpal tunnel syndrome has to be excluded)"
            if self.nerve == "median"
            else ""
        )
        return _met(latency >= edge - SLACK), f"{latency:.3g} ms against {edge:.3g} ms, {limit}{note}"

    def velocity(self, segments: tuple[Segment, ...]) -> tuple[Verdict, str]:
        """B: the slowest segment away from entrapment sites against the lower limit."""
        told: list[tuple[Verdict, str]] = []
        for segment in segments:
            if segment.is_at_entrapment_site:
                continue
            speed = segment.velocity_m_per_s
            limit = self._limit("velocity", (segment.distal_site, segment.proximal_site))
            if speed is None or limit is None:
                told.append((Verdict.UNKNOWN, f"{segment.place}: not known"))
                continue
            edge = limit.value * (1 - self.numbers["velocity_under"])
            told.append(
                (
                    _met(speed <= edge + SLACK),
                    f"{segment.place}: {speed:.3g} m/s against {edge:.3g} m/s, {limit}",
                )
            )
        return _any(told, "no segment away from an entrapment site")

    def f_latency(self, f_waves: list[MarkedRecording], distal: MarkedRecording) -> tuple[Verdict, str]:
        """C: the shortest F wave against its upper limit, by the size of the distal response."""
        seen = [i.recording.onset_latency_ms for i in f_waves if i.recording.onset_latency_ms is not None]
        limit = self._limit("f_wave_latency")
        if not seen or limit is None:
            if any(item.recording.is_absent for item in f_waves):
                return Verdict.NOT_MET, "F waves are absent (see d)"
            return Verdict.UNKNOWN, "no F wave latency" if limit else "no limit of normal known"
        latency = min(seen)
        share = self._amplitude_of_lln(distal)
        usual, strict = self.numbers["f_latency_over"], self.numbers["f_latency_over_low_amplitude"]
        if (
            share is None
            and usual != strict
            and limit.value * (1 + usual) <= latency < limit.value * (1 + strict)
        ):
            return Verdict.UNKNOWN, "which limit holds depends on the distal amplitude, which is not known"
        low = share is not None and share < self.numbers["low_amplitude_of_lln"]
        edge = limit.value * (1 + (strict if low else usual))
        return _met(latency >= edge - SLACK), f"{latency:.3g} ms against {edge:.3g} ms, {limit}"

    def absent_f(self, f_waves: list[MarkedRecording], distal: MarkedRecording) -> tuple[Verdict, str]:
        """D: no F wave, with a distal response large enough to expect one."""
        if not f_waves:
            return Verdict.UNKNOWN, "F waves not recorded"
        if not any(item.recording.is_absent for item in f_waves):
            return Verdict.NOT_MET, "F waves present"
        share = self._amplitude_of_lln(distal)
        if share is None:
            return Verdict.UNKNOWN, "F waves absent, distal amplitude not known"
        needed = self.numbers["absent_f_needs_amplitude_of_lln"]
        return _met(
            share >= needed
        ), f"F waves absent, distal amplitude {100 * share:.3g} % of its lower limit"

    def block(
        self, segments: tuple[Segment, ...], block: Mapping[tuple[str, str, str, str, str], Mapping[str, BlockVerdict]],
        set_id: str,
    ) -> tuple[Verdict, str]:  # fmt: skip
        """E: block by the same guideline, in any segment."""
        told = []
        for segment in segments:
            verdict = block.get(segment_key(segment), {}).get(set_id)
            if verdict is None:
                continue
            value = {BlockGrade.NONE: Verdict.NOT_MET, BlockGrade.UNKNOWN: Verdict.UNKNOWN}.get(
                verdict.grade, Verdict.MET
            )
            told.append((value, f"{segment.place}: {verdict.grade.value}"))
        return _any(told, "no segment judged")

    def dispersion(self, segments: tuple[Segment, ...]) -> tuple[Verdict, str]:
        """F: growth of the negative-peak duration from one site to the next."""
        edge = self.numbers["dispersion_tibial_above" if self.nerve == "tibial" else "dispersion_above"]
        inclusive = self.nerve == "tibial" and edge >= 1.0  # "at least 100 % in the tibial nerve"
        told = []
        for segment in segments:
            growth = segment.duration_increase_fraction
            if growth is None:
                told.append((Verdict.UNKNOWN, f"{segment.place}: duration not measured"))
                continue
            met = growth >= edge - SLACK if inclusive else growth > edge + SLACK
            told.append(
                (_met(met), f"{segment.place}: duration {100 * growth:+.3g} % against {100 * edge:.3g} %")
            )
        return _any(told, "fewer than two sites")

    def distal_duration(self, distal: MarkedRecording) -> tuple[Verdict, str]:
        """G: onset of the first to the end of the last negative phase, against a limit for the filter in use."""
        if distal.recording.stimulate_at not in ("wrist", "ankle"):
            return Verdict.UNKNOWN, "the distal site (wrist, ankle) was not stimulated"
        tables = self.numbers["distal_duration_ms"]
        if "any" in tables:
            table: Mapping[str, float] | None = tables["any"]
        elif self.context.low_filter_hz is None:
            table = None
        else:
            table = tables.get(f"{self.context.low_filter_hz:g}")
        if table is None:
            return (
                Verdict.UNKNOWN,
                f"the limit depends on the low-frequency filter ({', '.join(tables)} Hz): give it",
            )
        limit = table.get(self.nerve)
        whole = distal.recording.duration_to_last_negative_phase_ms
        first = distal.recording.negative_peak_duration_ms
        if limit is None:
            return Verdict.UNKNOWN, f"no limit for the {words(self.nerve)} nerve"
        if whole is None and first is None:
            return Verdict.UNKNOWN, "duration not measured"
        duration = whole if whole is not None else first
        assert duration is not None
        reached = self.numbers["distal_duration_reached"]
        met = duration >= limit - SLACK if reached == "at_least" else duration > limit + SLACK
        if whole is None and not met:
            return Verdict.UNKNOWN, (
                f"first negative phase {duration:.3g} ms; the limit ({limit:g} ms) is for the end of the last one"
            )
        return _met(met), f"{duration:.3g} ms against {limit:g} ms"


def _met(value: bool) -> Verdict:
    return Verdict.MET if value else Verdict.NOT_MET


def _any(told: list[tuple[Verdict, str]], nothing: str) -> tuple[Verdict, str]:
    """MET when one is; the sentence of the one that decided."""
    if not told:
        return Verdict.UNKNOWN, nothing
    verdict = any_of(v for v, _ in told)
    return verdict, next(text for v, text in told if v is verdict)
