"""What does immunoglobulin do for this patient, when does it wear off, and what would another schedule do?

Papers: Li 2024 (grip in MMN), Tortorici 2021 (IgG kinetics); every number lies in `parameters/` with its source.
"""
