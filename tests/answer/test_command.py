"""`ranvier answer` and the workbench: one document, its keys, many at once, refusals."""

from __future__ import annotations

import io
import json
import sys
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from ranvier import workbench
from ranvier.cli import main

LETTERS = Path(__file__).parents[2] / "examples" / "letters"
LETTER = LETTERS / "foot_drop_after_surgery.txt"
KEYS = {
    "text", "sections", "sources", "word_count", "reading_grade", "red_flags", "questions", "judgement", "case", "signed",
    "drafted_on", "versions",
}  # fmt: skip


def document(capsys: pytest.CaptureFixture[str], *words: str) -> Any:
    assert main(["answer", *words]) == 0
    return json.loads(capsys.readouterr().out)


def test_the_document_has_every_promised_key(capsys: pytest.CaptureFixture[str]) -> None:
    found = document(capsys, str(LETTER), "--json")
    assert set(found) >= KEYS
    assert found["signed"] is None
    assert found["drafted_on"] == date.today().isoformat()
    for section in found["sections"]:
        assert section["title"]
        assert all(sentence["text"] and sentence["support"] for sentence in section["sentences"])
    assert "efns_pns_2010" in found["judgement"]["editions"]
    assert found["case"]["findings"]


def test_standard_input_and_a_page(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(LETTER.read_bytes())))
    page = tmp_path / "answer.html"
    assert main(["answer", "-", "--html", str(page)]) == 0
    out = capsys.readouterr().out
    assert "Draft of an answer" in out
    assert "Not signed" in " ".join(out.split()) or "Not" in out
    assert page.read_text(encoding="utf-8").startswith("<!doctype html>")


def test_markdown_is_the_answer_alone(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["answer", str(LETTER), "--markdown"]) == 0
    out = capsys.readouterr().out
    assert out.startswith("# Draft of an answer")
    assert "Against the MMN guideline" not in out


def test_many_at_once_in_order_and_one_bad_line_stops_nothing(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    lines = [
        json.dumps({"id": "a", "text": LETTER.read_text(encoding="utf-8")}),
        "not json",
        json.dumps({"id": "c", "path": str(LETTERS / "red_flag.txt")}),
    ]
    file = tmp_path / "letters.jsonl"
    file.write_text("\n".join(lines), encoding="utf-8")
    assert main(["answer", "--jsonl", str(file)]) == 0
    rows = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [row["id"] for row in rows] == ["a", None, "c"]
    assert "error" in rows[1]
    assert rows[2]["red_flags"]


def test_what_cannot_be_written_or_read_is_refused(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    assert main(["answer"]) == 2
    assert main(["answer", str(tmp_path / "none.txt")]) == 2
    assert main(["answer", str(LETTER), "--html", str(tmp_path / "no" / "where.html")]) == 2
    assert "A file in a folder that exists" in capsys.readouterr().err


def test_the_same_letter_on_the_same_day_gives_the_same_draft() -> None:
    text = LETTER.read_text(encoding="utf-8")
    one, other = (workbench.answer(text, today=date(2026, 11, 15)) for _ in range(2))
    assert one.document == other.document
