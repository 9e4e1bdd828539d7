"""Values of a lesion file: numbers, distributions and pairs of sites, each checked where it stands.

Every function adds what is wrong to `faults` and returns something of the right type all the same, so that a file is
checked whole.
"""

from __future__ import annotations

import math
from typing import Any

from ranvier.terms import Fault, InputRefused
from ranvier.terms.vocabulary import site as site_name

from .spread import DISTRIBUTIONS, Spread


def read_between(path: str, value: Any, faults: list[Fault]) -> tuple[str, str] | None:
    """Read a pair of sites."""
    if not (isinstance(value, list) and len(value) == 2):
        faults.append(Fault(path, f"{value!r}", 'Two sites, such as ["wrist", "elbow"]'))
        return None
    sites = []
    for text in value:
        try:
            sites.append(site_name(str(text), path=path))
        except InputRefused as refused:
            faults.append(Fault(refused.path, refused.given, refused.expected))
    return (sites[0], sites[1]) if len(sites) == 2 else None


def read_size(path: str, value: Any, low: float, high: float, faults: list[Fault]) -> float | Spread:
    """Read a size: a number, or a distribution of numbers."""
    if not isinstance(value, dict):
        return read_number(path, value, low, high, faults)
    name = value.get("distribution")
    if name not in DISTRIBUTIONS:
        faults.append(Fault(f"{path}.distribution", f'"{name}"', f"One of: {', '.join(DISTRIBUTIONS)}"))
        return 0.0
    first, second = DISTRIBUTIONS[name]
    unknown = value.keys() - {"distribution", first, second}
    if unknown or first not in value or second not in value:
        faults.append(Fault(path, f"{sorted(value)}", f"distribution, {first} and {second}"))
        return 0.0
    numbers = [read_number(f"{path}.{key}", value[key], -1e6, 1e6, faults) for key in (first, second)]
    if name == "uniform" and not low <= numbers[0] <= numbers[1] <= high:
        faults.append(
            Fault(path, f"{numbers[0]:g} to {numbers[1]:g}", f"low before high, within {low:g} to {high:g}")
        )
    if (name in ("normal", "lognormal") and numbers[1] < 0) or (name == "beta" and min(numbers) <= 0):
        faults.append(Fault(path, f"{second} = {numbers[1]:g}", "0 or above (above 0 for beta)"))
    return Spread(name, numbers[0], numbers[1], low, high)


def read_number(path: str, value: Any, low: float, high: float, faults: list[Fault]) -> float:
    """Read a number within its limits."""
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not math.isfinite(value):
        faults.append(Fault(path, f"{value!r}", f"A number, {low:g} to {high:g}"))
        return low
    if not low <= value <= high:
        faults.append(Fault(path, f"{value:g}", f"{max(low, 0.0) if abs(low) < 1e-6 else low:g} to {high:g}"))
    return float(value)
