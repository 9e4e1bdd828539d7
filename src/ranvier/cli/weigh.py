"""`ranvier weigh CASE...`: which diseases could look like this, and what each finding weighs."""

from __future__ import annotations

import argparse
from pathlib import Path

from ranvier.terms.errors import InputRefused

from .documents import add_output_arguments, need_input, print_json, read_study_of_case, read_text, run_jsonl
from .judge import case_files

EXAMPLE = "ranvier weigh case.toml"
EPILOG = """examples:
  ranvier weigh letter.txt                              a letter, read first
  ranvier weigh case.toml --setting general_neurology   the prior of another setting
  ranvier weigh case.toml --ncs study.csv               with a nerve conduction study
  ranvier weigh cases/ --out results.parquet            a series, one row a case
"""


def add_case_arguments(parser: argparse.ArgumentParser, *, many: bool) -> None:
    """Add CASE, `--ncs` and `--setting`."""
    parser.add_argument(
        "cases" if many else "case", nargs="*" if many else "?", metavar="CASE",
        help="a letter, a case file (TOML, JSON), " + ("a folder, or -" if many else "or -"),
    )  # fmt: skip
    parser.add_argument(
        "--ncs", metavar="STUDY", help="a nerve conduction study (CSV) that belongs to the case"
    )
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
    if arguments.ncs is not None and len(files) > 1:
        raise InputRefused(path="--ncs", given=f"{len(files)} cases", expected="One case with one study")
    study = read_study_of_case(arguments.ncs)
    weighed = [
        (name, workbench.weigh(workbench.case_of(read_text(name), name=name), study, setting=setting))
        for name in files
    ]
    if arguments.json:
        documents = [(name, one.document()) for name, one in weighed]
        print_json(documents[0][1] if len(files) == 1 else {"cases": [{"id": n, **d} for n, d in documents]})
        return 0
    for name, one in weighed:
        if len(weighed) > 1:
            print(f"== {name}")
        print(one.summary())
    return 0
