"""The statement base: complete, sourced, and refused when it is not."""

from __future__ import annotations

import tomllib
from datetime import date
from pathlib import Path

import pytest

from ranvier.evidence import statement, statements, topics
from ranvier.terms import DataError

SOURCES = 'source = "test"\n[a_2020]\ncitation = "A. J Test 2020"\nyear = 2020\n'
GOOD = """source = "test"
[one]
topic = "course"
claim = "A claim."
plain = "Plain words."
strength = "cohort"
mark = "seen"
sources = ["a_2020"]
as_of = 2020
"""


def folder(tmp_path: Path, **files: str) -> Path:
    (tmp_path / "sources.toml").write_text(SOURCES)
    for name, text in files.items():
        (tmp_path / f"{name}.toml").write_text(text)
    return tmp_path


def test_every_statement_of_the_base_is_carried() -> None:
    assert len(statements()) == 278


def test_every_statement_has_a_source_that_can_be_looked_up() -> None:
    assert [s.id for s in statements().values() if not any(source.address for source in s.sources)] == []


def test_every_topic_but_out_of_scope_has_a_statement() -> None:
    used = {s.topic for s in statements().values()}
    assert set(topics()) - used == {"out_of_scope"}


def test_every_source_is_cited() -> None:
    rows = tomllib.loads((statement.STATEMENTS / "sources.toml").read_text(encoding="utf-8"))
    cited = {source.citation for s in statements().values() for source in s.sources}
    assert {row["citation"] for row in rows.values() if isinstance(row, dict)} == cited


def test_every_statement_is_asked_in_lay_words() -> None:
    asked = tomllib.loads((statement.STATEMENTS / "asked_as.toml").read_text(encoding="utf-8"))
    assert {key for key, row in asked.items() if isinstance(row, dict)} == set(statements())


def test_a_recalled_statement_says_so_beside_its_source() -> None:
    recalled = [s for s in statements().values() if s.mark.value == "recalled"]
    assert recalled
    assert all("recalled, not verified" in s.citation for s in recalled)


@pytest.mark.parametrize(
    ("change", "word"),
    [
        (('sources = ["a_2020"]\n', ""), "no source"),
        (('["a_2020"]', "[]"), "no source"),
        (("a_2020", "a_2021"), "Nearest match: a_2020"),
        (('"course"', '"coarse"'), "Nearest match: course"),
        (('"cohort"', '"hearsay"'), "hearsay"),
        (("as_of = 2020\n", ""), "as_of"),
        (("as_of", "weight = 3\nas_of"), "unknown key"),
        (("Plain words.", " "), "no words"),
        (("as_of", 'numbers = [{ name = "n", unit = "%" }]\nas_of'), "no value"),
    ],
)
def test_a_faulty_statement_is_refused(tmp_path: Path, change: tuple[str, str], word: str) -> None:
    with pytest.raises(DataError, match=word):
        statement.read_statements(folder(tmp_path, facts=GOOD.replace(*change)))


def test_an_id_met_twice_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="taken"):
        statement.read_statements(folder(tmp_path, facts=GOOD, more=GOOD))


def test_a_statement_is_due_when_its_year_is_more_than_one_behind(tmp_path: Path) -> None:
    one = statement.read_statements(folder(tmp_path, facts=GOOD))["one"]
    assert not one.is_due(date(2021, 12, 31))
    assert one.is_due(date(2022, 1, 1))
