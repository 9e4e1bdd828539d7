"""What does immunoglobulin do for this patient, when does it wear off, and what would another schedule do?

`look_ahead(parse_diary(text))` says everything that follows from one diary; `usual_course.usual_course()` what one course does in
general. Papers: Li 2024 (grip in MMN), Tortorici 2021 (IgG kinetics); every number lies in `parameters/` with its source and how
well that was checked. It proposes to a prescriber and instructs no one.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .diary import Diary
    from .diary_file import parse_diary, read_diary
    from .outlook import Outlook, look_ahead

__all__ = ["Diary", "Outlook", "look_ahead", "parse_diary", "read_diary"]
_HOME = {
    "Diary": ".diary",
    "Outlook": ".outlook",
    "look_ahead": ".outlook",
    "parse_diary": ".diary_file",
    "read_diary": ".diary_file",
}


def __getattr__(name: str) -> Any:
    # Only when asked for: an answer to a letter reads two numbers of this folder and must not wait for SciPy.
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_HOME[name], __name__), name)
