"""One stimulated response: its numbers, its waveform, or both.

`nerve` makes them, `conduction` measures them, a study file holds them: one type for a simulated and a patient's nerve.
`parse_quantity` is the one place where units are converted on entry.
"""

from .entry import is_no_response, is_not_measured, parse_quantity
from .response import Kind, Recording, Waveform

__all__ = ["Kind", "Recording", "Waveform", "is_no_response", "is_not_measured", "parse_quantity"]
