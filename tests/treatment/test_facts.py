"""Every number has a source; a fact without one is refused."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from ranvier.terms import DataError, Mark
from ranvier.treatment.facts import FOLDER, facts, measures, priors, read_facts, source_of

FILES = sorted(path.stem for path in FOLDER.glob("*.toml"))


@pytest.mark.parametrize("name", FILES)
def test_every_entry_has_a_source_and_a_mark(name: str) -> None:
    assert facts(name)
    for row in facts(name).values():
        assert source_of(row).mark in Mark


@pytest.mark.parametrize(
    "text",
    [
        "[a]\nvalue = 1\n",
        '[a]\ncitation = " "\nmark = "seen"\n',
        '[a]\ncitation = "x"\nmark = "sure"\n',
        "[a\n",
    ],
)
def test_an_unsourced_fact_is_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "bad.toml"
    path.write_text(text)
    with pytest.raises(DataError):
        read_facts(path)


def test_there_are_as_many_facts_as_in_the_dossier() -> None:
    assert len(facts("targets")) == 48
    assert len(facts("safety")) == 30
    assert len(facts("published_kinetics")) == 14
    assert len(facts("alternatives")) == 15
    assert len([row for row in facts("measures").values() if "kind" in row]) >= 10


def test_a_recalled_fact_says_so() -> None:
    recalled = [row for row in facts("alternatives").values() if row["mark"] == "recalled"]
    assert recalled
    assert all("not verified" in str(source_of(row)) for row in recalled)


def test_a_number_read_in_a_transcription_says_through_which() -> None:
    assert "primary not opened" in str(priors()["clearance_l_per_day"].source)


def test_weight_scales_as_published() -> None:
    clearance = priors()["clearance_l_per_day"]
    assert clearance.typical(82.0) == pytest.approx(0.435)
    assert clearance.typical(41.0) == pytest.approx(0.435 * 0.5**0.615)


def test_the_measures_of_a_diary_have_a_change_that_matters() -> None:
    assert {m.id: m.smallest_change for m in measures().values()} == {
        "grip_kg": 4.0, "grip_kpa": 8.0, "mrc_sum": 2.0, "mmn_rods": 4.0,
    }  # fmt: skip


def test_priors_agree_with_the_table_of_the_dossier_where_it_is_at_hand() -> None:
    table = Path(__file__).parents[3] / "shared" / "evidence" / "therapy-priors.csv"
    if not table.exists():
        pytest.skip("the dossier is not on this machine")
    rows = {row["symbol"]: row for row in csv.DictReader(table.open())}
    for symbol, id in {
        "CL": "clearance_l_per_day",
        "V1": "central_volume_l",
        "EC50": "half_effect_g_per_l",
    }.items():
        assert rows[symbol]["typical"].startswith(f"{priors()[id].median:g}"[:4])
