"""One stimulated response: its numbers, its waveform, or both.

`nerve` makes them, `conduction` measures them, a study file holds them: one type for a simulated and a patient's nerve.
"""

from .response import Kind, Recording, Waveform

__all__ = ["Kind", "Recording", "Waveform"]
