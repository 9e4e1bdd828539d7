"""A case survives store and load; a faulty one is refused with every fault at once."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ranvier.case import (
    Case,
    Condition,
    ConditionCertainty,
    IdentifyingDetail,
    Lab,
    LabVerdict,
    Patient,
    Question,
    RedFlag,
    Response,
    Treatment,
    dumps_toml,
    from_document,
    loads,
    to_document,
)
from ranvier.terms import CaseError, Certainty, DocumentRefused, Finding, Presence, Side, Span, Subject
from ranvier.terms.vocabulary import diseases, findings

words = st.text(
    st.characters(codec="utf-8", exclude_categories=("Cs", "Cc")), min_size=1, max_size=20
).filter(str.strip)
months = st.none() | st.floats(0, 1400).map(lambda x: round(x, 1))
spans = st.builds(lambda start, length: Span(start, start + length), st.integers(0, 500), st.integers(1, 60))
some_spans = st.lists(spans, max_size=2).map(tuple)
one_finding = st.builds(
    Finding,
    id=st.sampled_from(sorted(findings())),
    presence=st.sampled_from(Presence),
    subject=st.sampled_from(Subject),
    certainty=st.sampled_from(Certainty),
    side=st.none() | st.sampled_from(Side),
    site=st.none() | words,
    since_months=months,
    spans=some_spans,
    because=st.none() | words,
)
cases = st.builds(
    Case,
    patient=st.builds(
        Patient,
        age_years=st.none() | st.integers(0, 120),
        sex=st.sampled_from([None, "female", "male"]),
        occupation=st.none() | words,
    ),
    findings=st.lists(one_finding, max_size=6).map(tuple),
    conditions=st.lists(
        st.builds(
            Condition,
            name=words,
            id=st.none() | st.sampled_from(sorted(diseases())),
            certainty=st.sampled_from(ConditionCertainty),
            subject=st.sampled_from(Subject),
            spans=some_spans,
        ),
        max_size=3,
    ).map(tuple),
    treatments=st.lists(
        st.builds(
            Treatment,
            id=words,
            given=st.booleans(),
            response=st.none() | st.sampled_from(Response),
            months_ago=months,
            spans=some_spans,
        ),
        max_size=3,
    ).map(tuple),
    labs=st.lists(
        st.builds(
            Lab,
            analyte=words,
            verdict=st.sampled_from(LabVerdict),
            isotype=st.sampled_from([None, "igm", "igg"]),
            value=st.none() | st.floats(0, 1e6),
            unit=st.none() | words,
            upper_limit=st.none() | st.floats(0, 1e6),
            spans=some_spans,
        ),
        max_size=3,
    ).map(tuple),
    questions=st.lists(st.builds(Question, text=words, topic=words, span=st.none() | spans), max_size=2).map(
        tuple
    ),
    red_flags=st.lists(st.builds(RedFlag, id=words, advice=words, spans=some_spans), max_size=2).map(tuple),
    identifying=st.lists(st.builds(IdentifyingDetail, kind=words, span=spans), max_size=2).map(tuple),
    letter_span=st.none() | spans,
)


@given(cases)
def test_a_case_survives_store_and_load_in_json_and_toml(case: Case) -> None:
    assert loads(json.dumps(to_document(case)), path="case") == case
    assert loads(dumps_toml(case), path="case") == case


def test_every_fault_of_a_file_is_reported_at_once_by_path() -> None:
    document = {
        "patient": {"age_years": "54", "sex": "m"},
        "findings": [
            {"id": "foot_dorp", "verdict": "present"},
            {"id": "foot_drop", "verdict": "yes", "side": "rigth"},
        ],
        "labs": [{"verdict": "positive", "value": -1}],
        "finding": [],
    }
    with pytest.raises(DocumentRefused) as caught:
        from_document(document)
    paths = [fault.path for fault in caught.value.faults]
    assert paths == [
        "finding",
        "findings[0].id",
        "findings[1].verdict",
        "findings[1].side",
        "labs[0].analyte",
        "patient.age_years",
        "patient.sex",
    ]
    assert "foot_drop" in str(caught.value)
    assert "right" in str(caught.value)


def test_a_finding_said_both_ways_of_one_place_is_a_contradiction_and_unknown() -> None:
    left, right = Side.LEFT, Side.RIGHT
    both_ways = Case(
        findings=(Finding("pain", Presence.PRESENT, side=left), Finding("pain", Presence.ABSENT, side=left))
    )
    assert both_ways.contradictions() == ("pain",)
    assert both_ways.presence("pain") is None
    two_places = Case(
        findings=(Finding("pain", Presence.PRESENT, side=left), Finding("pain", Presence.ABSENT, side=right))
    )
    assert two_places.contradictions() == ()
    assert two_places.presence("pain") is Presence.PRESENT


@pytest.mark.parametrize(
    "finding",
    [
        Finding("bulbar_signs", Presence.PRESENT, subject=Subject.FAMILY),
        Finding("bulbar_signs", Presence.PRESENT, subject=Subject.OTHER),
        Finding("bulbar_signs", Presence.PRESENT, certainty=Certainty.SUSPECTED),
        Finding("bulbar_signs", Presence.PRESENT, certainty=Certainty.HISTORICAL),
    ],
)
def test_what_is_not_the_patients_own_stated_finding_never_counts(finding: Finding) -> None:
    assert Case(findings=(finding,)).presence("bulbar_signs") is None


def test_an_unknown_finding_id_is_refused_with_the_nearest_match() -> None:
    with pytest.raises(CaseError, match=r"Nearest match: foot_drop"):
        Case(findings=(Finding("foot_dorp", Presence.PRESENT),))
