"""`ranvier bench NAME`: speed, measured against peers in one run."""

from __future__ import annotations

import argparse
from importlib import import_module

from .documents import JSON_HELP, print_json

# Each module has `measure(*, short: bool) -> list[BenchmarkRow]`.
BENCHMARKS = {
    "letter": "ranvier.letter.benchmark",
    "conduction": "ranvier.conduction.benchmark",
    "desk": "ranvier.web.benchmark",
    "differential": "ranvier.differential.benchmark",
    "nerve": "ranvier.nerve.benchmark",
    "treatment": "ranvier.treatment.benchmark",
}


def register(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    parser.add_argument("name", choices=sorted(BENCHMARKS), help="what to measure")
    parser.add_argument("--json", action="store_true", help=JSON_HELP)
    parser.add_argument("--short", action="store_true", help="a quick run: smaller batches, wider scatter")


def run(arguments: argparse.Namespace) -> int:
    """Measure and print."""
    from ranvier.terms.benchmark import as_document

    rows = import_module(BENCHMARKS[arguments.name]).measure(short=arguments.short)
    document = as_document(arguments.name, rows)
    if arguments.json:
        print_json(document)
        return 0
    print(f"{arguments.name} on {document['machine']}")
    for row in rows:
        beside = "" if row.peers is None else f"   {row.peer}: {row.peers:,.4g} {row.unit}"
        ratio = "" if row.ratio is None else f"   ratio {row.ratio:,.1f}"
        error = "" if row.error is None else f"   error {row.error:.3g}"
        print(f"  {row.case:<52} {row.ours:>12,.4g} {row.unit}{beside}{ratio}{error}")
    return 0
