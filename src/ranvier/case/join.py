"""Two accounts of one person in one case: a letter and an examination note, say."""

from __future__ import annotations

from dataclasses import replace

from .model import Case, Patient


def joined(case: Case, note: Case, *, origin: str) -> Case:
    """The case with what a note adds; nothing is taken back, so that what disagrees shows as a contradiction.

    Spans of the note point into another document and are dropped: `origin` says where its findings are from. Questions and
    identifying details stay those of the case.
    """
    first, second = case.patient, note.patient
    return replace(
        case,
        patient=Patient(
            second.age_years if first.age_years is None else first.age_years,
            second.sex if first.sex is None else first.sex,
            second.occupation if first.occupation is None else first.occupation,
        ),
        findings=(
            *case.findings,
            *(replace(f, spans=(), because=f.because or origin) for f in note.findings),
        ),
        conditions=(*case.conditions, *(replace(c, spans=()) for c in note.conditions)),
        treatments=(*case.treatments, *(replace(t, spans=()) for t in note.treatments)),
        labs=(*case.labs, *(replace(lab, spans=()) for lab in note.labs)),
        red_flags=(*case.red_flags, *(replace(flag, spans=()) for flag in note.red_flags)),
        quantities=(*case.quantities, *note.quantities),
    )
