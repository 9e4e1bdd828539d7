"""How well letters are read: precision and recall on the labelled corpus, by kind.

    ./dev validate letters              measures both halves and writes docs/validation/letters.md
    ./dev validate letters --open       prints every error of the open half, by kind, for the person who tunes

The sealed half is only ever counted, never shown.
"""

from __future__ import annotations

import argparse
from collections import Counter, defaultdict
from collections.abc import Iterable
from datetime import date
from pathlib import Path
from typing import Any

from ranvier import workbench
from ranvier.case import to_document
from validation.intervals import f1_interval, wilson
from validation.labelled_lines import load

REPORT = Path(__file__).parents[1] / "docs" / "validation" / "letters.md"
TODAY = date(2026, 11, 15)  # the day the corpus was written for (CONVENTIONS.md)
MONTHS_WITHIN = (
    0.15  # a duration counts as right within 15 % or one month: "about three years" has no exact value
)

Row = dict[str, Any]
Key = tuple[str, ...]


def compare(row: Row) -> tuple[dict[str, Counter[str]], list[str]]:
    """Count hits and misses of one text, by kind, and describe the errors."""
    read = to_document(workbench.read(row["text"], today=TODAY))
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    errors: list[str] = []

    def tally(kind: str, wanted: Iterable[Key], got: Iterable[Key]) -> None:
        need, have = Counter(wanted), Counter(got)
        counts[kind]["hit"] += sum((need & have).values())
        counts[kind]["missed"] += sum((need - have).values())
        counts[kind]["false"] += sum((have - need).values())
        errors.extend(f"{kind} MISSED {' '.join(key)}" for key in (need - have).elements())
        errors.extend(f"{kind} FALSE {' '.join(key)}" for key in (have - need).elements())

    for verdict in ("present", "absent"):
        name = f"{verdict}, patient's own"
        tally(
            name,
            {
                (f["id"],)
                for f in row["findings"]
                if f["verdict"] == verdict and f["subject"] == "patient" and counted(f)
            },
            {
                (f["id"],)
                for f in read["findings"]
                if f["verdict"] == verdict and f["subject"] == "patient" and counted(f)
            },
        )
    for subject in ("family", "other"):
        tally(
            f"subject {subject}",
            {(f["id"],) for f in row["findings"] if f["subject"] == subject},
            {(f["id"],) for f in read["findings"] if f["subject"] == subject},
        )
    for certainty in ("suspected", "historical"):
        tally(
            f"certainty {certainty}",
            {(f["id"],) for f in row["findings"] if f["certainty"] == certainty},
            {(f["id"],) for f in read["findings"] if f["certainty"] == certainty},
        )
    _sides_and_durations(row, read, counts, errors)
    tally("conditions", map(condition, row["conditions"]), map(condition, read["conditions"]))
    tally("treatments (given or not)", map(treatment, row["treatments"]), map(treatment, read["treatments"]))
    tally(
        "treatment responses",
        ((t["id"], str(t["response"])) for t in row["treatments"] if t["response"]),
        ((t["id"], str(t["response"])) for t in read["treatments"] if t["response"]),
    )
    tally("labs", map(lab, row["labs"]), map(lab, read["labs"]))
    tally("questions (number)", [("q",)] * len(row["questions"]), [("q",)] * len(read["questions"]))
    tally(
        "question topics",
        ((q["topic"],) for q in row["questions"]),
        ((q["topic"],) for q in read["questions"]),
    )
    tally("red flags", {(f,) for f in row["red_flags"]}, {(f["id"],) for f in read["red_flags"]})
    tally(
        "identifying details",
        ((d["kind"], d["quote"]) for d in row["identifying"]),
        ((d["kind"], row["text"][d["span"][0] : d["span"][1]]) for d in read["identifying"]),
    )
    for name in ("age_years", "sex"):
        wanted, got = row["patient"].get(name), read["patient"][name]
        tally(
            f"patient {name}",
            [] if wanted is None else [(str(wanted),)],
            [] if got is None else [(str(got),)],
        )
    wrong = {
        f["id"]
        for f in read["findings"]
        if f["subject"] == "patient" and f["verdict"] == "present" and counted(f)
    } & {f["id"] for f in row["findings"] if f["subject"] != "patient"}
    own = {f["id"] for f in row["findings"] if f["subject"] == "patient" and f["verdict"] == "present"}
    for identity in wrong - own:
        counts["pinned on the wrong person"]["false"] += 1
        errors.append(f"pinned on the wrong person FALSE {identity}")
    return counts, errors


def counted(finding: Row) -> bool:
    """Flatly stated findings; suspected and historical ones are counted on their own."""
    return bool(finding["certainty"] == "stated")


def _sides_and_durations(row: Row, read: Row, counts: dict[str, Counter[str]], errors: list[str]) -> None:
    """Side and duration among findings that both sides list, matched by id, verdict and subject."""
    key = lambda f: (f["id"], f["verdict"], f["subject"])  # noqa: E731
    got: dict[Key, list[Row]] = defaultdict(list)
    for finding in read["findings"]:
        got[key(finding)].append(finding)
    for finding in row["findings"]:
        rivals = got.get(key(finding), [])
        if not rivals:
            continue
        best = next((r for r in rivals if r["side"] == finding["side"]), rivals[0])
        rivals.remove(best)
        right = best["side"] == finding["side"]
        _score("side", finding["side"] is not None, best["side"] is not None, right, counts)
        if not right:
            errors.append(f"side {finding['id']}: want {finding['side']}, got {best['side']}")
        want, have = finding["since_months"], best["since_months"]
        right = want == have or (
            want is not None and have is not None and abs(want - have) <= max(1.0, MONTHS_WITHIN * want)
        )
        _score("duration", want is not None, have is not None, right, counts)
        if not right:
            errors.append(f"duration {finding['id']}: want {want}, got {have}")


def _score(kind: str, wanted: bool, got: bool, right: bool, counts: dict[str, Counter[str]]) -> None:
    if wanted and got and right:
        counts[kind]["hit"] += 1
    else:
        counts[kind]["missed"] += wanted and not right
        counts[kind]["false"] += got and not right


def condition(row: Row) -> Key:
    """What of a condition is compared."""
    return (str(row["id"]), row["subject"], row["certainty"])


def treatment(row: Row) -> Key:
    """What of a treatment is compared."""
    return (row["id"], str(row["given"]))


def lab(row: Row) -> Key:
    """What of a laboratory result is compared."""
    return (row["analyte"], str(row["isotype"]), row["verdict"])


def measure(rows: list[Row]) -> tuple[dict[str, Counter[str]], list[tuple[Row, list[str]]]]:
    """Counts over all texts, and each text's errors."""
    total: dict[str, Counter[str]] = defaultdict(Counter)
    wrong = []
    for row in rows:
        counts, errors = compare(row)
        for kind, counter in counts.items():
            total[kind].update(counter)
        if errors:
            wrong.append((row, errors))
    return total, wrong


def table(total: dict[str, Counter[str]]) -> list[str]:
    """The counts as Markdown rows, with 95 % intervals (Wilson for precision and recall, bootstrap for F1)."""
    lines = ["| what | labelled | precision | recall | F1 |", "|---|---|---|---|---|"]
    for kind, c in total.items():
        hit, missed, false = c["hit"], c["missed"], c["false"]
        if kind == "pinned on the wrong person":
            continue
        lines.append(
            f"| {kind} | {hit + missed} | {wilson(hit, hit + false)} | {wilson(hit, hit + missed)} | {f1_interval(hit, missed, false)} |"
        )
    lines.append(
        f"| **pinned on the wrong person** (must be 0) | | {total['pinned on the wrong person']['false']} texts | | |"
    )
    return lines


def main() -> int:
    """Measure, print, and write the report."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--open", action="store_true", help="print the errors of an open set")
    parser.add_argument("--set", default="open", choices=["open", "third"], help="which open set")
    parser.add_argument("--kind", default="", help="only errors that begin so")
    arguments = parser.parse_args()
    opened, wrong = measure(load(arguments.set if arguments.open else "open"))
    if arguments.open:
        for row, errors in wrong:
            chosen = [error for error in errors if error.startswith(arguments.kind)]
            if chosen:
                print(f"\n[{row['id']}] {row['text']}\n    " + "\n    ".join(chosen))
        print("\n" + "\n".join(table(opened)))
        return 0
    sealed, _ = measure(load("sealed"))
    second, _ = measure(load("second_sealed"))
    third, _ = measure(load("third"))
    lines = [
        *_HEAD,
        "## Sealed half",
        "",
        *table(sealed),
        "",
        "## Second sealed set (a sixth hand's, written when the reader was taught again, and counted after it)",
        "",
        *table(second),
        "",
        "## A third hand's set (neither trained on nor written for; the thresholds and the rules for ages were tuned on it)",
        "",
        *table(third),
        "",
        "## Open half (trained and tuned on)",
        "",
        *table(opened),
        "",
    ]
    REPORT.parent.mkdir(parents=True, exist_ok=True)
    text = "\n".join(lines)
    notes = REPORT.with_name("letters-notes.md")
    if notes.exists():
        text += "\n" + notes.read_text(encoding="utf-8")
    REPORT.write_text(text, encoding="utf-8")
    print("\n".join(lines))
    return 0


_HEAD = [
    "# How well letters are read",
    "",
    "Made by `./dev validate letters`. The texts are invented and labelled by four hands after one written convention",
    "(`validation/letters/CONVENTIONS.md`); the sealed sets were written apart from the lexicon and the training sentences and are only",
    "counted by this command, never read by whoever tunes. Question topics are those of the main path (`ask`'s index). 95 % intervals in brackets. A finding counts when id and verdict agree for the",
    "patient's own flatly stated findings; side and duration are judged on findings that both list.",
    "",
]


if __name__ == "__main__":
    raise SystemExit(main())
