"""Excel and EDF+: what is written is read back; what is broken is refused by name."""

from __future__ import annotations

import io
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from ranvier.conduction import Study
from ranvier.exchange.edf import edf_groups, read_edf, write_edf
from ranvier.exchange.excel import read_excel, write_excel
from ranvier.exchange.study_files import read_study_file, read_traces_file
from ranvier.exchange.sweeps import SpoiltSweeps, attach_traces, traces_of
from ranvier.recording import Kind, Recording, Waveform
from ranvier.terms import Side, StudyError

from .builders import motor, sensory, study

edfio = pytest.importorskip("edfio")
openpyxl = pytest.importorskip("openpyxl")

TIME = np.arange(500) / 10.0
CMAP = 8 * np.exp(-0.5 * ((TIME - 7) / 1.3) ** 2) - 3 * np.exp(-0.5 * ((TIME - 12) / 2.2) ** 2)


def with_sweeps() -> Study:
    rows = [
        replace(motor(site=site, distance=70), waveform=Waveform(CMAP * k, 10_000.0))
        for site, k in (("wrist", 1.0), ("elbow", 0.4), ("axilla", 0.39))
    ]
    snap = replace(
        sensory("median", "digit_2", "wrist", distance=130),
        waveform=Waveform(30 * CMAP[:200], 20_000.0, start_ms=-1.0),
    )
    f_key = motor("ulnar", latency=None)
    f_wave = replace(f_key, kind=Kind.F_WAVE, waveform=Waveform(CMAP, 10_000.0))
    waves = tuple(Waveform(CMAP * k, 10_000.0) for k in (1.0, 1.01, 1.02))
    return Study((*rows, snap, f_wave), f_wave_sets={f_wave.key: waves})


def test_a_workbook_survives_writing_and_reading() -> None:
    before = study(
        motor(amplitude=9.1, area=28, duration=5.6, latency=3.4, distance=70, temperature=33),
        replace(motor(site="elbow", amplitude=3.2), stimulus_ma=42.0),
        sensory("sural", "ankle", "calf", amplitude=14, latency=2.9, distance=140, side="left"),
    )
    content = write_excel(before)
    assert read_excel(content).recordings == before.recordings
    assert read_study_file(content, name="study.xlsx").recordings == before.recordings


def test_faults_in_a_workbook_are_told_by_the_row_of_the_sheet() -> None:
    book = openpyxl.Workbook()
    book.active.append(["a note above nothing"])
    sheet = book.create_sheet("data")
    sheet.append(["nerve", "side", "kind", "record_at", "stimulate_at", "amplitude_mv"])
    sheet.append(["median", "right", "motor", "APB", "wrist", 9])
    sheet.append(["ulnar", "right", "motor", "ADM", "wrist", 8400])
    out = io.BytesIO()
    book.save(out)
    found = read_excel(out.getvalue())
    assert "row 3" in found.faults[0].path
    assert found.left_out == ("right ulnar",)


@pytest.mark.parametrize("content", [b"PK\x03\x04 broken", write_excel(study(motor()))[:-200]])
def test_a_broken_workbook_is_refused(content: bytes) -> None:
    with pytest.raises(StudyError, match="workbook"):
        read_study_file(content, name="study.xlsx")


def test_every_sweep_survives_edf(tmp_path: Path) -> None:
    before = with_sweeps()
    groups = edf_groups(before)
    assert len(groups) == 3
    after = Study(tuple(replace(r, waveform=None) for r in before.recordings))
    for nerve, side, record_at in groups:
        path = tmp_path / f"{side}_{nerve}_{record_at}.edf"
        path.write_bytes(write_edf(before, nerve=nerve, side=side, record_at=record_at))
        after = attach_traces(after, read_traces_file(str(path)))
    assert len(after.recordings) == len(before.recordings)
    for old, new in zip(traces_of(before), traces_of(after), strict=True):
        assert old.key == new.key
        assert old.repeat == new.repeat
        assert new.waveform.start_ms == pytest.approx(old.waveform.start_ms, abs=1e-3)
        assert new.waveform.sampling_rate_hz == pytest.approx(old.waveform.sampling_rate_hz)
        step = 2 * np.abs(old.waveform.samples).max() / 65_000
        np.testing.assert_allclose(new.waveform.samples, old.waveform.samples, atol=2 * step)


def test_the_file_is_the_standards_own_layout(tmp_path: Path) -> None:
    path = tmp_path / "median.edf"
    path.write_bytes(write_edf(with_sweeps(), nerve="median", side="right", record_at="apb"))
    file = edfio.read_edf(path)
    assert file.reserved.startswith("EDF+D")
    assert file.num_data_records == 3
    assert file.labels[0] == "NC R_APB"
    assert file.data_record_duration == pytest.approx(0.05)
    assert not file.is_continuous
    assert next(a.text for a in file.annotations) == "Stimulus right wrist"


def test_the_neurotraces_example_layout_is_read(tmp_path: Path) -> None:
    """A file as in the published example: label NC L_APB, nerve in the recording field, bare "Stimulus" annotations."""
    content = write_edf(with_sweeps(), nerve="median", side="right", record_at="apb")
    content = content.replace(b"NC R_APB", b"NC L_APB").replace(b"MNC_R_Median", b"MNC_L_Median")
    content = content.replace(b"Stimulus right", b"Stimulus left ")
    path = tmp_path / "MNCV.edf"
    path.write_bytes(content)
    assert {t.side for t in read_edf(path)} == {"left"}


@pytest.mark.parametrize(
    ("change", "part"),
    [
        (lambda c: c[:300], "cannot be read"),
        (lambda c: c.replace(b"Stimulus right wrist", b"Someone right wrist "), "no stimulus annotation"),
        (lambda c: c.replace(b"Stimulus right wrist", b"Stimulus right nowhe"), "no site we know"),
        (lambda c: c.replace(b"NC R_APB", b"EMG APB "), "no signal of nerve conduction"),
    ],
)
def test_a_broken_edf_is_refused(tmp_path: Path, change: object, part: str) -> None:
    assert callable(change)
    path = tmp_path / "x.edf"
    path.write_bytes(change(write_edf(with_sweeps(), nerve="median", side="right", record_at="apb")))
    with pytest.raises(StudyError) as caught:
        read_edf(path)
    assert any(part in str(fault) for fault in caught.value.faults)


def test_a_study_without_sweeps_makes_no_edf() -> None:
    with pytest.raises(StudyError, match="no sweep"):
        write_edf(
            Study((Recording("median", Side.RIGHT, Kind.MOTOR, "apb", "wrist"),)),
            nerve="median",
            side="right",
            record_at="apb",
        )


def two_nerves(tmp_path: Path) -> tuple[Path, Path]:
    """An EDF+ file of a median nerve with a dead channel at the elbow, and one of a sound ulnar nerve."""
    median = [
        replace(motor(site=site, distance=70), waveform=Waveform(samples, 10_000.0))
        for site, samples in (("wrist", CMAP), ("elbow", np.zeros(500)))
    ]
    ulnar = [
        replace(motor("ulnar", site, distance=70), waveform=Waveform(CMAP * k, 10_000.0))
        for site, k in (("wrist", 1.0), ("below_elbow", 0.97))
    ]
    study = Study((*median, *ulnar))
    files = []
    for nerve, muscle in (("median", "apb"), ("ulnar", "adm")):
        file = tmp_path / f"{nerve}.edf"
        file.write_bytes(write_edf(study, nerve=nerve, side="right", record_at=muscle))
        files.append(file)
    return files[0], files[1]


def test_a_dead_channel_in_one_file_takes_its_nerve_out_and_leaves_the_others(tmp_path: Path) -> None:
    median, ulnar = two_nerves(tmp_path)
    with pytest.raises(StudyError, match="nothing was recorded here"):
        read_edf(median)
    study = Study(())
    for file in (ulnar, median):
        spoilt = SpoiltSweeps()
        study = attach_traces(study, read_traces_file(str(file), spoilt=spoilt), spoilt)
    assert study.left_out == ("right median",)
    assert {r.nerve for r in study.recordings} == {"ulnar"}
    assert "record 2" in study.faults[0].path


def test_a_response_in_two_files_is_refused(tmp_path: Path) -> None:
    _, ulnar = two_nerves(tmp_path)
    study = attach_traces(Study(()), read_edf(ulnar))
    with pytest.raises(StudyError, match="a second sweep of the same response"):
        attach_traces(study, read_edf(ulnar))
