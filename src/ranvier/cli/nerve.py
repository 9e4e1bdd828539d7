"""`ranvier nerve ...`: simulate fibres and nerves, attack them, and record what a doctor would see."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Any

from ranvier.terms.errors import DocumentRefused, InputRefused

from .documents import JSON_HELP, print_json


def register(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    verbs = parser.add_subparsers(dest="nerve_verb", metavar="VERB", required=True)
    _register_fibre(verbs.add_parser("fibre", help="one fibre: does the impulse get through, and how fast?"))
    _register_study(verbs.add_parser("study", help="attack a nerve and record the study a doctor would see"))
    _register_show(verbs.add_parser("show", help="draw the impulse stopping, the lesion, and the responses"))
    _register_sweep(
        verbs.add_parser("sweep", help="a table of lesions x diameters x temperatures, resumable")
    )
    _register_check(
        verbs.add_parser("check", help="run a file of reference conditions (shaped like nerve-oracle.csv)")
    )


def run(arguments: argparse.Namespace) -> int:
    """Do the work."""
    work = {"fibre": _fibre, "study": _study, "show": _show, "sweep": _sweep, "check": _check}
    _say_if_compiling()
    return work[arguments.nerve_verb](arguments)


def _say_if_compiling() -> None:
    from ranvier.terms.optional import require

    require("numba")
    from ranvier.nerve.stepping import is_compiled

    if not is_compiled():
        print(
            "ranvier: compiling the fibre solver, about 20 seconds, once for this installation",
            file=sys.stderr,
        )


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
    parser.add_argument(
        "--trains",
        action="store_true",
        help="also: how soon a second impulse passes, and how fast a train (takes some seconds)",
    )
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


def _register_study(parser: argparse.ArgumentParser) -> None:
    parser.description = (
        "Draw one person's motor axons, attack them as the lesion file says, stimulate at every site and write the study. "
        "Example: ranvier nerve study --lesion block.toml --out study.csv --traces traces.csv --truth truth.json"
    )
    parser.add_argument(
        "--lesion", metavar="FILE", type=Path, help="lesion file in TOML; without it the nerve is healthy"
    )
    parser.add_argument("--out", metavar="STUDY", type=Path, required=True, help="study file (CSV) to write")
    parser.add_argument("--traces", metavar="TRACES", type=Path, help="traces file (CSV) to write")
    parser.add_argument("--truth", metavar="FILE", type=Path, help="what was blocked where (JSON)")
    parser.add_argument(
        "--pool",
        action="append",
        default=[],
        help="median_apb, ulnar_adm, peroneal_edb, tibial_ah; may repeat",
    )
    parser.add_argument("--side", choices=("right", "left"), default="right")
    parser.add_argument("--temperature-celsius", type=float, default=34.0, help="limb (default 34)")
    parser.add_argument("--height-cm", type=float, default=170.0, help="body height; distances grow with it")
    parser.add_argument(
        "--noise-mv", type=float, default=0.005, help="standard deviation of the noise (default 0.005)"
    )
    parser.add_argument(
        "--artefact-mv", type=float, default=0.0, help="size of the stimulus artefact (default 0)"
    )
    parser.add_argument(
        "--electrode-mm", type=float, default=0.0,
        help="active electrode off the end-plates, distal positive, the same at every site (default 0)",
    )  # fmt: skip
    parser.add_argument(
        "--site-noise-fraction", type=float, default=0.03, help="scatter of size between sites (default 0.03)"
    )
    parser.add_argument(
        "--submaximal", action="append", default=[], metavar="SITE=SHARE",
        help="stimulate only this share of axons at a site, for example erb=0.8",
    )  # fmt: skip
    parser.add_argument("--n-axons", type=int, help="how many motor axons (default: drawn for the pool)")
    parser.add_argument("--seed", type=int, help="of the person drawn (default: the lesion file's)")
    parser.add_argument(
        "--exact", action="store_true", help="simulate every attacked axon; do not read the tables"
    )
    parser.add_argument("--json", action="store_true", help=JSON_HELP)


def _register_show(parser: argparse.ArgumentParser) -> None:
    parser.description = (
        "Draw a lesion file: space_time.svg, impulse.svg (moving), and cmaps.svg where it is a nerve that is attacked. "
        "Example: ranvier nerve show --lesion block.toml --out pictures/"
    )
    parser.add_argument("--lesion", metavar="FILE", type=Path, required=True, help="lesion file in TOML")
    parser.add_argument(
        "--out", metavar="FOLDER", type=Path, default=Path(), help="folder to write to (default: here)"
    )
    parser.add_argument("--diameter-um", type=float, help="of the axon shown (default: a middling one)")
    parser.add_argument("--length-mm", type=float, default=80.0, help="of a single fibre (default 80)")
    parser.add_argument("--json", action="store_true", help=JSON_HELP)


def _register_sweep(parser: argparse.ArgumentParser) -> None:
    parser.description = (
        "Run every combination of a sweep file (TOML, docs/nerve.md) and write one Parquet table. Kill it and run it again: "
        "it goes on where it was. A row that cannot be run carries its reason and stops nothing."
    )
    parser.add_argument("spec", metavar="SPEC", type=Path, help="sweep file in TOML")
    parser.add_argument("--out", type=Path, required=True, help="Parquet file to write")
    parser.add_argument("--workers", type=int, help="processes on this machine (default: its cores)")
    parser.add_argument("--cluster", metavar="ADDRESS", help="a Dask scheduler, to run it there")
    parser.add_argument("--json", action="store_true", help=JSON_HELP)


def _add_step_arguments(parser: argparse.ArgumentParser, *, scheme: str, dt_us: float | None) -> None:
    parser.add_argument(
        "--scheme", choices=("backward_euler", "second_order"), default=scheme, help=f"default {scheme}"
    )
    default = "each row's own" if dt_us is None else f"{dt_us:g}"
    parser.add_argument("--dt-us", type=float, default=dt_us, help=f"time step in us (default: {default})")


def _fibre(arguments: argparse.Namespace) -> int:
    from ranvier.nerve.propagation import Pulse
    from ranvier.nerve.report import (
        attack_fibre,
        fibre_document,
        fibre_text,
        step_error_fraction,
        train_text,
    )
    from ranvier.nerve.trains import train_limits
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
    limits = None
    if arguments.trains:
        pulse = Pulse(current_na=arguments.current_na)
        limits = train_limits(result.fibre, pulse=pulse, time_step_us=arguments.dt_us, scheme=scheme)
    if arguments.json:
        print_json(fibre_document(result, scheme=scheme, time_step_us=arguments.dt_us, limits=limits))
    else:
        print(fibre_text(result))
        if limits is not None:
            print(train_text(limits))
        error = step_error_fraction(arguments.dt_us, scheme)
        if error > 0.02:
            print(f"With this step times are off by about {100 * error:.0f} %; --dt-us 2.5 is within 0.5 %.")
    return 0


def _study(arguments: argparse.Namespace) -> int:
    import json

    from ranvier.nerve.lesion_file import LesionFile, read_lesion_file
    from ranvier.nerve.study import StudySettings, simulate_study, truth_document
    from ranvier.nerve.study_files import write_study, write_traces
    from ranvier.recording import Kind
    from ranvier.terms import Side
    from ranvier.terms.errors import NerveError
    from ranvier.terms.vocabulary import site

    shares = {}
    for text in arguments.submaximal:
        name, _, share = text.partition("=")
        try:
            shares[site(name, path="submaximal")] = float(share)
        except ValueError:
            raise NerveError(
                path="submaximal", given=f'"{text}"', expected="SITE=SHARE, such as erb=0.8"
            ) from None
    lesions = LesionFile("healthy", 1, ()) if arguments.lesion is None else read_lesion_file(arguments.lesion)
    settings = StudySettings(
        side=Side(arguments.side),
        celsius=arguments.temperature_celsius,
        height_cm=arguments.height_cm,
        noise_mv=arguments.noise_mv,
        artefact_mv=arguments.artefact_mv,
        electrode_mm=arguments.electrode_mm,
        site_noise_fraction=arguments.site_noise_fraction,
        supramaximal_fraction=shares,
        n_axons=arguments.n_axons,
        exact=arguments.exact,
        seed=arguments.seed,
    )
    study = simulate_study(lesions, pools=arguments.pool, settings=settings)
    write_study(arguments.out, study.recordings)
    if arguments.traces is not None:
        write_traces(arguments.traces, study.recordings)
    truth = truth_document(study)
    if arguments.truth is not None:
        arguments.truth.write_text(json.dumps(truth, indent=1), encoding="utf-8")
    for nerve in truth["nerves"]:
        del nerve["axons"]
    if arguments.json:
        print_json({**truth, "study": str(arguments.out), "n_recordings": len(study.recordings)})
    else:
        motor = [r for r in study.recordings if r.kind is Kind.MOTOR]
        areas = {(r.nerve, r.stimulate_at): r.negative_peak_area_mv_ms for r in motor}
        print(_truth_text(truth, arguments.out, areas))
    return 0


def _truth_text(truth: dict[str, Any], out: Path, areas: dict[tuple[str, str], float | None]) -> str:
    lines = [
        f"{truth['name']}: study written to {out}. The truth, which no doctor sees, beside what was recorded:"
    ]
    for nerve in truth["nerves"]:
        who = f"{nerve['side']} {nerve['nerve']}, {nerve['muscle'].upper()}"
        lines.append(f"  {who}: {nerve['n_axons']} axons, {nerve['n_lost']} lost")
        for segment in nerve["segments"]:
            blocked, slowed = (100 * (segment[key] or 0.0) for key in ("blocked_fraction", "slowed_fraction"))
            delay = segment["mean_delay_ms"] or 0.0
            where = f"{segment['distal_site']} to {segment['proximal_site']}"
            near, far = (
                areas.get((nerve["nerve"], segment[f"{end}_site"])) for end in ("distal", "proximal")
            )
            shown = f"; recorded area {100 * (far / near - 1):+.0f} %" if near and far is not None else ""
            lines.append(
                f"    {where:<28} {blocked:3.0f} % blocked, {slowed:3.0f} % only slowed, mean delay {delay:.2f} ms{shown}"
            )
    for nerve in truth["sensory"]:
        for segment in nerve["segments"]:
            blocked, slowed = (100 * (segment[key] or 0.0) for key in ("blocked_fraction", "slowed_fraction"))
            if blocked or slowed:
                where = f"{segment['distal_site']} to {segment['proximal_site']}"
                lines.append(
                    f"  {nerve['side']} {nerve['nerve']}, sensory, {where}: {blocked:.0f} % blocked, {slowed:.0f} % only slowed"
                )
    return "\n".join(lines)


def _show(arguments: argparse.Namespace) -> int:
    from dataclasses import replace

    from ranvier.nerve.attacked import applies
    from ranvier.nerve.lesion_file import read_lesion_file
    from ranvier.nerve.nerve_drawing import nerve_figure
    from ranvier.nerve.show import cmap_figure, example_pair, impulse_animation, space_time_figure
    from ranvier.nerve.study import StudySettings, simulate_study
    from ranvier.terms import Side

    lesions = read_lesion_file(arguments.lesion)
    if not lesions.entries:
        raise InputRefused(path="lesion", given="no lesion in the file", expected="At least one [[lesion]]")
    pair = example_pair(lesions, diameter_um=arguments.diameter_um, length_mm=arguments.length_mm)
    pictures = {"space_time.svg": space_time_figure(pair).svg(), "impulse.svg": impulse_animation(pair)}
    if any(entry.between is not None for entry in lesions.entries):
        side = next((entry.side for entry in lesions.entries if entry.side), "right")
        attacked = simulate_study(lesions, settings=StudySettings(side=Side(side)))
        sound = simulate_study(
            replace(lesions, entries=(), axon_loss_fraction={}),
            pools=_pools_of(attacked),
            settings=attacked.settings,
        )
        for nerve in attacked.nerves:
            if any(applies(entry, nerve.axons.pool, side) for entry in lesions.entries):
                drawing = nerve_figure(nerve, lesions, side=side)
                pictures[f"nerve_{nerve.axons.pool.nerve}.svg"] = drawing.svg()
        pictures["cmaps.svg"] = cmap_figure(
            attacked.recordings, sound.recordings, title=f"Motor responses: {lesions.name}"
        ).svg()
    arguments.out.mkdir(parents=True, exist_ok=True)
    for name, svg in pictures.items():
        (arguments.out / name).write_text(svg, encoding="utf-8")
    written = [str(arguments.out / name) for name in pictures]
    if arguments.json:
        print_json({"written": written, "shown": pair.words})
    else:
        print("\n".join(["Written:", *written]))
    return 0


def _sweep(arguments: argparse.Namespace) -> int:
    import time

    from ranvier.nerve.sweep import read_spec, run_sweep

    spec = read_spec(arguments.spec)
    started = time.monotonic()
    first: list[int] = []

    def progress(done: int, total: int) -> None:
        first.append(done)
        if not sys.stderr.isatty():
            return
        spent, made = time.monotonic() - started, done - first[0]
        left = f", {spent / made * (total - done):.0f} s left" if made else ""
        print(f"\r{done:,} of {total:,} fibres{left}      ", end="", file=sys.stderr, flush=True)

    counts = run_sweep(
        spec, arguments.out, workers=arguments.workers, cluster=arguments.cluster, progress=progress
    )
    if sys.stderr.isatty():
        print(file=sys.stderr)
    if arguments.json:
        print_json({**counts, "out": str(arguments.out)})
    else:
        print(
            f"{counts['rows']:,} rows written to {arguments.out}, {counts['faults']:,} of them refused (column `fault`)"
        )
    return 0


def _pools_of(study: Any) -> list[str]:
    return [nerve.axons.pool.id for nerve in study.nerves]


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
