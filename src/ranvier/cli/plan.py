"""`ranvier plan CASE`: the work-up list, with why."""

from __future__ import annotations

import argparse

from .documents import JSON_HELP, need_input, print_json, read_notes, read_study_of_case, read_text
from .weigh import add_case_arguments


def register(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    add_case_arguments(parser, many=False)
    parser.add_argument("--json", action="store_true", help=JSON_HELP)


def run(arguments: argparse.Namespace) -> int:
    """Print what would tell most next."""
    from ranvier import workbench

    name = need_input(arguments.case, name="CASE", example="ranvier plan case.toml")
    study = read_study_of_case(arguments.ncs)
    case = workbench.with_notes(workbench.case_of(read_text(name), name=name), read_notes(arguments))
    weighed = workbench.weigh(case, study, setting=arguments.setting)
    if arguments.json:
        print_json({"next_tests": weighed.document()["next_tests"]})
        return 0
    print(weighed.plan())
    return 0
