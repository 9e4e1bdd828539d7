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
TOGETHER = 64  # sentences of one length run together: five times as many a second when the index is made
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
    for batch in batches(rows):
        encoded[batch] = _encode([rows[number] for number in batch])
    return encoded


def batches(rows: Sequence[Sequence[int]]) -> Iterator[list[int]]:
    """The numbers of rows to be run together: rows of one length, which need no padding."""
    for length in sorted({len(row) for row in rows}):
        alike = [number for number, row in enumerate(rows) if len(row) == length]
        for start in range(0, len(alike), TOGETHER):
            yield alike[start : start + TOGETHER]


def states(rows: list[list[int]], *, upper: Mapping[str, Array] | None = None, layers: int = LAYERS) -> Array:
    """The state of every piece after the layers, for sentences of one length.

    Parameters
        rows : (n_sentences, n_pieces) piece numbers with their two marks.
        upper : matrices that stand in for the encoder's own of the same name: its upper layers, trained further.
        layers : how many of the six are run.
    Returns
        (n_sentences, n_pieces, 384)
    """
    known = weights()
    m = known.matrices
    length = len(rows[0])
    pieces = known.pieces([piece for row in rows for piece in row]).reshape(len(rows), length, DIMENSIONS)
    x = _norm(pieces + known.places[:length], m["norm.weight"], m["norm.bias"])
    for layer in range(layers):
        own = upper is not None and f"layer{layer}.query.weight" in upper
        x = _layer(x, upper if own and upper is not None else m, f"layer{layer}")
    return x


def _encode(rows: list[list[int]]) -> Array:
    mean = states(rows).mean(axis=1)
    unit: Array = (mean / np.linalg.norm(mean, axis=1, keepdims=True)).astype(np.float32)
    return unit


def _layer(x: Array, m: Mapping[str, Array], name: str) -> Array:
    sentences, length, width = x.shape[0], x.shape[1], DIMENSIONS // HEADS

    def dense(value: Array, part: str) -> Array:
        flat = value.reshape(sentences * length, -1) @ m[f"{name}.{part}.weight"].T + m[f"{name}.{part}.bias"]
        return np.asarray(flat.reshape(sentences, length, -1), dtype=np.float32)

    query, key, value = (
        dense(x, part).reshape(sentences, length, HEADS, width).transpose(0, 2, 1, 3)
        for part in ("query", "key", "value")
    )
    attention = query @ key.transpose(0, 1, 3, 2) / np.float32(np.sqrt(width))
    attention = np.exp(attention - attention.max(axis=-1, keepdims=True))
    attention /= attention.sum(axis=-1, keepdims=True)
    mixed = (attention @ value).transpose(0, 2, 1, 3).reshape(sentences, length, DIMENSIONS)
    x = _norm(x + dense(mixed, "mix"), m[f"{name}.mix_norm.weight"], m[f"{name}.mix_norm.bias"])
    inner = _gelu(dense(x, "widen"))
    return _norm(x + dense(inner, "narrow"), m[f"{name}.out_norm.weight"], m[f"{name}.out_norm.bias"])


def _norm(x: Array, weight: Array, bias: Array) -> Array:
    centred = x - x.mean(axis=-1, keepdims=True)
    spread = np.sqrt((centred * centred).mean(axis=-1, keepdims=True) + np.float32(EPSILON))
    normed: Array = centred / spread * weight + bias
    return normed


def _gelu(x: Array) -> Array:
    """Gaussian error linear unit; erf by Abramowitz and Stegun 7.1.26, error below 2e-7: SciPy would cost its import."""
    z = np.abs(x) * np.float32(0.7071067811865476)
    t = 1.0 / (1.0 + np.float32(0.3275911) * z)
    polynomial = t * (
        np.float32(0.254829592)
        + t
        * (
            np.float32(-0.284496736)
            + t * (np.float32(1.421413741) + t * (np.float32(-1.453152027) + t * np.float32(1.061405429)))
        )
    )
    erf = np.sign(x) * (1.0 - polynomial * np.exp(-z * z))
    gelu: Array = (0.5 * x * (1.0 + erf)).astype(np.float32)
    return gelu
