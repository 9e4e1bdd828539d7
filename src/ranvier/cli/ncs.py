"""`ranvier ncs STUDY [--traces TRACES]`: measure a nerve conduction study and judge each segment for block."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ranvier.terms.errors import Fault, InputRefused, RanvierError, StudyError

from .documents import add_output_arguments, need_input, print_json, read_at_most, run_jsonl
from .progress import ProgressBar

if TYPE_CHECKING:
    from ranvier.conduction import StudyResult

MAX_STUDY_BYTES = 50_000_000
EPILOG = """\
the study file (CSV, or .xlsx of the same shape), one row a stimulated response; empty = not measured:
  nerve,side,kind,record_at,stimulate_at,distance_mm,onset_latency_ms,peak_latency_ms,amplitude_mv,amplitude_uv,
  area_mv_ms,duration_ms,temperature_celsius
the traces file: time_ms and one column a sweep, named nerve/side/record_at/stimulate_at (CSV), or EDF+ (.edf)

examples:
  ranvier ncs examples/studies/mmn_definite/study.csv --traces examples/studies/mmn_definite/traces.csv
  ranvier ncs study.csv --json
  ranvier ncs study.csv --traces nerve.edf --html report.html --pdf report.pdf --patient "right-handed, 52 years"
"""


def register(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    parser.epilog = EPILOG
    parser.add_argument(
        "study", nargs="?", metavar="STUDY", help="study table (.csv, .xlsx), or - for standard input"
    )
    add_output_arguments(parser)
    parser.add_argument(
        "--traces",
        metavar="FILE",
        action="append",
        default=[],
        help="sweeps (.csv or .edf); may be given again",
    )
    parser.add_argument("--html", metavar="FILE", help="write a report as one HTML page")
    parser.add_argument("--pdf", metavar="FILE", help="write the same report as PDF")
    parser.add_argument("--limits", metavar="NAME|FILE", action="append", default=[],
                        help="limits of normal: preston_shapiro, aanem_2016, measured_series, or your laboratory's CSV; "
                        "the first that knows a value is used")  # fmt: skip
    parser.add_argument(
        "--edition", action="append", default=[], metavar="ID", help="judge by this edition (again for more)"
    )
    parser.add_argument(
        "--unverified", action="store_true", help="also the editions whose tables are only recalled (AAEM)"
    )
    parser.add_argument("--mode", choices=("both", "amplitude", "area"), default="both",
                        help="AAEM: must amplitude and area both pass (default), or one alone")  # fmt: skip
    parser.add_argument(
        "--strict", action="store_true", help="refuse the whole study when any row is at fault"
    )
    parser.add_argument("--age", type=float, metavar="YEARS", help="for limits that depend on it")
    parser.add_argument("--sex", choices=("female", "male"), help="for limits that depend on it")
    parser.add_argument("--height-cm", type=float, metavar="CM", help="for limits that depend on it")
    parser.add_argument("--days-since-onset", type=float, metavar="DAYS", help="after an acute onset: guards against "
                        "Wallerian degeneration taken for block")  # fmt: skip
    parser.add_argument(
        "--low-filter-hz", type=float, metavar="HZ", help="low-frequency filter (2, 5, 10 or 20)"
    )
    parser.add_argument("--patient", metavar="TEXT", help="the patient line of the report")


def run(arguments: argparse.Namespace) -> int:
    """Read, judge, print; write reports where asked."""
    if arguments.jsonl:
        return run_jsonl(
            arguments.jsonl,
            lambda content, row: _answer(content, row, arguments),
            reader=lambda content, _: content,
        )
    name = need_input(arguments.study, name="STUDY", example="ranvier ncs study.csv")
    result = _judge(_read(name), name, arguments.traces, arguments)
    for fault in result.study.faults:
        print(f"ranvier: {fault}", file=sys.stderr)
    if result.study.left_out:
        print(f"ranvier: left out for these faults: {', '.join(result.study.left_out)}", file=sys.stderr)
    _write_reports(result, arguments)
    if arguments.json:
        from ranvier.conduction import to_document

        print_json(to_document(result))
    else:
        from ranvier.conduction.text import as_text

        print(as_text(result))
    return 0


def _answer(content: bytes, row: dict[str, Any], arguments: argparse.Namespace) -> dict[str, Any]:
    """One line of a file of JSON lines: a study as text or by its path, with `traces`, a path or several, beside it."""
    from ranvier.conduction import to_document

    named = row.get("traces", [])
    traces = [named] if isinstance(named, str) else named
    if not (isinstance(traces, list) and all(isinstance(name, str) for name in traces)):
        raise InputRefused(path="traces", given=f"{named!r}"[:80], expected="A path, or a list of paths")
    return to_document(_judge(content, str(row.get("path", "study")), traces, arguments))


def _judge(content: bytes, name: str, traces: list[str], arguments: argparse.Namespace) -> StudyResult:
    from ranvier.conduction import Context, chosen_editions, judge_study
    from ranvier.exchange.study_files import read_study_file, read_traces_file
    from ranvier.exchange.sweeps import SpoiltSweeps, attach_traces

    context = Context(
        age_years=arguments.age, sex=arguments.sex, height_cm=arguments.height_cm,
        days_since_onset=arguments.days_since_onset, low_filter_hz=arguments.low_filter_hz,
        patient_line=arguments.patient,
    )  # fmt: skip
    study = read_study_file(content, name=name, context=context)
    for file in traces:
        spoilt = SpoiltSweeps()
        with ProgressBar(f"reading {Path(file).name}", _size(file)) as bar:
            sweeps = read_traces_file(file, progress=bar, spoilt=spoilt)
        study = attach_traces(study, sweeps, spoilt)
    if arguments.strict and study.faults:
        raise StudyError(study.faults)
    editions = chosen_editions(tuple(arguments.edition) or None, unverified=arguments.unverified)
    return judge_study(study, limits=_limits(arguments.limits), editions=editions, mode=arguments.mode)


def _limits(given: list[str]) -> Any:
    from ranvier.conduction.reference_limits import (
        DEFAULT_SETS,
        FOLDER,
        ReferenceLimits,
        read_limits,
        reference_limits,
        shipped,
    )  # fmt: skip

    if not given:
        return reference_limits()
    tables = []
    for name in given:
        if (FOLDER / f"{name}.csv").exists():
            tables.append(shipped(name))
        elif Path(name).exists():
            tables.append(read_limits(_read(name).decode("utf-8-sig", errors="replace"), path=name, lab=True))
        else:
            known = ", ".join(sorted(path.stem for path in FOLDER.glob("*.csv")))
            raise InputRefused(path="--limits", given=f'"{name}"', expected=f"A CSV file, or one of: {known}")
    rest = [shipped(name) for name in DEFAULT_SETS if name not in given]
    return ReferenceLimits(tuple(tables + rest))


def _read(name: str) -> bytes:
    content = read_at_most(name, MAX_STUDY_BYTES)
    if len(content) > MAX_STUDY_BYTES:
        raise StudyError(
            [Fault(name, f"more than {MAX_STUDY_BYTES:,} bytes", "A study table; sweeps go to --traces")]
        )
    return content


def _write_reports(result: StudyResult, arguments: argparse.Namespace) -> None:
    if not (arguments.html or arguments.pdf):
        return
    from ranvier.conduction.report import html_report, pdf_report

    page = html_report(result)
    for name, content in ((arguments.html, page), (arguments.pdf, None)):
        if name is None:
            continue
        try:
            Path(name).write_bytes(page.encode("utf-8") if content is not None else pdf_report(page))
        except OSError as error:
            raise RanvierError(
                path=name,
                given=error.strerror or "it cannot be written",
                expected="A file that may be written",
            ) from error
        print(f"ranvier: wrote {name}", file=sys.stderr)


def _size(name: str) -> int:
    try:
        return Path(name).stat().st_size
    except OSError:
        return 0  # reading it will say what is wrong
