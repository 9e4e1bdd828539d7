"""Reference rows of the nerve, and the shape of a check."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path

DATA = Path(__file__).resolve().parent / "nerve"


@dataclass(frozen=True)
class Check:
    """One measured figure beside its target."""

    what: str
    target: str
    measured: str
    is_met: bool


def rows_of(name: str) -> list[dict[str, str]]:
    with (DATA / name).open(encoding="utf-8") as lines:
        return list(csv.DictReader(lines))
