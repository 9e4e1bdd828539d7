"""Forms of a disease: the second layer of the network, between the disease and the states of its groups.

Findings of different groups hang together when a disease has forms (a bulbar onset spares the limbs; a trapped motor branch
leaves no numbness). `forms.toml` names the special forms; the usual form of a disease is what is left of its row.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ranvier.terms import DataError, Mark, Source
from ranvier.terms.vocabulary import read_toml

PATH = Path(__file__).parent / "forms.toml"
USUAL = "usual"
SHORT_OF = 0.002  # how far rounding may take the usual form below zero
OWN = ("label", "share", "n", "source", "mark")


@dataclass(frozen=True)
class Form:
    """One form of a disease: which, its share of people with the disease, and its own state shares by group."""

    id: str
    disease: str
    label: str
    share: float
    n: float
    source: Source
    states: Mapping[str, tuple[float, ...]]


def read_forms(diseases: tuple[str, ...], path: Path = PATH) -> tuple[Form, ...]:
    """Every form, disease by disease in the order given; the usual form first, alone where a disease has no other.

    Raises
        DataError: shares of a disease's special forms that leave nothing, or an unknown disease.
    """
    data = read_toml(path)
    special = {key: rows for key, rows in data.items() if isinstance(rows, dict)}
    if unknown := set(special) - set(diseases):
        raise DataError(path=path.name, given=str(sorted(unknown)), expected="Disease ids of diseases.toml")
    forms = []
    for disease in diseases:
        named = [
            _form(disease, key, row, str(data["source"])) for key, row in special.get(disease, {}).items()
        ]
        left = 1 - sum(form.share for form in named)
        if left <= 0:
            raise DataError(
                path=f"{path.name}.{disease}",
                given=f"{left:.2f} left",
                expected="A share for the usual form",
            )
        source = Source("what is left of the disease's own row", Mark.DERIVED)
        forms += [Form(USUAL, disease, "usual form", left, 0.0, source, {}), *named]
    return tuple(forms)


def _form(disease: str, key: str, row: Mapping[str, Any], source: str) -> Form:
    states = {group: tuple(shares) for group, shares in row.items() if group not in OWN}
    text = Source(str(row.get("source") or source), Mark(row["mark"]))
    return Form(key, disease, row["label"], float(row["share"]), float(row["n"]), text, states)


def own_row(group: str, forms: tuple[Form, ...]) -> NDArray[np.intp]:
    """Whose shares each form has in a group: its own place where it differs, else that of its disease's usual form."""
    usual = {form.disease: place for place, form in enumerate(forms) if form.id == USUAL}
    return np.array([i if group in form.states else usual[form.disease] for i, form in enumerate(forms)])


def state_rows(
    group: str, whole: Mapping[str, tuple[tuple[float, ...], float]], forms: tuple[Form, ...]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """State shares of one group for every form, (forms, states), and what each is worth in patients.

    `whole` holds each disease's own row and its worth. The usual form is what the row leaves once the special forms that
    differ in this group are taken out; a form that does not differ has the shares of the usual form.

    Raises
        DataError: special forms that hold more of a state than the whole disease has.
    """
    shares, worth = [], []
    for form in forms:
        row, n = whole[form.disease]
        if group in form.states:
            own = np.array(form.states[group])
            if len(own) != len(row) or abs(own.sum() - 1) > SHORT_OF:
                raise DataError(
                    path=f"forms.toml.{form.disease}.{form.id}.{group}",
                    given=str(form.states[group]),
                    expected=f"{len(row)} shares that add up to 1",
                )
            shares.append(own)
            worth.append(form.n)
            continue
        differing = [f for f in forms if f.disease == form.disease and group in f.states]
        taken = np.sum([f.share * np.array(f.states[group]) for f in differing], axis=0)
        left = (np.array(row) / sum(row) - taken) / (1 - sum(f.share for f in differing))
        if (left < -SHORT_OF).any():
            raise DataError(
                path=f"forms.toml.{form.disease}",
                given=f"{group}: {np.round(left, 3).tolist()} left for the usual form",
                expected="No form with more of a state than the whole disease has",
            )
        shares.append(np.clip(left, 0, None))
        worth.append(n)
    return np.array(shares), np.array(worth)
