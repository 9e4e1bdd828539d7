"""A letter and a nerve conduction study of the same person: the study is used, and where they disagree is said."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from ranvier import workbench
from ranvier.case import Case, Quantity
from ranvier.cli import main
from ranvier.criteria import ConductionFacts, disagreements, with_study
from ranvier.exchange.excel import write_excel
from ranvier.exchange.study_csv import read_study
from ranvier.terms import Finding, Presence, Subject

STUDIES = Path(__file__).parents[2] / "examples" / "studies"
DENIES = (
    "Dear doctor,\nI am 52. For two years my left hand has been getting weaker. My nerve test showed no conduction block, and "
    "my sensory conduction studies were abnormal.\nCould it be MMN?\n"
)
PRESENT, ABSENT = Presence.PRESENT, Presence.ABSENT


def study(name: str) -> ConductionFacts:
    return workbench.read_study((STUDIES / name / "study.csv").read_bytes(), name=name)


def test_what_the_letter_denies_and_the_study_shows_is_told_and_the_study_is_used() -> None:
    case = workbench.read(DENIES)
    assert case.presence("motor_conduction_block") is ABSENT
    assert case.presence("sensory_conduction_abnormal") is PRESENT
    judged = workbench.judge(case, study("mmn_definite"))
    assert [(d.id, d.record, d.study) for d in judged.disagreements] == [
        ("motor_conduction_block", "absent", "present"),
        ("sensory_conduction_abnormal", "present", "absent"),
    ]
    block, sensory = judged.disagreements
    assert "median" in block.because
    assert "conduction block" in DENIES[block.spans[0].start : block.spans[0].end]
    assert "sensory conduction" in DENIES[sensory.spans[0].start : sensory.spans[0].end]
    # The criteria read the numbers, and nothing is thrown out as a contradiction.
    assert not judged.facts.conflicts
    counted = judged.facts.for_rule("efns_pns_2010")
    assert counted.bounds("nerves_with_definite_block").low == 2
    assert counted.bounds("sensory_conduction_abnormal").high == 0


def test_a_block_that_the_letter_tells_and_the_study_does_not_find_is_not_counted() -> None:
    case = workbench.read("My nerve test showed conduction block in my left arm. My hand is weak.")
    assert case.presence("motor_conduction_block") is PRESENT
    judged = workbench.judge(case, study("normal"))
    assert [(d.id, d.record, d.study) for d in judged.disagreements] == [
        ("motor_conduction_block", "present", "absent")
    ]
    assert judged.facts.for_rule("efns_pns_2010").bounds("nerves_with_block").high == 0
    alone = workbench.judge(case)
    assert alone.disagreements == ()


def test_where_they_agree_nothing_is_told() -> None:
    case = workbench.read("My nerve test showed conduction block in both arms. My hand is weak.")
    assert workbench.judge(case, study("mmn_definite")).disagreements == ()


def test_what_the_study_does_not_decide_stays_as_the_letter_says() -> None:
    rows = "nerve,side,kind,record_at,stimulate_at,distance_mm,onset_latency_ms,amplitude_mv\n"
    rows += (
        "median,right,motor,APB,wrist,70,3.4,9\nmedian,right,motor,APB,elbow,220,7.5,3\n"  # no area: unknown
    )
    undecided = workbench.read_study(rows)
    assert undecided.motor_conduction_block is None
    case = workbench.read("My nerve test showed conduction block in my left arm.")
    judged = workbench.judge(case, undecided)
    assert judged.disagreements == ()
    assert judged.facts.bounds("motor_conduction_block").low == 1
    assert with_study(case, undecided).presence("motor_conduction_block") is PRESENT


def test_a_number_typed_into_a_case_file_is_held_against_the_study() -> None:
    typed = Case(
        quantities=(
            Quantity("nerves_with_definite_block", 3),
            Quantity("sensory_nerves_tested", 1, is_minimum=True),
        )
    )
    told = disagreements(typed, study("mmn_definite"))
    assert [(d.id, d.record, d.study) for d in told] == [("nerves_with_definite_block", "3", "2")]
    right = Case(quantities=(Quantity("nerves_with_definite_block", 2),))
    assert disagreements(right, study("mmn_definite")) == ()


def test_the_findings_of_the_study_take_the_place_of_the_letters_and_of_nothing_else() -> None:
    letter = Case(
        findings=(
            Finding("motor_conduction_block", ABSENT),
            Finding("foot_drop", PRESENT),
            Finding("motor_conduction_block", PRESENT, subject=Subject.FAMILY),
        )
    )
    merged = with_study(letter, study("mmn_definite"))
    assert merged.presence("motor_conduction_block") is PRESENT
    assert merged.presence("foot_drop") is PRESENT
    assert sum(not f.counts for f in merged.findings) == 1
    assert all(f.because for f in merged.own("motor_conduction_block"))
    assert with_study(letter, None) is letter


def test_the_draft_tells_what_was_measured_and_never_what_the_letter_got_wrong() -> None:
    without = workbench.answer(DENIES).answer_text
    assert "Your nerve tests found no blocked signals." in without
    reply = workbench.answer(DENIES, study=study("mmn_definite"))
    assert "no blocked signals" not in reply.answer_text
    assert "The tests of your feeling nerves were not normal" not in reply.answer_text
    assert "Your nerve tests found conduction block" in reply.answer_text
    assert (
        reply.case.presence("motor_conduction_block") is ABSENT
    )  # what was read in the letter stays as it was read


@pytest.mark.parametrize("verb", ["judge", "answer"])
def test_the_commands_say_where_they_disagree(
    verb: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    letter = tmp_path / "letter.txt"
    letter.write_text(DENIES, encoding="utf-8")
    place = str(STUDIES / "mmn_definite" / "study.csv")
    assert main([verb, str(letter), "--ncs", place]) == 0
    text = " ".join(capsys.readouterr().out.split())
    assert "disagree" in text
    assert "Motor conduction block: absent by the record, present by the study" in text
    assert main([verb, str(letter), "--ncs", place, "--json"]) == 0
    document = json.loads(capsys.readouterr().out)
    told = document.get("judgement", document)["disagreements"]
    assert [(d["id"], d["record"], d["study"]) for d in told] == [
        ("motor_conduction_block", "absent", "present"),
        ("sensory_conduction_abnormal", "present", "absent"),
    ]
    assert main([verb, str(letter), "--json"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert "disagreements" not in document.get("judgement", document)


def test_the_page_says_where_they_disagree(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    letter, page = tmp_path / "letter.txt", tmp_path / "page.html"
    letter.write_text(DENIES, encoding="utf-8")
    place = str(STUDIES / "mmn_definite" / "study.csv")
    assert main(["answer", str(letter), "--ncs", place, "--html", str(page)]) == 0
    assert "Letter and study disagree" in page.read_text(encoding="utf-8")


def test_a_workbook_goes_with_a_letter_too(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    pytest.importorskip("openpyxl")
    letter, book = tmp_path / "letter.txt", tmp_path / "study.xlsx"
    letter.write_text(DENIES, encoding="utf-8")
    book.write_bytes(write_excel(read_study((STUDIES / "mmn_definite" / "study.csv").read_bytes())))
    assert main(["judge", str(letter), "--ncs", str(book)]) == 0
    assert "present by the study" in capsys.readouterr().out


def test_a_nerve_left_out_of_the_study_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    letter, bad = tmp_path / "letter.txt", tmp_path / "study.csv"
    letter.write_text(DENIES, encoding="utf-8")
    rows = (STUDIES / "mmn_definite" / "study.csv").read_text(encoding="utf-8")
    bad.write_text(rows + "tibial,left,motor,AH,ankle,80,abc,,9,,27,5.5,33\n", encoding="utf-8")
    assert main(["judge", str(letter), "--ncs", str(bad), "--json"]) == 0
    out, err = capsys.readouterr()
    assert '"abc" is not a number' in err
    assert json.loads(out)["study"]["left_out"] == ["left tibial"]


def test_the_desk_gets_the_document_of_a_study() -> None:
    document = workbench.ncs((STUDIES / "mmn_definite" / "study.csv").read_text(encoding="utf-8"))
    assert {s["verdicts"]["efns_pns_2010"] for s in document["segments"]} >= {"definite"}
