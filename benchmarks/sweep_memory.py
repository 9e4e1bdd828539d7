"""Memory and speed of `ranvier nerve sweep` by number of fibres: python -m benchmarks.sweep_memory 10000 100000 1000000

Each size runs in a process of its own, is killed when a third of its parts are done, and is started again; every row
must then stand in the table once, in order. Memory is the peak resident set of the parent and of its largest worker, so that
a sweep that kept its rows would show it. Prints a table in Markdown.
"""

from __future__ import annotations

import json
import os
import resource
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

SPEC = """
diameter_um = {{from = 5.7, to = 16.0, n = {n}}}
temperature_celsius = [25.0, 31.0, 34.0, 37.0, 40.0]
kind = ["myelin_loss", "sodium_loss"]
count = [1, 5]
size = {{from = 0.01, to = 1.0, n = 50, log = true}}
precision = "float32"
time_step_us = 10.0
"""
#: Fibres for each diameter in the sweep above.
EACH = 5 * 2 * 2 * 50
KILLED_AT = 1 / 3


def one(folder: Path) -> dict[str, float]:
    """Run, or finish, the sweep of a folder in this process and its workers."""
    from ranvier.nerve.sweep import read_spec, run_sweep

    counts = run_sweep(read_spec(folder / "sweep.toml"), folder / "rows.parquet")
    peak = {
        who: resource.getrusage(which).ru_maxrss / 1024
        for who, which in (("parent", resource.RUSAGE_SELF), ("worker", resource.RUSAGE_CHILDREN))
    }
    return {"rows": counts["rows"], "faults": counts["faults"], **peak}


def measure(n_fibres: int) -> dict[str, float]:
    """Run a sweep, kill it, finish it, and check that no row is lost or doubled."""
    import pyarrow.parquet as pq

    from ranvier.nerve.sweep import read_spec

    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        spec = folder / "sweep.toml"
        spec.write_text(SPEC.format(n=max(1, n_fibres // EACH)))
        asked = read_spec(spec)
        command = [sys.executable, "-m", "benchmarks.sweep_memory", "--one", name]
        started = time.monotonic()
        first = subprocess.Popen(command, start_new_session=True)
        while len(list(folder.glob("*.parts/part-*.parquet"))) < KILLED_AT * asked.n_parts:
            assert first.poll() is None, "it ended before it could be killed"
            time.sleep(0.5)
        os.killpg(first.pid, signal.SIGKILL)
        first.wait()
        kept = len(list(folder.glob("*.parts/part-*.parquet")))
        done = subprocess.run(command, capture_output=True, text=True, check=True)
        seconds = time.monotonic() - started
        row = pq.read_table(folder / "rows.parquet", columns=["row"])["row"].to_numpy()
        assert np.array_equal(row, np.arange(asked.n_rows)), "every row once, in order"
        return {**json.loads(done.stdout), "seconds": seconds, "kept": kept, "parts": asked.n_parts}


def main(words: list[str]) -> int:
    """Measure the sizes asked for."""
    if words[:1] == ["--one"]:
        print(json.dumps(one(Path(words[1]))))
        return 0
    print(
        "| fibres, each once | parts done when killed | seconds in all | fibres/s | parent, peak MB | largest worker, peak MB |\n"
        "|---|---|---|---|---|---|"
    )
    for size in words or ["10000", "100000"]:
        row = measure(int(size))
        print(
            f"| {row['rows']:,} | {row['kept']} of {row['parts']} | {row['seconds']:.0f} | "
            f"{row['rows'] / row['seconds']:,.0f} | {row['parent']:.0f} | {row['worker']:.0f} |",
            flush=True,
        )
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
