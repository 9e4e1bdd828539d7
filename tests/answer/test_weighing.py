"""The comparison with other illnesses in an answer: what it says, what it never says, and what only the clinician sees."""

from __future__ import annotations

import re

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.answer import cases

from ranvier import workbench
from ranvier.answer import Kind, Reply, html_page, plan, terminal_text
from ranvier.answer.weighing import words
from ranvier.case import Case, Condition, ConditionCertainty, Quantity
from ranvier.criteria import edition, evaluate, facts_of
from ranvier.differential import known_tests, model
from ranvier.terms import Finding, Presence, Side
from ranvier.terms.vocabulary import findings

PRESENT, ABSENT = Presence.PRESENT, Presence.ABSENT
WEAK = (Finding("hand_weakness", PRESENT, side=Side.RIGHT), Finding("slow_progression", PRESENT))
SEED = workbench.answer_case(cases.PAGE, cases.seed_like(), today=cases.TODAY)


def told(case: Case) -> dict[str, str]:
    """The sentences that come from the comparison, by what they say."""
    judgement = evaluate(facts_of(case), edition("efns_pns_2010"))
    weighed = workbench.weigh(case, setting="letters")
    planned = plan(case, judgement, text="My hand is weak. What is it, and what can I do?", weighed=weighed)
    return {
        p.id.removeprefix("weighed."): p.text or "" for p in planned.points() if p.id.startswith("weighed.")
    }


def of(reply: Reply) -> dict[str, str]:
    return {p.id: p.text or "" for p in reply.plan.points() if p.id.startswith("weighed.")}


def named(*conditions: tuple[str, ConditionCertainty]) -> tuple[Condition, ...]:
    return tuple(Condition(name, name, certainty) for name, certainty in conditions)


def test_a_letter_that_fits_is_told_what_fits_what_counts_and_that_nothing_speaks_against() -> None:
    said = of(SEED)
    assert said["weighed.fits_best"] == "Of the illnesses that can look like this, MMN fits your story best."
    assert "GM1" in said["weighed.counts_most"]
    assert "blocked signals" in said["weighed.counts_most"]
    assert "weighed.nothing_against" in said
    fit = next(section for section in SEED.draft.sections if section.id == "fit")
    assert any("fits your story best" in s.text for s in fit.sentences), "it survives the cut to length"
    assert fit.sentences[-1].text.startswith("Your own doctors"), "whose word decides stands last"


def test_each_such_sentence_rests_on_the_comparison_and_on_the_facts_that_counted() -> None:
    clues = next(s for s in SEED.draft.sentences() if s.text.startswith("What counts most"))
    assert clues.rests_on.kind is Kind.WEIGHED
    facts = {s.id: s for s in clues.support if s.kind is Kind.FINDING}
    assert facts
    assert all(support.spans or support.because for support in facts.values())


def test_what_speaks_against_is_said() -> None:
    case = Case(
        findings=(
            *WEAK,
            Finding("motor_conduction_block", PRESENT),
            Finding("sensory_conduction_abnormal", ABSENT),
            Finding("anti_gm1_igm", PRESENT),
            Finding("family_history_neuromuscular", PRESENT),
            Finding("pain", PRESENT),
        )
    )
    said = told(case)
    assert "pain" in said["counts_against"] or "family" in said["counts_against"]
    assert "nothing_against" not in said


def test_a_treatable_rival_that_fits_better_is_named_and_the_next_test_told() -> None:
    case = Case(
        findings=(
            Finding("symmetric_weakness", PRESENT),
            Finding("lower_limb_weakness", PRESENT, side=Side.BOTH),
            Finding("upper_limb_weakness", PRESENT, side=Side.BOTH),
            Finding("sensory_symptoms", PRESENT),
            Finding("absent_reflexes", PRESENT),
            Finding("relapsing_course", PRESENT),
        )
    )
    assert "CIDP fits your story better than MMN." in told(case)["other_fits_better"]


GRAVE = (
    Finding("upper_motor_neuron_signs", PRESENT),
    Finding("bulbar_signs", PRESENT),
    Finding("fasciculations", PRESENT),
)


@pytest.mark.parametrize("conditions", [(), named(("mmn", ConditionCertainty.DIAGNOSED))])
def test_when_a_fatal_illness_leads_it_is_not_named_nothing_comforts_and_a_careful_look_is_asked_for(
    conditions: tuple[Condition, ...],
) -> None:
    said = told(Case(findings=(*WEAK, *GRAVE), conditions=conditions))
    assert said == {"look_soon": "Parts of your story need a careful look by a nerve doctor soon."}


def test_a_letter_from_somebody_told_it_is_als_is_not_answered_with_a_comparison() -> None:
    als = named(("als", ConditionCertainty.DIAGNOSED))
    assert told(Case(findings=(*WEAK, *GRAVE), conditions=als)) == {}


def test_signs_against_mmn_never_stand_beside_a_sentence_that_it_fits_best() -> None:
    case = Case(
        findings=(
            *WEAK,
            Finding("motor_conduction_block", PRESENT),
            Finding("anti_gm1_igm", PRESENT),
            Finding("spasticity", PRESENT),
        )
    )
    assert not {"fits_best", "fits_best_narrowly", "nothing_against"} & set(told(case))


def test_a_letter_that_says_little_is_told_that_none_stands_out() -> None:
    assert "none_stands_out" in told(Case(findings=WEAK))


names = st.sampled_from(model().findings)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.dictionaries(names, st.booleans(), max_size=10),
    st.one_of(st.none(), st.floats(0.5, 200)),
    st.sampled_from(
        [(), named(("mmn", ConditionCertainty.DIAGNOSED)), named(("als", ConditionCertainty.ASKED_ABOUT))]
    ),
)
def test_whatever_was_found_no_number_and_no_fatal_illness_reaches_the_reader(
    found: dict[str, bool], months: float | None, conditions: tuple[Condition, ...]
) -> None:
    own = [name for name in found if name in findings()]
    case = Case(
        findings=(*WEAK, *(Finding(name, PRESENT if found[name] else ABSENT) for name in own)),
        conditions=conditions,
        quantities=() if months is None else (Quantity("duration_months", months),),
    )
    for text in told(case).values():
        assert not re.search(r"\d|%|per cent|chance|likely", text.replace("GM1", ""))
        assert not re.search(r"\b(ALS|PMA|motor neuron|die|death|fatal)\b", text)
        assert 3 <= len(text.split()) <= 30


def test_the_clinician_sees_every_number_beside_the_draft() -> None:
    text, page = terminal_text(SEED), html_page(SEED)
    draft = text[text.index("Draft of an answer") :]
    before = text[: text.index("Draft of an answer")]
    share = f"{SEED.weighed.weighing.posterior['mmn']:.1%}" if SEED.weighed else "missing"
    assert share in before
    assert share not in draft
    assert 'id="weighed"' in page
    assert share in page
    article = page[page.index('<article id="answer"') : page.index("</article>")]
    assert "%" not in article
    assert SEED.document["weighing"]["posterior"]["mmn"] == pytest.approx(
        SEED.weighed.weighing.posterior["mmn"] if SEED.weighed else 0
    )


def test_every_word_of_the_table_is_for_something_that_exists_and_is_short() -> None:
    tables = words()
    assert set(tables) == {"sentences", "present", "absent", "tests"}
    assert set(tables["tests"]) == set(known_tests()), "every test can be told to a reader"
    for verdict in ("present", "absent"):
        assert set(tables[verdict]) <= set(model().findings)
    assert all(text.endswith(".") and len(text.split()) <= 20 for text in tables["sentences"].values())
