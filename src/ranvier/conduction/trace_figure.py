"""Stacked traces as EMG machines show them: one nerve, negativity up, one time base and one gain for all its sites.

Markers stand at onset, negative peak and return; the negative area is shaded; distances, velocities and drops are printed
between the sites. The table of the same numbers is in the report beside it.
"""

from __future__ import annotations

import math

import numpy as np

from ranvier.figure import COLOURS, Figure
from ranvier.recording import Kind

from .judgement import SegmentResult, StudyResult
from .segments import change, words
from .study import MarkedRecording, by_nerve

WIDTH, LEFT, PLOT, TOP = 760.0, 92.0, 446.0, 46.0
ROW_DIVISIONS = 3.0  # height of a row in gain divisions, at least
DIVISION_PX = 26.0
TIME_DIVISIONS = (0.5, 1.0, 2.0, 3.0, 5.0, 10.0)
GAINS = (0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 20.0, 50.0)
MOST_POINTS = 700
SHADE = "#bfe0f2"


def nerve_figures(result: StudyResult) -> list[tuple[str, Figure]]:
    """One figure for each nerve that has traces, motor first, with its heading."""
    found = []
    for (nerve, side, muscle), rows in by_nerve(result.recordings).items():
        if any(item.recording.waveform is not None for item in rows):
            own = [
                s
                for s in result.segments
                if (s.segment.nerve, s.segment.side, s.segment.muscle) == (nerve, side, muscle)
            ]
            heading = f"{side.capitalize()} {words(nerve)} nerve, {muscle.upper()}"
            found.append((heading, stacked_traces(rows, own, heading)))
    groups: dict[str, list[MarkedRecording]] = {}
    for item in result.recordings:
        r = item.recording
        if r.kind is Kind.SENSORY and r.waveform is not None:
            heading = f"{r.side.value.capitalize()} {words(r.nerve)} nerve, sensory, {words(r.record_at)}"
            groups.setdefault(heading, []).append(item)
    found += [(heading, stacked_traces(rows, [], heading)) for heading, rows in groups.items()]
    return found


def stacked_traces(rows: list[MarkedRecording], segments: list[SegmentResult], heading: str) -> Figure:
    """Draw the sweeps of one nerve under each other, from distal to proximal.

    Parameters
        rows : recordings with waveforms, distal first; those without are passed over.
        segments : judged segments of the same nerve, for the drops between the sites.
    """
    shown = [item for item in rows if item.recording.waveform is not None]
    assert shown, "a figure needs a sweep"
    sensory = shown[0].recording.kind is Kind.SENSORY
    unit = "uV" if sensory else "mV"
    end_ms, division_ms = _time_base(shown)
    gain = _gain(shown)
    height_of = [_row_height(item, gain) for item in shown]
    height = TOP + sum(height_of) + 40
    figure = Figure(
        width=WIDTH, height=height, title=f"Traces: {heading}", description=_description(shown, unit),
    )  # fmt: skip
    figure.text((LEFT, 18), heading, size=13, bold=True)
    figure.text(
        (LEFT + PLOT, 18),
        f"{gain:g} {unit}/div   {division_ms:g} ms/div",
        size=11,
        anchor="end",
        colour=COLOURS["muted"],
    )
    _grid(figure, sum(height_of), end_ms, division_ms)
    _column_heads(figure, sensory)
    top = TOP
    drops = {s.segment.proximal_site: s for s in segments}
    for item, row_height in zip(shown, height_of, strict=True):
        _row(figure, item, top, row_height, gain, end_ms, unit, drops.get(item.recording.stimulate_at))
        top += row_height
    step = 2 if end_ms / division_ms > 10 else 1
    for index in range(0, round(end_ms / division_ms) + 1, step):
        x = LEFT + PLOT * index * division_ms / end_ms
        figure.text(
            (x, top + 16), f"{index * division_ms:g}", size=10, anchor="middle", colour=COLOURS["muted"]
        )
    figure.text(
        (LEFT + PLOT / 2, top + 31),
        "ms after the stimulus",
        size=10,
        anchor="middle",
        colour=COLOURS["muted"],
    )
    return figure


def _time_base(rows: list[MarkedRecording]) -> tuple[float, float]:
    """The shortest window that holds every response, in whole divisions."""
    ends = []
    for item in rows:
        wave = item.recording.waveform
        assert wave is not None
        last = float(wave.time_ms[-1])
        onset, total = item.marker("onset_latency_ms"), item.marker("total_duration_ms")
        ends.append(min(last, onset + total + 6.0) if onset is not None and total is not None else last)
    needed = max(ends)
    division = next((d for d in TIME_DIVISIONS if needed / d <= 12), TIME_DIVISIONS[-1])
    return float(np.ceil(needed / division) * division), division


def _gain(rows: list[MarkedRecording]) -> float:
    largest = max(_span(item) for item in rows)
    return next((g for g in GAINS if largest / g <= 4.0), GAINS[-1])


def _levelled(item: MarkedRecording) -> np.ndarray:
    wave = item.recording.waveform
    assert wave is not None
    level = item.marker("baseline_level")
    return np.asarray(wave.samples - (level or 0.0))


def _span(item: MarkedRecording) -> float:
    wave = item.recording.waveform
    assert wave is not None
    inside = _levelled(item)[wave.time_ms > 1.0]
    return float(inside.max() - min(inside.min(), 0.0)) if inside.size else 1.0


def _row_height(item: MarkedRecording, gain: float) -> float:
    return DIVISION_PX * max(ROW_DIVISIONS, math.ceil(_span(item) / gain) + 0.6)


def _grid(figure: Figure, height: float, end_ms: float, division_ms: float) -> None:
    for index in range(round(end_ms / division_ms) + 1):
        x = LEFT + PLOT * index * division_ms / end_ms
        figure.line((x, TOP), (x, TOP + height), colour=COLOURS["grid"], width=0.6)
    count = int(height / DIVISION_PX)
    for index in range(count + 1):
        y = TOP + index * DIVISION_PX
        figure.line((LEFT, y), (LEFT + PLOT, y), colour=COLOURS["grid"], width=0.6)


COLUMNS_AT = (588.0, 640.0, 696.0, 748.0)


def _column_heads(figure: Figure, sensory: bool) -> None:
    heads = ("onset", "ampl", "peak", "") if sensory else ("onset", "ampl", "area", "dur")
    units = ("ms", "uV", "ms", "") if sensory else ("ms", "mV", "mV ms", "ms")
    for x, head, unit in zip(COLUMNS_AT, heads, units, strict=True):
        figure.text((x, 30), head, size=10, anchor="end", colour=COLOURS["muted"])
        figure.text((x, 41), unit, size=9, anchor="end", colour=COLOURS["muted"])


def _row(
    figure: Figure, item: MarkedRecording, top: float, height: float, gain: float, end_ms: float, unit: str,
    drop: SegmentResult | None,
) -> None:  # fmt: skip
    wave = item.recording.waveform
    assert wave is not None
    samples = _levelled(item)
    lowest = float(min(samples[wave.time_ms > 1.0].min(initial=0.0), 0.0))
    zero = top + height - DIVISION_PX * (0.4 + min(-lowest / gain, height / DIVISION_PX - 1))
    scale = DIVISION_PX / gain

    def x(time: float) -> float:
        return LEFT + PLOT * min(max(time, 0.0), end_ms) / end_ms

    def y(value: float) -> float:
        return min(max(zero - value * scale, top + 1), top + height - 1)

    inside = (wave.time_ms >= 0) & (wave.time_ms <= end_ms)
    times, values = wave.time_ms[inside], samples[inside]
    step = max(1, times.size // MOST_POINTS)
    points = [(x(t), y(v)) for t, v in zip(times[::step].tolist(), values[::step].tolist(), strict=True)]
    onset, peak, back = (item.marker(name) for name in ("onset_latency_ms", "peak_latency_ms", "return_ms"))
    if onset is not None and back is not None:
        shaded = (times >= onset) & (times <= back)
        body = [
            (x(t), y(v))
            for t, v in zip(times[shaded][::step].tolist(), values[shaded][::step].tolist(), strict=True)
        ]
        figure.polygon([(x(onset), zero), *body, (x(back), zero)], fill=SHADE)
    figure.line((LEFT, zero), (LEFT + PLOT, zero), colour=COLOURS["muted"], width=0.5, dash="2 3")
    figure.polyline(points, colour=COLOURS["ink"], width=1.2)
    for name, at in (("1", onset), ("2", peak), ("3", back)):
        if at is not None:
            value = float(np.interp(at, wave.time_ms, samples))
            figure.line((x(at), y(value) - 9), (x(at), y(value) + 9), colour=COLOURS["vermilion"], width=1.2)
            figure.text((x(at), y(value) - 12), name, size=9, anchor="middle", colour=COLOURS["vermilion"])
    r = item.recording
    middle = top + height / 2
    figure.text((LEFT - 8, middle - 2), words(r.stimulate_at), size=11.5, anchor="end", bold=True)
    if r.temperature_celsius is not None:
        text = f"{r.temperature_celsius:g} \u00b0C"
        figure.text((LEFT - 8, middle + 12), text, size=9.5, anchor="end", colour=COLOURS["muted"])
    sensory = r.kind is Kind.SENSORY
    cells = (
        (r.onset_latency_ms, r.amplitude, r.peak_latency_ms, None)
        if sensory
        else (r.onset_latency_ms, r.amplitude, r.negative_peak_area_mv_ms, r.negative_peak_duration_ms)
    )
    if r.is_absent:
        figure.text(
            (LEFT + PLOT / 2, zero - 8), "no response", size=11, anchor="middle", colour=COLOURS["vermilion"]
        )
    for at_x, cell in zip(COLUMNS_AT, cells, strict=True):
        if cell is not None:
            figure.text((at_x, middle), f"{cell:.3g}" if cell < 100 else f"{cell:.0f}", size=11, anchor="end")
    if drop is not None:
        _drop(figure, drop, top)


def _drop(figure: Figure, s: SegmentResult, top: float) -> None:
    """Distance and velocity at the left of the boundary; how much is lost at the right of it."""
    segment = s.segment
    speed, distance = segment.velocity_m_per_s, segment.distance_mm
    if distance is not None:
        figure.text((LEFT - 8, top - 2), f"{distance:g} mm", size=9.5, anchor="end", colour=COLOURS["blue"])
    if speed is not None:
        figure.text((LEFT - 8, top + 9), f"{speed:.0f} m/s", size=9.5, anchor="end", colour=COLOURS["blue"])
    parts = [
        f"{name} {change(value)}"
        for name, value in (
            ("area", _minus(segment.area_reduction_fraction)),
            ("ampl", _minus(segment.amplitude_reduction_fraction)),
            ("dur", segment.duration_increase_fraction),
        )
        if value is not None
    ]
    large = (segment.area_reduction_fraction or segment.amplitude_reduction_fraction or 0.0) >= 0.3
    figure.line((LEFT + PLOT + 4, top), (WIDTH - 6, top), colour=COLOURS["grid"])
    figure.text(
        (WIDTH - 12, top - 4), "   ".join(parts), size=9.5, anchor="end", bold=large,
        colour=COLOURS["vermilion"] if large else COLOURS["blue"],
    )  # fmt: skip


def _minus(value: float | None) -> float | None:
    return None if value is None else -value + 0.0


def _description(rows: list[MarkedRecording], unit: str) -> str:
    parts = [
        f"{words(item.recording.stimulate_at)} "
        + ("no response" if item.recording.is_absent else f"{item.recording.amplitude or 0:.3g} {unit}")
        for item in rows
    ]
    return "Sweeps from distal to proximal: " + ", ".join(parts) + "."
