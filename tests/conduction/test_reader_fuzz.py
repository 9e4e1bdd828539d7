"""Damaged files: every one is read, or refused with a place and what would be right; none crashes. 10,000 by ./dev fuzz."""

from __future__ import annotations

import json
import random
from collections import Counter
from pathlib import Path

import pytest
from tests.settings import FUZZ_EXAMPLES

from ranvier.conduction import Context, Study, judge_study, to_document
from ranvier.exchange.edf import write_edf
from ranvier.exchange.excel import write_excel
from ranvier.exchange.study_csv import read_study
from ranvier.exchange.study_files import read_study_file, read_traces_file
from ranvier.exchange.sweeps import SpoiltSweeps, attach_traces
from ranvier.exchange.traces_csv import read_traces
from ranvier.terms import StudyError
from ranvier.terms.errors import RanvierError

from .damage import damaged_bytes, damaged_table, study_text, traces_text

pytestmark = [pytest.mark.slow, pytest.mark.timeout(3600)]


def judge_to_json(study: Study) -> None:
    """The rest of the way: a file that was read must also be judged and written."""
    json.dumps(to_document(judge_study(study)), allow_nan=False)


def told(error: RanvierError) -> str:
    """A refusal says where, what, and what would be right."""
    faults = error.faults if isinstance(error, StudyError) else (error,)
    for fault in faults:
        assert fault.path
        assert fault.given
        assert fault.expected
    return "refused"


def both_outcomes_seen(outcomes: Counter[str]) -> None:
    """Damage that is always refused, or never, would test only half of the reader."""
    assert outcomes["read"] > 0.05 * FUZZ_EXAMPLES
    assert outcomes["refused"] > 0.05 * FUZZ_EXAMPLES


def test_damaged_study_tables_are_read_or_refused() -> None:
    outcomes: Counter[str] = Counter()
    for seed in range(FUZZ_EXAMPLES):
        rng = random.Random(seed)
        content = damaged_table(study_text(rng), rng)
        try:
            study = read_study_file(content, name=f"seed {seed}", context=Context())
        except RanvierError as error:
            outcomes[told(error)] += 1
            continue
        judge_to_json(study)
        outcomes["read"] += 1
    both_outcomes_seen(outcomes)


def test_damaged_traces_are_read_or_refused() -> None:
    outcomes: Counter[str] = Counter()
    for seed in range(FUZZ_EXAMPLES):
        rng = random.Random(10_000_000 + seed)
        content = damaged_table(traces_text(rng), rng, most=2)
        spoilt = SpoiltSweeps() if seed % 2 else None
        try:
            study = attach_traces(Study(()), read_traces(content, path=f"seed {seed}", spoilt=spoilt), spoilt)
        except RanvierError as error:
            outcomes[told(error)] += 1
            continue
        judge_to_json(study)
        outcomes["read"] += 1
    both_outcomes_seen(outcomes)


def test_damaged_workbooks_and_recordings_are_read_or_refused(tmp_path: Path) -> None:
    pytest.importorskip("edfio")
    pytest.importorskip("openpyxl")
    sound = random.Random(7)
    workbook = write_excel(read_study(study_text(sound).encode()))
    waves = attach_traces(
        Study(()), read_traces(b"time_ms,median/right/APB/wrist\n" + b"\n".join(b"%d,%d" % (i, i % 7) for i in range(60)))
    )  # fmt: skip
    edf = write_edf(waves, nerve="median", side="right", record_at="apb")
    outcomes: Counter[str] = Counter()
    place = tmp_path / "damaged.edf"
    for seed in range(FUZZ_EXAMPLES // 10):
        rng = random.Random(20_000_000 + seed)
        for content in (damaged_bytes(workbook, rng), damaged_bytes(edf, rng)):
            try:
                if content[:2] == b"PK":
                    judge_to_json(read_study_file(content, name=f"seed {seed}", context=Context()))
                else:
                    place.write_bytes(content)
                    judge_to_json(attach_traces(Study(()), read_traces_file(str(place))))
                outcomes["read"] += 1
            except RanvierError as error:
                outcomes[told(error)] += 1
    assert outcomes["read"] > 0
    assert outcomes["refused"] > 0
