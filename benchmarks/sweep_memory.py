"""Memory and speed of `ranvier nerve sweep` by number of fibres: python -m benchmarks.sweep_memory 10000 100000 1000000

Each size runs in a process of its own. Memory is the peak resident set of the parent and of its largest worker, so that a sweep
that kept its rows would show it. Prints a table in Markdown.
"""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

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


def one(n_fibres: int) -> dict[str, float]:
    """Run one sweep in this process and its workers."""
    from ranvier.nerve.sweep import read_spec, run_sweep

    with tempfile.TemporaryDirectory() as folder:
        spec = Path(folder) / "sweep.toml"
        spec.write_text(SPEC.format(n=max(1, n_fibres // EACH)))
        started = time.monotonic()
        counts = run_sweep(read_spec(spec), Path(folder) / "rows.parquet")
        seconds = time.monotonic() - started
    peak = {
        who: resource.getrusage(which).ru_maxrss / 1024
        for who, which in (("parent", resource.RUSAGE_SELF), ("worker", resource.RUSAGE_CHILDREN))
    }
    return {"rows": counts["rows"], "faults": counts["faults"], "seconds": seconds, **peak}


def main(words: list[str]) -> int:
    """Measure the sizes asked for."""
    if words[:1] == ["--one"]:
        print(json.dumps(one(int(words[1]))))
        return 0
    print(
        "| fibres | seconds | fibres/s | parent, peak MB | largest worker, peak MB |\n|---|---|---|---|---|"
    )
    for size in words or ["10000", "100000"]:
        command = [sys.executable, "-m", "benchmarks.sweep_memory", "--one", size]
        done = subprocess.run(command, capture_output=True, text=True, check=True)
        row = json.loads(done.stdout)
        print(
            f"| {row['rows']:,} | {row['seconds']:.0f} | {row['rows'] / row['seconds']:,.0f} | {row['parent']:.0f} | "
            f"{row['worker']:.0f} |",
            flush=True,
        )
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
