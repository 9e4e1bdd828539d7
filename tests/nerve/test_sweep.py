"""Sweeps: every row once, bad rows reported, a kill survived."""

from __future__ import annotations

from pathlib import Path

import pytest

from ranvier.nerve import sweep
from ranvier.terms import DocumentRefused, InputRefused

pq = pytest.importorskip("pyarrow.parquet")
SPEC = """
diameter_um = [8, 10, 40]
temperature_celsius = [37]
kind = ["myelin_loss", "none"]
count = [1, 2]
size = [0.5, 0.0]
"""


@pytest.fixture
def spec(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> sweep.SweepSpec:
    monkeypatch.setattr(sweep, "PART_ROWS", 4)
    path = tmp_path / "sweep.toml"
    path.write_text(SPEC)
    return sweep.read_spec(path)


class Inline:
    """Runs work where it is handed in."""

    def __init__(self, fail_after: int = 10**9) -> None:
        self.left = fail_after

    def __enter__(self) -> Inline:
        return self

    def __exit__(self, *_: object) -> None:
        return None

    def submit(self, work, *arguments):
        from concurrent.futures import Future

        if self.left == 0:
            raise KeyboardInterrupt
        self.left -= 1
        future = Future()
        future.set_result(work(*arguments))
        return future


def test_every_row_comes_out_once_and_a_bad_row_says_why(spec, tmp_path, monkeypatch) -> None:
    monkeypatch.setattr(sweep, "_executor", lambda *_: Inline())
    out = tmp_path / "out.parquet"
    counts = sweep.run_sweep(spec, out)
    rows = pq.read_table(out).to_pylist()
    assert counts == {"rows": 24, "faults": 8}
    assert [row["row"] for row in rows] == list(range(24))
    for row in rows:
        if row["diameter_um"] == 40:
            assert "nothing published" in row["fault"]
            assert row["outcome"] is None
        elif row["kind"] == "none" or row["size"] == 0.5:
            assert row["outcome"] == "conducted"
        else:
            assert row["outcome"] == "blocked"


def test_a_killed_sweep_goes_on_and_loses_or_doubles_no_row(spec, tmp_path, monkeypatch) -> None:
    out = tmp_path / "out.parquet"
    monkeypatch.setattr(sweep, "_executor", lambda *_: Inline(fail_after=3))
    with pytest.raises(KeyboardInterrupt):
        sweep.run_sweep(spec, out)
    assert not out.exists()
    kept = {path: path.stat().st_mtime_ns for path in (tmp_path / "out.parquet.parts").glob("part-*.parquet")}
    assert len(kept) == 3
    (tmp_path / "out.parquet.parts" / "part-00000004.123.tmp").write_text("half written")
    seen: list[tuple[int, int]] = []
    monkeypatch.setattr(sweep, "_executor", lambda *_: Inline())
    sweep.run_sweep(spec, out, progress=lambda done, total: seen.append((done, total)))
    assert [row["row"] for row in pq.read_table(out).to_pylist()] == list(range(24))
    assert seen[0] == (12, 24)
    assert seen[-1] == (24, 24)
    assert not (tmp_path / "out.parquet.parts").exists()


def test_processes_give_the_same_table(spec, tmp_path) -> None:
    # Spawned workers see the module's own part size, so this is one part in one process.
    out = tmp_path / "out.parquet"
    assert sweep.run_part(spec, 0, str(tmp_path)) == 4
    assert sweep.run_part(spec, 0, str(tmp_path)) == 0, "a part that is there is not made again"
    assert not out.exists()


def test_parts_of_another_sweep_are_not_taken_for_one_s_own(spec, tmp_path, monkeypatch) -> None:
    out = tmp_path / "out.parquet"
    folder = tmp_path / "out.parquet.parts"
    folder.mkdir()
    (folder / "sweep").write_text("another")
    with pytest.raises(DocumentRefused, match="another sweep"):
        sweep.run_sweep(spec, out)


@pytest.mark.parametrize(
    ("change", "bad"),
    [
        ({"diameter_um": "[nan, 10, 300]"}, [0, 2]),
        ({"count": "[nan, 1, 2.5, 0, -3]"}, [0, 2, 3, 4]),
        ({"temperature_celsius": "[37, -300, nan]"}, [1, 2]),
        ({"kind": '["myelin_loss"]', "size": "[0.5, -0.1, nan, inf, 2]"}, [1, 2, 3, 4]),
        ({"kind": '["seal_loosening"]', "size": "[0.5, 2]"}, [0]),
    ],
)
def test_bad_rows_are_reported_and_the_others_run(change, bad, tmp_path) -> None:
    keys = {"diameter_um": "[10]", "kind": '["none"]', **change}
    path = tmp_path / "sweep.toml"
    path.write_text("\n".join(f"{key} = {value}" for key, value in keys.items()))
    sweep.run_part(sweep.read_spec(path), 0, str(tmp_path))
    rows = pq.read_table(tmp_path / "part-00000000.parquet").to_pylist()
    assert [i for i, row in enumerate(rows) if row["fault"]] == bad
    assert all((row["outcome"] is None) == (row["fault"] is not None) for row in rows)


def test_a_row_that_breaks_the_solver_spoils_no_other(spec, tmp_path, monkeypatch) -> None:
    true = sweep.conduct

    def brittle(fibres, *rest, **options):
        if any(fibre.diameter_um == 10 for fibre in fibres):
            raise FloatingPointError("it blew up")
        return true(fibres, *rest, **options)

    monkeypatch.setattr(sweep, "conduct", brittle)
    faults = []
    for part in range(spec.n_parts):
        sweep.run_part(spec, part, str(tmp_path))
        faults += pq.read_table(tmp_path / f"part-{part:08d}.parquet").to_pylist()
    assert {row["fault"] for row in faults if row["diameter_um"] == 10} == {"it blew up"}
    assert {row["fault"] for row in faults if row["diameter_um"] == 8} == {None}


def test_a_range_of_counts_gives_whole_numbers_once(tmp_path) -> None:
    path = tmp_path / "sweep.toml"
    path.write_text('diameter_um = [10]\nkind = ["none"]\ncount = {from = 1, to = 3, n = 9}')
    assert sweep.read_spec(path).values[3] == (1, 2, 3)


def test_a_cluster_that_does_not_answer_is_named(spec, tmp_path, monkeypatch) -> None:
    pytest.importorskip("distributed", reason="the extra `cluster` is not installed")
    monkeypatch.setattr(sweep, "CLUSTER_WAIT_S", 1)
    with pytest.raises(InputRefused, match="does not answer"):
        sweep.run_sweep(spec, tmp_path / "out.parquet", cluster="tcp://127.0.0.1:9")


@pytest.mark.parametrize(
    ("change", "path"),
    [
        (("diameter_um", "diametre_um"), "diametre_um"),
        (("[1, 2]", '"many"'), "count"),
        (("myelin_loss", "mylin_loss"), "kind"),
        (("[0.5, 0.0]", "{from = 0, to = 1, n = 5, log = true}"), "size"),
    ],
)
def test_a_sweep_that_makes_no_sense_is_refused_whole(change, path, tmp_path) -> None:
    file = tmp_path / "bad.toml"
    file.write_text(SPEC.replace(*change, 1))
    with pytest.raises(DocumentRefused) as refused:
        sweep.read_spec(file)
    assert path in [fault.path for fault in refused.value.faults]
