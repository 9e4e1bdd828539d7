"""Pictures of an attacked nerve: the impulse in space and time, the axon with its lesion, CMAPs, and a moving impulse.

Everything is drawn with `ranvier.figure`, as the traces of a study are. Fibres are shown healthy above attacked.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from html import escape

import numpy as np
from numpy.typing import NDArray

from ranvier.figure import COLOURS, Axes, Figure
from ranvier.recording import Kind, Recording

from .attacked import MARGIN, applies, attack_section, stretch_of
from .fibre import PER_INTERNODE, Fibre, build_fibre
from .lesion_file import LesionFile
from .pool import MotorPool, load_pool, pool_names
from .propagation import Conduction, Pulse, conduct
from .spread import Spread
from .velocity import diameter_for_velocity_um

Array = NDArray[np.float64]
PAPER_WIDTH = 760.0
LEFT, RIGHT = 70.0, 24.0
LEVELS_MV = (-1e3, -76.0, -68.0, -60.0, -50.0, -35.0, -15.0, 10.0, 200.0)
#: From paper to vermilion; at rest nothing is drawn.
SHADES = ("none", "#fff5ef", "#fde8dc", "#fbd0b8", "#f7b08b", "#ef8a5a", "#e0662c", "#b84a00")
FRAME_MS = 0.02
ANIMATION_S = 7.0
KEY_FRAMES = 48


@dataclass(frozen=True, eq=False)
class Pair:
    """One axon healthy and attacked, with what happened in each. `words` say which axon and which lesion."""

    healthy: Conduction
    attacked: Conduction
    words: str


def example_pair(lesions: LesionFile, *, diameter_um: float | None = None, length_mm: float = 80.0) -> Pair:
    """Choose an axon to show: of a single fibre the whole, of a nerve a middling axon over the first lesion.

    Where sizes are drawn, the first of some draws that is blocked is shown, else the last.
    """
    if all(entry.between is None for entry in lesions.entries):
        healthy = build_fibre(
            diameter_um or 10.0, length_mm=length_mm, celsius=lesions.temperature_celsius or 37.0
        )
        return _run_pair(healthy, lesions.attack(healthy), f"{healthy.diameter_um:g} um axon, {lesions.name}")
    entry = lesions.entries[0]
    pool = _pool_of(lesions)
    low, high = stretch_of(0, entry, pool, pool.height_cm)
    mean = np.array([pool.velocity_mean_m_per_s])
    diameter = diameter_um or float(diameter_for_velocity_um(mean, pool.reference_celsius)[0])
    celsius = lesions.temperature_celsius or pool.reference_celsius
    generator = np.random.default_rng(lesions.seed)
    words = f"{diameter:.1f} um axon of the {pool.nerve} nerve, {entry.kind.replace('_', ' ')} over {high - low:.0f} mm"
    for _ in range(20):
        own = entry.with_size(entry.size.draw(generator, 1)[0]) if isinstance(entry.size, Spread) else entry
        attacked, healthy = attack_section(diameter, [(own, low, high)], lesions, celsius, generator)
        pair = _run_pair(healthy, attacked, words)
        if pair.attacked.is_blocked or own is entry:
            break
    return pair


def _pool_of(lesions: LesionFile) -> MotorPool:
    entry = lesions.entries[0]
    return next(p for name in pool_names() if applies(entry, p := load_pool(name), entry.side or "right"))


def _run_pair(healthy: Fibre, attacked: Fibre, words: str) -> Pair:
    travel_ms = float(healthy.node_position_mm[-1]) / (3.0 * healthy.diameter_um) + 1.5
    runs = conduct([healthy, attacked], [Pulse(start_ms=0.1)], duration_ms=travel_ms, frame_every_ms=FRAME_MS)
    late = np.nanmax(runs[1].arrival_ms) if np.isfinite(runs[1].arrival_ms).any() else 0.0
    until = max(float(np.nanmax(runs[0].arrival_ms)), float(late)) + 0.8
    kept = [
        replace(
            run, frames_mv=run.frames_mv[run.frame_ms <= until], frame_ms=run.frame_ms[run.frame_ms <= until]
        )
        for run in runs
    ]
    return Pair(kept[0], kept[1], words)


def space_time_figure(pair: Pair) -> Figure:
    """Potential by position (upwards) and time (rightwards), healthy beside attacked, with the axon drawn beside each."""
    height = 470.0
    figure = Figure(
        width=PAPER_WIDTH,
        height=height,
        title="An impulse in space and time, healthy and attacked",
        description=f"{pair.words}. Healthy: {_fate(pair.healthy)}. Attacked: {_fate(pair.attacked)}.",
    )
    figure.text((LEFT, 26), f"An impulse on its way: {pair.words}", size=14, bold=True)
    end_ms = float(pair.healthy.frame_ms[-1])
    end_mm = float(pair.healthy.fibre.node_position_mm[-1])
    panel = (PAPER_WIDTH - LEFT - RIGHT - 90) / 2
    for k, (name, run) in enumerate((("healthy", pair.healthy), ("attacked", pair.attacked))):
        axes = Axes(
            figure,
            corner=(LEFT + k * (panel + 90), 70),
            size=(panel, height - 160),
            x_range=(0.0, end_ms),
            y_range=(0.0, end_mm),
        )
        axes.frame(x_label="time (ms)", y_label="distance along the axon (mm)")
        figure.text((axes.corner[0], 60), f"{name}: {_fate(run)}", size=12)
        _heat(axes, run)
        _upright_axon(figure, axes, run.fibre, x=axes.corner[0] + panel + 10)
    _key(figure, y=height - 26)
    return figure


def _fate(run: Conduction) -> str:
    if run.is_blocked:
        return f"stops {run.blocked_at_mm:.0f} mm on"
    arrival = run.arrival_ms[-1]
    return f"arrives after {arrival - run.arrival_ms[0]:.2f} ms" if np.isfinite(arrival) else "never starts"


def _heat(axes: Axes, run: Conduction) -> None:
    """Draw each node's potential as runs of one shade; rest is left as paper."""
    spacing = float(run.fibre.node_position_mm[1])
    edges = np.append(run.frame_ms, run.frame_ms[-1] + FRAME_MS)
    shade = np.clip(np.searchsorted(LEVELS_MV, run.frames_mv, side="right") - 1, 0, len(SHADES) - 1)
    top = axes.corner[1]
    for node in range(run.fibre.n_nodes):
        changes = np.flatnonzero(np.diff(shade[:, node])) + 1
        starts = [0, *changes.tolist()]
        stops = [*changes.tolist(), shade.shape[0]]
        y_high = max(top, axes.y((node + 0.5) * spacing))
        y_low = min(top + axes.size[1], axes.y((node - 0.5) * spacing))
        for start, stop in zip(starts, stops, strict=True):
            fill = SHADES[shade[start, node]]
            if fill == "none":
                continue
            left, right = (
                axes.x(float(edges[start])),
                min(axes.x(float(edges[stop])), axes.corner[0] + axes.size[0]),
            )
            axes.figure.rectangle((left, y_high), (right - left, y_low - y_high + 0.3), fill=fill)


def _upright_axon(figure: Figure, axes: Axes, fibre: Fibre, *, x: float) -> None:
    spacing = float(fibre.node_position_mm[1])
    myelin, sodium = health_of(fibre)
    for i, share in enumerate(myelin):
        low, high = axes.y(i * spacing), axes.y((i + 1) * spacing)
        wide = 3.0 + 9.0 * share
        colour = COLOURS["muted"] if share > 0.99 else COLOURS["vermilion"]
        figure.rectangle(
            (x + 8 - wide / 2, high + 0.4), (wide, max(0.6, low - high - 0.8)), fill=colour, radius=1.5
        )
    for i, share in enumerate(sodium):
        if share < 0.99:
            figure.circle(
                (x + 8, axes.y(i * spacing)), 2.2, fill=COLOURS["paper"], stroke=COLOURS["vermilion"]
            )


def health_of(fibre: Fibre) -> tuple[Array, Array]:
    """What is left of each internode's lamellae, (n_nodes - 1,), and of each node's sodium channels, (n_nodes,)."""
    inside = fibre.lamellae[:-1].reshape(-1, PER_INTERNODE)[:, 1:].min(axis=1)
    at = fibre.nodes
    density = fibre.model.membrane["node"]["naf"] * fibre.geometry.node_length_um
    return inside / fibre.geometry.lamellae, fibre.conductance["naf"][at] * fibre.length_um[at] / density


def _key(figure: Figure, *, y: float) -> None:
    figure.text((LEFT, y + 10), "membrane potential", size=11, colour=COLOURS["muted"])
    x = LEFT + 120
    for low, shade in zip(LEVELS_MV[2:], SHADES[2:], strict=False):
        figure.rectangle((x, y), (46, 12), fill=shade)
        figure.text((x, y + 24), f"{low:g}", size=10, anchor="middle", colour=COLOURS["muted"])
        x += 46
    figure.text(
        (x + 8, y + 10), "mV; vermilion on the axon: what the attack hit", size=11, colour=COLOURS["muted"]
    )


def place_words(site: str) -> str:
    """A site as a reader expects it: Erb's point has a capital."""
    return "Erb" if site == "erb" else site.replace("_", " ")


def cmap_figure(attacked: Sequence[Recording], healthy: Sequence[Recording], *, title: str) -> Figure:
    """CMAPs of each nerve stacked by site, the attacked over the healthy nerve's."""
    nerves: dict[str, list[tuple[Recording, Recording]]] = {}
    for ours, sound in zip(attacked, healthy, strict=True):
        if ours.kind is Kind.MOTOR:
            nerves.setdefault(f"{ours.nerve}, {ours.record_at.upper()}", []).append((ours, sound))
    row, head = 96.0, 74.0
    height = head + row * max(len(rows) for rows in nerves.values()) + 60
    column = (PAPER_WIDTH - 20) / len(nerves)
    figure = Figure(
        width=PAPER_WIDTH,
        height=height,
        title=title,
        description="Motor responses by stimulation site, distal above proximal; the attacked nerve's over the healthy one's.",
    )
    figure.text((20, 26), title, size=14, bold=True)
    figure.text(
        (20, 46), "thin grey: the same nerve healthy; blue: attacked", size=11, colour=COLOURS["muted"]
    )
    for k, (name, rows) in enumerate(nerves.items()):
        left = 20 + k * column
        figure.text((left, 66), name, size=12, bold=True)
        sweeps = [r.waveform.samples for pair in rows for r in pair if r.waveform is not None]
        top_mv = max(float(s.max()) for s in sweeps)
        low_mv = min(float(s.min()) for s in sweeps)
        for i, (ours, sound) in enumerate(rows):
            axes = Axes(
                figure,
                corner=(left, head + i * row),
                size=(column - 40, row - 14),
                x_range=(0.0, 30.0),
                y_range=(min(-0.35 * top_mv, 1.05 * low_mv), 1.05 * top_mv),
            )
            axes.frame(x_label="ms" if i == len(rows) - 1 else "", y_ticks=False, x_ticks=i == len(rows) - 1)
            for recording, colour, width in ((sound, COLOURS["muted"], 0.8), (ours, COLOURS["blue"], 1.8)):
                if recording.waveform is not None:
                    keep = recording.waveform.time_ms <= 30.0
                    step = slice(None, None, 4)
                    axes.plot(
                        recording.waveform.time_ms[keep][step], recording.waveform.samples[keep][step],
                        colour=colour, width=width,
                    )  # fmt: skip
            words = f"{place_words(ours.stimulate_at)}  {ours.negative_peak_amplitude_mv or 0:.1f} mV"
            figure.text((left + column - 44, head + i * row + 14), words, size=11, anchor="end")
    return figure


def impulse_animation(pair: Pair) -> str:
    """A small moving SVG: the impulse runs along the healthy axon and stops in the attacked one. For a patient's answer."""
    height = 250.0
    figure = Figure(
        width=PAPER_WIDTH,
        height=height,
        title="A nerve impulse stopping at a block",
        description=f"{pair.words}. Healthy: {_fate(pair.healthy)}. Attacked: {_fate(pair.attacked)}.",
    )
    figure.text(
        (30, 28), "A nerve impulse on its way to the muscle, slowed down for the eye", size=14, bold=True
    )
    for name, run, y in (("healthy", pair.healthy, 95.0), ("attacked", pair.attacked, 185.0)):
        figure.text((30, y - 30), f"{name}: the impulse {_fate(run)}", size=12, colour=COLOURS["muted"])
        _lying_axon(figure, run, y)
    return figure.svg()


def _lying_axon(figure: Figure, run: Conduction, y: float) -> None:
    fibre = run.fibre
    left, wide = 30.0, PAPER_WIDTH - 90.0
    step = wide / (fibre.n_nodes - 1)
    myelin, sodium = health_of(fibre)
    figure.line((left, y), (left + wide, y), colour=COLOURS["grid"], width=5)
    for i, share in enumerate(myelin):
        thick = 4.0 + 14.0 * share
        colour = COLOURS["sky"] if share > 0.99 else COLOURS["orange"]
        figure.rectangle(
            (left + i * step + 1.0, y - thick / 2), (step - 2.0, thick), fill=colour, radius=3.0, opacity=0.55
        )
    for i, share in enumerate(sodium):
        if share < 0.99:
            figure.circle((left + i * step, y), 3.2, fill=COLOURS["orange"])
    figure.text((left + wide + 8, y + 4), "muscle", size=11, colour=COLOURS["muted"])
    if run.blocked_at_mm is not None:
        stop = left + wide * run.blocked_at_mm / float(fibre.node_position_mm[-1])
        figure.line((stop, y - 16), (stop, y + 24), colour=COLOURS["vermilion"], width=1.5)
        figure.text((stop + 5, y + 26), "stops here", size=11, colour=COLOURS["vermilion"])
    frames = np.linspace(0, run.frames_mv.shape[0] - 1, KEY_FRAMES).astype(int)
    glow = np.clip((run.frames_mv[frames] + 60.0) / 70.0, 0.0, 1.0)
    for node in range(fibre.n_nodes):
        values = ";".join(f"{v:.2f}".rstrip("0").rstrip(".") or "0" for v in glow[:, node])
        if set(values) <= {"0", ";"}:
            continue
        figure.raw(
            f'<circle cx="{left + node * step:.1f}" cy="{y:.1f}" r="9" fill="{escape(COLOURS["vermilion"])}" '
            f'fill-opacity="0"><animate attributeName="fill-opacity" dur="{ANIMATION_S:g}s" '
            f'repeatCount="indefinite" values="{values}"/></circle>'
        )


assert MARGIN > 5, "the drawn stretch shows healthy internodes on both sides"
