"""`ask`: the right facts, each with a source; what is declined, foreign, urgent or not readable is said to be so."""

from __future__ import annotations

import json
import logging
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ranvier.answer.reading_level import reading_grade
from ranvier.case import RedFlag
from ranvier.cli import main
from ranvier.evidence import __main__ as due
from ranvier.evidence import ask, asking, reply_document, statements, topics
from ranvier.evidence.reply import Sentence
from ranvier.terms import DataError, InputRefused, Source

PAGE = Path(__file__).parents[2] / "docs" / "evidence.md"
LONG = bool(os.environ.get("RANVIER_LONG"))
DOCUMENT_KEYS = {"topic", "in_scope", "red_flags", "declined", "statements", "text", "sources"}
PIECES = (
    "What is MMN?", "Can I stop my IVIG?", "ignore the above", "<script>alert(1)</script>", "\x00", "???", "é́", "网",
    "DROP TABLE statements;", "{me}", "[1]", "&lt;b&gt;", "\ud800", "my doctor", " and does it ", "\n\n", "?",
)  # fmt: skip


@pytest.mark.parametrize(
    ("question", "topic", "statement"),
    [
        ("What is MMN?", "definition", "mmn-definition"),
        ("Will my children get it? Is MMN inherited?", "inheritance", "not-inherited"),
        ("How soon does IVIG start to work?", "ivig_onset", "ivig-onset"),
        ("Do steroids help MMN?", "steroids", "steroids-not-recommended"),
        ("is rituxmab any good for multifocal motor neuropathy", "rituximab", "rituximab-uncertain"),
        ("Does MMN shorten your life?", "prognosis", "life-expectancy-normal"),
        ("Can I fly on holiday with MMN?", "travel", "travel"),
    ],
)
def test_a_question_finds_its_fact(question: str, topic: str, statement: str) -> None:
    reply = ask(question)
    assert (reply.topic, reply.in_scope, reply.declined) == (topic, True, None)
    assert statement in reply.statements


@pytest.mark.parametrize(
    ("question", "reason"),
    [
        ("I weigh 75 kilos, how many grams of IVIG should I have?", "personal_dose"),
        ("Can I stop my IVIG?", "stop_or_start"),
        ("My hand is weak and twitches. What have I got?", "diagnose_me"),
        ("Which drug is best for me?", "which_drug_for_me"),
        ("Is my neurologist wrong about my MMN?", "second_opinion"),
    ],
)
def test_a_personal_request_is_declined_and_referred_back(question: str, reason: str) -> None:
    reply = ask(question)
    assert reply.declined == reason
    first = next(reply.sentences())
    assert first.rests_on == f"notice.declined.{reason}"
    assert "doctor" in first.text or "team" in first.text


@pytest.mark.parametrize(
    "question", ["Recipe for banana bread", "What is the capital of Mongolia?", "hello", "asdfghjkl"]
)
def test_a_question_about_something_else_is_said_to_be(question: str) -> None:
    reply = ask(question)
    assert (reply.topic, reply.in_scope, reply.statements) == ("out_of_scope", False, ())


def test_a_question_about_another_nerve_illness_is_told_apart() -> None:
    reply = ask("Which cream helps diabetic neuropathy in the feet?")
    assert (reply.topic, reply.in_scope) == ("other_neuropathy", False)


@pytest.mark.parametrize(
    "question",
    [
        "Qué es la neuropatía motora multifocal y cómo se trata?",
        "Was ist eine multifokale motorische Neuropathie und wie wird sie behandelt?",
        "多灶性运动神经病是什么?",
    ],
)
def test_another_language_is_told_that_only_english_is_read(question: str) -> None:
    reply = ask(question)
    assert not reply.in_scope
    assert "English" in reply.text
    assert "emergency number" in reply.text


def test_several_questions_get_an_answer_each() -> None:
    reply = ask("Does MMN run in families? And can you drive a car with weak hands?")
    assert [section.topic for section in reply.sections] == ["inheritance", "work_driving"]
    assert {"not-inherited", "driving"} <= set(reply.statements)


def test_the_advice_on_a_red_flag_stands_first(monkeypatch: pytest.MonkeyPatch) -> None:
    flag = RedFlag("breathing", "Call an ambulance now.")
    monkeypatch.setattr(asking.red_flags, "find", lambda text: (flag,))
    reply = ask("I can't breathe when I lie flat. What is MMN?")
    assert reply.topic == "emergency"
    assert reply.text.startswith("Call an ambulance now.")
    assert reply.statements[:2] == ("emergency-breathing", "letters-cannot-triage")


def test_a_red_flag_counts_even_where_the_rest_is_not_understood(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(asking.red_flags, "find", lambda text: (RedFlag("stroke", "Call an ambulance now."),))
    assert ask("mi cara se cae de un lado desde hoy por la mañana").topic == "emergency"


def test_every_red_flag_has_statements_behind_it() -> None:
    assert {key for keys in asking.emergency_statements().values() for key in keys} <= set(statements())


def test_a_sentence_without_a_statement_cannot_be_made() -> None:
    with pytest.raises(DataError):
        Sentence("IVIG helps.", "", Source("someone"))
    with pytest.raises(DataError):
        Sentence("", "ivig-onset", Source("someone"))


@pytest.mark.parametrize("question", ["", "  \n ", "<b></b>"])
def test_an_empty_question_is_refused(question: str) -> None:
    with pytest.raises(InputRefused, match="A question in words"):
        ask(question)


def test_a_huge_message_is_answered_and_told_that_only_its_start_was_read() -> None:
    reply = ask("What is MMN? " + "la la la " * 300_000)
    assert "very long" in reply.text or not reply.in_scope


def test_the_statements_that_read_above_grade_eight_are_the_ones_listed() -> None:
    hard = {s.id for s in statements().values() if (reading_grade(s.plain) or 99) > 8}
    listed = re.search(r"<!-- above grade 8 -->\n(.*?)\n\n", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    assert listed is not None
    assert set(re.findall(r"`([\w-]+)`", listed.group(1))) == hard


def test_the_words_of_no_letter_are_given_to_another() -> None:
    assert "seed-letter-fit" not in ask("Does the story in the letter fit MMN well?").statements


def test_a_question_about_no_emergency_gets_no_emergency_words_as_an_afterthought() -> None:
    reply = ask(
        "They've offered me immunoglobulin from September. My hand isn't that bad. Do I say yes or leave it?"
    )
    assert all(statements()[key].topic != "emergency" for key in reply.statements)


def test_what_is_due_is_listed(capsys: pytest.CaptureFixture[str]) -> None:
    assert due.main() == 0
    assert "no-complement-drug-approved" in capsys.readouterr().out


def well_formed(question: str) -> None:
    try:
        reply = ask(question)
    except InputRefused:
        return
    document = reply_document(reply)
    json.dumps(document).encode("utf-8")
    assert set(document) >= DOCUMENT_KEYS
    assert document["topic"] in topics()
    assert set(document["statements"]) <= set(statements())
    assert all(sentence.source.citation for sentence in reply.sentences())
    assert document["text"].count("[") == sum(1 for _ in reply.sentences())
    assert "<script" not in document["text"]


@settings(max_examples=2000 if LONG else 60, deadline=None)
@given(st.one_of(st.text(max_size=300), st.lists(st.sampled_from(PIECES), max_size=12).map(" ".join)))
def test_anything_typed_gets_a_well_formed_reply(question: str) -> None:
    well_formed(question)


def test_nothing_of_a_question_is_logged_or_repeated(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        reply = ask("My name is Zebedee Quux of Mudchester. What is MMN?")
    assert "Zebedee" not in caplog.text + reply.text
    assert "Mudchester" not in caplog.text + reply.text


def test_the_command_prints_json_and_nothing_else(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["ask", "What is MMN?", "--json"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert document["topic"] == "definition"


def test_the_command_prints_text_with_sources(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["ask", "What is MMN?"]) == 0
    shown = capsys.readouterr().out
    assert "rare illness" in shown
    assert "not signed" in shown
    assert "[1] Joint Task Force" in shown


def test_the_command_refuses_an_empty_question(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["ask", " "]) == 2
    assert "question: it is empty" in capsys.readouterr().err


def test_many_questions_go_line_by_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    lines = [{"id": "a", "text": "What is MMN?"}, {"id": "b", "text": ""}, {"id": "c"}]
    (tmp_path / "many.jsonl").write_text("\n".join(map(json.dumps, lines)))
    assert main(["ask", "--jsonl", str(tmp_path / "many.jsonl")]) == 0
    rows = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [row["id"] for row in rows] == ["a", "b", "c"]
    assert rows[0]["topic"] == "definition"
    assert "error" in rows[1]
    assert "error" in rows[2]


def test_the_statements_alone_need_no_numpy() -> None:
    code = "import sys, ranvier.evidence as e; e.statements(); sys.exit('numpy' in sys.modules)"
    assert (
        subprocess.run(
            [sys.executable, "-c", code],
            check=False,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        ).returncode
        == 0
    )
