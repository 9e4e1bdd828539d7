"""How surely red flags are found: true ones caught and false alarms, on the open sets and the sealed one.

    ./dev validate red_flags            measures every set and writes docs/validation/red_flags.md
    ./dev validate red_flags --open     prints every miss and false alarm of the open sets, for the person who tunes

The sealed set is only ever counted, never shown.
"""

from __future__ import annotations

import argparse
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ranvier.letter import red_flags
from validation.intervals import wilson
from validation.labelled_lines import SAID_DANGERS, dangers, rows_of

FOLDER = Path(__file__).parent / "red_flags"
REPORT = Path(__file__).parents[1] / "docs" / "validation" / "red_flags.md"
NOTES = REPORT.with_name("red_flags-notes.md")
SETS = {
    "sealed set": "sealed.jsonl",
    "second sealed set": "second_sealed.jsonl",
    "open table": "table.jsonl",
    "second open": "own.jsonl",
    "third open": "wild.jsonl",
    "fourth open": "fresh.jsonl",
    "four hands": "said_*.txt",
}
SEALED = ("sealed.jsonl", "second_sealed.jsonl")

Row = dict[str, Any]


@dataclass
class Tally:
    """Counts of one set. A true row is caught when every flag it is labelled with is raised."""

    caught: int = 0
    true: int = 0
    silent: int = 0  # true rows on which nothing at all was raised
    false_alarms: int = 0
    near_misses: int = 0
    by_flag: Counter[str] = field(default_factory=Counter)
    caught_by_flag: Counter[str] = field(default_factory=Counter)
    false_by_flag: Counter[str] = field(default_factory=Counter)
    errors: list[str] = field(default_factory=list)


def load(name: str) -> list[Row]:
    """The rows of one set: JSON lines, or the labelled lines of several files."""
    if "*" in name:
        units = [unit for hand in SAID_DANGERS for unit in dangers(hand)]
        return [{"text": unit.text, "red_flags": unit.dangers or ()} for unit in units]
    return rows_of(FOLDER / name)


def measure(rows: list[Row]) -> Tally:
    """Count what is caught and what is falsely raised."""
    tally = Tally()
    for row in rows:
        raised = {flag.id for flag in red_flags.find(row["text"])}
        wanted = set(row["red_flags"])
        if not wanted:
            tally.near_misses += 1
            tally.false_by_flag.update(raised)
            if raised:
                tally.false_alarms += 1
                tally.errors.append(f"FALSE {', '.join(sorted(raised))}: {row['text']}")
            continue
        tally.true += 1
        tally.silent += not raised
        tally.by_flag.update(wanted)
        tally.caught_by_flag.update(wanted & raised)
        if wanted <= raised:
            tally.caught += 1
        else:
            tally.errors.append(f"MISS {', '.join(sorted(wanted - raised))}: {row['text']}")
    return tally


def report(tallies: dict[str, Tally]) -> str:
    """The section file: one row a set, then one a flag."""
    lines = [
        "# Red flags",
        "",
        "Made by `./dev validate red_flags`. A true text is caught when every flag it is labelled with is raised; a false",
        "alarm is any flag on a text that has none. Shares with Wilson 95 % intervals. The sealed sets say how well a text that",
        "nobody has seen is caught; all the others were learned from.",
        "",
        "| set | caught | share | nothing raised | false alarms | share |",
        "|---|---|---|---|---|---|",
    ]
    for name, tally in tallies.items():
        lines.append(
            f"| {name} | {tally.caught} of {tally.true} | {wilson(tally.caught, tally.true)} | {tally.silent}"
            f" | {tally.false_alarms} of {tally.near_misses} | {wilson(tally.false_alarms, tally.near_misses)} |"
        )
    flags = sorted({flag for tally in tallies.values() for flag in tally.by_flag})
    lines += [
        "",
        "Caught by flag, and after the stroke the false alarms:",
        "",
        "| flag | " + " | ".join(tallies) + " |",
        "|---|" + "---|" * len(tallies),
    ]
    for flag in flags:
        cells = (
            f"{tally.caught_by_flag[flag]} of {tally.by_flag[flag]} / {tally.false_by_flag[flag]}"
            for tally in tallies.values()
        )
        lines.append(f"| {flag} | " + " | ".join(cells) + " |")
    return "\n".join(lines) + "\n\n" + NOTES.read_text(encoding="utf-8")


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "--open", action="store_true", help="print the errors of the open sets; the sealed one stays shut"
    )
    asked = parser.parse_args(arguments)
    chosen = {name: file for name, file in SETS.items() if not (asked.open and file in SEALED)}
    tallies = {name: measure(load(file)) for name, file in chosen.items()}
    for name, tally in tallies.items():
        print(
            f"{name}: caught {tally.caught} of {tally.true}, false alarms {tally.false_alarms} of {tally.near_misses}"
        )
        if asked.open:
            print("\n".join(f"  {error}" for error in tally.errors))
    if not asked.open:
        REPORT.parent.mkdir(parents=True, exist_ok=True)
        REPORT.write_text(report(tallies), encoding="utf-8")
        print(f"wrote {REPORT.relative_to(REPORT.parents[2])}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
