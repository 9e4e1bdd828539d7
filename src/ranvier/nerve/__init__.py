"""Does the impulse get through? Fibres that conduct, lesions that slow and block them, and the study one would record.

Start at `conduct` (fibres and pulses in, arrival and block out) or `simulate_study` (a lesion file in, `Recording`s and
the truth out). Papers: McIntyre, Richardson & Grill 2002 (fibre), Gaines et al. 2018 (human variants); kernel method in
docs/decisions/2026-11-25-eliminate-internodes.md. Imports are lazy: reading a name loads NumPy, running it Numba.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

_HOMES = {
    "conduct": "propagation", "Conduction": "propagation", "Outcome": "propagation", "Pulse": "propagation",
    "Fibre": "fibre", "build_fibre": "fibre",
    "FibreModel": "model", "load_model": "model",
    "Scheme": "weights",
    "Elements": "lesion", "Stretch": "lesion", "MyelinLoss": "lesion", "SodiumLoss": "lesion",
    "NodeLengthening": "lesion", "SealLoosening": "lesion", "SteadyCurrent": "lesion", "InternodalChannels": "lesion",
    "SodiumLeak": "pump", "run_pump": "pump",
    "LesionFile": "lesion_file", "read_lesion_file": "lesion_file", "parse_lesions": "lesion_file",
    "MotorPool": "pool", "load_pool": "pool", "draw_axons": "pool",
    "attack_nerve": "attacked", "simulate_study": "study", "StudySettings": "study", "truth_document": "study",
    "central_mapping": "immune", "draw_mapping": "immune", "ComplementAttack": "immune", "train_limits": "trains",
    "refractory_period_of_transmission_ms": "trains", "maximal_transmissible_frequency_hz": "trains",
}  # fmt: skip
__all__ = sorted(_HOMES)


def __getattr__(name: str) -> Any:
    """Load a public name from its module on first use."""
    if name not in _HOMES:
        raise AttributeError(name)
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
