"""Pack all-MiniLM-L6-v2 for the NumPy encoder: python -m validation.question_encoder MODEL_FOLDER.

Needs `safetensors`, in no requirements file: this is run once, by hand. WEIGHTS.md beside the result says from what.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ranvier.encoder.tokens import FIRST, LAST, UNKNOWN
from ranvier.encoder.transformer import LAYERS, LONGEST, WEIGHTS

KEPT = re.compile(r"(##)?([a-z0-9]+|[!-/:-@\[-`{-~])")
PARTS = {
    "query": "attention.self.query",
    "key": "attention.self.key",
    "value": "attention.self.value",
    "mix": "attention.output.dense",
    "mix_norm": "attention.output.LayerNorm",
    "widen": "intermediate.dense",
    "narrow": "output.dense",
    "out_norm": "output.LayerNorm",
}
SHRINK = (1.0, 0.85, 0.7, 0.6, 0.5)  # scales tried for a row of 4-bit numbers; the least squared error wins


def four_bits(rows: NDArray[np.float32]) -> tuple[NDArray[np.uint8], NDArray[np.float16]]:
    """Round rows to whole numbers from -8 to 7 and pack two in a byte; one scale a row."""
    widest = np.abs(rows).max(axis=1) / 7
    scales = np.stack([widest * share for share in SHRINK])
    errors = np.stack(
        [
            ((np.clip(np.round(rows / scale[:, None]), -8, 7) * scale[:, None] - rows) ** 2).sum(axis=1)
            for scale in scales
        ]
    )
    best = scales[errors.argmin(axis=0), np.arange(len(rows))].astype(np.float16)
    whole = np.clip(np.round(rows / best.astype(np.float32)[:, None]), -8, 7).astype(int) + 8
    return (whole[:, 0::2] | (whole[:, 1::2] << 4)).astype(np.uint8), best


def pack(folder: Path) -> dict[str, NDArray[np.generic]]:
    from safetensors.numpy import load_file

    model = {
        name.removeprefix("bert.").removeprefix("0.auto_model."): value
        for name, value in load_file(next(folder.rglob("model.safetensors"))).items()
    }
    vocabulary = json.loads(next(folder.rglob("tokenizer.json")).read_text(encoding="utf-8"))["model"][
        "vocab"
    ]
    kept = [
        (piece, row)
        for piece, row in vocabulary.items()
        if piece in (UNKNOWN, FIRST, LAST) or KEPT.fullmatch(piece)
    ]
    packed: dict[str, NDArray[np.generic]] = {
        "vocabulary": np.frombuffer("\n".join(piece for piece, _ in kept).encode(), np.uint8)
    }
    embeddings = model["embeddings.word_embeddings.weight"][[row for _, row in kept]].astype(np.float32)
    packed["pieces"], packed["pieces.scale"] = four_bits(embeddings)
    places = (
        model["embeddings.position_embeddings.weight"][:LONGEST]
        + model["embeddings.token_type_embeddings.weight"][0]
    )
    packed["places"] = places.astype(np.float16)
    for end in ("weight", "bias"):
        packed[f"norm.{end}"] = model[f"embeddings.LayerNorm.{end}"].astype(np.float16)
    for layer in range(LAYERS):
        for ours, theirs in PARTS.items():
            name = f"layer{layer}.{ours}"
            weight = model[f"encoder.layer.{layer}.{theirs}.weight"].astype(np.float32)
            packed[f"{name}.bias"] = model[f"encoder.layer.{layer}.{theirs}.bias"].astype(np.float16)
            if weight.ndim == 1:
                packed[f"{name}.weight"] = weight.astype(np.float16)
                continue
            scale = (np.abs(weight).max(axis=1) / 127).astype(np.float16)
            whole = np.clip(np.round(weight / scale.astype(np.float32)[:, None]), -127, 127)
            packed[f"{name}.weight"], packed[f"{name}.weight.scale"] = whole.astype(np.int8), scale
    return packed


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--out", type=Path, default=WEIGHTS)
    arguments = parser.parse_args()
    np.savez(arguments.out, **pack(arguments.folder))
    print(f"wrote {arguments.out}, {arguments.out.stat().st_size / 1e6:.1f} MB")
    return 0


if __name__ == "__main__":
    sys.exit(main())
