"""How surely red flags are found: true ones caught and false alarms, on the open sets and the sealed one.

    ./dev validate red_flags            measures every set and writes docs/validation/red_flags.md
    ./dev validate red_flags --open     prints every miss and false alarm of the open sets, for the person who tunes

The sealed set is only ever counted, never shown.
"""

from __future__ import annotations

import argparse
import json
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ranvier.letter import red_flags
from validation.intervals import wilson

FOLDER = Path(__file__).parent / "red_flags"
REPORT = Path(__file__).parents[1] / "docs" / "validation" / "red_flags.md"
SETS = {
    "open table": "table.jsonl",
    "second open set (written before the table was read)": "own.jsonl",
    "third open set (indirect wordings; every miss of it was learned from)": "wild.jsonl",
    "fresh, first look (by another hand; its misses were then learned from)": "fresh.jsonl",
    "sealed set": "sealed.jsonl",
}
OPEN = ("table.jsonl", "own.jsonl", "wild.jsonl", "fresh.jsonl")

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
    """The rows of one set."""
    lines = (FOLDER / name).read_text(encoding="utf-8").splitlines()
    return [json.loads(line) for line in lines if line.strip()]


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
                tally.errors.append(f"FALSE {', '.join(sorted(raised))}: {row['id']} {row['text']}")
            continue
        tally.true += 1
        tally.silent += not raised
        tally.by_flag.update(wanted)
        tally.caught_by_flag.update(wanted & raised)
        if wanted <= raised:
            tally.caught += 1
        else:
            tally.errors.append(f"MISS {', '.join(sorted(wanted - raised))}: {row['id']} {row['text']}")
    return tally


def report(tallies: dict[str, Tally]) -> str:
    """The section file: one row a set, then one a flag."""
    lines = [
        "# Red flags",
        "",
        "Made by `./dev validate red_flags`. A true sentence is caught when every flag it is labelled with is raised; a false",
        "alarm is any flag on a sentence that has none. Shares with Wilson 95 % intervals.",
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
    return "\n".join(lines) + "\n" + NOTES


NOTES = """
## How these figures came about

- The sealed set was written by another hand; its sentences were never read, only counted, in total and by flag. Its
  **first** figure, when the rules already caught everything in the two open sets, was **52 of 71 caught and 5 of 73 false
  alarms**. It was counted nine more times while the rules grew, and its counts by flag showed where more wordings were
  needed (rapid weakness, stroke), so today's figure is a little kinder than a wholly fresh set would be.
- The second open set was written before the table was read. The rules were then written with both in view; their first
  version caught 102 of its 108 and 64 of the table's 65, with 1 of 105 and 5 of 65 false alarms.
- The third open set was written to break the rules: odd, indirect, foreign or clinical wordings, in four batches. On first
  sight the rules caught 81 of 169, then 76 of 118, 46 of 78 and 44 of 77 of their true sentences. Every miss was then
  learned from, so today's full marks say nothing about new wordings. **Those first figures are the honest estimate for a
  wording that nobody has thought of; the sealed set's is the estimate for ordinary ones.**
- The fresh set was written by another hand and looked at once before anything in it was learned from. **First look: 97 of
  120 caught, nothing raised on 20, and 7 of 120 false alarms** (at commit f0079df; the rules as they were before that day's
  work: 96, 21 and 7). By flag: breathing 12 of 12, stroke 11 of 11, swallowing 10 of 11, rapid weakness, clot, anaphylaxis,
  suicidal thoughts and chest pain 9 of 11 each, bladder and bowel 8 of 11, kidney 7 of 10, and **severe headache after an
  infusion 5 of 11**. Every miss was then learned from by its kind, so today's figure on it says nothing about new wordings.
- The person who tunes then wrote batches of plain wordings, each before it was run. Three of plain symptoms: 88 of 116, 67 of
  98 and 82 of 104 caught at first sight. One of dangers beside denials, dates, relatives and questions: 51 of 66 raised
  anything. One of 90 harmless sentences: 7 false alarms. All were learned from too (`tests/letter/red_flag_wordings.jsonl`), so
  **about one plain sentence in five that nobody has thought of is still missed**.
- A linear model on words and letter groups, trained on the open sets, was tried on the third batch. Beside the rules it
  raised the share caught from 46 to 59 of 78, and the false alarms from 12 to 17 of 74 (near misses written to mislead).
  It was not kept: it breaks the limit on false alarms and gives no words to show.

## What is still missed

- Rapid weakness, four of ten in the sealed set. Its sentences were not read, so their kind is not known; in the open
  material the misses were losses told by a deed, without a word for weakness or a plain word for time.
- Stroke told as an odd slip ("I wanted to say table and said horse") or as a limb that "went to sleep".
- Wishes to die in images that name no death ("I look at my scarf and the door handle").

False alarms that remain: a limb that was asleep on waking and is only pressed on (wrist drop after a night over a chair arm),
a past attack told with its days ("within ten days I couldn't stand"), a relative's trouble where the letter does not say whose it
is, and effort that anyone would feel.
"""


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "--open", action="store_true", help="print the errors of the open sets; the sealed one stays shut"
    )
    asked = parser.parse_args(arguments)
    chosen = {name: file for name, file in SETS.items() if file in OPEN or not asked.open}
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
