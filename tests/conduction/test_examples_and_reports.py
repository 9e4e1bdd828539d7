"""The example studies give the pattern they are named for, from their files, and their reports are made."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest
from examples import make_studies

from ranvier.cli import main
from ranvier.conduction import Pattern, StudyResult, judge_study
from ranvier.conduction.body_map import body_map
from ranvier.conduction.report import html_report
from ranvier.conduction.trace_figure import nerve_figures
from ranvier.exchange.study_csv import read_study
from ranvier.exchange.sweeps import attach_traces
from ranvier.exchange.traces_csv import read_traces
from ranvier.figure import pictures_as_images

FOLDER = Path(__file__).parents[2] / "examples" / "studies"
PATTERNS = {
    "normal": Pattern.NORMAL, "mmn_definite": Pattern.MULTIFOCAL_BLOCK_SPARING_SENSORY,
    "mmn_probable": Pattern.MULTIFOCAL_BLOCK_SPARING_SENSORY, "martin_gruber": Pattern.NORMAL,
    "dispersion_without_block": Pattern.DISPERSION_WITHOUT_BLOCK, "carpal_tunnel": Pattern.ENTRAPMENT,
    "als_pattern": Pattern.MOTOR_AXONAL_LOSS, "cidp": Pattern.GENERALISED_DEMYELINATION,
}  # fmt: skip
GRADES = {"mmn_definite": {"definite": 2}, "mmn_probable": {"probable": 2}}


def judged(name: str) -> StudyResult:
    study = read_study((FOLDER / name / "study.csv").read_bytes())
    return judge_study(attach_traces(study, read_traces((FOLDER / name / "traces.csv").read_bytes())))


@pytest.mark.parametrize("name", sorted(PATTERNS))
def test_an_example_shows_what_it_is_named_for(name: str) -> None:
    result = judged(name)
    assert result.summary.pattern is PATTERNS[name]
    grades = [s.grades["efns_pns_2010"].value for s in result.segments]
    counts = {grade: grades.count(grade) for grade in ("definite", "probable") if grade in grades}
    assert counts == GRADES.get(name, {})
    assert (FOLDER / name / "README.md").read_text(encoding="utf-8").count("\n") > 4


# The last printed digit may differ by one from machine to machine.
LAST_DIGIT = {"study.csv": 0.011, "traces.csv": 0.00011}


@pytest.fixture(scope="module")
def made_anew(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("studies")
    make_studies.main(folder)
    return folder


def cells(path: Path) -> list[list[str]]:
    return [line.split(",") for line in path.read_text(encoding="utf-8").splitlines()]


@pytest.mark.parametrize("name", sorted(PATTERNS))
def test_the_files_of_an_example_come_from_its_command(name: str, made_anew: Path) -> None:
    assert sorted(p.name for p in (FOLDER / name).iterdir()) == ["README.md", "study.csv", "traces.csv"]
    kept, made = FOLDER / name, made_anew / name
    assert (kept / "README.md").read_text(encoding="utf-8") == (made / "README.md").read_text(
        encoding="utf-8"
    )
    for file, tolerance in LAST_DIGIT.items():
        before, after = cells(kept / file), cells(made / file)
        assert before[0] == after[0]
        assert len(before) == len(after)
        for old, new in zip(before[1:], after[1:], strict=True):
            for a, b in zip(old, new, strict=True):
                if re.fullmatch(r"-?[0-9.]+", a):
                    assert float(b) == pytest.approx(float(a), abs=tolerance)
                else:
                    assert a == b


def test_there_are_no_other_examples() -> None:
    assert {p.name for p in FOLDER.iterdir() if p.is_dir()} == set(PATTERNS) == set(make_studies.STUDIES)


@pytest.mark.parametrize("name", sorted(PATTERNS))
def test_the_command_in_the_explanation_of_an_example_runs(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    text = (FOLDER / name / "README.md").read_text(encoding="utf-8")
    (line,) = re.findall(r"^    ranvier (.*)$", text, re.MULTILINE)
    monkeypatch.chdir(FOLDER.parents[1])
    words = [str(tmp_path / w) if w == "report.html" else w for w in shlex.split(line)]
    assert main(words) == 0
    assert capsys.readouterr().out.startswith(judged(name).summary.title)
    page = (tmp_path / "report.html").read_text(encoding="utf-8")
    assert page.count('class="trace"') == len(nerve_figures(judged(name)))


def test_the_page_of_conduction_and_the_readme_name_every_example() -> None:
    root = FOLDER.parents[1]
    page = (root / "docs" / "conduction.md").read_text(encoding="utf-8")
    for name in PATTERNS:
        assert f"examples/studies/{name}" in page
    assert "examples/studies/" in (root / "README.md").read_text(encoding="utf-8")


def test_the_report_holds_its_parts_and_is_marked_unsigned() -> None:
    page = html_report(judged("mmn_definite"))
    for part in (
        "NOT SIGNED",
        "Motor conduction",
        "Sensory conduction",
        "Traces",
        "To be careful of",
        "Preston",
    ):
        assert part in page
    assert page.count("<svg") == 1 + len(nerve_figures(judged("mmn_definite")))


def test_words_of_the_input_are_escaped_in_the_report() -> None:
    from ranvier.conduction import Context

    study = read_study(
        (FOLDER / "normal" / "study.csv").read_bytes(), context=Context(patient_line="<script>x</script>")
    )
    assert "<script>" not in html_report(judge_study(study))


def test_pictures_say_in_words_what_they_show() -> None:
    result = judged("mmn_definite")
    assert "right median, wrist to elbow" in body_map(result).svg()
    heading, figure = nerve_figures(result)[0]
    assert heading == "Right median nerve, APB"
    assert "Sweeps from distal to proximal" in figure.svg()


def test_the_command_writes_reports_and_refuses_by_exit_code(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    study, page = FOLDER / "normal" / "study.csv", tmp_path / "r.html"
    assert main(["ncs", str(study), "--json", "--html", str(page)]) == 0
    assert page.read_text(encoding="utf-8").startswith("<!doctype html>")
    bad = tmp_path / "bad.csv"
    bad.write_text("a,b\n1,2\n", encoding="utf-8")
    assert main(["ncs", str(bad)]) == 2
    assert "no column nerve" in capsys.readouterr().err


@pytest.fixture(scope="module")
def pages_of_cidp() -> list[str]:
    """The words of each page of the longest report."""
    weasyprint = pytest.importorskip("weasyprint")
    document = weasyprint.HTML(string=pictures_as_images(html_report(judged("cidp")))).render()
    return [
        " ".join(box.text for box in page._page_box.descendants() if hasattr(box, "text"))
        for page in document.pages
    ]


@pytest.mark.paper
def test_on_paper_the_summary_stands_on_the_first_page_and_the_signature_on_the_last(
    pages_of_cidp: list[str],
) -> None:
    first, last = pages_of_cidp[0], pages_of_cidp[-1]
    assert 4 <= len(pages_of_cidp) <= 9
    assert all("Nerve conduction study, not signed" in page for page in pages_of_cidp)
    assert "Generalised slowing" in first  # once pushed to page 2 by its own length
    assert "Motor conduction" in first
    for word in ("Examined by", "Date", "Signature"):
        assert word in last


@pytest.mark.paper
def test_on_paper_a_table_keeps_its_heading(pages_of_cidp: list[str]) -> None:
    for page in pages_of_cidp:
        headings, tables = page.count("nerve, recorded from"), page.count("Stimulated at")
        assert headings == tables


@pytest.mark.paper
def test_the_command_writes_a_pdf(tmp_path: Path) -> None:
    pytest.importorskip("weasyprint")
    paper = tmp_path / "report.pdf"
    folder = FOLDER / "mmn_definite"
    assert (
        main(["ncs", str(folder / "study.csv"), "--traces", str(folder / "traces.csv"), "--pdf", str(paper)])
        == 0
    )
    assert paper.read_bytes().startswith(b"%PDF")


def test_the_report_shows_both_grades_where_they_differ() -> None:
    rows = "nerve,side,kind,record_at,stimulate_at,distance_mm,onset_latency_ms,amplitude_mv,area_mv_ms,duration_ms\n"
    rows += "median,right,motor,APB,wrist,70,3.4,9.1,28.0,5.6\nmedian,right,motor,APB,elbow,220,,NR,0,\n"
    result = judge_study(read_study(rows.encode()))
    page = html_report(result)
    assert "definite</span>; probable with caution" in page
    assert "probable with caution (absent proximal response)" in page
    assert ">absent<" in page


def test_a_plot_shows_itself_in_a_notebook_and_has_its_table() -> None:
    result = judged("mmn_definite")
    page = html_report(result)
    for heading, figure in nerve_figures(result):
        assert figure._repr_svg_() == figure.svg()
        nerve = heading.split(" nerve")[0]
        assert f"{nerve} nerve, recorded from" in page or nerve.lower() in page
    assert body_map(result)._repr_svg_().startswith("<svg")
    assert "Derived values" in page
    assert "1 onset, 2 negative peak, 3 return" in page
