"""A case series on disk: every case judged and weighed, one row each, written to parquet in bounded memory."""

from __future__ import annotations

import itertools
import sys
import time
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import numpy as np

from ranvier.case import Case
from ranvier.criteria import editions
from ranvier.criteria.table import categories, settle_table
from ranvier.terms import MissingDependency

from .model import model
from .observations import ObservationTable, observe
from .posterior import posteriors

CHUNK = 5_000
BAR = 20


def judge_and_weigh(table: ObservationTable, *, setting: str | None = None) -> dict[str, Any]:
    """One column each: leading disease, probability of every disease, category by every edition."""
    weights = model()
    probability = posteriors(table, setting=setting)[:, 0]
    columns: dict[str, Any] = {"leader": np.array(weights.diseases)[probability.argmax(axis=1)]}
    columns |= {f"p_{name}": probability[:, index] for index, name in enumerate(weights.diseases)}
    known = {name: table.findings[:, i] for i, name in enumerate(weights.findings) if name not in MADE}
    bounds, conflict = settle_table(known, {n: v for n, v in table.values.items() if n != "titre_over_limit"})
    columns |= {f"category_{name}": categories(edition, bounds) for name, edition in editions().items()}
    columns["contradictory"] = conflict
    return columns


MADE = ("definite_conduction_block", "weakness_of_one_limb")


def write_table(
    parts: Iterable[tuple[list[str], ObservationTable]], total: int, out: Path, *, setting: str | None = None
) -> int:
    """Write the columns of `judge_and_weigh` part by part; shows progress on a terminal. Returns the number of cases.

    Raises
        MissingDependency: pyarrow is not installed (`pip install ranvier[tables]`).
    """
    try:
        import pyarrow as pa
        import pyarrow.parquet as pq
    except ImportError as missing:
        raise MissingDependency(
            path="--out", given="pyarrow is not installed", expected="pip install 'ranvier[tables]'"
        ) from missing
    writer = None
    count, started = 0, time.monotonic()
    try:
        for names, table in parts:
            columns = {"id": names, **judge_and_weigh(table, setting=setting)}
            batch = pa.table({name: pa.array(list(column)) for name, column in columns.items()})
            writer = writer or pq.ParquetWriter(out, batch.schema)
            writer.write_table(batch)
            count += len(names)
            if sys.stderr.isatty():
                print(f"\r{progress(count, total, time.monotonic() - started)}", end="", file=sys.stderr)
        if count and sys.stderr.isatty():
            print(file=sys.stderr)
    finally:
        if writer is not None:
            writer.close()
    return count


def progress(done: int, total: int, seconds: float) -> str:
    """A bar with how many are done, how fast, and how long the rest will take.

    Example
        >>> progress(50, 200, 5.0)
        '[#####...............] 50 of 200, 10 a second, 15 s left'
    """
    full = round(BAR * done / max(total, 1))
    rate = done / max(seconds, 1e-9)
    bar = "#" * full + "." * (BAR - full)
    return f"[{bar}] {done} of {total}, {rate:.0f} a second, {(total - done) / rate:.0f} s left"


def write_series(
    cases: Iterable[tuple[str, Case]], total: int, out: Path, *, setting: str | None = None
) -> int:
    """Judge and weigh case files into one table, all with the prior of one setting."""

    def parts() -> Iterator[tuple[list[str], ObservationTable]]:
        stream = iter(cases)
        while chunk := list(itertools.islice(stream, CHUNK)):
            yield [name for name, _ in chunk], ObservationTable.of([observe(case) for _, case in chunk])

    return write_table(parts(), total, out, setting=setting)
