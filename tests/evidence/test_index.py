"""The index and the encoder: fresh, and what they say they are."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from ranvier.encoder import DIMENSIONS, encode
from ranvier.encoder.tokens import pieces, tokens, words
from ranvier.evidence import index as compiled
from ranvier.evidence.index import index, ridge
from ranvier.terms import DataError

VOCABULARY = {
    name: row for row, name in enumerate(["[UNK]", "[CLS]", "[SEP]", "motor", "neuro", "##pathy", "?"])
}
# What sentence-transformers 6.2 (torch 2.14) gives with the full weights, 25 November 2026. Ours are rounded to 4 and 8
# bits, which moved the cosine of two open questions by 0.034 at most.
REFERENCE = (
    (
        "how painful is MMN for most people",
        "how many people get diagnosed with mmn each year in the uk approx",
        0.590,
    ),
    (
        "how painful is MMN for most people",
        "is a spinal or being knocked out fully safer for somebody with mmn?",
        0.603,
    ),
    (
        "Doctor wrote 'triceps jerk absent on left'. Is that typical?",
        "Can shingles nerve pain last for years?",
        0.232,
    ),
)
ROUNDING = 0.04


def test_the_index_was_made_from_these_statements() -> None:
    assert index().statement_ids


def test_a_stale_index_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(compiled, "digest", lambda: "another")
    with pytest.raises(DataError, match=r"ranvier\.evidence\.index"):
        index.__wrapped__()


def test_a_missing_index_says_how_to_make_it(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(compiled, "INDEX", tmp_path / "none.npz")
    with pytest.raises(DataError, match="missing"):
        index.__wrapped__()


def test_words_lose_case_and_accents() -> None:
    assert list(words("Naïve MMN, ok?")) == ["naive", "mmn", ",", "ok", "?"]


def test_a_word_is_cut_into_its_longest_pieces() -> None:
    assert pieces("neuropathy", VOCABULARY) == [4, 5]
    assert pieces("zzz", VOCABULARY) == [0]


def test_the_end_of_a_long_text_is_kept() -> None:
    assert tokens("motor " * 50 + "neuropathy?", VOCABULARY, at_most=6) == [1, 3, 4, 5, 6, 2]


def test_sentences_of_close_meaning_are_close() -> None:
    asked, same, other = encode(
        ["How long does the infusion last?", "duration of the drip", "My dog has fleas"]
    )
    assert np.linalg.norm(asked) == pytest.approx(1, abs=1e-5)
    assert asked.shape == (DIMENSIONS,)
    assert asked @ same > asked @ other + 0.2


@pytest.mark.parametrize(("one", "other", "cosine"), REFERENCE)
def test_the_encoder_agrees_with_the_original(one: str, other: str, cosine: float) -> None:
    left, right = encode([one, other])
    assert left @ right == pytest.approx(cosine, abs=ROUNDING)


def test_a_sentence_is_encoded_the_same_alone_and_in_company() -> None:
    texts = ["What is MMN?", "What is IVIG?", "How long does a drip take at home?"]
    np.testing.assert_allclose(encode(texts)[0], encode(texts[:1])[0], atol=1e-5)


def test_ridge_is_the_same_solved_among_rows_or_columns() -> None:
    rng = np.random.default_rng(3)
    x, y = rng.normal(size=(30, 30)).astype(np.float32), rng.normal(size=(30, 2)).astype(np.float32)
    wide = np.hstack([x, np.zeros((30, 5), dtype=np.float32)])
    np.testing.assert_allclose(ridge(wide, y)[:30], ridge(x, y), atol=1e-3)
