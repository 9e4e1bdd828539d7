"""The one plotting style: a small SVG writer for page, PDF, terminal-made reports and notebooks.

A `Figure` holds drawing calls and turns into a string (`svg()`), or shows itself in a notebook (`_repr_svg_`). Colours are
named in `palette`, chosen to be told apart by colour-blind readers (Okabe & Ito 2008) and in grey print.
Knows nothing of nerves or patients; imports nothing of ours.
"""

from .axes import Axes, nice_ticks
from .canvas import Figure
from .palette import COLOURS, FONT
from .paper import pictures_as_images

__all__ = ["COLOURS", "FONT", "Axes", "Figure", "nice_ticks", "pictures_as_images"]
