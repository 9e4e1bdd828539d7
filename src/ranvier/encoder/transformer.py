"""The encoder's forward pass, in NumPy: six transformer layers and a mean over the pieces."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ranvier.terms import DataError

from .tokens import tokens

Array = NDArray[np.float32]

WEIGHTS = Path(__file__).parent / "weights.npz"
DIMENSIONS = 384
LAYERS = 6
HEADS = 12
TOGETHER = 2048  # pieces run together: one product of matrices for many sentences, and little memory
IN_CACHE = 256  # pieces whose four times wider inner states stay in the processor's cache
LONGEST = 96  # pieces; a question with its context rarely has more, and time grows with them
EPSILON = 1e-12  # of the layer norm, as the model was trained


@dataclass(frozen=True)
class Weights:
    """The encoder's matrices, unpacked once. `vocabulary` maps a piece to its row of `pieces`."""

    vocabulary: Mapping[str, int]
    packed_pieces: NDArray[np.uint8]
    piece_scales: Array
    places: Array
    matrices: Mapping[str, Array]

    def pieces(self, rows: list[int]) -> Array:
        """Unpack the embeddings of a few pieces: two 4-bit numbers a byte, one scale a row."""
        packed = self.packed_pieces[rows]
        both = np.empty((len(rows), DIMENSIONS), dtype=np.float32)
        both[:, 0::2] = packed & 15
        both[:, 1::2] = packed >> 4
        unpacked: Array = (both - 8.0) * self.piece_scales[rows][:, None]
        return unpacked


@cache
def weights() -> Weights:
    """Read the weights file. Raises DataError when it is missing."""
    if not WEIGHTS.exists():
        raise DataError(
            path=WEIGHTS.name, given="the encoder's weights are missing", expected="Install the package whole"
        )
    with np.load(WEIGHTS) as stored:
        names = bytes(stored["vocabulary"]).decode("utf-8").split("\n")
        matrices = unpacked_layers(stored)
        for name in ("norm.weight", "norm.bias"):
            matrices[name] = stored[name].astype(np.float32)
        return Weights(
            vocabulary={name: row for row, name in enumerate(names)},
            packed_pieces=stored["pieces"],
            piece_scales=stored["pieces.scale"].astype(np.float32),
            places=stored["places"].astype(np.float32),
            matrices=matrices,
        )


def unpacked_layers(stored: Mapping[str, NDArray[np.generic]]) -> dict[str, Array]:
    """The matrices of whole layers in a weights file, unpacked from 8-bit numbers with one scale a row."""
    matrices = {}
    for name, packed in stored.items():
        if name.startswith("layer") and not name.endswith(".scale"):
            value = packed.astype(np.float32)
            if f"{name}.scale" in stored:
                value *= stored[f"{name}.scale"].astype(np.float32)[:, None]
            matrices[name] = value
    return matrices


def encode(texts: Iterable[str]) -> Array:
    """Encode sentences as unit vectors.

    Parameters
        texts : plain sentences; the last 96 word pieces of each are read.
    Returns
        (n_texts, 384) Rows of length 1.
    """
    known = weights()
    rows = [tokens(text, known.vocabulary, at_most=LONGEST) for text in texts]
    encoded = np.zeros((len(rows), DIMENSIONS), dtype=np.float32)
    for number, state in enumerate(states(rows)):
        mean = state.mean(axis=0)
        encoded[number] = mean / np.linalg.norm(mean)
    return encoded


def states(
    rows: Sequence[Sequence[int]], *, upper: Mapping[str, Array] | None = None, layers: int = LAYERS
) -> Iterator[Array]:
    """The state of every piece after the layers, sentence by sentence.

    Parameters
        rows : the piece numbers of each sentence with their two marks.
        upper : matrices that stand in for the encoder's own of the same name: its upper layers, trained further.
        layers : how many of the six are run.
    Returns
        (n_pieces, 384) for each row, in their order.
    """
    first = 0
    while first < len(rows):
        last, pieces = first + 1, len(rows[first])
        while last < len(rows) and pieces + len(rows[last]) <= TOGETHER:
            pieces += len(rows[last])
            last += 1
        yield from _states(rows[first:last], upper or {}, layers)
        first = last


def _states(rows: Sequence[Sequence[int]], upper: Mapping[str, Array], layers: int) -> list[Array]:
    """The pieces of all rows one under the other: only attention asks which row a piece is in."""
    known = weights()
    m = known.matrices
    ends = np.cumsum([len(row) for row in rows])
    bounds = [(int(end) - len(row), int(end)) for row, end in zip(rows, ends, strict=True)]
    places = np.concatenate([known.places[: len(row)] for row in rows])
    x = _norm(
        known.pieces([piece for row in rows for piece in row]) + places, m["norm.weight"], m["norm.bias"]
    )
    for layer in range(layers):
        own = f"layer{layer}.query.weight" in upper
        x = _layer(x, bounds, upper if own else m, f"layer{layer}")
    return [x[start:end] for start, end in bounds]


def _layer(x: Array, bounds: list[tuple[int, int]], m: Mapping[str, Array], name: str) -> Array:
    def dense(value: Array, part: str) -> Array:
        return np.asarray(value @ m[f"{name}.{part}.weight"].T + m[f"{name}.{part}.bias"], dtype=np.float32)

    query, key, value = (
        dense(x, part).reshape(len(x), HEADS, DIMENSIONS // HEADS) for part in ("query", "key", "value")
    )
    mixed = np.empty_like(x)
    for start, end in bounds:
        attention = query[start:end].transpose(1, 0, 2) @ key[start:end].transpose(1, 2, 0)
        attention /= np.float32(np.sqrt(DIMENSIONS // HEADS))
        attention = np.exp(attention - attention.max(axis=-1, keepdims=True))
        attention /= attention.sum(axis=-1, keepdims=True)
        told = attention @ value[start:end].transpose(1, 0, 2)
        mixed[start:end] = told.transpose(1, 0, 2).reshape(end - start, DIMENSIONS)
    x = _norm(x + dense(mixed, "mix"), m[f"{name}.mix_norm.weight"], m[f"{name}.mix_norm.bias"])
    inner = np.concatenate(
        [
            dense(_gelu(dense(x[low : low + IN_CACHE], "widen")), "narrow")
            for low in range(0, len(x), IN_CACHE)
        ]
    )
    return _norm(x + inner, m[f"{name}.out_norm.weight"], m[f"{name}.out_norm.bias"])


def _norm(x: Array, weight: Array, bias: Array) -> Array:
    centred = x - x.mean(axis=-1, keepdims=True)
    spread = np.sqrt((centred * centred).mean(axis=-1, keepdims=True) + np.float32(EPSILON))
    normed: Array = centred / spread * weight + bias
    return normed


def _gelu(x: Array) -> Array:
    """Gaussian error linear unit, max(x, 0) - |x| erfc(|x|/sqrt 2) / 2.

    erfc by Abramowitz and Stegun 7.1.26, error below 2e-7: SciPy would cost its import.
    """
    size = np.abs(x)
    z = size * np.float32(0.7071067811865476)
    t = z * np.float32(0.3275911)
    t += np.float32(1)
    np.reciprocal(t, out=t)
    tail = t * np.float32(1.061405429)
    for coefficient in (-1.453152027, 1.421413741, -0.284496736, 0.254829592):
        tail += np.float32(coefficient)
        tail *= t
    z *= -z
    tail *= np.exp(z, out=z)
    tail *= size
    tail *= np.float32(-0.5)
    tail += np.maximum(x, np.float32(0))
    return np.asarray(tail, dtype=np.float32)
