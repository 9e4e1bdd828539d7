"""The trained reader: what it hears does not depend on its company, stays inside the text, and reaches beyond the word lists."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ranvier.encoder import LONGEST, weights
from ranvier.encoder.tokens import located_tokens, located_words, tokens, words
from ranvier.letter import trained
from ranvier.letter.mentions import find_mentions
from ranvier.letter.text import normalise, sentences
from ranvier.letter.trained import Hearing, listen, stretches, windows
from ranvier.terms import Presence, Subject
from ranvier.terms.vocabulary import findings

ROUNDING = 1e-3  # one sentence or many run through matrices of other shapes; sums differ in the last bits


def heard_in(text: str) -> tuple[str, tuple[Hearing, ...]]:
    normal = normalise(text)
    parts = sentences(text, normal, start=0, end=len(text))
    return normal, listen(normal, stretches(parts))


@given(st.text(max_size=200))
def test_located_words_are_the_words_and_stand_where_they_say(text: str) -> None:
    found = list(located_words(text))
    assert [word for word, _, _ in found] == list(words(text))
    assert all(0 <= start < end <= len(text) for _, start, end in found)
    assert all(first[2] <= second[1] or first[1] == second[1] for first, second in pairwise(found))


@given(st.text(max_size=120))
def test_located_tokens_are_the_tokens(text: str) -> None:
    vocabulary = weights().vocabulary
    row, places = located_tokens(text, vocabulary, at_most=40)
    assert row == tokens(text, vocabulary, at_most=40)
    assert len(places) == len(row)


@settings(max_examples=25)
@given(st.text(max_size=160))
def test_any_stretch_is_heard_without_a_fault_and_inside_itself(text: str) -> None:
    normal = normalise(text)
    (hearing,) = listen(normal, [(0, len(normal))])
    for item in hearing.findings(at_least=0.3):
        assert 0 <= item.start <= item.end <= len(normal)
        assert 0.3 <= item.probability <= 1


def test_a_sentence_is_heard_alike_alone_and_in_company() -> None:
    text = "My right hand is weak. I have no numbness at all. They gave me steroids and I got worse."
    normal = normalise(text)
    bounds = [(0, 22), (23, 49), (50, len(text))]
    together = listen(normal, bounds)
    for bound, among in zip(bounds, together, strict=True):
        (alone,) = listen(normal, [bound])
        np.testing.assert_allclose(among.loudness, alone.loudness, atol=ROUNDING)
        assert among.places == alone.places


def test_every_id_it_hears_is_one_of_ours() -> None:
    heads = trained._heads()
    assert set(heads.ids[: heads.n_findings]) <= set(findings())


# Wordings that no list of the lexicon holds: the test would fail if the rules came to know them, and should then be renewed.
UNLISTED = [
    ("My fist has no more squeeze in it than a wet sponge.", "hand_weakness", Presence.PRESENT),
    ("I have to hoick my right knee up like a pony or the shoe ploughs the gravel.", "foot_drop", Presence.PRESENT),
    ("Once the frost is in my fingers they will not obey me until they are warmed.", "cold_induced_weakness", Presence.PRESENT),
]  # fmt: skip


@pytest.mark.parametrize(("text", "name", "presence"), UNLISTED)
def test_findings_are_heard_in_words_no_list_has(text: str, name: str, presence: Presence) -> None:
    normal, (hearing,) = heard_in(text)
    parts = sentences(text, normal, start=0, end=len(text))
    assert name not in {mention.id for mention in find_mentions(normal, parts[0])}
    found = {item.id: item for item in hearing.findings(at_least=0.5)}
    assert name in found
    assert found[name].presence is presence


def test_a_relative_is_heard_as_a_relative() -> None:
    _, (hearing,) = heard_in("My mother could not lift her foot and wore a caliper for it.")
    (found,) = [item for item in hearing.findings(at_least=0.5) if item.id == "foot_drop"]
    assert found.subject is Subject.FAMILY


def test_a_short_sentence_is_heard_with_the_one_before_it() -> None:
    text = "Reflexes? All present. The hand is weak and has been so since the spring of last year at least."
    parts = sentences(text, normalise(text), start=0, end=len(text))
    bounds = stretches(parts)
    assert bounds[1][0] == parts[0].start
    assert bounds[2][0] == parts[2].start


def test_any_two_neighbours_are_heard_at_once_and_nothing_is_left_out() -> None:
    text = (
        "One came. " * 3
        + "Two went on for a while longer than that, through the long wet summer. " * 9
        + "Three left."
    )
    normal = normalise(text)
    for count in range(14):
        parts = sentences(text, normal, start=0, end=len(text))[:count]
        heard = windows(parts)
        for one, two in pairwise(parts):
            assert any(start <= one.start and two.end <= end for start, end in heard)
        assert all(any(start <= part.start and part.end <= end for start, end in heard) for part in parts)


def test_a_stretch_longer_than_the_encoder_reads_is_heard_to_its_beginning() -> None:
    text = (
        "my right hand is weak and "
        + "we went on and on about the weather and the garden and the dog and " * 12
        + "so it goes"
    )
    normal = normalise(text)
    (hearing,) = listen(normal, [(0, len(normal))])
    assert len(hearing.places) > LONGEST
    assert "hand_weakness" in {item.id for item in hearing.findings(at_least=0.5)}
    for item in hearing.findings(at_least=0.1):
        assert item.start < item.end
