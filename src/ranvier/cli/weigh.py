"""`ranvier weigh CASE...`: which diseases could look like this, and what each finding weighs."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from ranvier.terms.errors import InputRefused, RanvierError

from .documents import (
    add_note_argument,
    add_output_arguments,
    need_input,
    print_json,
    read_notes,
    read_study_of_case,
    run_jsonl,
)
from .judge import case_files, one_case_only, read_cases

MOST_FAULTS = 10  # files named one by one; of more, the number
EXAMPLE = "ranvier weigh case.toml"
EPILOG = """examples:
  ranvier weigh letter.txt                              a letter, read first
  ranvier weigh case.toml --setting general_neurology   the prior of another setting
  ranvier weigh case.toml --ncs study.csv               with a nerve conduction study
  ranvier weigh case.toml --explain                     and the source of every weight
  ranvier weigh cases/ --out results.parquet            a series, one row a case
"""


def add_case_arguments(parser: argparse.ArgumentParser, *, many: bool) -> None:
    """Add CASE, `--ncs`, `--note` and `--setting`."""
    parser.add_argument(
        "cases" if many else "case", nargs="*" if many else "?", metavar="CASE",
        help="a letter, a case file (TOML, JSON), " + ("a folder, or -" if many else "or -"),
    )  # fmt: skip
    parser.add_argument(
        "--ncs", metavar="STUDY", help="a nerve conduction study (CSV) that belongs to the case"
    )
    add_note_argument(parser)
    parser.add_argument(
        "--setting",
        metavar="ID",
        help="neuromuscular_clinic (default), general_neurology, letters (default for letters)",
    )


def register(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    parser.epilog = EPILOG
    add_case_arguments(parser, many=True)
    parser.add_argument(
        "--explain", action="store_true", help="what each finding weighs, and the sources of that weight"
    )
    parser.add_argument(
        "--out",
        metavar="FILE",
        help="write one row a case to a parquet file, all with one setting (needs ranvier[tables])",
    )
    add_output_arguments(parser)


def _series(files: list[str], out: Path, setting: str | None) -> int:
    from ranvier import workbench

    faults: list[str] = []

    def refused(name: str, error: RanvierError) -> None:
        faults.append(str(error) if name in str(error) else f"{name}: {error}")

    count = workbench.weigh_series(files, out, setting=setting, refused=refused)
    for fault in faults[:MOST_FAULTS]:
        print(f"ranvier: left out: {fault}", file=sys.stderr)
    if len(faults) > MOST_FAULTS:
        print(f"ranvier: and {len(faults) - MOST_FAULTS} more files left out", file=sys.stderr)
    if not count:
        raise InputRefused(path="CASE", given="no case could be read", expected="Case files (TOML, JSON)")
    print(f"{count} cases weighed and judged; wrote {out}")
    return 0


def run(arguments: argparse.Namespace) -> int:
    """Weigh and print."""
    from ranvier import workbench

    setting = arguments.setting
    if arguments.jsonl is not None:
        return run_jsonl(
            arguments.jsonl,
            lambda text, row: workbench.weigh(
                workbench.case_of(text, name=str(row.get("path", ""))), setting=setting
            ).document(),
        )
    need_input(arguments.cases[0] if arguments.cases else None, name="CASE", example=EXAMPLE)
    files = case_files(arguments.cases)
    if arguments.out is not None:
        if arguments.ncs or arguments.note:
            raise InputRefused(
                path="--out",
                given="a study or a note with a series",
                expected="--ncs and --note belong to one case; leave --out away",
            )
        return _series(files, Path(arguments.out), setting)
    one_case_only(arguments, files)
    notes = read_notes(arguments)
    study = read_study_of_case(arguments.ncs)
    weighed = [
        (name, workbench.weigh(workbench.with_notes(case, notes), study, setting=setting))
        for name, case in read_cases(files)
    ]
    if arguments.json:
        documents = [(name, one.document()) for name, one in weighed]
        print_json(documents[0][1] if len(files) == 1 else {"cases": [{"id": n, **d} for n, d in documents]})
        return 0
    for name, one in weighed:
        if len(weighed) > 1:
            print(f"== {name}")
        print(one.summary())
        if arguments.explain:
            print(f"\n{one.explanation()}")
    return 0
