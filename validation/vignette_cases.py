"""A vignette (validation/vignettes/FORMAT.md) as a case, for the differential, and anybody's own files of them."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from ranvier.case import Case, Lab, LabVerdict, Patient, Quantity
from ranvier.differential import model
from ranvier.terms import Finding, InputRefused, Presence, Side
from ranvier.terms.errors import DocumentRefused, Fault
from ranvier.terms.vocabulary import diseases, findings, nearest

FOLDER = Path(__file__).parent / "vignettes"
LARGEST = 64 * 1024 * 1024
READABLE = "A readable UTF-8 file; a path counts from the folder of the project, or give it from the root"


def rows(name: str) -> Iterator[dict[str, Any]]:
    """The vignettes of one of the project's own sets."""
    yield from read([FOLDER / f"{name}.jsonl"])


def read(paths: list[Path]) -> list[dict[str, Any]]:
    """Vignettes of files (.jsonl, .json) or folders of them, checked whole.

    Raises
        InputRefused: with every fault, by file and line.
    """
    found: list[tuple[str, Any]] = []
    for path in paths:
        if path.is_dir():
            inside = sorted(p for p in path.rglob("*") if p.suffix in (".jsonl", ".json"))
            if not inside:
                raise InputRefused(
                    path=str(path), given="no vignette in it", expected="Files .jsonl or .json"
                )
            found += [row for one in inside for row in _rows_of(one)]
        else:
            found += _rows_of(path)
    if not found:
        raise InputRefused(
            path=str(paths[0]), given="no vignette in it", expected="One JSON object a line (FORMAT.md)"
        )
    faults = [Fault(where, given, expected) for where, row in found for given, expected in faults_of(row)]
    if faults:
        raise DocumentRefused(faults)
    return [row for _, row in found]


def _rows_of(path: Path) -> list[tuple[str, Any]]:
    try:
        if path.stat().st_size > LARGEST:
            raise InputRefused(path=str(path), given="more than 64 MB", expected="Several smaller files")
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise InputRefused(path=str(path), given=type(error).__name__, expected=READABLE) from None
    if path.suffix == ".json":
        whole = _parsed(text)
        listed = whole if isinstance(whole, list) else [whole]
        return [(f"{path.name}[{place}]", row) for place, row in enumerate(listed)]
    lines = enumerate(text.splitlines(), start=1)
    return [(f"{path.name}:{place}", _parsed(line)) for place, line in lines if line.strip()]


def _parsed(text: str) -> Any:
    try:
        return json.loads(text)
    except (json.JSONDecodeError, RecursionError):
        return None


def faults_of(row: Any) -> list[tuple[str, str]]:
    """Everything that is wrong with one vignette: as given, and what would be right."""
    if not isinstance(row, dict):
        return [("no JSON object", "One object a line (FORMAT.md)")]
    faults = []
    if row.get("diagnosis") not in diseases():
        given = str(row.get("diagnosis"))
        faults.append((f'diagnosis "{given}"', f"A disease id.{nearest(given, diseases())}"))
    if row.get("setting") is not None and row["setting"] not in model().settings:
        faults.append((f'setting "{row["setting"]}"', f"One of {', '.join(model().settings)}"))
    if not isinstance(row.get("findings"), list):
        return [*faults, ("no findings", "A list, which may be empty")]
    for finding in row["findings"]:
        known = isinstance(finding, dict) and finding.get("id") in findings()
        given = str(finding.get("id") if isinstance(finding, dict) else finding)
        if not known:
            faults.append((f'finding "{given}"', f"An id of docs/terms.md.{nearest(given, findings())}"))
        elif finding.get("verdict") not in ("present", "absent"):
            faults.append((f"{given}: verdict {finding.get('verdict')}", "present or absent"))
    if faults:
        return faults
    try:
        case_of(row)
    except InputRefused as error:
        faults.append((f"{error.path} {error.given}", error.expected))
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        faults.append((str(error), "As in FORMAT.md"))
    return faults


def case_of(row: Mapping[str, Any]) -> Case:
    """The labelled findings, values and labs; never the text, the diagnosis or what was decisive."""
    months = row.get("duration_months")
    return Case(
        patient=Patient(age_years=row.get("age_years"), sex=row.get("sex")),
        findings=tuple(
            Finding(f["id"], Presence(f["verdict"]), side=Side(f["side"]) if f.get("side") else None)
            for f in row["findings"]
        ),
        labs=tuple(_lab(lab) for lab in row.get("labs", ())),
        quantities=() if months is None else (Quantity("duration_months", months),),
    )


def _lab(lab: Mapping[str, Any]) -> Lab:
    ratio = lab.get("titre_over_limit")
    limit = None if ratio is None else 1.0
    return Lab(
        lab["analyte"], LabVerdict(lab["verdict"]), lab.get("isotype"), ratio, "times the limit", limit
    )
