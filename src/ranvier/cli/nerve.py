"""`ranvier nerve ...`: simulate fibres and nerves, attack them, and record what a doctor would see."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from ranvier.terms.errors import DocumentRefused

from .documents import JSON_HELP, print_json


def register(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    verbs = parser.add_subparsers(dest="nerve_verb", metavar="VERB", required=True)
    _register_fibre(verbs.add_parser("fibre", help="one fibre: does the impulse get through, and how fast?"))
    _register_check(
        verbs.add_parser("check", help="run a file of reference conditions (shaped like nerve-oracle.csv)")
    )


def run(arguments: argparse.Namespace) -> int:
    """Do the work."""
    return {"fibre": _fibre, "check": _check}[arguments.nerve_verb](arguments)


def _register_fibre(parser: argparse.ArgumentParser) -> None:
    parser.description = (
        "Simulate one myelinated axon, stimulated at one end. Example: "
        "ranvier nerve fibre --diameter-um 10 --length-mm 200 --lesion lesion.toml"
    )
    parser.add_argument(
        "--diameter-um", type=float, required=True, help="outer diameter; 2 to 16 for MRG 2002"
    )
    parser.add_argument("--length-mm", type=float, default=100.0, help="length (default 100)")
    parser.add_argument("--lesion", metavar="FILE", type=Path, help="lesion file in TOML (docs/nerve.md)")
    parser.add_argument(
        "--temperature-celsius", type=float, help="10 to 45 (default 37, or what the lesion file says)"
    )
    parser.add_argument(
        "--model", default="mrg_2002", help="mrg_2002, gaines_2018_motor or gaines_2018_sensory"
    )
    parser.add_argument(
        "--variant", help="constants of the model: modeldb_3810 or published (MRG's two alpha_m)"
    )
    parser.add_argument("--current-na", type=float, default=2.0, help="stimulus, 0.1 ms long (default 2 nA)")
    _add_step_arguments(parser, scheme="second_order", dt_us=2.5)
    parser.add_argument("--json", action="store_true", help=JSON_HELP)


def _register_check(parser: argparse.ArgumentParser) -> None:
    parser.description = (
        "Run every condition of a CSV file and write the same columns as simulated, one row a row. A row that cannot "
        "be run is reported and left empty; the others are computed."
    )
    parser.add_argument(
        "conditions", type=Path, help="CSV with columns id, kind, D, T, lesion, N, factor, ..."
    )
    parser.add_argument("--out", type=Path, required=True, help="where to write the rows")
    # The reference columns are NEURON's, whose step is backward Euler.
    _add_step_arguments(parser, scheme="backward_euler", dt_us=None)
    parser.add_argument("--json", action="store_true", help=JSON_HELP)


def _add_step_arguments(parser: argparse.ArgumentParser, *, scheme: str, dt_us: float | None) -> None:
    parser.add_argument(
        "--scheme", choices=("backward_euler", "second_order"), default=scheme, help=f"default {scheme}"
    )
    default = "each row's own" if dt_us is None else f"{dt_us:g}"
    parser.add_argument("--dt-us", type=float, default=dt_us, help=f"time step in us (default: {default})")


def _fibre(arguments: argparse.Namespace) -> int:
    from ranvier.nerve.report import attack_fibre, fibre_document, fibre_text
    from ranvier.nerve.weights import Scheme

    scheme = Scheme(arguments.scheme)
    result = attack_fibre(
        diameter_um=arguments.diameter_um,
        length_mm=arguments.length_mm,
        lesion_path=arguments.lesion,
        celsius=arguments.temperature_celsius,
        model=arguments.model,
        variant=arguments.variant,
        current_na=arguments.current_na,
        time_step_us=arguments.dt_us,
        scheme=scheme,
    )
    if arguments.json:
        print_json(fibre_document(result, scheme=scheme, time_step_us=arguments.dt_us))
    else:
        print(fibre_text(result))
    return 0


def _check(arguments: argparse.Namespace) -> int:
    from ranvier.nerve.conditions import read_conditions, run_conditions, write_results
    from ranvier.nerve.weights import Scheme

    conditions, faults = read_conditions(arguments.conditions, arguments.dt_us)
    results = run_conditions(conditions, scheme=Scheme(arguments.scheme))
    write_results(arguments.out, conditions, results)
    refused = [f"{conditions[i].id}: {row['fault']}" for i, row in sorted(results.items()) if "fault" in row]
    for line in [*map(str, faults), *refused]:
        print(f"ranvier: {line}", file=sys.stderr)
    n_good = len(conditions) - len(refused)
    if arguments.json:
        print_json({"rows": n_good, "refused": len(refused) + len(faults), "out": str(arguments.out)})
    else:
        print(f"{n_good} rows written to {arguments.out}; {len(refused) + len(faults)} refused")
    return DocumentRefused.exit_code if faults or refused else 0
