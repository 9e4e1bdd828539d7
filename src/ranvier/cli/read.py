"""`ranvier read LETTER`: what a letter says, each finding tied to the words that say it."""

from __future__ import annotations

import argparse
import os
import shlex
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ranvier.terms.errors import DocumentRefused, InputRefused

from .documents import add_output_arguments, need_input, print_json, read_text, run_jsonl

if TYPE_CHECKING:
    from ranvier.case import Case
    from ranvier.terms import Finding

RESPONSES = {"improved": "helped", "none": "did not help", "worsened": "made it worse"}
EPILOG = """examples:
  ranvier read letter.txt                   what was understood, for people
  ranvier read letter.txt --json            the same as JSON (docs/interfaces)
  ranvier read letter.txt --edit            write letter.case.toml, open it in $EDITOR, check it on the way back
  ranvier judge letter.case.toml            go on with the corrected case
"""


def register(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    parser.epilog = EPILOG
    parser.add_argument(
        "letter", nargs="?", help="a letter, or a page that holds one, as text; - for standard input"
    )
    parser.add_argument(
        "--edit", action="store_true", help="write a case file to correct, and check the corrections"
    )
    parser.add_argument(
        "--out", metavar="FILE", help="where --edit writes the case (default: beside the letter)"
    )
    add_output_arguments(parser)


def run(arguments: argparse.Namespace) -> int:
    """Read the letter and show, print or write the case."""
    from ranvier import workbench
    from ranvier.case import to_document

    if arguments.jsonl:
        return run_jsonl(arguments.jsonl, lambda text, row: to_document(workbench.read(text)))
    name = need_input(arguments.letter, name="letter", example="ranvier read letter.txt")
    text = read_text(name)
    case = workbench.read(text)
    if arguments.edit:
        return _edit(case, text, Path(arguments.out) if arguments.out else _beside(name))
    if arguments.json:
        print_json(to_document(case))
    else:
        print(show(case, text))
    return 0


def _beside(name: str) -> Path:
    return Path("letter.case.toml") if name == "-" else Path(name).with_suffix(".case.toml")


def _edit(case: Case, text: str, target: Path) -> int:
    """Write the case as TOML with the words that said each thing; open an editor when there is one to open."""
    from ranvier.case import loads

    if target.exists():
        raise InputRefused(
            path=str(target), given="it is already there", expected="Move it, or name another with --out FILE"
        )
    target.write_text(_with_words(case, text), encoding="utf-8")
    editor = os.environ.get("VISUAL") or os.environ.get("EDITOR")
    if editor and sys.stdin.isatty():
        subprocess.run([*shlex.split(editor), str(target)], check=False)  # noqa: S603 — the person's own editor
        try:
            loads(target.read_text(encoding="utf-8"), path=str(target))
        except DocumentRefused as refused:
            print(f"{target} is kept as you left it, but cannot be read yet:\n{refused}", file=sys.stderr)
            return refused.exit_code
    print(f"{target}: correct it, then: ranvier judge {shlex.quote(str(target))}")
    return 0


def _with_words(case: Case, text: str) -> str:
    """The case file with, above each finding, the words of the letter it came from, as a comment."""
    from ranvier.case import dumps_toml

    lines = [
        "# What was read in the letter. Correct it, delete what is wrong, add what is missing; verdict = present or absent.",
        "# Ids and labels: docs/terms.md. Leave out what is not known.",
    ]
    findings = iter(case.findings)
    for line in dumps_toml(case).splitlines():
        if line == "[[findings]]":
            lines.append(f"# {_words(next(findings), text)}")
        lines.append(line)
    return "\n".join(lines) + "\n"


def _words(finding: Finding, text: str) -> str:
    return " … ".join(" ".join(span.of(text).split()) for span in finding.spans) or (
        finding.because or "no words given"
    )


def show(case: Case, text: str) -> str:
    """What was understood, in lines for people."""
    from ranvier.terms.vocabulary import findings as terms

    lines: list[str] = []
    for flag in case.red_flags:
        lines.append(f"URGENT ({flag.id.replace('_', ' ')}): {flag.advice}")
    person = ", ".join(
        part
        for part in (
            None if case.patient.age_years is None else f"{case.patient.age_years:g} years",
            case.patient.sex,
            case.patient.occupation,
        )
        if part
    )
    lines.append(f"Patient: {person or 'age, sex and work not said'}")
    _section(
        lines,
        "Findings",
        [
            f"{_mark(finding)} {terms()[finding.id].label}{_detail(finding)}   “{_words(finding, text)}”"
            for finding in case.findings
        ],
    )
    _section(
        lines,
        "Conditions",
        [
            f"{c.name}: {c.certainty.value.replace('_', ' ')}{_whose(c.subject.value)}"
            for c in case.conditions
        ],
    )
    _section(lines, "Treatments", [_treatment(item) for item in case.treatments])
    _section(lines, "Laboratory", [_lab(item) for item in case.labs])
    _section(lines, "Questions", [f"{q.text}  ({q.topic})" for q in case.questions])
    _section(
        lines, "Kept out of the answer and the logs", [d.kind.replace("_", " ") for d in case.identifying]
    )
    for name in case.contradictions():
        lines.append(f"Said both to be there and not: {terms()[name].label}. Correct it with --edit.")
    lines.append("A proposal: check it before it is used (ranvier read LETTER --edit).")
    return "\n".join(lines)


def _section(lines: list[str], title: str, rows: list[str]) -> None:
    if rows:
        lines.extend(["", title, *(f"  {row}" for row in rows), ""])


def _mark(finding: Finding) -> str:
    return "+" if finding.presence.value == "present" else "-"


def _whose(subject: str) -> str:
    return "" if subject == "patient" else f" ({subject})"


def _detail(finding: Finding) -> str:
    parts = [
        None
        if finding.side is None
        else ("both sides" if finding.side.value == "both" else finding.side.value),
        None if finding.since_months is None else f"for {finding.since_months:g} months",
        None if finding.certainty.value == "stated" else finding.certainty.value,
        None if finding.subject.value == "patient" else finding.subject.value,
    ]
    said = ", ".join(part for part in parts if part)
    return f" ({said})" if said else ""


def _treatment(item: Any) -> str:
    given = "" if item.given else ", not given"
    response = "" if item.response is None else f", {RESPONSES[item.response.value]}"
    ago = "" if item.months_ago is None else f", {item.months_ago:g} months ago"
    return f"{item.id.replace('_', ' ')}{given}{response}{ago}"


def _lab(item: Any) -> str:
    value = "" if item.value is None else f" {item.value:g}{'' if item.unit is None else ' ' + item.unit}"
    isotype = (
        "" if item.isotype is None else f" {item.isotype.upper().replace('IGM', 'IgM').replace('IGG', 'IgG')}"
    )
    return f"{item.analyte.replace('_', ' ')}{isotype}: {item.verdict.value}{value}"
