"""Names, addresses and numbers are found, and kept out of what is shown or logged; every name here is invented."""

from __future__ import annotations

import json
from collections import Counter
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ranvier.letter import identifying

OPEN = Path(__file__).parents[2] / "validation" / "letters" / "open.jsonl"


def found(text: str) -> list[tuple[str, str]]:
    return [(detail.kind, detail.span.of(text)) for detail in identifying.find(text)]


def test_the_open_letters_details_are_all_found_and_nothing_else() -> None:
    missed: list[object] = []
    false: list[object] = []
    total = 0
    for line in OPEN.read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        wanted = Counter((item["kind"], item["quote"]) for item in row["identifying"])
        got = Counter(set(found(row["text"])))
        total += len(wanted)
        missed += (wanted - got).elements()
        false += (got - wanted).elements()
    assert total >= 50
    assert missed == []
    assert len(false) <= 0.05 * total, false


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("Dear Dr Smith,\nI write about my wife Susan.", [("name", "Smith"), ("name", "Susan")]),
        ("Yours sincerely,\nJ. P. O'Hara", [("name", "J. P. O'Hara")]),
        ("It is bad.\n- M.K., Leeds", [("name", "M.K.")]),
        (
            "Call me on +44 20 7946 0958 or (212) 555-0143.",
            [("phone", "+44 20 7946 0958"), ("phone", "(212) 555-0143")],
        ),
        ("DOB: 3 March 1961, MRN 00482913", [("date_of_birth", "3 March 1961"), ("id_number", "00482913")]),
        ("SSN 078-05-1120", [("id_number", "078-05-1120")]),
        ("I live at 221 Baker Street, London NW1 6XE", [("address", "221 Baker Street, London NW1 6XE")]),
        ("I work for Acme Tyres as a fitter.", [("employer", "Acme Tyres")]),
    ],
)
def test_details_are_found(text: str, wanted: list[tuple[str, str]]) -> None:
    assert found(text) == wanted


@pytest.mark.parametrize(
    "text",
    [
        "Is it Guillain-Barré or Lewis-Sumner syndrome?",
        "Hoffmann and Babinski signs were absent.",
        "My doctor said Kennedy disease, Hirayama, Parsonage-Turner or Charcot-Marie-Tooth.",
        "In March I had Privigen, then Hizentra in April.",
        "FVC 3900 to 2400, CK 350, grip 12 kg, IVIG 2 g per kg over 5 days in 2019.",
        "Dear Doctor,\nmy hand is weak.",
        "My symptoms began in 2021 - Anonymous",
    ],
)
def test_eponyms_months_drugs_and_measures_are_no_ones_details(text: str) -> None:
    assert found(text) == []


def test_redaction_removes_every_mention() -> None:
    text = "My wife Susan is weak. Susan cannot turn keys. Mail s.k@example.org.\nYours,\nTom Example"
    shown = identifying.redact(text, identifying.find(text))
    assert "Susan" not in shown
    assert "Example" not in shown
    assert "s.k@" not in shown
    assert "cannot turn keys" in shown


PIECES = st.sampled_from(
    ["Dear", "Dr", "Smith", ",", "my wife", "Ann", "0161 496 0123", "\n", "Yours sincerely", "Mrs", "A. B.", "-", "12 Mill Lane",
     "Ayton", "DOB 1/2/1950", "x@y.org", "NHS no", "485 777 3456", "I work for", "Acme"]
)  # fmt: skip


@settings(max_examples=400, deadline=None)
@given(st.one_of(st.text(max_size=300), st.lists(PIECES, max_size=40).map(" ".join)))
def test_any_text_is_searched_and_details_never_overlap(text: str) -> None:
    details = identifying.find(text)
    for earlier, later in pairwise(details):
        assert earlier.span.end <= later.span.start
    assert all(detail.span.end <= len(text) for detail in details)
    identifying.redact(text, details)
