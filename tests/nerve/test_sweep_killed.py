"""A sweep killed without warning, and one on a Dask cluster: still every row once."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from ranvier.nerve import sweep

pq = pytest.importorskip("pyarrow.parquet")
SOURCE = Path(__file__).parents[2] / "src"
#: Five parts; a healthy fibre does not mind its size, so that all share one internode and run fast.
SPEC = """
diameter_um = [8, 10]
kind = ["none"]
size = {from = 0.1, to = 1.0, n = 1152}
time_step_us = 20
precision = "float32"
"""
N_ROWS, N_PARTS = 2304, 5
PATIENCE_S = 240.0


def command(spec: Path, out: Path) -> list[str]:
    return [sys.executable, "-m", "ranvier", "nerve", "sweep", str(spec), "--out", str(out), "--workers", "1"]


@pytest.mark.timeout(600)
def test_after_kill_9_the_same_command_does_the_rest_and_no_row_is_lost_or_doubled(tmp_path: Path) -> None:
    spec, out = tmp_path / "sweep.toml", tmp_path / "rows.parquet"
    spec.write_text(SPEC)
    folder = tmp_path / "rows.parquet.parts"
    environment = {**os.environ, "PYTHONPATH": str(SOURCE)}
    first = subprocess.Popen(
        command(spec, out), env=environment, start_new_session=True, stderr=subprocess.DEVNULL
    )
    deadline = time.monotonic() + PATIENCE_S
    while not list(folder.glob("part-*.parquet")):
        assert first.poll() is None, "it ended before it could be killed"
        assert time.monotonic() < deadline
        time.sleep(0.01)
    os.killpg(first.pid, signal.SIGKILL)
    first.wait()
    kept = {path.name: path.stat().st_mtime_ns for path in folder.glob("part-*.parquet")}
    assert not out.exists()
    assert 1 <= len(kept) < N_PARTS
    second = subprocess.run(
        command(spec, out), env=environment, capture_output=True, text=True, timeout=PATIENCE_S
    )
    assert second.returncode == 0, second.stderr
    table = pq.read_table(out)
    assert table["row"].to_pylist() == list(range(N_ROWS))
    assert set(table["outcome"].to_pylist()) == {"conducted"}
    assert not folder.exists()


@pytest.mark.timeout(600)
def test_a_dask_cluster_gives_the_table_that_this_machine_gives(tmp_path: Path) -> None:
    distributed = pytest.importorskip("distributed", reason="the extra `cluster` is not installed")
    text = 'diameter_um = [8, 10, 40]\nkind = ["myelin_loss", "none"]\ncount = [1, 2]\nsize = [0.5, 0.0]\n'
    path = tmp_path / "sweep.toml"
    path.write_text(text)
    spec = sweep.read_spec(path)
    with distributed.LocalCluster(
        n_workers=1, threads_per_worker=1, dashboard_address=None, host="127.0.0.1"
    ) as cluster:
        there = sweep.run_sweep(spec, tmp_path / "there.parquet", cluster=cluster.scheduler_address)
    here = sweep.run_sweep(spec, tmp_path / "here.parquet", workers=1)
    assert there == here == {"rows": 24, "faults": 8}
    assert pq.read_table(tmp_path / "there.parquet").equals(pq.read_table(tmp_path / "here.parquet"))
