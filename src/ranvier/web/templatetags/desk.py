"""Small words for templates; no reasoning."""

from __future__ import annotations

import json
import textwrap
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django import template
from django.utils import timezone
from django.utils.safestring import SafeString, mark_safe
from django.utils.timesince import timesince

register = template.Library()
ESCAPES = {ord(">"): "\\u003E", ord("<"): "\\u003C", ord("&"): "\\u0026"}


@register.filter
def words(value: object) -> str:
    """An id as words: anti_gm1_igm becomes anti gm1 igm."""
    return str(value or "").replace("_", " ")


@register.filter
def get(mapping: dict[str, Any], key: str) -> Any:
    """One value of a mapping."""
    return mapping.get(key, "") if mapping else ""


@register.filter
def percent(fraction: object) -> str:
    """A fraction as percent; below one in a hundred as "<1 %"."""
    try:
        value = float(str(fraction))
    except ValueError:
        return ""
    return "<1 %" if 0 < value < 0.01 else f"{value * 100:.0f} %"


@register.filter
def listed(values: Iterable[object]) -> str:
    """Numbers or words with commas between. Django's own `join` gives up on numbers where nothing is escaped."""
    return ", ".join(str(value) for value in values)


@register.filter
def wrapped(text: str, indent: str = "") -> str:
    """Text for a plain mail: paragraphs kept, lines of at most 72 letters, addresses never broken."""
    lines = []
    for paragraph in str(text).splitlines():
        lines += textwrap.wrap(
            paragraph, 72, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False
        ) or [""]
    return "\n".join(lines)


@register.filter
def number(value: object) -> str:
    """A number for an attribute, whatever the language of the page."""
    return f"{float(str(value)):.4f}"


@register.filter
def ago(when: datetime) -> str:
    """How long ago, in its largest unit; "just now" within a minute."""
    if (timezone.now() - when).total_seconds() < 60:
        return "just now"
    return f"{timesince(when, depth=1)} ago"


@register.filter
def as_json(value: object) -> SafeString:
    """JSON for a script block of type application/ld+json: no character in it can end the block."""
    return mark_safe(json.dumps(value, ensure_ascii=False, default=str).translate(ESCAPES))  # noqa: S308
