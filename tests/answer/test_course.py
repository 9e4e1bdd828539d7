"""When immunoglobulin works, in an answer: ranges with their source, the letter's own times, a diary's, and never a dose."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import pytest
from tests.answer import cases

from ranvier import workbench
from ranvier.answer import Kind, Reply, reading_grade
from ranvier.answer.course import MODEL, words
from ranvier.answer.own_times import own_times
from ranvier.evidence import statements
from ranvier.treatment import Outlook
from ranvier.treatment.usual_course import usual_course

EXAMPLES = Path(__file__).parents[2] / "examples"
LETTER = (EXAMPLES / "letters" / "ivig_wearing_off.txt").read_text(encoding="utf-8")
DOSE = re.compile(r"\d\s*(?:g|grams?|mg|mL)\b|g/kg", re.IGNORECASE)


@cache
def outlook(name: str, more: str = "") -> Outlook:
    text = (EXAMPLES / "diaries" / f"{name}.csv").read_text(encoding="utf-8")
    return workbench.forecast(text + more, n_draws=600)


def reply(diary: Outlook | None = None, letter: str = LETTER) -> Reply:
    return workbench.answer(letter, today=cases.TODAY, outlook=diary)


def treatment(made: Reply) -> str:
    return " ".join(s.text for section in made.draft.sections if section.id == "treatment" for s in section.sentences)  # fmt: skip


def test_the_models_ranges_are_told_with_a_source_of_their_own() -> None:
    made = reply()
    said = treatment(made)
    onset, peak, end = usual_course()
    assert f"by day {onset.low_days:.0f} to {onset.high_days:.0f}" in said
    assert f"by day {peak.low_days:.0f} to {peak.high_days:.0f}" in said
    assert f"by week {end.low_days / 7:.0f} to {end.high_days / 7:.0f}" in said
    sentence = next(s for s in made.draft.sentences() if "computer model" in s.text)
    numbers = made.draft.cited(sentence)
    cited = [c for c in made.draft.citations if c.number in numbers]
    assert {c.text for c in cited} > {MODEL["usual_course"][0]}, "the model, and what was published beside it"
    assert "docs/validation/treatment.md" in next(c for c in cited if "usual_course" in c.statements).text
    model = next(s for s in sentence.support if s.kind is Kind.MODEL)
    assert "within 3 weeks" in (model.because or "")


def test_a_letter_that_names_its_own_times_hears_of_them() -> None:
    made = reply()
    said = treatment(made)
    assert "You write of treatment every 5 weeks." in said
    assert "about 10 days before the next one, so near day 25" in said
    sentence = next(s for s in made.draft.sentences() if s.text.startswith("You write of treatment"))
    assert [span.of(LETTER) for span in sentence.rests_on.spans] == [
        "every five weeks",
        "about ten days before the next",
    ]


@pytest.mark.parametrize(
    ("letter", "expected"),
    [
        ("I have a drip every five weeks. It fades ten days before the next infusion.", (35, 10, 25)),
        ("My infusions are every other week.", (14, None, None)),
        ("I get IVIG every 28 days and it lasts about 3 weeks.", (28, None, 21)),
        ("The IVIG wears off after two weeks.", (None, None, 14)),
        ("I have treatment every month.", (30, None, None)),
        ("How long does IVIG last, every four weeks?", (None, None, None)),
        ("My doctor suggests IVIG every four weeks.", (None, None, None)),
        ("I do not have a drip every five weeks.", (None, None, None)),
        ("I walk every two days. The drip helps.", (None, None, None)),
        ("I have a drip every 400 days.", (None, None, None)),
        ("The drip is every week. It fades 10 days before the next drip.", (7, 10, None)),
        ("", (None, None, None)),
    ],
)
def test_own_times_are_read_narrowly(
    letter: str, expected: tuple[int | None, int | None, int | None]
) -> None:
    found = own_times(letter, offset=7)
    assert (found.interval_days, found.before_days, found.fades_after_days) == expected
    for span in found.spans:
        assert letter[span.start - 7 : span.end - 7].strip()


def test_a_diary_gives_the_readers_own_days_and_the_reviewer_the_dates() -> None:
    diary = outlook("responder_wear_off")
    made = reply(diary)
    said = treatment(made)
    assert re.search(r"In your diary, strength is at its best about \d+ days after a course begins\.", said)
    assert re.search(r"worn off after about \d+ days, and \d+ to \d+ days are possible", said)
    assert "You write of treatment" not in said, "measured times stand in place of remembered ones"
    assert diary.wear_off.date is not None
    assert diary.wear_off.date.isoformat() not in made.answer_text, "a date may point at one person"
    document = made.document["diary"]
    assert document["wear_off"]["date"] == diary.wear_off.date.isoformat()
    assert document["fit"] == "settled"
    own = next(s for s in made.draft.sentences() if s.text.startswith("In your diary"))
    assert own.rests_on.kind is Kind.DIARY
    assert "readings" in (own.rests_on.because or "")


def test_a_diary_that_shows_no_fading_gives_no_number() -> None:
    said = treatment(reply(outlook("non_responder")))
    assert "does not show strength fading between treatments" in said
    assert "It has worn off" not in said


def test_a_slow_loss_in_the_diary_is_told_gently() -> None:
    said = treatment(reply(outlook("slow_decliner")))
    assert "slow loss over a longer time, which can have more than one cause" in said


def test_a_diary_without_strength_cannot_speak_for_the_reader() -> None:
    bare = workbench.forecast("date,kind,value,unit,detail\n2026-01-05,ivig,80,g,\n", n_draws=60)
    assert "no strength readings that we could use" in treatment(reply(bare))


@pytest.mark.parametrize("line", ["2026-10-02,grip_left,31,kPa,\n", "2026-09-29,diagnosis,,,CIDP\n"])
def test_a_diary_that_must_be_looked_at_first_gives_no_number(line: str) -> None:
    diary = outlook("too_little", "\n" + line)
    assert not diary.has_own_numbers
    said = treatment(reply(diary))
    assert "needs a closer look by your team" in said
    assert "It has worn off" not in said


def test_an_alarming_symptom_in_the_diary_stands_first_even_when_the_letter_has_none() -> None:
    made = reply(outlook("too_little", "\n2026-09-29,symptom,yes,,chest pain\n"))
    assert not made.case.red_flags
    first = made.draft.sections[0]
    assert first.urgent
    assert "emergency-chest-pain" in {i for s in first.sentences for i in s.statements}
    assert not reply(outlook("too_little")).draft.sections[0].urgent


@pytest.mark.parametrize("name", ["responder_wear_off", "slow_decliner", "non_responder", "sc_switch", "too_little", ""])  # fmt: skip
def test_an_answer_with_a_diary_keeps_to_length_grade_and_scope(name: str) -> None:
    made = reply(outlook(name) if name else None)
    assert 350 <= made.draft.word_count <= 650
    assert 350 <= len(made.answer_text.split()) <= 700
    grade = reading_grade(made.draft.prose)
    assert grade is not None
    assert grade <= 8
    assert not DOSE.search(made.draft.prose)
    assert not re.search(r"\b(?:you should|you need to|ask for|take) \d", made.draft.prose)
    used = {i for s in made.draft.sentences() for i in s.statements}
    assert {"emergency-breathing", "emergency-chest-pain"} <= used, "no sentence of ours pushes these out"


def test_nothing_is_said_of_the_course_where_it_does_not_belong() -> None:
    for letter in ("als_fear.txt", "carpal_tunnel.txt", "red_flag.txt"):
        text = (EXAMPLES / "letters" / letter).read_text(encoding="utf-8")
        assert "computer model" not in reply(letter=text).draft.prose, letter


def test_every_statement_beside_a_sentence_of_the_course_exists_and_no_sentence_names_a_dose() -> None:
    for id, row in words().items():
        assert set(row.get("statements", ())) <= set(statements()), id  # type: ignore[arg-type]
        assert not DOSE.search(str(row["text"])), id
