"""The labelled sentences that the trained reader learns from, as units: text, findings, conditions, treatments.

`validation/letters/said_*.txt` hold one sentence or two a line, `labels || text`:

    hand_weakness+/left:36 bulbar_signs- muscle_cramps~ fasciculations?@family cond:als=ruled_out treat:ivig=given,improved || ...

`+` there, `-` denied, `~` was so and has gone, `?` supposed; `@family`, `@other` for another person; `-` alone for nothing.
Months are in the labels and not learned: they are read by rule. `open.jsonl` and `third.jsonl` are labelled whole texts, whose
quotes say which sentence carries what.

Dangers are labelled apart: `validation/red_flags/said_*.txt` (`clot breathing || ...`) and the open sets there say which
red flags a text carries and nothing of its findings. A line of letters carries none when it tells of nothing that could
be one (`harmless`).
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from ranvier.letter import red_flags
from ranvier.letter.text import normalise, sentences
from ranvier.letter.trained import stretches

FOLDER = Path(__file__).parent / "letters"
DANGERS = Path(__file__).parent / "red_flags"
OPEN_DANGERS = (
    *(DANGERS / f"{name}.jsonl" for name in ("table", "own", "wild", "fresh")),
    Path(__file__).parents[1] / "tests" / "letter" / "red_flag_wordings.jsonl",
)
ANY = "any"  # the label of a row of which only some flag was asked
SAID_DANGERS = tuple(sorted(path.stem.removeprefix("said_") for path in DANGERS.glob("said_*.txt")))
MAYBE_DANGEROUS = frozenset(
    {"dyspnoea", "bulbar_signs", "rapid_onset", "relapsing_course", "facial_weakness", "cranial_nerve_involvement",
     "worsened_on_corticosteroid", "preceding_infection"}
)  # fmt: skip
BAR = " || "  # between the labels of a line and its text
MEANT = {"+": "present", "-": "absent", "~": "historical", "?": "suspected"}
_FINDING = re.compile(r"(?P<id>[a-z0-9_]+)(?P<sign>[+\-~?])(?:/(?P<side>left|right|both))?(?::[\d.]+)?")


@dataclass(frozen=True)
class Unit:
    """One sentence or more.

    Findings are (id, meant, whose, side); conditions (id, certainty, whose); treatments (id, given, response). `dangers`
    are the red flags, None where nobody said; `is_labelled` is whether findings, conditions and treatments were.
    """

    text: str
    findings: tuple[tuple[str, str, str, str], ...] = field(default=())
    conditions: tuple[tuple[str, str, str], ...] = field(default=())
    treatments: tuple[tuple[str, str, str], ...] = field(default=())
    dangers: tuple[str, ...] | None = None
    is_labelled: bool = True


def parse(line: str) -> Unit | None:
    """One line of a `said_*.txt` file; None for a comment or an empty line. Raises ValueError for a label it cannot read."""
    labels, bar, text = line.partition(BAR)
    if not bar or line.startswith("#"):
        return None
    findings, conditions, treatments = [], [], []
    for item in labels.split():
        if item == "-":
            continue
        whose = re.search(r"@(family|other)", item)
        person = whose.group(1) if whose else "patient"
        plain = re.sub(r"@\w+", "", item)
        kind, _, rest = plain.partition(":")
        if kind in ("cond", "treat"):
            name, _, said = rest.partition("=")
            said = re.split(r"[/:]", said)[0]
            if kind == "cond":
                conditions.append((name, said, person))
            elif person == "patient":
                given, _, response = said.partition(",")
                treatments.append((name, given, response or "unsaid"))
            continue
        match = _FINDING.fullmatch(plain)
        if match is None:
            raise ValueError(f"{item!r} is no label: {line!r}")
        findings.append((match["id"], MEANT[match["sign"]], person, match["side"] or "none"))
    return harmless(Unit(normalise(text.strip()), tuple(findings), tuple(conditions), tuple(treatments)))


def harmless(unit: Unit) -> Unit:
    """The unit labelled as without danger, where its findings cannot be one and the rules raise nothing."""
    told = {name for name, meant, _, _ in unit.findings if meant != "absent"}
    if told & MAYBE_DANGEROUS or red_flags.matched(unit.text):
        return unit
    return replace(unit, dangers=())


def dangers(name: str) -> list[Unit]:
    """The lines of `validation/red_flags/said_NAME.txt`. Raises ValueError for a flag that no rule has."""
    known, units = {rule.id for rule in red_flags.lexicon().rules}, []
    for line in (DANGERS / f"said_{name}.txt").read_text(encoding="utf-8").splitlines():
        labels, bar, text = line.partition(BAR)
        if not bar or line.startswith("#"):
            continue
        flags = tuple(item for item in labels.split() if item != "-")
        if not set(flags) <= known:
            raise ValueError(f"{set(flags) - known} is no red flag: {line!r}")
        units.append(Unit(normalise(text.strip()), dangers=flags, is_labelled=False))
    return units


def open_dangers() -> list[Unit]:
    """The open sets of red flags and their near misses; a row that asks for any flag has those that the rules raise."""
    units = []
    for path in OPEN_DANGERS:
        for row in rows_of(path):
            flags = tuple(row["red_flags"])
            if ANY in flags:
                flags = tuple(flag.id for flag in red_flags.matched(row["text"]))
            units.append(Unit(normalise(row["text"]), dangers=flags, is_labelled=False))
    return units


def said() -> list[Unit]:
    """Every line of the said_*.txt files and of phrases.txt."""
    units = [
        unit
        for path in sorted(FOLDER.glob("said_*.txt"))
        for line in path.read_text(encoding="utf-8").splitlines()
        if (unit := parse(line)) is not None
    ]
    for line in (FOLDER / "phrases.txt").read_text(encoding="utf-8").splitlines():
        if line.strip() and not line.startswith("#"):
            name, sign, text = line.split(" ", 2)
            units.append(harmless(Unit(normalise(text), ((name, MEANT[sign], "patient", "none"),))))
    return units


def of_texts(rows: list[dict[str, Any]]) -> list[Unit]:
    """The sentences of labelled texts as the reader hears them, with the labels whose quotes stand in them."""
    units = []
    for row in rows:
        text = row["text"]
        normal = normalise(text)
        known = () if not row["red_flags"] else tuple(row["red_flags"]) if row["kind"] == "sentence" else None
        for start, end in stretches(sentences(text, normal, start=0, end=len(text))):
            here = lambda quote, text=text, start=start, end=end: any(  # noqa: E731
                start <= match.start() < end for match in re.finditer(re.escape(quote), text)
            )
            units.append(
                Unit(
                    normal[start:end],
                    tuple(
                        {
                            (f["id"], _meant(f), f["subject"], f["side"] or "none")
                            for f in row["findings"]
                            if here(f["quote"])
                        }
                    ),
                    tuple(
                        {
                            (c["id"], c["certainty"], c["subject"])
                            for c in row["conditions"]
                            if here(c["quote"])
                        }
                    ),
                    tuple(
                        {
                            (t["id"], "given" if t["given"] else "not_given", t["response"] or "unsaid")
                            for t in row["treatments"]
                            if here(t["quote"])
                        }
                    ),
                    known,
                )
            )
    return units


def load(name: str) -> list[dict[str, Any]]:
    """The labelled texts of one file of the folder; `validation.letters` alone may ask for `sealed`, to count."""
    return rows_of(FOLDER / f"{name}.jsonl")


def rows_of(path: Path) -> list[dict[str, Any]]:
    """The rows of a file of JSON lines."""
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]


def _meant(finding: dict[str, Any]) -> str:
    certainty = finding["certainty"]
    return str(finding["verdict"] if certainty == "stated" else certainty)
