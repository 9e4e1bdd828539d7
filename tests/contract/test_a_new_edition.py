"""Adding an edition touches one folder: a made-up one, dropped into it, is judged, shown, documented and tested like the rest."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from tests.contract import test_editions as battery
from tests.spec import tables

from ranvier.cli import main
from ranvier.criteria import Facts, edition, editions, judge_all
from ranvier.criteria.bounds import Bounds
from ranvier.criteria.table import categories, settle_table
from ranvier.terms import DataError

TOY = """
id = "toy_2030"
title = "A made-up set of criteria (2030)"
disease = "mmn"
year = 2030
source = "Nobody 2030, made up for a test"

[[clauses]]
id = "wrist"
wording = "A dropped wrist for at least three months"
when = "wrist_drop and duration_months >= 3"
kind = "required"
locator = "page 1"
mark = "seen"

[[clauses]]
id = "x_spastic"
wording = "Excludes: spasticity"
when = "spasticity"
kind = "exclusion"
locator = "page 2"
mark = "recalled"

[[categories]]
id = "definite"
wording = "Both"
when = "wrist and not x_spastic"
locator = "page 3"
mark = "seen"
"""
ROWS = """clause,observed,expected
wrist,wrist_drop; duration_months = 3,met
wrist,wrist_drop; duration_months = 2.9,not_met
wrist,wrist_drop; duration_months = 40,met
wrist,not wrist_drop,not_met
wrist,,unknown
x_spastic,spasticity,met
x_spastic,not spasticity,not_met
x_spastic,,unknown
category,wrist_drop; duration_months = 5; not spasticity,definite
category,spasticity,not_met
category,wrist_drop,undetermined
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A copy of the editions' folder and of the spec tables; the package reads these for one test."""
    from importlib import import_module

    module = import_module("ranvier.criteria.edition")
    shutil.copytree(module.FOLDER, tmp_path / "editions")
    shutil.copytree(tables.FOLDER, tmp_path / "spec")
    monkeypatch.setattr(module, "FOLDER", tmp_path / "editions")
    monkeypatch.setattr(tables, "FOLDER", tmp_path / "spec")
    clear()
    yield tmp_path
    monkeypatch.undo()
    clear()


def clear() -> None:
    """Forget what was read from the folders."""
    editions.cache_clear()
    tables.rows_of.cache_clear()


@pytest.fixture
def toy(folder: Path) -> Path:
    """The folder with the made-up edition in it."""
    (folder / "editions" / "toy_2030.toml").write_text(TOY, encoding="utf-8")
    (folder / "spec" / "toy_2030.csv").write_text(ROWS, encoding="utf-8")
    return folder


def test_it_passes_the_battery_that_every_edition_passes(toy: Path) -> None:
    one = edition("toy_2030")
    for row in tables.rows_of("toy_2030"):
        battery.test_a_row_of_the_table_gives_its_verdict(row)
    for test in (
        battery.test_every_clause_has_rows_for_met_not_met_and_unknown,
        battery.test_every_limit_has_a_row_at_it_and_on_each_side,
        battery.test_withholding_an_observation_may_make_a_verdict_unknown_but_never_flips_it,
        battery.test_the_order_of_observations_does_not_matter,
        battery.test_of_an_empty_case_every_clause_is_unknown_and_every_category_still_open,
        battery.test_every_clause_says_why_and_has_a_source_with_a_locator,
        battery.test_an_outcome_that_leans_on_recalled_text_says_so,
        battery.test_facts_that_cannot_both_be_so_are_left_out_and_named,
    ):
        test(one)


def test_the_battery_fails_an_edition_with_a_row_that_is_wrong(toy: Path) -> None:
    wrong = ROWS.replace("duration_months = 3,met", "duration_months = 3,not_met")
    (toy / "spec" / "toy_2030.csv").write_text(wrong, encoding="utf-8")
    tables.rows_of.cache_clear()
    row = tables.rows_of("toy_2030")[0]
    with pytest.raises(AssertionError):
        battery.test_a_row_of_the_table_gives_its_verdict(row)


def test_it_is_judged_beside_the_others_shown_and_documented(
    toy: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    from validation.criteria_page import page

    judged = judge_all(Facts({"wrist_drop": Bounds(1, 1), "duration_months": Bounds(9, 9)}))
    assert judged.judgements["toy_2030"].could_become == ("definite", "not_met")
    assert judged.judgements["toy_2030"].provisional == "definite"
    case = tmp_path / "case.json"
    case.write_text('{"findings": [{"id": "spasticity", "verdict": "present"}]}', encoding="utf-8")
    assert main(["judge", str(case), "--edition", "toy_2030", "--explain"]) == 0
    told = capsys.readouterr().out
    assert "A made-up set of criteria (2030): NOT MET" in told
    assert "recalled" in told
    assert main(["judge", str(case), "--table"]) == 0
    assert "toy_2030" in capsys.readouterr().out
    assert main(["judge", str(case), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["editions"]["toy_2030"]["category"] == "not_met"
    assert "## A made-up set of criteria (2030)" in page()


def test_a_series_is_judged_by_it_too(toy: Path) -> None:
    names = ("wrist_drop", "spasticity")
    found = {
        name: np.array(column, np.int8) for name, column in zip(names, ([1, 1, -1], [0, 1, -1]), strict=True)
    }
    bounds, _ = settle_table(found, {"duration_months": np.array([4.0, 4.0, np.nan])})
    assert list(categories(edition("toy_2030"), bounds)) == ["definite", "not_met", "undetermined"]


@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        ('mark = "seen"', ""),
        ('locator = "page 1"', ""),
        ("wrist_drop and", "wristdrop and"),
        ('disease = "mmn"', 'disease = "nothing"'),
        ('kind = "required"', 'kind = "perhaps"'),
        ('when = "spasticity"', 'when = "__import__(1)"'),
    ],
)
def test_a_faulty_edition_is_refused_and_says_where(folder: Path, right: str, wrong: str) -> None:
    (folder / "editions" / "toy_2030.toml").write_text(TOY.replace(right, wrong, 1), encoding="utf-8")
    with pytest.raises(DataError, match="toy_2030"):
        editions()
