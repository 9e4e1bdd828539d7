"""The picture, the clinic report, the patient's page and the command line."""

from __future__ import annotations

import json
import re
import xml.etree.ElementTree as ElementTree
from functools import cache
from html import escape
from pathlib import Path

import pytest

from ranvier.cli import main
from ranvier.figure import pictures_as_images
from ranvier.treatment import Outlook, look_ahead, parse_diary, read_diary
from ranvier.treatment.alternatives import as_of
from ranvier.treatment.flag import Severity
from ranvier.treatment.kinetics import Route
from ranvier.treatment.patient_page import patient_page
from ranvier.treatment.picture import draw
from ranvier.treatment.plans_picture import draw_plans
from ranvier.treatment.report import clinic_report, write_pdf
from ranvier.treatment.report_plans import MOST_PLANS, listed_plans
from ranvier.treatment.summary import summarise

EXAMPLES = Path(__file__).parents[2] / "examples" / "diaries"
HEAD = "date,kind,value,unit,detail\n"


@cache
def example() -> Outlook:
    return look_ahead(read_diary(EXAMPLES / "too_little.csv"), n_draws=600)


@cache
def hostile() -> Outlook:
    text = (EXAMPLES / "too_little.csv").read_text()
    text += '2026-09-29,symptom,yes,,chest pain\n2026-09-29,<script>x</script>,1,,"<b>&"\n'
    return look_ahead(parse_diary(text), n_draws=100)


def test_the_picture_is_well_formed_and_says_what_it_shows() -> None:
    figure = draw(example())
    root = ElementTree.fromstring(figure.svg())
    assert root.tag.endswith("svg")
    assert "Wear-off" in figure.description
    circles = figure.svg().count("<circle")
    assert circles >= 3 + 3, "readings and doses are drawn"


@pytest.mark.parametrize(
    "text", ["", HEAD + "2026-01-05,ivig,80,g,\n", HEAD + "2026-01-05,grip_left,20,kg,\n"]
)
def test_an_almost_empty_diary_can_be_drawn_and_reported(text: str) -> None:
    outlook = look_ahead(parse_diary(text), n_draws=60)
    ElementTree.fromstring(draw(outlook).svg())
    assert "NOT SIGNED" in clinic_report(outlook)
    assert "does not tell you what to do" in patient_page(outlook)
    assert summarise(outlook)


def test_every_number_in_superscript_leads_to_a_source() -> None:
    page = clinic_report(example())
    cited = {int(n) for n in re.findall(r'<sup[^>]*><a href="#source-(\d+)">', page)}
    sources = page.split('<section class="sources">')[1]
    assert cited
    for number in cited:
        assert f'id="source-{number}"' in sources


def test_words_of_the_diary_are_escaped() -> None:
    for page in (clinic_report(hostile()), patient_page(hostile()), draw(hostile()).svg()):
        assert "<script>" not in page


def test_an_alarming_symptom_comes_first_on_both_pages() -> None:
    page = patient_page(hostile())
    assert page.index("emergency") < page.index("<h1>")
    assert "No plan until this is settled" in clinic_report(hostile())


def test_the_patients_page_names_no_dose_and_no_schedule() -> None:
    page = re.sub(r"<svg.*?</svg>", "", patient_page(example()), flags=re.DOTALL)
    body = re.sub(r"<style>.*?</style>", "", page, flags=re.DOTALL)
    words = re.sub(r"<[^>]+>", " ", body)
    assert not re.search(r"\d+\s*g\b|g/kg|every \d+ days|\bdose\b|\bshould\b|\bmust take\b", words)
    assert "change your treatment" in words


def test_the_report_is_one_page_and_its_annex_begins_on_the_next(tmp_path: Path) -> None:
    weasyprint = pytest.importorskip("weasyprint")
    path = tmp_path / "report.pdf"
    page = clinic_report(example())
    write_pdf(page, path)
    assert path.read_bytes().startswith(b"%PDF")
    alone = pictures_as_images(page[: page.index('<div class="annex">')] + "</main></body></html>")
    assert len(weasyprint.HTML(string=alone).render().pages) == 1


def test_the_command_line_prints_one_json_document(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["forecast", str(EXAMPLES / "too_little.csv"), "--json", "--draws", "100"]) == 0
    assert set(json.loads(capsys.readouterr().out)) >= {"fit", "forecast", "wear_off", "plans", "flags"}


def test_the_command_line_refuses_with_every_fault(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "diary.csv"
    path.write_text(HEAD + "x,ivig,80,g,\n2026-01-05,ivig,0.4,g,\n")
    assert main(["forecast", str(path), "--json"]) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert "row 2, date" in captured.err
    assert "row 3, value" in captured.err


def test_many_diaries_at_once_and_a_bad_one_stops_none(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "many.jsonl"
    good, bad = HEAD + "2026-01-05,ivig,80,g,\n", HEAD + "x,ivig,80,g,\n"
    path.write_text("".join(json.dumps({"id": i, "text": t}) + "\n" for i, t in enumerate((good, bad, good))))
    assert main(["forecast", "--jsonl", str(path), "--draws", "60"]) == 0
    rows = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [row["id"] for row in rows] == [0, 1, 2]
    assert "error" in rows[1]
    assert rows[2]["plans"]


def test_the_command_line_writes_what_is_asked_for(tmp_path: Path) -> None:
    names = {"--html": "a.html", "--svg": "a.svg", "--patient-html": "b.html"}
    words = [part for flag, name in names.items() for part in (flag, str(tmp_path / name))]
    assert main(["forecast", str(EXAMPLES / "too_little.csv"), "--draws", "60", *words]) == 0
    assert all((tmp_path / name).stat().st_size > 1000 for name in names.values())


def test_the_trial_verb_lists_and_runs(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["trial", "--list"]) == 0
    assert "withdrawal" in capsys.readouterr().out
    assert main(["trial", "--design", "one_course", "--patients", "20", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["patients"] == 20
    assert main(["trial", "--design", "nothing"]) == 2


def test_the_report_shows_the_plans_as_a_picture_and_every_refusal_with_what_would_lift_it() -> None:
    outlook = example()
    page = clinic_report(outlook)
    annex = page[page.index('<div class="annex">') :]
    assert "Schedules compared: lowest strength against grams and days of treatment a year" in annex
    refused = [flag for plan in outlook.plans for flag in plan.flags if flag.severity is Severity.REFUSE]
    assert refused
    for flag in refused:
        assert flag.id.replace("_", " ").capitalize() in annex
        assert flag.acceptable_if
        assert escape(flag.acceptable_if) in annex
    for plan in outlook.plans:
        if plan.is_refused:
            assert f"{plan.schedule.grams:g} g" in annex


def test_the_picture_of_plans_marks_each_plan_by_its_standing() -> None:
    outlook = example()
    listed = listed_plans(outlook)
    numbers = {i: 1 for i, plan in enumerate(outlook.plans) if plan is listed[0]}
    figure = draw_plans(outlook, numbers)
    assert figure is not None
    svg = figure.svg()
    ElementTree.fromstring(svg)
    assert svg.count(">now<") == 2, "the present schedule stands in both panels"
    assert svg.count(">1</text>") == 2
    assert f"{sum(plan.is_pareto for plan in outlook.plans)} are beaten by no other" in figure.description
    assert "level to hold" in svg
    bare = look_ahead(parse_diary(HEAD + "2026-01-05,ivig,80,g,\n"), n_draws=60)
    assert draw_plans(bare, {}) is None


def test_the_other_route_is_always_seen_beside_the_vein() -> None:
    listed = listed_plans(example())
    assert sum(plan.is_present for plan in listed) == 1
    assert any(plan.schedule.route is Route.SUBCUTANEOUS for plan in listed)
    assert len(listed) <= MOST_PLANS


def test_what_may_make_mmn_worse_is_named_and_not_offered() -> None:
    outlook = look_ahead(read_diary(EXAMPLES / "non_responder.csv"), n_draws=600)
    page, text = clinic_report(outlook), summarise(outlook)
    for label in ("Corticosteroids", "Plasma exchange", "Mycophenolate mofetil"):
        assert label in page
        assert f"Avoid: {label}" in text
        assert label not in {one.label for one in outlook.alternatives}
    assert as_of() in page
    assert "The column of 2015 named it" in page, "why cyclophosphamide is now the last resort"


@pytest.mark.parametrize("content", [b"", b"date,kind,value,unit,detail\n", b"\xef\xbb\xbf"])
def test_an_empty_diary_is_a_diary_alone_and_among_many(
    content: bytes, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path, many = tmp_path / "empty.csv", tmp_path / "many.jsonl"
    path.write_bytes(content)
    many.write_text(
        json.dumps({"id": 1, "path": str(path)}) + "\n" + json.dumps({"id": 2, "text": content.decode("utf-8-sig")})
    )  # fmt: skip
    assert main(["forecast", str(path), "--json", "--draws", "60"]) == 0
    alone = json.loads(capsys.readouterr().out)
    assert main(["forecast", "--jsonl", str(many), "--draws", "60"]) == 0
    rows = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    for document in (alone, *rows):
        assert "prior_only" in {flag["id"] for flag in document["flags"]}


@pytest.mark.parametrize("content", [b"\xff\xfe\x00", b"x" * 2_000_001])
def test_what_is_no_diary_is_refused_in_words_about_diaries(
    content: bytes, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "bad.csv"
    path.write_bytes(content)
    assert main(["forecast", str(path)]) == 2
    told = capsys.readouterr().err
    assert "CSV" in told
    assert "letter" not in told


def test_a_fit_that_must_be_looked_at_gives_the_patient_no_number_of_their_own() -> None:
    text = (EXAMPLES / "too_little.csv").read_text().rstrip("\n") + "\n2026-09-30,diagnosis,,,CIDP\n"
    page = patient_page(look_ahead(parse_diary(text), n_draws=600))
    assert "Your team needs to look at it first" in page
    assert "<svg" not in page
    assert not re.search(r"\b2026\b", page)


def test_a_hand_that_gains_nothing_is_not_called_strong_unless_the_other_one_gains() -> None:
    alone = patient_page(look_ahead(read_diary(EXAMPLES / "non_responder.csv"), n_draws=600))
    assert "does not seem to change with treatment." in alone
    assert "A strong hand" not in alone
    assert "no effect of treatment was seen" in alone
    both = patient_page(look_ahead(read_diary(EXAMPLES / "responder_wear_off.csv"), n_draws=600))
    assert "A strong hand may have nothing to gain." in both
