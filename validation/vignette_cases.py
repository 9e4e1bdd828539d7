"""A vignette (validation/vignettes/CONVENTIONS.md) as a case, for the differential."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from ranvier.case import Case, Lab, LabVerdict, Patient, Quantity
from ranvier.terms import Finding, Presence, Side

FOLDER = Path(__file__).parent / "vignettes"


def rows(name: str) -> Iterator[dict[str, Any]]:
    with (FOLDER / f"{name}.jsonl").open(encoding="utf-8") as stream:
        for line in stream:
            if line.strip():
                yield json.loads(line)


def case_of(row: Mapping[str, Any]) -> Case:
    """The labelled findings, values and labs; never the text, the diagnosis or what was decisive."""
    months = row["duration_months"]
    return Case(
        patient=Patient(age_years=row["age_years"], sex=row["sex"]),
        findings=tuple(
            Finding(f["id"], Presence(f["verdict"]), side=Side(f["side"]) if f["side"] else None)
            for f in row["findings"]
        ),
        labs=tuple(_lab(lab) for lab in row["labs"]),
        quantities=() if months is None else (Quantity("duration_months", months),),
    )


def _lab(lab: Mapping[str, Any]) -> Lab:
    ratio = lab["titre_over_limit"]
    limit = None if ratio is None else 1.0
    return Lab(lab["analyte"], LabVerdict(lab["verdict"]), lab["isotype"], ratio, "times the limit", limit)
