"""What does immunoglobulin do for this patient, when does it wear off, and what would another schedule do?

`look_ahead(parse_diary(text))` says everything that follows from one diary. Papers: Li 2024 (grip in MMN), Tortorici 2021 (IgG
kinetics); every number lies in `parameters/` with its source and how well that was checked. It proposes to a prescriber and
instructs no one.
"""

from .diary import Diary
from .diary_file import parse_diary, read_diary
from .outlook import Outlook, look_ahead

__all__ = ["Diary", "Outlook", "look_ahead", "parse_diary", "read_diary"]
