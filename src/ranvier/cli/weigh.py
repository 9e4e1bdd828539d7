"""`ranvier weigh CASE...`: which diseases could look like this, and what each finding weighs."""

from __future__ import annotations

import argparse
from pathlib import Path

from .documents import (
    add_note_argument,
    add_output_arguments,
    need_input,
    print_json,
    read_notes,
    read_text,
    run_jsonl,
)
from .judge import case_files, one_case_only

EXAMPLE = "ranvier weigh case.toml"
EPILOG = """examples:
  ranvier weigh letter.txt                              a letter, read first
  ranvier weigh case.toml --setting general_neurology   the prior of another setting
  ranvier weigh case.toml --ncs study.csv               with a nerve conduction study
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
        "--out", metavar="FILE", help="write one row a case to a parquet file (needs ranvier[tables])"
    )
    add_output_arguments(parser)


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
        count = workbench.weigh_series(files, Path(arguments.out), setting=setting)
        print(f"{count} cases weighed and judged; wrote {arguments.out}")
        return 0
    one_case_only(arguments, files)
    notes = read_notes(arguments)
    study = (
        None if arguments.ncs is None else workbench.read_study(read_text(arguments.ncs), name=arguments.ncs)
    )
    cases = [
        (name, workbench.with_notes(workbench.case_of(read_text(name), name=name), notes)) for name in files
    ]
    weighed = [(name, workbench.weigh(case, study, setting=setting)) for name, case in cases]
    if arguments.json:
        documents = [(name, one.document()) for name, one in weighed]
        print_json(documents[0][1] if len(files) == 1 else {"cases": [{"id": n, **d} for n, d in documents]})
        return 0
    for name, one in weighed:
        if len(weighed) > 1:
            print(f"== {name}")
        print(one.summary())
    return 0
