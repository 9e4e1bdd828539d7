"""Large inputs: memory bounded by what is held, a real progress bar on a real terminal. 100 MB by ./dev fuzz, 4 MB otherwise."""

from __future__ import annotations

import itertools
import json
import os
import pty
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from tests.settings import LONG

from ranvier.conduction import judge_study, to_document
from ranvier.exchange.study_csv import COLUMNS, read_study
from ranvier.terms import vocabulary

TRACES_BYTES = 100_000_000 if LONG else 4_000_000
STUDY = "nerve,side,kind,record_at,stimulate_at,distance_mm\nmedian,right,motor,APB,wrist,70\nmedian,right,motor,APB,elbow,220\n"
# Numbers as text take as many bytes as a double: they are held once as read and once as sweeps, and measured block by block.
MEMORY_PER_BYTE_OF_TEXT = 4.0


def sites(limb: str) -> list[str]:
    names = (
        "wrist",
        "forearm",
        "below_elbow",
        "elbow",
        "above_elbow",
        "spiral_groove",
        "axilla",
        "erb",
        "root",
        "palm",
    )
    return list(names) if limb == "upper" else ["ankle", "calf", "below_fibular_head", "fibular_head", "popliteal_fossa"]  # fmt: skip


def rows_of_a_large_study() -> Iterator[str]:
    nerves = ("median", "ulnar", "radial", "musculocutaneous", "axillary", "peroneal", "tibial", "femoral", "sural",
              "superficial_peroneal", "medial_antebrachial", "phrenic", "facial", "accessory")  # fmt: skip
    muscles = ("apb", "adm", "fdi", "fcr", "eip", "edc", "biceps", "deltoid", "edb", "ta", "ah", "adqp", "quadriceps", "diaphragm",
               "nasalis", "trapezius")  # fmt: skip
    for nerve, side, muscle in itertools.product(nerves, ("left", "right"), muscles):
        for i, site in enumerate((*sites("upper"), *sites("lower"))):
            yield (
                f"{nerve},{side},motor,{muscle},{site},{70 + 10 * i},{3 + 0.7 * i:.1f},,{10 - 0.2 * i:.1f},,"
                f"{30 - 0.6 * i:.1f},{5.5 + 0.05 * i:.2f},33"
            )


def test_five_thousand_rows_are_judged() -> None:
    rows = list(itertools.islice(rows_of_a_large_study(), 5000))
    study = read_study("\n".join([",".join(COLUMNS), *rows]).encode())
    assert len(study.recordings) == 5000
    assert not study.faults
    result = judge_study(study)
    own = {(r.nerve, r.record_at) for r in study.recordings}
    assert {(s.segment.nerve, s.segment.muscle) for s in result.segments} == {
        (nerve, muscle) for nerve, muscle in own if vocabulary.muscle(muscle).nerve == nerve
    }
    assert len(json.loads(json.dumps(to_document(result)))["recordings"]) == 5000


def write_traces(path: Path, size: int) -> None:
    names = [f"median/right/APB/{site}" for site in ("wrist", "elbow")]
    names += [f"ulnar/{side}/ADM/wrist/f{i}" for side in ("left", "right") for i in range(1, 40)]
    count = max(500, size // (8 * len(names)))
    time = np.arange(count) * 0.1
    wave = 8 * np.exp(-0.5 * ((time - 7) / 1.3) ** 2) - 3 * np.exp(-0.5 * ((time - 12) / 2.2) ** 2)
    noise = [f"{x:.5f}" for x in np.random.default_rng(1).normal(0, 0.02, 997)]
    with path.open("w", encoding="utf-8") as stream:
        stream.write(f"time_ms,{','.join(names)}\n")
        for i in range(count):
            cells = [noise[(i * 31 + k * 7) % 997] for k in range(len(names) - 2)]
            stream.write(f"{time[i]:.1f},{wave[i]:.5f},{0.9 * wave[i]:.5f},{','.join(cells)}\n")


def run(*arguments: str) -> tuple[str, str, float]:
    """Standard output, what the terminal of standard error was sent, and the peak memory in MB."""
    leader, follower = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "ranvier", "ncs", *arguments, "--json"], stdout=subprocess.PIPE, stderr=follower,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2] / "src")},
    )  # fmt: skip
    os.close(follower)
    sent = b""
    while True:
        try:
            part = os.read(leader, 65536)
        except OSError:  # the other end was closed: the process is done with its terminal
            break
        sent += part
        if not part:
            break
    os.close(leader)
    assert process.stdout is not None
    out = process.stdout.read()
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    process.stdout.close()
    assert process.returncode == 0, sent.decode()
    return out.decode(), sent.decode(), usage.ru_maxrss / 1024


@pytest.mark.slow
@pytest.mark.timeout(1800)
def test_large_traces_show_a_bar_and_keep_their_memory(tmp_path: Path) -> None:
    study, few, many = tmp_path / "study.csv", tmp_path / "few.csv", tmp_path / "many.csv"
    study.write_text(STUDY, encoding="utf-8")
    write_traces(few, 0)
    write_traces(many, TRACES_BYTES)
    size = many.stat().st_size
    assert size > 0.9 * TRACES_BYTES
    _, _, before = run(str(study), "--traces", str(few))
    out, sent, after = run(str(study), "--traces", str(many))
    assert after - before < MEMORY_PER_BYTE_OF_TEXT * size / 1e6
    frames = [frame for frame in sent.split("\r") if "reading many.csv [" in frame]
    shares = [int(frame.split("] ")[1].split(" %")[0]) for frame in frames]
    assert len(frames) >= 3
    assert shares == sorted(shares)
    assert shares[-1] == 100
    assert sent.split("\r")[-2].strip() == ""  # wiped at the end
    assert [s["proximal_site"] for s in json.loads(out)["segments"]] == ["elbow"]
    assert "[" not in out.split("{")[0]


def test_no_bar_where_standard_error_is_no_terminal(tmp_path: Path) -> None:
    study, few = tmp_path / "study.csv", tmp_path / "few.csv"
    study.write_text(STUDY, encoding="utf-8")
    write_traces(few, 0)
    found = subprocess.run(
        [sys.executable, "-m", "ranvier", "ncs", str(study), "--traces", str(few), "--json"], capture_output=True,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2] / "src")}, check=True,
    )  # fmt: skip
    assert found.stderr == b""
