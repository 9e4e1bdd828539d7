"""The nerve drawn along the limb: its sites, where it is attacked, and how far each axon's impulse comes from the top."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from ranvier.figure import COLOURS, Figure

from .attacked import SLOWED_MS, AttackedNerve, applies, stretch_of
from .lesion_file import LesionFile
from .pool import MotorAxons
from .show import place_words

WIDTH, LEFT, RIGHT = 760.0, 96.0, 30.0
HEAD, FOOT = 86.0, 64.0
STEP = 4.0
#: More lines than this no eye tells apart; an even choice of the axons is drawn.
MOST_LINES = 60


def nerve_figure(
    nerve: AttackedNerve[MotorAxons], lesions: LesionFile, *, side: str, height_cm: float = 170.0
) -> Figure:
    """One line an axon, muscle on the left; an impulse comes from the right and ends where the line fades."""
    alive = np.flatnonzero(~nerve.axons.is_lost)
    blocked = nerve.is_blocked[:, alive].any(axis=0)
    slowed = ~blocked & (nerve.delay_ms[:, alive].sum(axis=0) > SLOWED_MS)
    order = alive[np.lexsort((nerve.axons.fascicle[alive], slowed, blocked))]
    shown = order[np.linspace(0, order.size - 1, min(MOST_LINES, order.size)).round().astype(int)]
    end_mm = nerve.segments[-1].end_mm
    bottom = HEAD + STEP * shown.size
    pool = nerve.axons.pool
    counts = f"{alive.size} axons: {blocked.sum()} blocked, {slowed.sum()} only slowed, {(~blocked & ~slowed).sum()} healthy"
    lost = int(nerve.axons.is_lost.sum())
    counts += f"; {lost} more have died" if lost else ""
    figure = Figure(
        width=WIDTH,
        height=bottom + FOOT,
        title=f"The {side} {pool.nerve} nerve and where it is attacked",
        description=f"{pool.muscle.upper()}; {counts}.",
    )

    def x(mm: float) -> float:
        return LEFT + (WIDTH - LEFT - RIGHT) * mm / end_mm

    figure.text((20, 26), f"The {side} {pool.nerve} nerve, {lesions.name}", size=14, bold=True)
    figure.text(
        (20, 46),
        f"{counts}{'' if shown.size == alive.size else f'; {shown.size} drawn'}",
        size=12,
        colour=COLOURS["muted"],
    )
    for i, entry in enumerate(lesions.entries):
        if applies(entry, pool, side):
            low, high = stretch_of(i, entry, pool, height_cm)
            figure.rectangle(
                (x(low), HEAD - 8),
                (max(2.0, x(high) - x(low)), bottom - HEAD + 16),
                fill=COLOURS["yellow"],
                opacity=0.45,
            )
            figure.text(
                ((x(low) + x(high)) / 2, HEAD - 14), entry.kind.replace("_", " "), size=11, anchor="middle"
            )
    for segment in nerve.segments:
        figure.line((x(segment.end_mm), HEAD - 4), (x(segment.end_mm), bottom + 4), colour=COLOURS["grid"])
        words = place_words(segment.proximal)
        figure.text(
            (x(segment.end_mm), bottom + 18),
            words,
            size=11,
            anchor="end" if segment is nerve.segments[-1] else "middle",
        )
    figure.text((LEFT - 8, (HEAD + bottom) / 2 + 4), pool.muscle.upper(), size=12, anchor="end", bold=True)
    for row, axon in enumerate(shown):
        _axon(
            figure, nerve, int(axon), HEAD + STEP * (row + 0.5), x, _places(nerve, lesions, side, height_cm)
        )
    _key(figure, bottom + 44)
    return figure


def _places(
    nerve: AttackedNerve[MotorAxons], lesions: LesionFile, side: str, height_cm: float
) -> list[tuple[float, float]]:
    pool = nerve.axons.pool
    return [
        stretch_of(i, e, pool, height_cm) for i, e in enumerate(lesions.entries) if applies(e, pool, side)
    ]


def _axon(
    figure: Figure,
    nerve: AttackedNerve[MotorAxons],
    axon: int,
    y: float,
    x: Callable[[float], float],
    places: Sequence[tuple[float, float]],
) -> None:
    """Follow the impulse from the top; what lies beyond its last block is left pale."""
    colour, width = COLOURS["muted"], 1.2
    for s in range(len(nerve.segments) - 1, -1, -1):
        segment = nerve.segments[s]
        start = segment.end_mm
        if nerve.is_blocked[s, axon]:
            stop = _within(segment.start_mm, segment.end_mm, places)
            figure.line((x(start), y), (x(stop), y), colour=colour, width=width)
            figure.circle((x(stop), y), 1.9, fill=COLOURS["vermilion"])
            figure.line((x(stop), y), (x(0.0), y), colour=COLOURS["grid"], width=1.0)
            return
        if nerve.delay_ms[s, axon] > SLOWED_MS:
            low = max(
                [lo for lo, hi in places if hi > segment.start_mm and lo < segment.end_mm],
                default=segment.start_mm,
            )
            high = _within(segment.start_mm, segment.end_mm, places)
            figure.line((x(start), y), (x(high), y), colour=colour, width=width)
            figure.line((x(high), y), (x(max(low, segment.start_mm)), y), colour=COLOURS["orange"], width=2.4)
            start = max(low, segment.start_mm)
        figure.line((x(start), y), (x(segment.start_mm), y), colour=colour, width=width)


def _within(start_mm: float, end_mm: float, places: Sequence[tuple[float, float]]) -> float:
    """Where an impulse from the top meets the attack in a segment."""
    met = [min(high, end_mm) for low, high in places if high > start_mm and low < end_mm]
    return max(met, default=(start_mm + end_mm) / 2)


def _key(figure: Figure, y: float) -> None:
    at = LEFT
    for words, colour in (("conducts", "muted"), ("slowed here", "orange"), ("never reached", "grid")):
        figure.line((at, y), (at + 24, y), colour=COLOURS[colour], width=2.0)
        figure.text((at + 30, y + 4), words, size=11)
        at += 130
    figure.circle((at + 4, y), 2.4, fill=COLOURS["vermilion"])
    figure.text((at + 14, y + 4), "blocked here (impulse from the right)", size=11)
