"""Anybody's vignettes are measured by one command, and faults in them are named all at once."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import numpy as np
import pytest
from validation import differential
from validation.vignette_cases import read
from validation.vignette_measures import by_chance, calibration_error

from ranvier.terms import InputRefused

PIN = {"id": "a", "diagnosis": "mmn", "findings": [{"id": "wrist_drop", "verdict": "present"}]}


def run(monkeypatch: pytest.MonkeyPatch, *words: str) -> int:
    monkeypatch.setattr(sys, "argv", ["differential", *words])
    return differential.main()


def test_a_folder_of_lines_objects_and_lists_is_measured_as_one_set(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    before = differential.PAGE.read_bytes()
    (tmp_path / "one.jsonl").write_text(json.dumps(PIN) + "\n\n" + json.dumps({**PIN, "id": "b"}) + "\n")
    (tmp_path / "deeper").mkdir()
    (tmp_path / "deeper" / "two.json").write_text(json.dumps([{**PIN, "id": "c", "diagnosis": "als"}]))
    (tmp_path / "three.json").write_text(json.dumps({**PIN, "id": "d", "duration_months": 40, "sex": "male"}))
    assert run(monkeypatch, "--vignettes", str(tmp_path), "--json") == 0
    document = json.loads(capsys.readouterr().out)
    assert sorted(row["id"] for row in document["cases"]) == ["a", "b", "c", "d"]
    assert document["measures"]["vignettes"] == "4"
    assert all(sum(row["posterior"].values()) == pytest.approx(1) for row in document["cases"])
    assert run(monkeypatch, "--vignettes", str(tmp_path), "--each") == 0
    assert "wrong  c: als" in capsys.readouterr().out
    assert differential.PAGE.read_bytes() == before, "measuring one's own cases writes nothing"


def test_faults_are_named_all_at_once_by_file_and_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "bad.jsonl"
    rows = [
        json.dumps({**PIN, "diagnosis": "mnm"}),
        "{not json",
        json.dumps({**PIN, "findings": [{"id": "wristdrop", "verdict": "present"}]}),
        json.dumps({**PIN, "age_years": -4}),
        json.dumps({**PIN, "setting": "moon"}),
        json.dumps({"diagnosis": "mmn"}),
    ]
    path.write_text("\n".join(rows))
    assert run(monkeypatch, "--vignettes", str(path)) == differential.REFUSED
    told = capsys.readouterr().err
    for place, words in enumerate(
        ("Nearest match: mmn", "no JSON object", "wrist_drop", "age_years", "moon", "no findings"), start=1
    ):
        assert any(f"bad.jsonl:{place}" in line and words in line for line in told.splitlines()), words


@pytest.mark.parametrize("name", ["missing.jsonl", "empty.jsonl", "folder"])
def test_nothing_to_measure_is_refused(tmp_path: Path, name: str) -> None:
    (tmp_path / "empty.jsonl").write_text("\n")
    (tmp_path / "folder").mkdir()
    with pytest.raises(InputRefused):
        read([tmp_path / name])


def test_the_format_page_shows_a_vignette_that_is_accepted(tmp_path: Path) -> None:
    page = Path(differential.__file__).parent / "vignettes" / "FORMAT.md"
    line = next(row for row in page.read_text(encoding="utf-8").splitlines() if row.startswith('{"id"'))
    (tmp_path / "shown.jsonl").write_text(line)
    assert read([tmp_path / "shown.jsonl"])[0]["diagnosis"] == "mmn"


def test_a_perfectly_calibrated_model_falls_within_what_chance_allows() -> None:
    random = np.random.default_rng(3)
    confidence = random.uniform(0.3, 1, 73)
    low, high = by_chance(confidence)
    inside = [
        low <= calibration_error(confidence, random.random(73) < confidence) <= high for _ in range(400)
    ]
    assert 0.92 < np.mean(inside) < 0.98
    assert low > 0.03, "so few cases never show a calibration error near zero"
