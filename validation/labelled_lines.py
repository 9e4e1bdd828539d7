"""The labelled sentences that the trained reader learns from, as units: text, findings, conditions, treatments.

`validation/letters/said_*.txt` hold one sentence or two a line, `labels || text`:

    hand_weakness+/left:36 bulbar_signs- muscle_cramps~ fasciculations?@family cond:als=ruled_out treat:ivig=given,improved || ...

`+` there, `-` denied, `~` was so and has gone, `?` supposed; `@family`, `@other` for another person; `-` alone for nothing.
Side and months are in the labels and not learned: they are read by rule. `open.jsonl` and `third.jsonl` are labelled whole texts, whose
quotes say which sentence carries what.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ranvier.letter.text import normalise, sentences
from ranvier.letter.trained import stretches

FOLDER = Path(__file__).parent / "letters"
MEANT = {"+": "present", "-": "absent", "~": "historical", "?": "suspected"}
_FINDING = re.compile(r"(?P<id>[a-z0-9_]+)(?P<sign>[+\-~?])(?:/(?:left|right|both))?(?::[\d.]+)?")


@dataclass(frozen=True)
class Unit:
    """One sentence or two. Findings are (id, meant, whose); conditions (id, certainty, whose); treatments (id, given, response)."""

    text: str
    findings: tuple[tuple[str, str, str], ...] = field(default=())
    conditions: tuple[tuple[str, str, str], ...] = field(default=())
    treatments: tuple[tuple[str, str, str], ...] = field(default=())


def parse(line: str) -> Unit | None:
    """One line of a `said_*.txt` file; None for a comment or an empty line. Raises ValueError for a label it cannot read."""
    if " || " not in line or line.startswith("#"):
        return None
    labels, text = line.rstrip("\n").split(" || ", 1)
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
        findings.append((match["id"], MEANT[match["sign"]], person))
    return Unit(normalise(text.strip()), tuple(findings), tuple(conditions), tuple(treatments))


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
            units.append(Unit(normalise(text), ((name, MEANT[sign], "patient"),)))
    return units


def of_texts(rows: list[dict[str, Any]]) -> list[Unit]:
    """The sentences of labelled texts as the reader hears them, with the labels whose quotes stand in them."""
    units = []
    for row in rows:
        text = row["text"]
        normal = normalise(text)
        for start, end in stretches(sentences(text, normal, start=0, end=len(text))):
            here = lambda quote, text=text, start=start, end=end: any(  # noqa: E731
                start <= match.start() < end for match in re.finditer(re.escape(quote), text)
            )
            units.append(
                Unit(
                    normal[start:end],
                    tuple({(f["id"], _meant(f), f["subject"]) for f in row["findings"] if here(f["quote"])}),
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
                )
            )
    return units


def load(name: str) -> list[dict[str, Any]]:
    """The labelled texts of one file of the folder; `validation.letters` alone may ask for `sealed`, to count."""
    lines = (FOLDER / f"{name}.jsonl").read_text(encoding="utf-8").splitlines()
    return [json.loads(line) for line in lines if line.strip()]


def _meant(finding: dict[str, Any]) -> str:
    certainty = finding["certainty"]
    return str(finding["verdict"] if certainty == "stated" else certainty)
