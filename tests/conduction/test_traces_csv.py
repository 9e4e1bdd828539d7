"""The traces table: what is read, what is refused, round trips, and memory that stays bounded."""

from __future__ import annotations

import io
import tracemalloc

import numpy as np
import pytest

from ranvier.conduction import Study, judge_study
from ranvier.exchange.study_csv import read_study
from ranvier.exchange.sweeps import attach_traces
from ranvier.exchange.traces_csv import read_traces, write_traces
from ranvier.recording import Kind, Recording, Waveform
from ranvier.terms import Side, StudyError

TIME = np.arange(400) / 10.0
CMAP = 8 * np.exp(-0.5 * ((TIME - 7) / 1.3) ** 2) - 3 * np.exp(-0.5 * ((TIME - 12) / 2.2) ** 2)


def written(columns: dict[str, np.ndarray], time: np.ndarray = TIME) -> str:
    lines = [",".join(["time_ms", *columns])]
    lines += [
        ",".join([f"{t:g}", *(f"{column[i]:.5f}" for column in columns.values())]) for i, t in enumerate(time)
    ]
    return "\n".join(lines)


def refused(text: str) -> str:
    with pytest.raises(StudyError) as caught:
        read_traces(text.encode())
    return "\n".join(str(fault) for fault in caught.value.faults)


def test_columns_name_their_response() -> None:
    motor, snap = read_traces(
        written({"fibular/L/EDB/ankle": CMAP, "median/right/digit 2/wrist": 10 * CMAP}).encode()
    )
    assert motor.key == ("peroneal", "left", "motor", "edb", "ankle")
    assert snap.kind is Kind.SENSORY
    assert motor.waveform.sampling_rate_hz == pytest.approx(10_000)


def test_a_unit_behind_the_name_is_converted() -> None:
    (found,) = read_traces(written({"median/right/APB/wrist [uV]": 1000 * CMAP}).encode())
    assert found.waveform.samples.max() == pytest.approx(CMAP.max(), abs=1e-5)


def test_repeated_f_wave_columns_make_a_set() -> None:
    names = {f"ulnar/right/ADM/wrist/f{i}": CMAP for i in range(1, 4)}
    study = attach_traces(Study(()), read_traces(written(names).encode()))
    (key,) = study.f_wave_sets
    assert key[2] == "f_wave"
    assert len(study.f_wave_sets[key]) == 3


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("", "empty"),
        ("time_ms\n0\n1\n", "no sweep columns"),
        ("x,median/right/APB/wrist\n0,1\n1,2\n", "time_ms"),
        ("time_ms,APB wrist\n0,1\n1,2\n", "names no response"),
        ("time_ms,median/right/APB/nowhere\n0,1\n1,2\n", "no site we know"),
        ("time_ms,median/right/APB/wrist,time_ms\n0,1,0\n1,2,1\n", "second time column"),
        ("time_ms,median/right/APB/wrist\n0,1\n", "1 sample"),
        ("time_ms,median/right/APB/wrist\n0,1\n2,1\n1,1\n", "comes after"),
        ("time_ms,median/right/APB/wrist\n0,1\n1,1\n2,1\n5,1\n6,1\n7,1\n8,2", "a step of"),
        ("time_ms,median/right/APB/wrist\n0,1\n1,abc\n2,1\n", "row 3"),
        ("time_ms,median/right/APB/wrist\n0,1\n1,nan\n2,1\n", "gap"),
        ("time_ms,median/right/APB/wrist\n0,1\n1,8400\n2,1\n", "reaches 8400 mV"),
        ("time_ms,median/right/APB/wrist,median/R/apb/wr\n0,1,1\n1,2,2\n", "second sweep"),
        ("time_ms,median/right/APB/wrist\n0,1,5\n1,2,5\n", "cells under"),
    ],
)
def test_what_cannot_be_used_is_refused_by_name(text: str, part: str) -> None:
    assert part in refused(text)


def test_sweeps_survive_writing_and_reading() -> None:
    recordings = tuple(
        Recording("median", Side.RIGHT, Kind.MOTOR, "apb", site, waveform=Waveform(CMAP * k, 10_000.0))
        for k, site in enumerate(("wrist", "elbow"), start=1)
    )
    again = attach_traces(Study(()), read_traces(write_traces(Study(recordings)).encode()))
    for before, after in zip(recordings, again.recordings, strict=True):
        assert before == after
        assert before.waveform is not None
        assert after.waveform is not None
        np.testing.assert_allclose(after.waveform.samples, before.waveform.samples, atol=1e-5)
        assert after.waveform.start_ms == before.waveform.start_ms


def test_a_sweep_that_ends_early_keeps_its_own_length() -> None:
    lines = written({"median/right/APB/wrist": CMAP, "median/right/APB/elbow": CMAP}).split("\n")
    for i in range(301, 401):
        lines[i] = lines[i].rsplit(",", 1)[0] + ","
    wrist, elbow = read_traces("\n".join(lines).encode())
    assert (wrist.waveform.samples.size, elbow.waveform.samples.size) == (400, 300)


def test_numbers_that_were_not_reported_come_from_the_trace_and_reported_ones_stay() -> None:
    study = read_study(
        b"nerve,side,kind,record_at,stimulate_at,distance_mm,amplitude_mv\nmedian,right,motor,apb,wrist,70,4.0\n"
    )
    study = attach_traces(study, read_traces(written({"median/right/APB/wrist": CMAP}).encode()))
    (item,) = judge_study(study).recordings
    assert item.recording.negative_peak_amplitude_mv == 4.0
    assert "negative_peak_amplitude_mv_differs_from_trace" in item.flags
    assert item.recording.negative_peak_area_mv_ms == pytest.approx(24, rel=0.15)
    assert "negative_peak_area_mv_ms" in item.from_trace


def test_memory_grows_with_the_numbers_and_not_with_the_text() -> None:
    columns = 60
    names = ",".join(f"median/right/APB/wrist/f{i}" for i in range(columns))
    rows = [",".join([f"0.1234567{i}"] * columns) for i in range(10)]
    text = f"time_ms,{names}\n" + "\n".join(f"{i / 10:g},{rows[i % 10]}" for i in range(4000))
    data = text.encode()
    told: list[int] = []
    tracemalloc.start()
    found = read_traces(io.BytesIO(data), progress=told.append)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    numbers = columns * 4000 * 8
    assert len(found) == columns
    assert told[-1] == len(data)
    # The numbers themselves, a copy as arrays, and a stream's buffer: not the text a second time over.
    assert peak < 3.5 * numbers + 2 * len(data)
