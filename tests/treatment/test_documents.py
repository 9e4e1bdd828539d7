"""Every command that the documents show can be run as it stands there."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest

from ranvier.cli import main

ROOT = Path(__file__).parents[2]
PAGES = ("README.md", "docs/treatment.md", "docs/answer.md", "examples/diaries/README.md")
COMMAND = re.compile(
    r"(?:^    |`)(?:\./dev run|ranvier) ((?:forecast|trial|answer) [^`]*?)(?=`|  |$)", re.MULTILINE
)
QUICK = {"forecast": ["--draws", "60"], "trial": ["--patients", "60"], "answer": []}


def commands() -> list[str]:
    """Commands on treatment in the documents, those that speak of a file by its kind (`LETTER`) left out."""
    found: list[str] = []
    for name in PAGES:
        text = re.sub(
            r"\n(?=[a-z/])", " ", (ROOT / name).read_text(encoding="utf-8")
        )  # a line broken within a command
        for match in COMMAND.finditer(text):
            words = " ".join(match.group(1).split())
            about_treatment = words.startswith(("forecast", "trial")) or "--diary" in words
            if about_treatment and not re.search(r"\b[A-Z]{3,}\b", words) and not words.endswith("--list"):
                found.append(words)
    return list(dict.fromkeys(found))


def test_the_documents_show_every_example_diary() -> None:
    shown = " ".join(commands())
    assert len(commands()) >= 7
    assert "examples/diaries/responder_wear_off.csv" in shown
    page = (ROOT / "examples/diaries/README.md").read_text(encoding="utf-8")
    for path in (ROOT / "examples" / "diaries").glob("*.csv"):
        assert path.name in page


@pytest.mark.parametrize("command", commands())
def test_a_command_of_the_documents_runs(
    command: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    if "--pdf" in command:
        pytest.importorskip("weasyprint")
    monkeypatch.chdir(tmp_path)
    (tmp_path / "examples").symlink_to(ROOT / "examples")
    (tmp_path / "out").mkdir()
    (tmp_path / "diary.csv").write_bytes((ROOT / "examples/diaries/too_little.csv").read_bytes())
    (tmp_path / "letter.txt").write_bytes((ROOT / "examples/letters/ivig_wearing_off.txt").read_bytes())
    words = shlex.split(command)
    quick = [] if "--patients" in words else QUICK[words[0]]
    assert main([*words, *quick]) == 0
    assert capsys.readouterr().out
