"""How hard a text is to read, by a kept library when it is installed."""

from __future__ import annotations

from importlib import import_module
from importlib.metadata import PackageNotFoundError, version

OFFLINE_BEFORE = (0, 7, 5)  # later releases of textstat fetch a word list over the network when imported


def reading_grade(text: str) -> float | None:
    """Flesch-Kincaid grade; None when no library that works offline is installed (extra `reading-level`).

    Example
        >>> reading_grade("") is None
        True
    """
    if not text.strip() or not _is_offline():
        return None
    try:
        grade = import_module("textstat").flesch_kincaid_grade(text)
    except (ImportError, LookupError):  # a broken installation must not cost the reader the answer
        return None
    return round(float(grade), 1)


def _is_offline() -> bool:
    try:
        parts = version("textstat").split(".")[:3]
    except PackageNotFoundError:
        return False
    return tuple(int(part) for part in parts if part.isdigit()) < OFFLINE_BEFORE
