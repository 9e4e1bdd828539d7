"""Numbers as people write them, into our units, once. Everything inside is mV (uV for sensory), ms, mm, mV*ms, Celsius."""

from __future__ import annotations

import math
import re

from ranvier.terms import InputRefused

# Factor from the unit as written to ours.
UNITS: dict[str, dict[str, float]] = {
    "mv": {"mv": 1.0, "uv": 1e-3, "v": 1e3},
    "uv": {"uv": 1.0, "mv": 1e3, "nv": 1e-3},
    "ms": {"ms": 1.0, "msec": 1.0, "s": 1e3, "us": 1e-3},
    "mm": {"mm": 1.0, "cm": 10.0, "m": 1000.0},
    "mv_ms": {"mvms": 1.0, "mv*ms": 1.0, "mvs": 1e3, "uvms": 1e-3, "uv*ms": 1e-3, "uvs": 1.0},
    "celsius": {"c": 1.0, "celsius": 1.0, "degc": 1.0},
    "ma": {"ma": 1.0, "a": 1e3},
    "fraction": {"": 1.0, "%": 0.01},
}
SHOWN = {
    "mv": "mV", "uv": "uV", "ms": "ms", "mm": "mm", "mv_ms": "mV*ms", "celsius": "degrees Celsius", "ma": "mA",
    "fraction": "a fraction from 0 to 1, or percent with a % sign",
}  # fmt: skip
NUMBER = re.compile(r"^([+-]?(?:\d+(?:[.,]\d*)?|[.,]\d+)(?:[eE][+-]?\d+)?)\s*(.*)$")
NOT_MEASURED = frozenset(
    {"", "-", "--", "na", "n/a", "nan", "none", "null", "not measured", "nd", "n.d.", "?"}
)
NO_RESPONSE = frozenset({"nr", "n.r.", "no response", "absent", "abs"})


def is_not_measured(text: str) -> bool:
    """Whether a cell says that nothing was measured."""
    return text.strip().lower() in NOT_MEASURED - {"nan"}


def is_no_response(text: str) -> bool:
    """Whether a cell says that the stimulus was not answered."""
    return text.strip().lower() in NO_RESPONSE


def parse_quantity(text: str, unit: str, *, path: str) -> float:
    """Read one number, with or without a unit behind it, into ours.

    A decimal comma is accepted. A unit that cannot be converted, or no number at all, is refused.

    Parameters
        unit : a key of UNITS: ours.
        path : where it stands, for the error.
    Returns
        The number in our unit; always finite.
    Raises
        InputRefused: no number, an unknown unit, or not finite.
    Example
        >>> parse_quantity("8400 uV", "mv", path="row 2, amplitude_mv")
        8.4
    """
    match = NUMBER.match(text.strip().replace("\u2212", "-").replace("\u00b5", "u").replace("\u03bc", "u"))
    if match is None:
        raise InputRefused(
            path=path,
            given=f'"{text.strip()[:60]}" is not a number',
            expected=f"A number in {SHOWN[unit]}, or empty",
        )
    number, rest = match.groups()
    written = rest.lower().replace(" ", "").replace("\u00b7", "*").replace("\u00b0", "").replace(".", "")
    factor = UNITS[unit].get(written) if written else 1.0
    if factor is None:
        raise InputRefused(
            path=path,
            given=f'"{text.strip()[:60]}" has a unit we do not know here',
            expected=f"{SHOWN[unit]} (also read: {', '.join(name for name in UNITS[unit] if name)})",
        )
    value = float(number.replace(",", ".")) * factor
    if not math.isfinite(value):
        raise InputRefused(
            path=path,
            given=f'"{text.strip()[:60]}" is not finite',
            expected=f"A number in {SHOWN[unit]}, or empty",
        )
    return round(value, 12)
