"""Whole answers: every sentence sourced, length and grade, urgent first, declined kindly, nothing of the letter in them."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from tests.answer import cases

from ranvier import workbench
from ranvier.answer import Kind, Reply, reading_grade
from ranvier.case import Case
from ranvier.evidence import statements

LETTERS = Path(__file__).parents[2] / "examples" / "letters"
REPLIES = {
    **cases.whole_replies(),
    **{
        path.stem: workbench.answer(path.read_text(encoding="utf-8"), today=cases.TODAY)
        for path in sorted(LETTERS.glob("*.txt"))
    },
}
EVERY = pytest.mark.parametrize("reply", REPLIES.values(), ids=REPLIES.keys())
DIAGNOSES = re.compile(
    r"\byou (?:do |may |probably |surely )?(?:have|suffer from) (?:MMN|ALS|CIDP|multifocal)|\byour (?:ALS|CIDP)\b"
)


@EVERY
def test_every_sentence_rests_on_a_statement_a_fact_or_a_clause(reply: Reply) -> None:
    clauses = {r.id for r in reply.judgement.clauses} | {reply.judgement.edition.id}
    for sentence in reply.draft.sentences():
        assert sentence.support
        for support in sentence.support:
            if support.kind is Kind.STATEMENT:
                assert support.id in statements()
                assert reply.draft.numbers[support.id]
            elif support.kind is Kind.CRITERION:
                assert support.id in clauses
            else:
                assert support.spans or support.because, f"{support} points nowhere"
                assert all(span.end <= len(reply.text) for span in support.spans)
                assert exists(support.kind, support.id, reply.case)


def exists(kind: Kind, identity: str, case: Case) -> bool:
    """Whether the case holds the fact that a support names."""
    known = {
        Kind.FINDING: {f.id for f in case.findings},
        Kind.TREATMENT: {t.id for t in case.treatments},
        Kind.CONDITION: {c.id or "named" for c in case.conditions},
        Kind.RED_FLAG: {f.id for f in case.red_flags},
        Kind.QUESTION: {q.topic for q in case.questions},
    }
    return kind not in known or identity in known[kind]


@EVERY
def test_an_answer_has_350_to_700_words_in_short_sentences(reply: Reply) -> None:
    assert 350 <= reply.draft.word_count <= 650
    assert 350 <= len(reply.answer_text.split()) <= 700, "with headings, source numbers and the status line"
    assert reply.draft.word_count / len(list(reply.draft.sentences())) < 15


@EVERY
def test_an_answer_reads_at_grade_8_or_below_by_our_count_and_by_a_harsher_one(reply: Reply) -> None:
    grade = reading_grade(reply.draft.prose)
    assert grade is not None, "install the extra `reading-level`"
    assert grade <= 8
    assert harsh_grade(reply.draft.prose) <= 8


def harsh_grade(text: str) -> float:
    """Flesch-Kincaid with every run of vowels a syllable, and letters of an abbreviation one each: never too kind."""
    words = re.findall(r"[A-Za-z']+", text)
    sentences = len(re.findall(r"[.?!](?:\s|$)", text))
    syllables = sum(
        len(w) if w.isupper() and len(w) > 1 else max(1, len(re.findall(r"[aeiouy]+", w.lower())))
        for w in words
    )
    return 0.39 * len(words) / sentences + 11.8 * syllables / len(words) - 15.59


@EVERY
def test_red_flags_stand_first_and_only_when_there_are_any(reply: Reply) -> None:
    urgent = [section.urgent for section in reply.draft.sections]
    assert urgent[0] == bool(reply.case.red_flags)
    assert sum(urgent) == bool(reply.case.red_flags)


@EVERY
def test_nothing_is_said_twice(reply: Reply) -> None:
    said = [sentence.text for sentence in reply.draft.sentences()]
    kinds = {s.text for s in reply.draft.sections[0].sentences} if reply.draft.sections[0].urgent else set()
    assert len(said) == len(set(said)) or {t for t in said if said.count(t) > 1} <= kinds | {
        "Call an ambulance now."
    }


@EVERY
def test_the_software_never_diagnoses_and_never_signs(reply: Reply) -> None:
    assert not DIAGNOSES.search(reply.draft.prose)
    assert reply.document["signed"] is None
    assert "Not signed" in reply.answer_text
    assert any("column-role" in sentence.statements for sentence in reply.draft.sentences())


@EVERY
def test_three_things_to_ask_are_always_there(reply: Reply) -> None:
    asks = next(section for section in reply.draft.sections if section.id == "asks")
    assert len(asks.sentences) == 3
    assert all(sentence.text.endswith("?") for sentence in asks.sentences)


@EVERY
def test_no_percentage_for_a_fatal_disease(reply: Reply) -> None:
    for sentence in reply.draft.sentences():
        assert not ("ALS" in sentence.text and re.search(r"\d", sentence.text)), sentence.text
        assert "als-survival" not in sentence.statements


@EVERY
def test_age_work_side_place_and_name_stay_out(reply: Reply) -> None:
    words = set(re.findall(r"[\w']+", reply.answer_text.lower()))
    assert not re.search(
        r"\b(left|right)[ -](hand|foot|arm|leg|wrist|side|calf|forearm)", reply.answer_text.lower()
    )
    assert not words & {"harpsichord", "teacher", "baker", "piano", "allotment", "snoring", "tewkesbury"}
    for detail in reply.case.identifying:
        for word in re.findall(r"[A-Za-z]{4,}", detail.span.of(reply.text)):
            assert word.lower() not in words


def test_the_most_urgent_red_flag_comes_first_and_what_calms_is_left_out() -> None:
    reply = REPLIES["urgent"]
    first = [i for s in reply.draft.sections[0].sentences for i in s.statements]
    assert first[0] == "emergency-suicidal"
    assert (
        next(i for i in first if i in ("emergency-breathing", "emergency-chest-pain"))
        == "emergency-breathing"
    )
    assert "ivig-common-side-effects" not in {i for s in reply.draft.sentences() for i in s.statements}


def test_signs_against_mmn_are_said_and_nothing_comforts() -> None:
    used = {i for s in REPLIES["grave"].draft.sentences() for i in s.statements}
    assert used & {"mmn-exclusion-criteria", "als-bulbar-onset"}
    assert not used & {
        "criteria-sensitivity",
        "life-expectancy-normal",
        "block-may-be-missed",
        "cramps-fasciculations",
        "draw-blood-before-ig",
    }
    said = REPLIES["grave"].draft.prose
    assert "do not match the guideline" in said


def test_an_older_answer_on_the_page_is_told_what_changed() -> None:
    changed = next(s for s in REPLIES["seed_like"].draft.sections if s.id == "changed")
    used = [i for s in changed.sentences for i in s.statements]
    assert "cyclophosphamide-not-preferred" in used
    assert "steroids-not-recommended" in used
    assert "2015" in changed.sentences[0].text
    bare = cases.reply_to(cases.LETTER, cases.seed_like(cases.LETTER))
    assert not [s for s in bare.draft.sections if s.id == "changed"]


def test_the_words_of_the_older_answer_stay_out() -> None:
    assert "100,000 people. It differs" not in REPLIES["seed_like"].answer_text
    assert "DR. X" not in REPLIES["seed_like"].answer_text


def test_the_readers_own_treatment_and_its_effect_are_woven_in() -> None:
    said = REPLIES["seed_like"].draft.prose
    assert "You had an operation, and it did not help." in said
    assert "(IVIG) have made you stronger." in said
    assert "You are in your fifties and have lived with a dropped foot for about three years." in said


def test_a_carer_is_told_whom_you_means() -> None:
    assert "someone you care for" in REPLIES["several"].draft.prose
    assert "someone you care for" not in REPLIES["seed_like"].draft.prose
