"""A table of lesions x diameters x temperatures, run in parallel and resumable, into one Parquet file.

The work is cut into numbered parts. Each part is written under a temporary name and renamed when whole, so that a kill
loses at most the parts under way and doubles none; running the same command again does the rest. The finished parts are
then joined some at a time, so that memory stays flat at a million fibres.
"""

from __future__ import annotations

import hashlib
import itertools
import json
import math
import os
import tomllib
from collections.abc import Callable, Iterator
from concurrent.futures import FIRST_COMPLETED, Executor, Future, ProcessPoolExecutor, wait
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

import numpy as np

from ranvier.terms import DocumentRefused, Fault, InputRefused
from ranvier.terms.optional import require

from .fibre import Fibre, build_fibre
from .lesion import Elements
from .lesion_file import KINDS as LESION_KINDS
from .lesion_file import LesionEntry
from .propagation import Pulse, conduct
from .report import run_duration_ms

AXES = ("diameter_um", "temperature_celsius", "kind", "count", "size")
PART_ROWS = 512
PARTS_PER_ROW_GROUP = 128
#: Parts handed out ahead of those done, for each worker: enough to keep all busy, few enough to keep memory flat.
AHEAD = 3
MOST_ROWS = 50_000_000
MARGIN = 14
CLUSTER_WAIT_S = 20
Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class SweepSpec:
    """What is swept: every combination of the values, in the order of `AXES`; `first` to `first + n` of them a part."""

    values: tuple[tuple[Any, ...], ...]
    time_step_us: float
    precision: str

    @property
    def n_rows(self) -> int:
        """How many fibres."""
        return math.prod(len(values) for values in self.values)

    @property
    def n_parts(self) -> int:
        """How many parts."""
        return -(-self.n_rows // PART_ROWS)

    @property
    def fingerprint(self) -> str:
        """Identifies the sweep, so that parts of another are not taken for its own."""
        text = json.dumps([self.values, self.time_step_us, self.precision])
        return hashlib.sha256(text.encode()).hexdigest()[:16]

    def rows(self, part: int) -> Iterator[tuple[int, dict[str, Any]]]:
        """Each row number and row of a part."""
        start = part * PART_ROWS
        stop = min(start + PART_ROWS, self.n_rows)
        for number in range(start, stop):
            rest, row = number, {}
            for name, values in zip(reversed(AXES), reversed(self.values), strict=True):
                rest, index = divmod(rest, len(values))
                row[name] = values[index]
            yield number, row


def read_spec(path: Path) -> SweepSpec:
    """Read a sweep's TOML: a list of values, or {from, to, n[, log]}, for each of `AXES`.

    Single rows out of a model's range are reported row by row when run; a spec that makes no sense is refused whole.

    Raises
        DocumentRefused: every fault by path.
    """
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise DocumentRefused(
            [Fault(str(path), f"cannot be read ({error})", "A sweep in TOML, see docs/nerve.md")]
        ) from error
    faults: list[Fault] = []
    unknown = content.keys() - {*AXES, "time_step_us", "precision", "name"}
    faults += [
        Fault(key, "no such key", f"Of: {', '.join(AXES)}, time_step_us, precision")
        for key in sorted(unknown)
    ]
    defaults: dict[str, list[Any]] = {"temperature_celsius": [37.0], "count": [1], "size": [0.0]}
    values: list[tuple[Any, ...]] = []
    for name in AXES:
        if name not in content and name not in defaults:
            faults.append(Fault(name, "missing", "A list of values"))
            values.append(())
            continue
        values.append(tuple(_axis(name, content.get(name, defaults.get(name)), faults)))
    for given in values[AXES.index("kind")]:
        if given not in (*LESION_KINDS, "none"):
            faults.append(Fault("kind", f'"{given}"', f"Of: none, {', '.join(LESION_KINDS)}"))
    step, precision = content.get("time_step_us", 5.0), content.get("precision", "float64")
    if precision not in ("float64", "float32"):
        faults.append(Fault("precision", f"{precision!r}", "float64 or float32"))
    if isinstance(step, bool) or not isinstance(step, (int, float)) or not 0 < step <= 50:
        faults.append(Fault("time_step_us", f"{step!r}", "Above 0, at most 50"))
    spec = SweepSpec(tuple(values), float(step) if not faults else 5.0, str(precision))
    if not faults and not 0 < spec.n_rows <= MOST_ROWS:
        faults.append(Fault("sweep", f"{spec.n_rows} rows", f"1 to {MOST_ROWS}"))
    if faults:
        raise DocumentRefused(faults)
    return spec


def _axis(name: str, given: Any, faults: list[Fault]) -> list[Any]:
    if isinstance(given, dict):
        try:
            low, high, n = float(given["from"]), float(given["to"]), int(given["n"])
            if n < 1 or not math.isfinite(low + high) or (given.get("log") and min(low, high) <= 0):
                raise ValueError
        except (KeyError, TypeError, ValueError):
            faults.append(
                Fault(name, f"{given!r}", "{from, to, n} with n of 1 or more, and log = true above 0 only")
            )
            return []
        ratio = [i / max(1, n - 1) for i in range(n)]
        spread = [low * (high / low) ** r if given.get("log") else low + (high - low) * r for r in ratio]
        # Internodes and nodes are counted.
        return sorted({round(value) for value in spread}) if name == "count" else spread
    values = given if isinstance(given, list) else [given]
    allowed: tuple[type, ...] = (str,) if name == "kind" else (int, float)
    if not values or any(isinstance(v, bool) or not isinstance(v, allowed) for v in values):
        faults.append(Fault(name, f"{given!r}", "A list of values"))
        return []
    return values


def run_part(spec: SweepSpec, part: int, folder: str) -> int:
    """Run one part and leave it whole under its number, or not at all. Returns its rows."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    final = Path(folder) / f"part-{part:08d}.parquet"
    if final.exists():
        return 0
    rows, fibres, at = [], [], []
    for number, row in spec.rows(part):
        result = {
            "row": number,
            **row,
            **dict.fromkeys(("outcome", "velocity_m_per_s", "arrival_ms", "fault")),
        }
        rows.append(result)
        try:
            fibres.append(_fibre(row))
            at.append(result)
        except InputRefused as refused:
            result["fault"] = str(refused)
        if not _is_whole(row["count"]):
            result["count"] = None
    if fibres:
        _fill(at, fibres, spec)
    # Workers of a cluster may share a process number.
    temporary = final.with_suffix(f".{uuid4().hex}.tmp")
    pq.write_table(pa.Table.from_pylist(rows, schema=_schema(pa)), temporary)
    temporary.replace(final)
    return len(rows)


def _is_whole(count: Any) -> bool:
    return math.isfinite(count) and count == round(count)


def _fibre(row: dict[str, Any]) -> Fibre:
    """Build one row's fibre. Raises InputRefused."""
    if not _is_whole(row["count"]) or row["count"] < 1:
        raise InputRefused(path="count", given=f"{row['count']:g}", expected="A whole number, 1 or more")
    count = int(row["count"])
    fibre = build_fibre(
        float(row["diameter_um"]), n_nodes=count + 2 * MARGIN + 1, celsius=float(row["temperature_celsius"])
    )
    if row["kind"] == "none":
        return fibre
    low, high = LESION_KINDS[row["kind"]][1:3]
    if not low <= float(row["size"]) <= high:
        raise InputRefused(
            path=f"size of {row['kind']}", given=f"{row['size']:g}", expected=f"{low:g} to {high:g}"
        )
    entry = LesionEntry(row["kind"], float(row["size"]))
    return fibre.with_lesions([entry.on(fibre, Elements(MARGIN, count), np.random.default_rng(0))])


def _fill(results: list[dict[str, Any]], fibres: list[Fibre], spec: SweepSpec) -> None:
    """Run the fibres together; where that fails, one by one, so that a bad row spoils no other."""
    try:
        runs = conduct(
            fibres,
            [Pulse(start_ms=0.1)],
            duration_ms=max(run_duration_ms(fibre) for fibre in fibres),
            time_step_us=spec.time_step_us,
            precision=spec.precision,
            stop_when_node_fires=-1,
        )
    except (InputRefused, ArithmeticError, ValueError, np.linalg.LinAlgError) as error:
        if len(fibres) == 1:
            results[0]["fault"] = str(error)
            return
        for result, fibre in zip(results, fibres, strict=True):
            _fill([result], [fibre], spec)
        return
    for result, run in zip(results, runs, strict=True):
        velocity, arrival = run.velocity_m_per_s(), float(run.arrival_ms[-1])
        result["outcome"] = run.outcome.name.lower()
        result["velocity_m_per_s"] = velocity if math.isfinite(velocity) else None
        result["arrival_ms"] = arrival if math.isfinite(arrival) else None


def _schema(pa: Any) -> Any:
    return pa.schema(
        [
            ("row", pa.int64()),
            ("diameter_um", pa.float64()),
            ("temperature_celsius", pa.float64()),
            ("kind", pa.string()),
            ("count", pa.int64()),
            ("size", pa.float64()),
            ("outcome", pa.string()),
            ("velocity_m_per_s", pa.float64()),
            ("arrival_ms", pa.float64()),
            ("fault", pa.string()),
        ]
    )


def run_sweep(
    spec: SweepSpec,
    out: Path,
    *,
    workers: int | None = None,
    cluster: str | None = None,
    progress: Progress | None = None,
) -> dict[str, int]:
    """Run what is not yet done, then join the parts into `out`.

    Parameters
        workers : Processes on this machine (default: its cores). cluster : Address of a Dask scheduler instead.
        progress : Called with rows done and rows in all.
    Returns
        rows, and how many of them were refused (`faults`).
    Raises
        DocumentRefused: the folder beside `out` holds parts of another sweep.
        InputRefused: no scheduler answers at that address.
        MissingDependency: pyarrow, or distributed for a cluster.
    """
    require("pyarrow")
    folder = out.with_name(out.name + ".parts")
    folder.mkdir(parents=True, exist_ok=True)
    mark = folder / "sweep"
    if mark.exists() and mark.read_text() != spec.fingerprint:
        raise DocumentRefused(
            [Fault(str(folder), "parts of another sweep", "Another --out, or remove that folder")]
        )
    mark.write_text(spec.fingerprint)
    todo = [part for part in range(spec.n_parts) if not (folder / f"part-{part:08d}.parquet").exists()]
    done = spec.n_rows - sum(min(PART_ROWS, spec.n_rows - part * PART_ROWS) for part in todo)
    if progress:
        progress(done, spec.n_rows)
    n_workers = workers or os.cpu_count() or 1
    with _executor(n_workers, cluster) as pool:
        waiting = iter(todo)
        running: set[Future[int]] = {
            pool.submit(run_part, spec, part, str(folder))
            for part in itertools.islice(waiting, AHEAD * n_workers)
        }
        while running:
            finished, running = wait(running, return_when=FIRST_COMPLETED)
            for future in finished:
                done += future.result()
                if progress:
                    progress(done, spec.n_rows)
                following = next(waiting, None)
                if following is not None:
                    running.add(pool.submit(run_part, spec, following, str(folder)))
    return _join(folder, out, spec)


def _executor(workers: int, cluster: str | None) -> AbstractContextManager[Executor]:
    if cluster is not None:
        return _on_cluster(cluster)
    import multiprocessing

    return ProcessPoolExecutor(workers, mp_context=multiprocessing.get_context("spawn"))


@contextmanager
def _on_cluster(address: str) -> Iterator[Executor]:
    """Hand work to a Dask scheduler. Raises InputRefused when none answers there."""
    distributed = require("distributed")
    try:
        client = distributed.Client(address, timeout=CLUSTER_WAIT_S)
    except (OSError, ValueError) as error:
        raise InputRefused(
            path="cluster",
            given=f'"{address}" does not answer',
            expected="The address of a Dask scheduler, such as tcp://host:8786",
        ) from error
    with client:
        yield client.get_executor()


def _join(folder: Path, out: Path, spec: SweepSpec) -> dict[str, int]:
    import pyarrow as pa
    import pyarrow.parquet as pq

    faults = rows = 0
    temporary = out.with_name(out.name + ".tmp")
    with pq.ParquetWriter(temporary, _schema(pa)) as writer:
        # The file's footer holds an entry a row group, and the writer keeps it: hence few, of many parts.
        for first in range(0, spec.n_parts, PARTS_PER_ROW_GROUP):
            numbers = range(first, min(first + PARTS_PER_ROW_GROUP, spec.n_parts))
            parts = [pq.read_table(folder / f"part-{number:08d}.parquet") for number in numbers]
            table = pa.concat_tables(parts)
            faults += table.num_rows - table["fault"].null_count
            rows += table.num_rows
            writer.write_table(table)
    assert rows == spec.n_rows, "no row lost or doubled"
    temporary.replace(out)
    for path in folder.iterdir():
        path.unlink()
    folder.rmdir()
    return {"rows": rows, "faults": faults}
