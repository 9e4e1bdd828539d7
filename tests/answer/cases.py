"""Letters with cases built by hand, so that these tests do not hang on how well the reader reads."""

from __future__ import annotations

from datetime import date

from ranvier.answer import Reply, compose, plan
from ranvier.answer.questions import Find
from ranvier.answer.reply import EDITION
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
)
from ranvier.criteria import JudgedCase, edition, evaluate, facts_of
from ranvier.evidence import statements
from ranvier.terms import Finding, Presence, Side, Span

TODAY = date(2026, 11, 15)
PRESENT, ABSENT = Presence.PRESENT, Presence.ABSENT
Certainty = ConditionCertainty


def span(text: str, words: str) -> Span:
    """Where the words stand."""
    start = text.index(words)
    return Span(start, start + len(words))


def found(
    text: str, identity: str, words: str, presence: Presence = PRESENT, months: float | None = None
) -> Finding:
    """A finding said by these words."""
    return Finding(identity, presence, since_months=months, spans=(span(text, words),))


def asked(text: str, words: str, topic: str) -> Question:
    """A question of the letter."""
    return Question(words, topic, span(text, words))


def reply_to(text: str, case: Case, find: Find | None = None) -> Reply:
    """Judge and answer a case built by hand."""
    facts = facts_of(case)
    judged = JudgedCase(facts, {EDITION: evaluate(facts, edition(EDITION))})
    planned = plan(case, judged.judgements[EDITION], text=text, find=find)
    draft = compose(planned, statements(), drafted_on=TODAY)
    return Reply(text, case, judged, planned, draft, {"ranvier": "test"})


LETTER = (
    "Dear Doctor, I am Agatha Thornbury, 52, a harpsichord tuner from Little Snoring. For three years my left foot drops. "
    "An operation last winter did not help. It has crept on slowly and my calf cramps. A nerve test showed conduction "
    "blocks in the motor nerves; the sensory ones were normal. Anti-GM1 was high. They say multifocal motor neuropathy, "
    "and immunoglobulin made me much stronger. What is multifocal motor neuropathy?"
)
OLDER = (
    "\n\nDR. X ANSWERS: Multifocal motor neuropathy affects one in every 100,000 people. It differs from other motor neuron "
    "diseases. Blood tests will disclose antibodies. Sensation is not lost. Over many years you may see decreasing response "
    "to IVIG. As an alternative your doctor may prescribe cyclophosphamide. " + "More words of the older answer. " * 20
    + "© 2015 The Association"
)  # fmt: skip
PAGE = LETTER + OLDER


def seed_like(text: str = PAGE) -> Case:
    """A case much like the page that the project started from, with facts of its own."""
    return Case(
        patient=Patient(52.0, "female", "harpsichord tuner"),
        findings=(
            Finding(
                "foot_drop", PRESENT, side=Side.LEFT, since_months=36, spans=(span(text, "left foot drops"),)
            ),
            found(text, "slow_progression", "crept on slowly"),
            found(text, "muscle_cramps", "calf cramps"),
            found(text, "motor_conduction_block", "conduction blocks in the motor nerves"),
            found(text, "sensory_conduction_abnormal", "sensory ones were normal", ABSENT),
            found(text, "anti_gm1_igm", "Anti-GM1 was high"),
            found(text, "improved_on_immunoglobulin", "made me much stronger"),
        ),
        conditions=(
            Condition(
                "MMN", "mmn", Certainty.DIAGNOSED, spans=(span(text, "They say multifocal motor neuropathy"),)
            ),
        ),
        treatments=(
            Treatment("surgery", response=Response.NONE, spans=(span(text, "An operation"),)),
            Treatment("ivig", response=Response.IMPROVED, spans=(span(text, "immunoglobulin"),)),
        ),
        labs=(Lab("anti_gm1", LabVerdict.POSITIVE, spans=(span(text, "Anti-GM1 was high"),)),),
        questions=(asked(text, "What is multifocal motor neuropathy?", "definition"),),
        identifying=(
            IdentifyingDetail("name", span(text, "Agatha Thornbury")),
            IdentifyingDetail("address", span(text, "Little Snoring")),
        ),
        letter_span=Span(0, len(LETTER)),
    )


FEAR = (
    "For a year my right hand has been weak. My neighbour had ALS and I am terrified. My speech is normal. "
    "How do doctors tell MMN from ALS?"
)


def als_fear() -> Case:
    """A weak hand, and the fear of ALS."""
    return Case(
        findings=(
            found(FEAR, "hand_weakness", "right hand has been weak", months=12),
            found(FEAR, "bulbar_signs", "speech is normal", ABSENT),
        ),
        conditions=(Condition("ALS", "als", Certainty.ASKED_ABOUT, spans=(span(FEAR, "terrified"),)),),
        questions=(asked(FEAR, "How do doctors tell MMN from ALS?", "differential_als"),),
        letter_span=Span(0, len(FEAR)),
    )


GRAVE = "My hand is weak, my speech is slurred and the doctor found brisk, spastic legs. Could it be MMN and not ALS?"


def grave() -> Case:
    """Signs that point away from MMN: nothing may be said to calm."""
    return Case(
        findings=(
            found(GRAVE, "hand_weakness", "hand is weak"),
            found(GRAVE, "bulbar_signs", "speech is slurred"),
            found(GRAVE, "upper_motor_neuron_signs", "brisk, spastic legs"),
        ),
        conditions=(Condition("ALS", "als", Certainty.SUSPECTED, spans=(span(GRAVE, "ALS"),)),),
        questions=(asked(GRAVE, "Could it be MMN and not ALS?", "differential_als"),),
        red_flags=(RedFlag("swallowing", "Call an ambulance.", (span(GRAVE, "slurred"),)),),
        letter_span=Span(0, len(GRAVE)),
    )


URGENT = (
    "I have MMN and had IVIG on Monday. Now my chest hurts, I cannot breathe well, and some nights I think of ending it all. "
    "Is that a side effect?"
)


def urgent() -> Case:
    """Red flags of three kinds."""
    return Case(
        conditions=(Condition("MMN", "mmn", Certainty.DIAGNOSED, spans=(span(URGENT, "MMN"),)),),
        treatments=(Treatment("ivig", spans=(span(URGENT, "IVIG"),)),),
        questions=(asked(URGENT, "Is that a side effect?", "ivig_side_effects"),),
        red_flags=(
            RedFlag("chest_pain", "Call.", (span(URGENT, "chest hurts"),)),
            RedFlag("breathing", "Call.", (span(URGENT, "cannot breathe"),)),
            RedFlag("suicidal_thoughts", "Call.", (span(URGENT, "ending it all"),)),
        ),
        letter_span=Span(0, len(URGENT)),
    )


SEVERAL = (
    "My husband has MMN. He is on IVIG and he is stronger. He asks: can he exercise? Will our son inherit it? "
    "Should he stop his drip? Who won the cup?"
)


def several() -> Case:
    """A carer's letter with four questions, one of them personal and one off topic."""
    return Case(
        conditions=(Condition("MMN", "mmn", Certainty.DIAGNOSED, spans=(span(SEVERAL, "MMN"),)),),
        treatments=(Treatment("ivig", response=Response.IMPROVED, spans=(span(SEVERAL, "IVIG"),)),),
        questions=(
            asked(SEVERAL, "can he exercise?", "exercise"),
            asked(SEVERAL, "Will our son inherit it?", "inheritance"),
            asked(SEVERAL, "Should he stop his drip?", "ivig_dose"),
            asked(SEVERAL, "Who won the cup?", "out_of_scope"),
        ),
        letter_span=Span(0, len(SEVERAL)),
    )


def whole_replies() -> dict[str, Reply]:
    """Replies of full length, by name."""
    return {
        "seed_like": reply_to(PAGE, seed_like()),
        "als_fear": reply_to(FEAR, als_fear()),
        "grave": reply_to(GRAVE, grave()),
        "urgent": reply_to(URGENT, urgent()),
        "several": reply_to(SEVERAL, several()),
    }
