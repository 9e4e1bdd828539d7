"""Pictures of a page made fit for paper."""

from __future__ import annotations

import base64
import re

_PICTURE = re.compile(r"<svg[^>]*>\s*<title>(.*?)</title>.*?</svg>", re.DOTALL)


def pictures_as_images(page: str) -> str:
    """A page with each Figure as an image of its own: WeasyPrint gives a scaled inline SVG a whole page of height."""
    return _PICTURE.sub(_as_image, page)


def _as_image(svg: re.Match[str]) -> str:
    alone = svg[0].replace('style="max-width:100%;height:auto" ', "", 1)
    data = base64.b64encode(alone.encode("utf-8")).decode("ascii")
    return f'<img alt="{svg[1]}" src="data:image/svg+xml;base64,{data}">'
