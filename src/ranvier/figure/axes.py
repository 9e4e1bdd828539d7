"""Axes: a rectangle of a Figure in which data coordinates are drawn."""

from __future__ import annotations

import math
from collections.abc import Iterable

from .canvas import Figure, Point
from .palette import COLOURS


def nice_ticks(low: float, high: float, *, about: int = 6) -> list[float]:
    """Round tick positions (steps of 1, 2 or 5 times a power of ten) inside [low, high].

    Example
        >>> nice_ticks(0, 10)
        [0.0, 2.0, 4.0, 6.0, 8.0, 10.0]
    """
    if not high > low:
        return [low]
    raw = (high - low) / about
    power = 10.0 ** math.floor(math.log10(raw))
    step = power * next(factor for factor in (1, 2, 5, 10) if factor * power >= raw * 0.999)
    first = math.ceil(low / step - 1e-9)
    last = math.floor(high / step + 1e-9)
    return [round(index * step, 12) for index in range(first, last + 1)]


class Axes:
    """A plotting area: data x in [x_low, x_high] rightwards, y in [y_low, y_high] upwards."""

    def __init__(
        self,
        figure: Figure,
        *,
        corner: Point,
        size: Point,
        x_range: tuple[float, float],
        y_range: tuple[float, float],
    ) -> None:
        self.figure = figure
        self.corner = corner
        self.size = size
        self.x_range = x_range
        self.y_range = y_range

    def x(self, value: float) -> float:
        """Pixel x of a data value."""
        low, high = self.x_range
        return self.corner[0] + (value - low) / ((high - low) or 1.0) * self.size[0]

    def y(self, value: float) -> float:
        """Pixel y of a data value."""
        low, high = self.y_range
        return self.corner[1] + self.size[1] - (value - low) / ((high - low) or 1.0) * self.size[1]

    def frame(
        self, *, x_label: str = "", y_label: str = "", x_ticks: bool = True, y_ticks: bool = True
    ) -> None:
        """Draw the grid, ticks and labels."""
        figure, (left, top), (width, height) = self.figure, self.corner, self.size
        for value in nice_ticks(*self.x_range) if x_ticks else []:
            figure.line((self.x(value), top), (self.x(value), top + height), colour=COLOURS["grid"])
            figure.text(
                (self.x(value), top + height + 16),
                f"{value:g}",
                size=11,
                anchor="middle",
                colour=COLOURS["muted"],
            )
        for value in nice_ticks(*self.y_range, about=5) if y_ticks else []:
            figure.line((left, self.y(value)), (left + width, self.y(value)), colour=COLOURS["grid"])
            figure.text(
                (left - 6, self.y(value) + 4), f"{value:g}", size=11, anchor="end", colour=COLOURS["muted"]
            )
        if x_label:
            figure.text(
                (left + width / 2, top + height + 34), x_label, anchor="middle", colour=COLOURS["muted"]
            )
        if y_label:
            figure.text(
                (left - 40, top + height / 2), y_label, anchor="middle", colour=COLOURS["muted"], rotate=-90
            )

    def plot(
        self,
        xs: Iterable[float],
        ys: Iterable[float],
        *,
        colour: str,
        width: float = 1.5,
        dash: str | None = None,
    ) -> None:
        """Draw a curve in data coordinates; points that are not numbers break it."""
        run: list[Point] = []
        for x_value, y_value in zip(xs, ys, strict=True):
            if math.isfinite(x_value) and math.isfinite(y_value):
                run.append((self.x(x_value), self.y(y_value)))
                continue
            if len(run) > 1:
                self.figure.polyline(run, colour=colour, width=width, dash=dash)
            run = []
        if len(run) > 1:
            self.figure.polyline(run, colour=colour, width=width, dash=dash)

    def band(
        self,
        xs: Iterable[float],
        lows: Iterable[float],
        highs: Iterable[float],
        *,
        colour: str,
        opacity: float = 0.2,
    ) -> None:
        """Fill between two curves."""
        rows = list(zip(xs, lows, highs, strict=True))
        upper = [(self.x(x_value), self.y(high)) for x_value, _, high in rows]
        lower = [(self.x(x_value), self.y(low)) for x_value, low, _ in reversed(rows)]
        self.figure.polygon(upper + lower, fill=colour, opacity=opacity)
