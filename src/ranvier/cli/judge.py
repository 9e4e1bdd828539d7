"""`ranvier judge CASE...`: every published set of criteria, side by side."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ranvier.terms.errors import InputRefused

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ranvier.case import Case

from .documents import (
    add_note_argument,
    add_output_arguments,
    need_input,
    print_json,
    read_notes,
    read_study_of_case,
    read_text,
    run_jsonl,
)

EXAMPLE = "ranvier judge case.toml"
EPILOG = """examples:
  ranvier judge letter.txt                       a letter, read first
  ranvier judge case.toml --ncs study.csv        with a nerve conduction study
  ranvier judge letter.txt --ncs study.csv --note examination.txt   and what the examination found
  ranvier judge case.toml --explain              the tree of reasons, with sources
  ranvier judge cases/ --table                   one row a case
"""


def register(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    parser.epilog = EPILOG
    parser.add_argument(
        "cases", nargs="*", metavar="CASE", help="a letter, a case file (TOML, JSON), a folder, or -"
    )
    parser.add_argument(
        "--ncs", metavar="STUDY", help="a nerve conduction study (CSV) that belongs to the case"
    )
    add_note_argument(parser)
    parser.add_argument("--table", action="store_true", help="one row a case, one column an edition")
    parser.add_argument("--explain", action="store_true", help="every clause with its reasons and source")
    parser.add_argument(
        "--edition", action="append", metavar="ID", help="only this edition (may be repeated)"
    )
    add_output_arguments(parser)


def run(arguments: argparse.Namespace) -> int:
    """Judge and print."""
    from ranvier import workbench

    if arguments.jsonl is not None:
        return run_jsonl(
            arguments.jsonl,
            lambda text, row: _document(
                workbench.judge(workbench.case_of(text, name=str(row.get("path", "")))), None
            ),
        )
    need_input(arguments.cases[0] if arguments.cases else None, name="CASE", example=EXAMPLE)
    files = case_files(arguments.cases)
    one_case_only(arguments, files)
    notes = read_notes(arguments)
    study = read_study_of_case(arguments.ncs)
    judged = [
        (name, workbench.judge(workbench.with_notes(case, notes), study)) for name, case in read_cases(files)
    ]
    only = arguments.edition
    if arguments.json:
        documents = [(name, _document(one, only)) for name, one in judged]
        print_json(documents[0][1] if len(files) == 1 else {"cases": [{"id": n, **d} for n, d in documents]})
        return 0
    _print(judged, arguments, only)
    return 0


def read_cases(files: list[str]) -> Iterator[tuple[str, Case]]:
    """Each file as a case. Of several, one that is refused is named on standard error and does not stop the rest."""
    from ranvier import workbench

    count = 0
    for name in files:
        try:
            yield name, workbench.case_of(read_text(name), name=name)
            count += 1
        except InputRefused as error:
            if len(files) == 1:
                raise
            told = str(error)
            print(f"ranvier: left out: {told if name in told else f'{name}: {told}'}", file=sys.stderr)
    if not count:
        raise InputRefused(path="CASE", given="no case could be read", expected="Letters or case files")


def one_case_only(arguments: argparse.Namespace, files: list[str]) -> None:
    """Refuse a study or a note, which belong to one person, with several cases."""
    for option, given in (("--ncs", arguments.ncs), ("--note", arguments.note)):
        if given and len(files) > 1:
            raise InputRefused(path=option, given=f"{len(files)} cases", expected="One case with it")


def case_files(names: list[str]) -> list[str]:
    """The files named, with folders opened (their TOML, JSON and text files in order of name)."""
    files: list[str] = []
    for name in names:
        path = Path(name)
        if name != "-" and path.is_dir():
            inside = sorted(p for p in path.iterdir() if p.suffix in (".toml", ".json", ".txt"))
            if not inside:
                raise InputRefused(
                    path=name, given="no case in it", expected="A folder of .toml, .json or .txt files"
                )
            files += [str(p) for p in inside]
        else:
            files.append(name)
    return files


def _document(judged: Any, only: list[str] | None) -> dict[str, Any]:
    document: dict[str, Any] = judged.document()
    if only:
        document["editions"] = {name: document["editions"][name] for name in only}
    return document


def _print(judged: list[tuple[str, Any]], arguments: argparse.Namespace, only: list[str] | None) -> None:
    from ranvier.criteria import edition, explain

    names = [edition(name).id for name in only] if only else None
    chosen = [
        (name, {key: j for key, j in one.judgements.items() if names is None or key in names})
        for name, one in judged
    ]
    if arguments.table:
        print(explain.table((Path(name).stem if name != "-" else name, found) for name, found in chosen))
        for note in explain.table_notes(found for _, found in chosen):
            print(f"ranvier: {note}", file=sys.stderr)
        return
    for (name, found), (_, one) in zip(chosen, judged, strict=True):
        if len(chosen) > 1:
            print(f"== {name}")
        for line in explain.contradictions(one.facts):
            print(f"ranvier: {line}", file=sys.stderr)
        show = explain.tree if arguments.explain else explain.summary
        print("\n\n".join(show(judgement) for judgement in found.values()))
        for sentence in explain.overlap(found):
            print(f"\n{sentence}.")
        if one.disagreements:
            print("\nWhere the record and the nerve conduction study disagree; the study is used:")
            print("\n".join(f"  {explain.disagreement(row)}" for row in one.disagreements))
        print("\nThese are published criteria applied to what was stated; they are no diagnosis.")
