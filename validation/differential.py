"""Measure the differential on a simulated clinic and the vignettes: `./dev validate differential`.

It writes docs/validation/differential.md. The sealed vignettes are opened here alone; totals are printed, never a case.
`--vignettes PATH...` measures anybody's own cases instead (vignettes/FORMAT.md) and writes nothing.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

import numpy as np

from ranvier.differential import model
from ranvier.differential.series import simulate, weigh_chunks
from ranvier.terms import InputRefused

from .vignette_cases import read, rows
from .vignette_measures import Measured, calibration_error, document, each, measure, table

PAGE = Path(__file__).parents[1] / "docs" / "validation" / "differential.md"
CLINIC = 20_000
OTHER_CLINICS = 20  # simulated clinics whose frequencies are draws, not the means
REFUSED = 2


def main() -> int:
    parser = argparse.ArgumentParser(prog="./dev validate differential", description=__doc__)
    parser.add_argument(
        "--open-only", action="store_true", help="leave the sealed vignettes shut, write nothing"
    )
    parser.add_argument(
        "--vignettes", nargs="+", type=Path, metavar="PATH", help="measure these files or folders instead"
    )
    parser.add_argument("--each", action="store_true", help="with --vignettes: one line a case too")
    parser.add_argument("--json", action="store_true", help="with --vignettes: one JSON document")
    arguments = parser.parse_args()
    if arguments.vignettes:
        try:
            own = measure(read(arguments.vignettes))
        except InputRefused as error:
            print(f"ranvier: {error}", file=sys.stderr)
            return REFUSED
        _show(own, as_json=arguments.json, one_by_one=arguments.each)
        return 0
    clinic = clinic_rows()
    sets = {"open": table(measure(list(rows("open"))))}
    if not arguments.open_only:
        sets["sealed"] = table(measure(list(rows("sealed"))))
    for name, value in clinic:
        print(f"clinic  {name}: {value}")
    for name, measured in sets.items():
        for key, text in measured:
            print(f"{name:<7} {key}: {text}")
    if not arguments.open_only:
        PAGE.parent.mkdir(parents=True, exist_ok=True)
        PAGE.write_text(page(clinic, sets), encoding="utf-8")
        print(f"wrote {PAGE}")
    return 0


def _show(own: Measured, *, as_json: bool, one_by_one: bool) -> None:
    if as_json:
        print(json.dumps(document(own), indent=1))
        return
    for key, text in table(own):
        print(f"{key}: {text}")
    if one_by_one:
        print("\n".join(each(own)))


def clinic_rows() -> list[tuple[str, str]]:
    found = []
    for name, setting in model().settings.items():
        table, disease = simulate(CLINIC, setting=name, seed=11)
        probability = np.concatenate([part for part, _ in weigh_chunks(table, setting=name)])
        first = probability.argmax(axis=1)
        error = calibration_error(probability.max(axis=1), first == disease)
        mmn = model().diseases.index("mmn")
        own = calibration_error(probability[:, mmn], disease == mmn)
        right = np.mean(first == disease)
        what = f"{setting.label}, {CLINIC:,} patients"
        found.append((what, f"ECE {error:.4f} (of MMN alone {own:.4f}), top-1 {right:.1%}"))
    errors = []
    for draw in range(1, OTHER_CLINICS + 1):
        table, disease = simulate(4_000, seed=100 + draw, draw=draw)
        probability = np.concatenate([part for part, _ in weigh_chunks(table)])
        errors.append(calibration_error(probability.max(axis=1), probability.argmax(axis=1) == disease))
    what = f"{OTHER_CLINICS} clinics whose frequencies are drawn from the priors, 4,000 patients each"
    found.append((what, f"ECE median {np.median(errors):.4f}, worst {max(errors):.4f}"))
    return found


HISTORY = PAGE.parent / "differential-history.md"


def page(clinic: list[tuple[str, str]], sets: dict[str, list[tuple[str, str]]]) -> str:
    lines = [
        "# The differential, measured",
        "",
        "Written by `./dev validate differential`. Shares with Wilson 95 % intervals.",
        "",
        "## A simulated clinic",
        "",
        "Patients drawn from the model's own tables, with findings left unrecorded at random and reported the wrong way round",
        "at the setting's rate. It shows that the arithmetic is right and calibrated, not that the tables are: that is what the",
        "vignettes and clinics with drawn frequencies are for. ECE: expected calibration error of the leading disease, 15 bins;",
        "aim under 0.03.",
        "",
        "| clinic | result |",
        "|---|---|",
        *(f"| {name} | {value} |" for name, value in clinic),
        "",
        "## Vignettes",
        "",
        "Written from the literature by another hand; the sealed ones were never read by whoever tunes the model. They are not",
        "drawn at the frequency of any clinic, and some are meant to be missed, so no accuracy here is an accuracy in practice.",
        "Each is weighed with the prior of its own setting. On so few cases an expected calibration error is large by chance",
        "alone; beside it stands the 95 % range that a perfectly calibrated model would show on the same cases. Your own cases are",
        "measured the same way by `./dev validate differential --vignettes PATH` (validation/vignettes/FORMAT.md).",
        "",
        "| measure | open | sealed | aim |",
        "|---|---|---|---|",
    ]
    aims = {
        "top-1": "85 %",
        "MMN against ALS, AUC": "0.98",
        "ALS with upper motor neuron and bulbar signs": "none above 5 %",
    }
    sealed = dict(sets["sealed"])
    lines += [f"| {key} | {text} | {sealed[key]} | {aims.get(key, '')} |" for key, text in sets["open"]]
    if HISTORY.exists():
        lines += ["", HISTORY.read_text(encoding="utf-8").strip()]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    sys.exit(main())
