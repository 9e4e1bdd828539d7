"""Small builders for tests: a response, a segment, a study."""

from __future__ import annotations

import csv
from pathlib import Path

from ranvier.conduction import Context, Segment, Study, StudyResult, build_segments, complete, judge_study
from ranvier.exchange.study_csv import read_study
from ranvier.recording import Kind, Recording
from ranvier.terms import Side

SPEC = Path(__file__).parent / "spec"
MUSCLES = {
    "median": "apb", "ulnar": "adm", "radial": "eip", "peroneal": "edb", "tibial": "ah", "musculocutaneous": "biceps",
}  # fmt: skip


def motor(
    nerve: str = "median",
    site: str = "wrist",
    *,
    amplitude: float | None = None,
    area: float | None = None,
    duration: float | None = None,
    latency: float | None = None,
    distance: float | None = None,
    side: str = "right",
    muscle: str | None = None,
    temperature: float | None = None,
) -> Recording:
    return Recording(
        nerve, Side(side), Kind.MOTOR, muscle or MUSCLES[nerve], site, distance_mm=distance, onset_latency_ms=latency,
        negative_peak_amplitude_mv=amplitude, negative_peak_area_mv_ms=area, negative_peak_duration_ms=duration,
        temperature_celsius=temperature,
    )  # fmt: skip


def sensory(
    nerve: str, record_at: str, site: str, *, amplitude: float | None = None, latency: float | None = None,
    peak: float | None = None, distance: float | None = None, side: str = "right",
) -> Recording:  # fmt: skip
    return Recording(
        nerve, Side(side), Kind.SENSORY, record_at, site, distance_mm=distance, onset_latency_ms=latency,
        peak_latency_ms=peak, negative_peak_amplitude_uv=amplitude,
    )  # fmt: skip


def study(*recordings: Recording, **context: object) -> Study:
    return Study(tuple(recordings), Context(**context))  # type: ignore[arg-type]


def judged(*recordings: Recording, **context: object) -> StudyResult:
    return judge_study(study(*recordings, **context))


def segment(distal: Recording, proximal: Recording) -> Segment:
    (found,) = build_segments(complete(study(distal, proximal)))
    return found


def table(name: str) -> list[dict[str, str]]:
    with (SPEC / name).open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def number(text: str) -> float | None:
    return float(text) if text else None


def judged_csv(text: str, **context: object) -> StudyResult:
    return judge_study(read_study(text.encode(), context=Context(**context)))  # type: ignore[arg-type]
