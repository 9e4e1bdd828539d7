"""A Figure: drawing calls in pixel coordinates, y downwards, written out as SVG."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape

from .palette import COLOURS, FONT

Point = tuple[float, float]


def number(value: float) -> str:
    """A coordinate with two decimals and no trailing zeros: small files, exact enough for print."""
    text = f"{value:.2f}".rstrip("0").rstrip(".")
    return "0" if text in ("-0", "") else text


class Figure:
    """A drawing of `width` by `height` pixels with a title that screen readers speak.

    `description` is the sentence a person who cannot see it needs; every figure also has a table elsewhere.
    """

    def __init__(self, *, width: float, height: float, title: str, description: str = "") -> None:
        self.width = width
        self.height = height
        self.title = title
        self.description = description
        self._parts: list[str] = []

    def raw(self, svg: str) -> None:
        """Add SVG text made elsewhere (already escaped)."""
        self._parts.append(svg)

    def line(
        self,
        start: Point,
        end: Point,
        *,
        colour: str = COLOURS["ink"],
        width: float = 1.0,
        dash: str | None = None,
    ) -> None:
        """Draw a straight line."""
        extra = f' stroke-dasharray="{dash}"' if dash else ""
        self._parts.append(
            f'<line x1="{number(start[0])}" y1="{number(start[1])}" x2="{number(end[0])}" y2="{number(end[1])}" '
            f'stroke="{colour}" stroke-width="{number(width)}"{extra}/>'
        )

    def polyline(
        self,
        points: Iterable[Point],
        *,
        colour: str = COLOURS["ink"],
        width: float = 1.5,
        dash: str | None = None,
    ) -> None:
        """Draw a line through points."""
        extra = f' stroke-dasharray="{dash}"' if dash else ""
        self._parts.append(
            f'<polyline fill="none" stroke="{colour}" stroke-width="{number(width)}" stroke-linejoin="round"{extra} '
            f'points="{_points(points)}"/>'
        )

    def polygon(self, points: Iterable[Point], *, fill: str, opacity: float = 1.0) -> None:
        """Fill an area."""
        self._parts.append(
            f'<polygon fill="{fill}" fill-opacity="{number(opacity)}" points="{_points(points)}"/>'
        )

    def rectangle(
        self,
        corner: Point,
        size: Point,
        *,
        fill: str = "none",
        stroke: str = "none",
        radius: float = 0.0,
        opacity: float = 1.0,
    ) -> None:
        """Draw a box from its upper left corner."""
        self._parts.append(
            f'<rect x="{number(corner[0])}" y="{number(corner[1])}" width="{number(size[0])}" height="{number(size[1])}" '
            f'rx="{number(radius)}" fill="{fill}" fill-opacity="{number(opacity)}" stroke="{stroke}"/>'
        )

    def circle(
        self, centre: Point, radius: float, *, fill: str = COLOURS["ink"], stroke: str = "none"
    ) -> None:
        """Draw a dot."""
        self._parts.append(
            f'<circle cx="{number(centre[0])}" cy="{number(centre[1])}" r="{number(radius)}" fill="{fill}" stroke="{stroke}"/>'
        )

    def text(
        self,
        position: Point,
        words: str,
        *,
        size: float = 12.0,
        anchor: str = "start",
        colour: str = COLOURS["ink"],
        bold: bool = False,
        rotate: float = 0.0,
    ) -> None:
        """Write words; `anchor` is start, middle or end. The words are escaped."""
        x, y = number(position[0]), number(position[1])
        extra = f' transform="rotate({number(rotate)} {x} {y})"' if rotate else ""
        weight = ' font-weight="600"' if bold else ""
        self._parts.append(
            f'<text x="{x}" y="{y}" font-size="{number(size)}" text-anchor="{anchor}" fill="{colour}"{weight}{extra}>'
            f"{escape(words)}</text>"
        )

    def svg(self) -> str:
        """The whole drawing as one SVG element, fit to stand inside HTML."""
        described = f"<desc>{escape(self.description)}</desc>" if self.description else ""
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {number(self.width)} {number(self.height)}" '
            f'width="{number(self.width)}" height="{number(self.height)}" role="img" '
            f'style="max-width:100%;height:auto" font-family="{escape(FONT)}">'
            f"<title>{escape(self.title)}</title>{described}"
            f'<rect width="100%" height="100%" fill="{COLOURS["paper"]}"/>' + "".join(self._parts) + "</svg>"
        )

    def _repr_svg_(self) -> str:
        return self.svg()


def _points(points: Iterable[Point] | Sequence[Point]) -> str:
    return " ".join(f"{number(x)},{number(y)}" for x, y in points)
