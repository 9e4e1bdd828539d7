"""The rows that `ranvier bench NAME` prints, one type for all."""

from __future__ import annotations

import platform
from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True)
class BenchmarkRow:
    """One measurement, and where there is a peer the same work done by it in the same run.

    `ratio` is ours over the peer's in the sense that larger is better; `error` the difference in result, if any.
    """

    case: str
    ours: float
    unit: str
    peer: str | None = None
    peers: float | None = None
    ratio: float | None = None
    error: float | None = None


def as_document(name: str, rows: list[BenchmarkRow]) -> dict[str, Any]:
    """The JSON document of interfaces.md; the machine in words, without its name."""
    import os

    machine = f"{os.cpu_count()} cores, {platform.machine()}, Python {platform.python_version()}"
    return {"name": name, "machine": machine, "rows": [asdict(row) for row in rows]}
