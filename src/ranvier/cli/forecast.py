"""`ranvier forecast LOG`: what a treatment diary says, when strength wears off, and what other schedules would do."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from .documents import add_output_arguments, need_input, print_json, read_bytes, run_jsonl

DIARY = "A treatment diary as CSV; years of daily readings are some 100 kB"
EPILOG = """examples:
  ranvier forecast diary.csv                         for people
  ranvier forecast diary.csv --json                  the same as JSON (docs/interfaces)
  ranvier forecast diary.csv --html report.html --pdf report.pdf     one page for the clinic
  ranvier forecast diary.csv --patient-html page.html                plain words for the patient
  ranvier forecast diary.csv --measure grip_left --level 20          which hand, and what it must hold
  ranvier forecast --jsonl diaries.jsonl             many at once; the CSV stands in "text", or its file in "path"

The diary is CSV with the columns date,kind,value,unit,detail (docs/treatment.md; examples/diaries/).
What is shown is a simulation for a prescriber to weigh; it instructs no one.
"""


def register(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    parser.epilog = EPILOG
    parser.add_argument("log", nargs="?", help="a treatment diary (CSV); - for standard input")
    parser.add_argument("--measure", help="the measure that plans are to hold, such as grip_left")
    parser.add_argument(
        "--level", type=float, help="the strength not to fall below, in the unit of the measure"
    )
    parser.add_argument(
        "--horizon-days", type=int, help="days to look beyond the diary (two intervals if not given)"
    )
    parser.add_argument("--seed", type=int, help="of the sampler; the same seed gives the same answer")
    parser.add_argument("--draws", type=int, default=2000, help="draws kept of each of four chains (2000)")
    parser.add_argument("--html", metavar="FILE", help="write the one-page clinic report")
    parser.add_argument(
        "--pdf", metavar="FILE", help="write the clinic report as PDF (needs the report extra)"
    )
    parser.add_argument("--svg", metavar="FILE", help="write the picture alone")
    parser.add_argument("--patient-html", metavar="FILE", help="write a page in plain words for the patient")
    add_output_arguments(parser)


def run(arguments: argparse.Namespace) -> int:
    """Forecast, and print or write what was asked for."""
    from ranvier import workbench

    choices: dict[str, Any] = {
        "measure": arguments.measure,
        "level": arguments.level,
        "horizon_days": arguments.horizon_days,
        "seed": arguments.seed,
        "n_draws": arguments.draws,
    }
    if arguments.jsonl is not None:
        return run_jsonl(
            arguments.jsonl,
            lambda text, row: workbench.forecast(text, **choices).as_json(),
            reader=diary_text,
        )
    name = need_input(arguments.log, name="log", example="ranvier forecast diary.csv")
    outlook = workbench.forecast(diary_text(read_bytes(name, expected=DIARY), name), **choices)
    if arguments.html or arguments.pdf or arguments.svg or arguments.patient_html:
        _write(outlook, arguments)
    if arguments.json:
        print_json(outlook.as_json())
        return 0
    from ranvier.treatment.summary import summarise

    print(summarise(outlook))
    return 0


def diary_text(content: bytes, path: str) -> str:
    """The text of a diary; an empty one is a diary too (the prior alone is then shown)."""
    from ranvier.terms.errors import DiaryError, Fault

    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise DiaryError([Fault(path, "it is not text in UTF-8", "Save the table as CSV (UTF-8)")]) from error


def _write(outlook: Any, arguments: argparse.Namespace) -> None:
    from ranvier.treatment.patient_page import patient_page
    from ranvier.treatment.picture import draw
    from ranvier.treatment.report import clinic_report, write_pdf

    if arguments.svg:
        Path(arguments.svg).write_text(draw(outlook).svg(), encoding="utf-8")
    if arguments.html:
        Path(arguments.html).write_text(clinic_report(outlook), encoding="utf-8")
    if arguments.pdf:
        write_pdf(clinic_report(outlook), Path(arguments.pdf))
    if arguments.patient_html:
        Path(arguments.patient_html).write_text(patient_page(outlook), encoding="utf-8")
