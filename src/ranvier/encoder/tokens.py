"""WordPiece: a sentence into the pieces that the encoder knows (Wu et al. 2016; the lower-case BERT variant)."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Mapping

LONGEST_WORD = 60  # letters; a longer run is noise and becomes one unknown piece
UNKNOWN = "[UNK]"
FIRST = "[CLS]"
LAST = "[SEP]"


def words(text: str) -> Iterator[str]:
    """Lower-case words without accents, every punctuation mark by itself."""
    return (word for word, _, _ in located_words(text))


def located_words(text: str) -> Iterator[tuple[str, int, int]]:
    """The same with where each stands: `text[start:end]` is the word as written."""
    word, start, end = "", 0, 0
    for place, written in enumerate(text):
        for character in unicodedata.normalize("NFD", written.lower()):
            if unicodedata.category(character) == "Mn":
                continue
            if character.isalnum():
                if not word:
                    start = place
                word, end = word + character, place + 1
                continue
            if word:
                yield word, start, end
                word = ""
            if not character.isspace() and character.isprintable():
                yield character, place, place + 1
    if word:
        yield word, start, end


def pieces(word: str, vocabulary: Mapping[str, int]) -> list[int]:
    """The longest known pieces of a word, from its start; one unknown piece if it cannot be covered."""
    if len(word) > LONGEST_WORD:
        return [vocabulary[UNKNOWN]]
    found: list[int] = []
    start = 0
    while start < len(word):
        mark = "##" if start else ""
        for end in range(len(word), start, -1):
            known = vocabulary.get(mark + word[start:end])
            if known is not None:
                found.append(known)
                start = end
                break
        else:
            return [vocabulary[UNKNOWN]]
    return found


def tokens(text: str, vocabulary: Mapping[str, int], *, at_most: int) -> list[int]:
    """Piece numbers of a sentence between its two marks; the end of a longer sentence is kept, not its start.

    A question stands at the end of what leads up to it.
    """
    found = [piece for word in words(text) for piece in pieces(word, vocabulary)]
    return [vocabulary[FIRST], *found[-(at_most - 2) :], vocabulary[LAST]]


def located_tokens(
    text: str, vocabulary: Mapping[str, int], *, at_most: int
) -> tuple[list[int], list[tuple[int, int]]]:
    """Piece numbers as `tokens` gives them, and the stretch of text of each; the two marks have an empty one."""
    found = [
        (piece, (start, end))
        for word, start, end in located_words(text)
        for piece in pieces(word, vocabulary)
    ][-(at_most - 2) :]
    return (
        [vocabulary[FIRST], *(piece for piece, _ in found), vocabulary[LAST]],
        [(0, 0), *(place for _, place in found), (len(text), len(text))],
    )
