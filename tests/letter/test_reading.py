"""What a letter says, sentence by sentence: a table of the ways people say it."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.settings import FUZZ_EXAMPLES

from ranvier.case import Case, ConditionCertainty, Response
from ranvier.letter import read
from ranvier.terms import Certainty, Presence, Side, Subject
from ranvier.terms.vocabulary import findings

TODAY = date(2026, 11, 15)


def said(text: str) -> dict[str, str]:
    """Each finding of the patient's own as "+" or "-", with its side."""
    rows = {}
    for finding in read(text, today=TODAY).findings:
        if finding.subject is Subject.PATIENT and finding.certainty is Certainty.STATED:
            mark = "+" if finding.presence is Presence.PRESENT else "-"
            rows[finding.id] = mark + ("" if finding.side is None else f" {finding.side.value}")
    return rows


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("For two years my left hand has been getting weaker.", {"hand_weakness": "+ left"}),
        ("I trip over the toe of my right foot.", {"foot_drop": "+ right"}),
        ("I can't lift the fingers of my right hand any more.", {"finger_extension_weakness": "+ right"}),
        ("I have cramps at night but no numbness or tingling.", {"muscle_cramps": "+", "sensory_symptoms": "-"}),
        ("He denies numbness, twitching and breathlessness.", {"sensory_symptoms": "-", "fasciculations": "-", "dyspnoea": "-"}),
        ("No fasciculations, wasting or sensory loss.", {"fasciculations": "-", "muscle_wasting": "-", "objective_sensory_loss": "-"}),
        ("I have had no trouble swallowing.", {"bulbar_signs": "-"}),
        ("There are blocks in several motor nerves, but not in the sensory nerves.", {"motor_conduction_block": "+", "sensory_conduction_abnormal": "-"}),
        ("The antibodies to GM1 came back negative.", {"anti_gm1_igm": "-"}),
        ("Reflexes were brisk in the left arm; plantars flexor.", {"brisk_reflexes": "+ left", "babinski_sign": "-"}),
        ("Tone, power and sensation were normal.", {"spasticity": "-", "weakness": "-", "objective_sensory_loss": "-"}),
        ("My face isn't weak.", {"facial_weakness": "-"}),
        ("Right APB 3/5, right FDI 5/5.", {"hand_weakness": "+ right"}),
    ],
)  # fmt: skip
def test_findings_are_read_with_their_verdict_and_side(text: str, expected: dict[str, str]) -> None:
    got = said(text)
    assert {key: got.get(key) for key in expected} == expected


@pytest.mark.parametrize(
    "text",
    [
        "If I start to choke on food I will ring you.",
        "I am afraid that my breathing will go.",
        "Could this turn into trouble with swallowing?",
        "ALS usually causes twitching and slurred speech.",
        "People with motor neurone disease often have cramps.",
        "Please call us if you become short of breath.",
        "Will my other hand go weak?",
    ],
)
def test_what_is_feared_supposed_asked_or_general_is_no_finding(text: str) -> None:
    assert said(text) == {}


@pytest.mark.parametrize(
    ("text", "finding", "subject"),
    [
        ("My father had slurred speech before he died.", "bulbar_signs", Subject.FAMILY),
        ("My mother had foot drop in her sixties.", "foot_drop", Subject.FAMILY),
        ("A man in my support group has trouble breathing.", "dyspnoea", Subject.OTHER),
        ("My neighbour's hands twitch all day.", "fasciculations", Subject.OTHER),
    ],
)
def test_what_others_have_is_never_the_patients(text: str, finding: str, subject: Subject) -> None:
    case = read(text, today=TODAY)
    assert finding not in said(text)
    assert [f.subject for f in case.findings if f.id == finding] == [subject]


def test_a_carers_letter_is_about_the_one_cared_for() -> None:
    case = read("My husband's right hand is weak and he drops his cup. He is 66.", today=TODAY)
    assert case.patient.sex == "male"
    assert case.patient.age_years == 66
    assert (
        said("My husband's right hand is weak and he drops his cup. He is 66.")["hand_weakness"] == "+ right"
    )


@pytest.mark.parametrize(
    ("text", "months"),
    [
        ("I have had foot drop for three years.", 36),
        ("I have had foot drop since March 2021.", 68),
        ("My foot drop began five months ago.", 5),
        ("A 6-month history of foot drop.", 6),
        ("Foot drop for a year and a half.", 18),
        ("Foot drop for 18/12.", 18),
        ("Foot drop for about two and a half years.", 30),
        ("I have had foot drop for years.", None),
    ],
)
def test_how_long_is_turned_into_months(text: str, months: float | None) -> None:
    (finding,) = [f for f in read(text, today=TODAY).findings if f.id == "foot_drop"]
    assert finding.since_months == months


@pytest.mark.parametrize(
    ("text", "age"),
    [
        ("I am a 54-year old teacher.", 54),
        ("58M with weakness of the right hand.", 58),
        ("My trouble began when I was forty, ten years ago, no: I was 40 when it began ten years ago.", 50),
        ("It began in my forties.", None),
        ("My father died at 70.", None),
    ],
)
def test_age(text: str, age: int | None) -> None:
    assert read(text, today=TODAY).patient.age_years == age


@pytest.mark.parametrize(
    ("text", "disease", "certainty"),
    [
        ("I was diagnosed with multifocal motor neuropathy.", "mmn", ConditionCertainty.DIAGNOSED),
        (
            "First they said it was ALS, but then a second doctor found MMN.",
            "als",
            ConditionCertainty.RULED_OUT,
        ),
        ("ALS has been ruled out.", "als", ConditionCertainty.RULED_OUT),
        ("They suspect CIDP.", "cidp", ConditionCertainty.SUSPECTED),
        ("Is it MMN?", "mmn", ConditionCertainty.ASKED_ABOUT),
        ("I am terrified that it is ALS.", "als", ConditionCertainty.ASKED_ABOUT),
    ],
)
def test_a_disease_is_diagnosed_only_when_that_is_said(
    text: str, disease: str, certainty: ConditionCertainty
) -> None:
    assert [c.certainty for c in read(text, today=TODAY).conditions if c.id == disease] == [certainty]


@pytest.mark.parametrize(
    ("text", "treatment", "given_", "response"),
    [
        ("I had surgery on the foot, but it did not help.", "surgery", True, Response.NONE),
        ("I was treated with IVIG, which improved my grip greatly.", "ivig", True, Response.IMPROVED),
        ("Prednisolone made me weaker.", "corticosteroid", True, Response.WORSENED),
        ("They want to start IVIG next month.", "ivig", False, None),
        ("I refused steroids.", "corticosteroid", False, None),
    ],
)
def test_treatments_with_what_they_did(
    text: str, treatment: str, given_: bool, response: Response | None
) -> None:
    (row,) = [t for t in read(text, today=TODAY).treatments if t.id == treatment]
    assert (row.given, row.response) == (given_, response)


def test_the_side_is_carried_by_reference() -> None:
    case = read("My left hand is weak. The muscles of that same hand are wasting.", today=TODAY)
    assert {f.id: f.side for f in case.findings} == {"hand_weakness": Side.LEFT, "muscle_wasting": Side.LEFT}


def test_a_titre_keeps_its_isotype_and_value() -> None:
    (row,) = read("IgM anti-GM1 was positive at 1:6400.", today=TODAY).labs
    assert (row.analyte, row.isotype, row.value, row.verdict.value) == ("anti_gm1", "igm", 6400.0, "positive")


PIECES = st.sampled_from(
    ["my left hand", " is weak", ".\n", "?", " no ", " ALS ", " ivig ", "1:6400", "<b>", "\u202e", "’", "İ", "\x00", " since 2021", " my father had ", ";", "-", "54-year old", "ﬃ", " GM1 "]
)  # fmt: skip


@settings(max_examples=FUZZ_EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.text(max_size=400) | st.lists(PIECES | st.text(max_size=8), max_size=40).map("".join))
def test_any_text_is_read_without_an_error_and_every_span_lies_in_it(text: str) -> None:
    case = read(text, today=TODAY)
    assert isinstance(case, Case)
    spans = [span for finding in case.findings for span in finding.spans]
    spans += [span for row in (*case.conditions, *case.treatments, *case.labs) for span in row.spans]
    spans += [question.span for question in case.questions if question.span] + [
        d.span for d in case.identifying
    ]
    assert all(span.end <= len(text) for span in spans)
    assert {finding.id for finding in case.findings} <= set(findings())
