"""A nerve conduction study that a reader attached: measured for the reviewer, and never able to break the page."""

from __future__ import annotations

from pathlib import Path

import pytest

from ranvier.web.reasoning import Workbench

STUDY = Path(__file__).parents[2] / "examples" / "studies" / "mmn_definite" / "study.csv"


def test_an_attached_study_becomes_the_reviewers_report() -> None:
    report = Workbench().study(STUDY.read_bytes())
    assert report is not None
    grades = [s["verdicts"]["efns_pns_2010"] for s in report["segments"]]
    assert grades.count("definite") == 2


@pytest.mark.parametrize(
    "content",
    [b"", b"\xff\xfe\x00", b"PK\x03\x04 no workbook", b"\x89PNG\r\n\x1a\n\x00\x00", b'"', b"date,kind,value\n2024-01-01,ivig,30\n"],
)  # fmt: skip
def test_an_attachment_that_is_no_study_gives_no_report_and_no_error(content: bytes) -> None:
    assert Workbench().study(content) is None


def test_a_byte_order_mark_and_windows_letters_are_read() -> None:
    text = STUDY.read_text(encoding="utf-8")
    for content in (text.encode("utf-8-sig"), text.encode("utf-16"), text.encode("cp1252")):
        assert Workbench().study(content) is not None
