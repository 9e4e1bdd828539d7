"""What a trained reader hears in a sentence: findings in words that no list has, and how things named are meant.

The upper half of the sentence encoder, trained further on sentences labelled by several hands (TRAINED.md), with linear
heads on the state of each word piece. A finding is heard as loudly as the pieces that say it together; how it is meant
(there, denied, gone, supposed; whose) is read from the same pieces. `listen` is the main function.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import groupby, pairwise
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ranvier import encoder
from ranvier.case import ConditionCertainty, Response
from ranvier.terms import Certainty, DataError, Presence, Side, Subject

from .text import Sentence

Array = NDArray[np.float32]
Places = tuple[tuple[int, int], ...]

WEIGHTS = Path(__file__).parent / "trained.npz"
LEANS = 60  # characters; a shorter sentence is heard with the one before it
NEXT_TO = 3  # characters between two sentences of one paragraph
WINDOW = 320  # characters, near 75 pieces: three sentences no longer than this are heard at once for dangers
MOST_PIECES = 20  # of one character, whose compatibility form can have eighteen letters
LONGEST_SENTENCE = (
    8_000  # characters; what is longer is no sentence, and findings are heard in its start alone
)
OVERLAP = 30  # pieces that two parts of a long stretch share
SHARE_OF_A_FINDING = 0.12  # of its attention: a word with less is not among the words that say it
MEANT = ("present", "absent", "historical", "suspected")  # the order of the heads, as trained
PEOPLE = (Subject.PATIENT, Subject.FAMILY, Subject.OTHER)
CERTAINTIES = tuple(
    ConditionCertainty(name) for name in ("diagnosed", "suspected", "ruled_out", "asked_about")
)
RESPONSES = (None, Response.IMPROVED, Response.NONE, Response.WORSENED)
SIDES = (None, Side.LEFT, Side.RIGHT, Side.BOTH)


@dataclass(frozen=True)
class Meant:
    """How a finding is meant: there or not, how surely, whose."""

    presence: Presence
    certainty: Certainty
    subject: Subject


@dataclass(frozen=True)
class Heard(Meant):
    """A finding heard in a sentence: how surely it is spoken of, and in which words."""

    id: str
    probability: float
    start: int
    end: int


@dataclass(frozen=True)
class Danger:
    """A red flag heard: how surely, and in which words."""

    id: str
    probability: float
    start: int
    end: int


@dataclass(frozen=True)
class _Heads:
    upper: Mapping[str, Array]
    ids: tuple[str, ...]
    n_findings: int
    dangers: tuple[str, ...]
    matrices: Mapping[str, Array]

    def apply(self, name: str, state: Array) -> Array:
        return np.asarray(
            state @ self.matrices[f"{name}.weight"].T + self.matrices[f"{name}.bias"], dtype=np.float32
        )


@cache
def _heads() -> _Heads:
    """Read the weights. Raises DataError when the file is missing."""
    if not WEIGHTS.exists():
        raise DataError(
            path=WEIGHTS.name,
            given="the trained reader's weights are missing",
            expected="Install the package whole",
        )
    with np.load(WEIGHTS) as stored:
        return _Heads(
            upper=encoder.unpacked_layers(stored),
            ids=tuple(str(name) for name in stored["ids"]),
            n_findings=int(stored["n_findings"]),
            dangers=tuple(str(name) for name in stored["dangers"]),
            matrices={
                name: stored[name].astype(np.float32)
                for name in stored.files
                if name.endswith((".weight", ".bias")) and not name.startswith("layer")
            },
        )


@dataclass(frozen=True, eq=False)
class Hearing:
    """One stretch of a letter as heard.

    `states` is (n_pieces, 384), `loudness` (n_pieces, n_ids); `places` is each piece's span in the document, `parts` the
    rows of pieces that were encoded together: a thing is as sure as in the part that says it most surely.
    """

    states: Array
    loudness: Array
    places: Places
    parts: tuple[tuple[int, int], ...]

    def probability(self, name: str) -> float:
        """How surely a finding, condition or treatment is spoken of at all; 0 for an id it was not trained on."""
        if name not in _columns():
            return 0.0
        return float(self._sureness(self.loudness[:, _columns()[name]]))

    def dangers(self, *, at_least: float) -> tuple[Danger, ...]:
        """The red flags heard with at least this probability."""
        heads = _heads()
        alarm = heads.apply("danger", self.states)
        sure = self._sureness(alarm)
        return tuple(
            Danger(heads.dangers[column], float(sure[column]), *self._words(_softmax(alarm[:, column])))
            for column in np.nonzero(sure >= at_least)[0]
        )

    def findings(self, *, at_least: float) -> tuple[Heard, ...]:
        """The findings heard with at least this probability, in the order of the text."""
        heads = _heads()
        sure = self._sureness(self.loudness[:, : heads.n_findings])
        heard = [self._heard(int(column), float(sure[column])) for column in np.nonzero(sure >= at_least)[0]]
        return tuple(sorted(heard, key=lambda item: (item.start, item.id)))

    def named(self, names: Collection[str], *, at_least: float) -> tuple[tuple[str, int, int], ...]:
        """The diseases or treatments of these ids that are heard, and the words that name them."""
        heard = []
        for name in names:
            if self.probability(name) >= at_least:
                heard.append((name, *self._words(_softmax(self.loudness[:, _columns()[name]]))))
        return tuple(heard)

    def meaning_of_finding(self, name: str, start: int, end: int) -> Meant:
        """How a finding named at these words is meant."""
        column = _columns()[name]
        return self._finding_meant(column, self._within(column, start, end))

    def side_of_finding(self, name: str, start: int, end: int) -> tuple[Side | None, float]:
        """The likeliest side of a finding named at these words, and how likely it is."""
        sure = _softmax(_heads().apply("side", self._within(_columns()[name], start, end) @ self.states))
        return SIDES[int(sure.argmax())], float(sure.max())

    def condition(self, name: str, start: int, end: int) -> tuple[ConditionCertainty, Subject]:
        """How a disease named at these words is meant, and whose it is."""
        state = self._within(_columns().get(name), start, end) @ self.states
        heads = _heads()
        return (
            CERTAINTIES[int(heads.apply("condition", state).argmax())],
            PEOPLE[int(heads.apply("person", state).argmax())],
        )

    def treatment(self, name: str, start: int, end: int) -> tuple[float, Response | None]:
        """The probability that a treatment named at these words was given, and what it did."""
        state = self._within(_columns().get(name), start, end) @ self.states
        heads = _heads()
        given, not_given = heads.apply("given", state)
        return float(_sigmoid(given - not_given)), RESPONSES[int(heads.apply("response", state).argmax())]

    def _sureness(self, loudness: Array) -> Array:
        return _sigmoid(np.max([_log_sum_exp(loudness[start:end]) for start, end in self.parts], axis=0))

    def _heard(self, column: int, probability: float) -> Heard:
        share = _softmax(self.loudness[:, column])
        start, end = self._words(share)
        meant = self._finding_meant(column, share)
        return Heard(
            meant.presence, meant.certainty, meant.subject, _heads().ids[column], probability, start, end
        )

    def _finding_meant(self, column: int, share: Array) -> Meant:
        heads = _heads()
        state = share @ self.states
        meant = MEANT[
            int((heads.apply("finding", state) + heads.matrices["finding_of.bias"][column]).argmax())
        ]
        certainty = Certainty(meant) if meant in ("historical", "suspected") else Certainty.STATED
        presence = Presence.ABSENT if meant == "absent" else Presence.PRESENT
        return Meant(presence, certainty, PEOPLE[int(heads.apply("person", state).argmax())])

    def _within(self, column: int | None, start: int, end: int) -> Array:
        """The attention of an id among the pieces of these words alone; even where it is an id not trained on."""
        inside = np.array([low < end and start < high for low, high in self.places])
        if not inside.any():
            inside[:] = True
        level = np.zeros(len(inside), np.float32) if column is None else self.loudness[:, column]
        return _softmax(np.where(inside, level, np.float32(-1e4)))

    def _words(self, share: Array) -> tuple[int, int]:
        """The run of words around the loudest piece, as far as attention reaches over gaps of at most two pieces."""
        written = [k for k, (start, end) in enumerate(self.places) if start < end]
        if not written:
            return self.places[0]
        loudest = max(written, key=lambda k: float(share[k]))
        bar = SHARE_OF_A_FINDING * float(share[loudest])
        low = high = loudest
        while found := [k for k in (low - 1, low - 2, low - 3) if k in written and share[k] >= bar]:
            low = found[0]
        while found := [k for k in (high + 1, high + 2, high + 3) if k in written and share[k] >= bar]:
            high = found[0]
        run = [self.places[k] for k in written if low <= k <= high]
        return min(run)[0], max(end for _, end in run)


def listen(normal: str, stretches: Sequence[tuple[int, int]]) -> tuple[Hearing, ...]:
    """Hear stretches of a normalised document, each a sentence or a few. A long one is heard in parts that overlap."""
    heads = _heads()
    parts = [
        (number, row, tuple((low + start, high + start) for low, high in places))
        for number, (start, end) in enumerate(stretches)
        for row, places in _parts(normal[start:end])
    ]
    states = list(encoder.states([row for _, row, _ in parts], upper=heads.upper))
    heard = []
    for _, own in groupby(enumerate(parts), key=lambda item: item[1][0]):
        told = [(states[part], places) for part, (_, _, places) in own]
        state = np.concatenate([state for state, _ in told])
        ends = np.cumsum([len(part) for part, _ in told])
        heard.append(
            Hearing(
                state,
                heads.apply("mention", state),
                tuple(place for _, places in told for place in places),
                tuple((int(end) - len(part), int(end)) for end, (part, _) in zip(ends, told, strict=True)),
            )
        )
    return tuple(heard)


def _parts(text: str) -> list[tuple[list[int], Sequence[tuple[int, int]]]]:
    """The pieces of a stretch with their places, between the two marks, in parts short enough to be encoded."""
    row, places = encoder.located_tokens(
        text, encoder.weights().vocabulary, at_most=MOST_PIECES * len(text) + 2
    )
    step = encoder.LONGEST - 2
    if len(row) <= encoder.LONGEST:
        return [(row, places)]
    return [
        ([row[0], *row[low : low + step], row[-1]], [places[0], *places[low : low + step], places[-1]])
        for low in range(1, len(row) - 1 - OVERLAP, step - OVERLAP)
    ]


def stretches(parts: Sequence[Sentence]) -> list[tuple[int, int]]:
    """What is heard together: each sentence, a short one with the one before it ("Reflexes? All there.")."""
    made = []
    for before, sentence in zip((None, *parts), parts, strict=False):
        leans = (
            before is not None
            and sentence.end - sentence.start < LEANS
            and sentence.start - before.end < NEXT_TO
        )
        start = before.start if leans and before is not None else sentence.start
        made.append((start, min(sentence.end, start + LONGEST_SENTENCE)))
    return made


def windows(parts: Sequence[Sentence]) -> list[tuple[int, int]]:
    """What is heard together for dangers: sentences in threes, every second three.

    So any two neighbours are heard at once.
    """
    made: list[tuple[int, int]] = []
    for first in range(0, max(min(1, len(parts)), len(parts) - 1), 2):
        three = parts[first : first + 3]
        if three[-1].end - three[0].start <= WINDOW or len(three) == 1:
            made.append((three[0].start, three[-1].end))
        else:
            made += [(one.start, two.end) for one, two in pairwise(three)]
    return made


@cache
def _columns() -> Mapping[str, int]:
    return {name: column for column, name in enumerate(_heads().ids)}


def _log_sum_exp(values: Array) -> Array:
    top = values.max(axis=0)
    return np.asarray(top + np.log(np.exp(values - top).sum(axis=0)), dtype=np.float32)


def _softmax(values: Array) -> Array:
    raised = np.exp(values - values.max())
    return np.asarray(raised / raised.sum(), dtype=np.float32)


def _sigmoid(values: Array | np.float32) -> Array:
    return np.asarray(1 / (1 + np.exp(-np.clip(values, -30, 30))), dtype=np.float32)
