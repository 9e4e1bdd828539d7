"""`ranvier trial`: a virtual clinic or trial of immunoglobulin."""

from __future__ import annotations

import argparse

from .documents import JSON_HELP, print_json

EPILOG = """examples:
  ranvier trial --list                                   the designs there are
  ranvier trial --design withdrawal --patients 10000     a cohort on and off immunoglobulin
  ranvier trial --design dose_response --json

Patients are invented from published population values (docs/treatment.md); how far the simulation agrees with 42 published
results is in docs/validation/treatment.md.
"""


def register(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    parser.epilog = EPILOG
    parser.add_argument("--design", default="maintenance", help="which trial (see --list)")
    parser.add_argument("--patients", type=int, default=1000, help="how many invented patients (1000)")
    parser.add_argument("--seed", type=int, default=20261125, help="the same seed gives the same patients")
    parser.add_argument("--list", action="store_true", help="list the designs")
    parser.add_argument("--json", action="store_true", help=JSON_HELP)


def run(arguments: argparse.Namespace) -> int:
    """Simulate and print."""
    from ranvier import workbench

    if arguments.list:
        listed = workbench.trial_designs()
        if arguments.json:
            print_json(listed)
        else:
            print("\n".join(f"{name:<16} {label}" for name, label in listed.items()))
        return 0
    result = workbench.run_trial(arguments.design, n_patients=arguments.patients, seed=arguments.seed)
    if arguments.json:
        print_json(result.as_json())
        return 0
    print(
        f"{result.label} ({result.n_patients:,} invented patients, seed {result.seed})\nSource: {result.source}\n"
    )
    print("median (90 % of patients)")
    for arm in result.arms:
        print(f"\n{arm.name}")
        for label, found in (
            ("grip over untreated", arm.gain_over_untreated),
            ("change in the last phase", arm.change_in_last_phase),
            ("lowest grip of the last cycle", arm.trough),
            ("lowest IgG rise of the last cycle", arm.igg_rise_trough),
            ("axons lost", arm.axons_lost),
            ("immunoglobulin a year", arm.grams_per_year),
        ):
            print(f"  {label:<34} {found.median:8.1f} ({found.low:.1f} to {found.high:.1f}) {found.unit}")
        print(f"  {'share whose readings gain 4 kg':<34} {arm.share_gaining:8.0%}")
        print(f"  {'share losing 4 kg in the last phase':<34} {arm.share_losing:8.0%}")
    return 0
