"""`ranvier answer LETTER`: what was understood, the verdict, and a sourced draft for a clinician to sign."""

from __future__ import annotations

import argparse
import os
import shutil
import sys
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ranvier.terms.errors import InputRefused

from .documents import (
    add_output_arguments,
    need_input,
    print_json,
    read_bytes,
    read_study_of_case,
    read_text,
    run_jsonl,
)

if TYPE_CHECKING:
    from ranvier.treatment import Outlook

EXAMPLE = "ranvier answer letter.txt"
EPILOG = """examples:
  ranvier answer letter.txt                       read, judge and draft, as text
  ranvier answer letter.txt --html answer.html    and a page: letter, findings, guideline, answer, sources
  ranvier answer - < letter.txt --json            one JSON document
  ranvier answer letter.txt --diary diary.csv     with the reader's own times, from a treatment diary
  ranvier answer --jsonl letters.jsonl            many at once, one line each ("diary": a CSV file, if there is one)

The draft is not signed. It is for a clinician to check, change and sign; the software never diagnoses.
"""


def register(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    parser.epilog = EPILOG
    parser.add_argument("letter", nargs="?", metavar="LETTER", help="a letter as plain text, or -")
    parser.add_argument("--html", metavar="FILE", help="also write the reply as a self-contained page")
    parser.add_argument("--markdown", action="store_true", help="print the answer alone, as Markdown")
    parser.add_argument("--ncs", metavar="STUDY", help="a nerve conduction study (CSV) of the same person")
    parser.add_argument(
        "--diary", metavar="LOG", help="a treatment diary (CSV, see ranvier forecast) of the same person"
    )
    add_output_arguments(parser)


def run(arguments: argparse.Namespace) -> int:
    """Answer and print."""
    from ranvier import workbench

    today = date.today()
    if arguments.jsonl is not None:
        return run_jsonl(arguments.jsonl, lambda text, row: _document(text, row, today))
    name = need_input(arguments.letter, name="LETTER", example=EXAMPLE)
    text = read_text(name)
    study = read_study_of_case(arguments.ncs)
    reply = workbench.answer(text, today=today, study=study, outlook=_outlook(arguments.diary))
    if arguments.html is not None:
        from ranvier.answer import html_page

        _write(arguments.html, html_page(reply))
    if arguments.json:
        print_json(reply.document)
    elif arguments.markdown:
        from ranvier.answer import markdown_text

        print(markdown_text(reply), end="")
    else:
        from ranvier.answer import terminal_text

        print(terminal_text(reply, width=shutil.get_terminal_size().columns, colour=_colour()), end="")
        if arguments.html is not None:
            print(f"\nPage written: {arguments.html}")
    return 0


def _document(text: str, row: dict[str, Any], today: date) -> dict[str, Any]:
    from ranvier import workbench

    return workbench.answer(text, today=today, outlook=_outlook(row.get("diary"))).document


def _outlook(name: str | None) -> Outlook | None:
    """What follows from a diary, if one was given."""
    if name is None:
        return None
    from ranvier import workbench

    from .forecast import DIARY, diary_text

    return workbench.forecast(diary_text(read_bytes(name, expected=DIARY), name))


def _colour() -> bool:
    return sys.stdout.isatty() and "NO_COLOR" not in os.environ and os.environ.get("TERM") != "dumb"


def _write(name: str, page: str) -> None:
    try:
        Path(name).write_text(page, encoding="utf-8")
    except OSError as error:
        raise InputRefused(
            path="--html", given=f"{name}: {error.strerror}", expected="A file in a folder that exists"
        ) from error
