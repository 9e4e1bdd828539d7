"""The wording files: every id exists, every sentence can be said, every topic and every red flag is covered."""

from __future__ import annotations

import re

import pytest

from ranvier.answer import wording
from ranvier.answer.compose import sentences_of
from ranvier.answer.point import point_of
from ranvier.answer.support import Kind, Support
from ranvier.evidence import statements, topics
from ranvier.terms.vocabulary import findings

RED_FLAGS = {
    "breathing", "swallowing", "rapid_weakness", "clot", "stroke", "severe_headache_after_infusion", "anaphylaxis",
    "suicidal_thoughts", "bladder_bowel_with_leg_weakness", "chest_pain", "kidney_failure_after_infusion",
}  # fmt: skip


def variants() -> list[wording.Outline]:
    """The outlines used instead of others."""
    return [v for o in wording.outlines().values() for v in (o.urgent, o.grave) if v is not None]


def named() -> set[str]:
    """Every statement that a wording file names."""
    ids = [i for words in wording.sentences().values() for i in (*words.statements, *words.tells)]
    for outline in (
        *wording.outlines().values(),
        *(o.urgent for o in wording.outlines().values() if o.urgent),
    ):
        ids += [*outline.lead, *outline.body]
    ids += [i for fact in wording.fit_facts() for i in (*fact.statements, *fact.undiagnosed)]
    ids += [i for ids_of in wording.illness_statements().values() for i in ids_of]
    ids += [i for ask in wording.asks() for i in ask.statements]
    ids += [i for claim in wording.old_claims() for i in claim.statements]
    ids += [*wording.urgent_statements().values(), *wording.declined_statements().values()]
    return set(ids) - set(wording.sentences())


def test_every_statement_that_the_wording_names_exists() -> None:
    for identity in named():
        name, _, part = identity.partition(":")
        assert name in statements(), identity
        if part:
            assert int(part) <= len(re.split(r"(?<=[.?!])\s", statements()[name].plain)), identity


@pytest.mark.parametrize("identity", list(statements()))
def test_every_statement_can_be_said(identity: str) -> None:
    made = sentences_of(point_of(identity), statements())
    assert " ".join(sentence.text for sentence in made) == statements()[identity].plain
    assert all(sentence.text.rstrip(")")[-1] in ".?!:" for sentence in made)


def test_every_topic_has_an_outline() -> None:
    assert set(topics()) - set(wording.outlines()) == {"out_of_scope"}


def test_every_red_flag_has_its_advice() -> None:
    assert set(wording.urgent_statements()) >= RED_FLAGS
    assert all(
        i.startswith("emergency-") for flag, i in wording.urgent_statements().items() if flag != "other"
    )


def test_facts_and_phrases_name_known_findings() -> None:
    assert {fact.finding for fact in wording.fit_facts()} <= set(findings())
    assert set(wording.phrases()["complaint"]) <= set(findings())


def test_our_own_sentences_are_short_and_end() -> None:
    texts = [words.text for words in wording.sentences().values()]
    texts += [fact.say for fact in wording.fit_facts() if fact.say] + [ask.text for ask in wording.asks()]
    texts += [claim.say for claim in wording.old_claims()]
    for text in texts:
        assert len(text.split()) <= 24, text
        assert text[-1] in ".?:", text
        assert not re.search(r"simply|just |fight|battle|victim|suffer", text, re.IGNORECASE), text


def test_three_questions_always_apply() -> None:
    assert len({ask.theme for ask in wording.asks() if not ask.when and not ask.missing}) >= 3


def test_support_kinds_have_words_on_the_page() -> None:
    from ranvier.answer.page import FROM_CASE

    assert set(FROM_CASE) == set(Kind) - {Kind.STATEMENT, Kind.MODEL}  # these two have numbered sources
    assert Support(Kind.LETTER, "letter").document() == {"kind": "letter", "id": "letter", "spans": []}
