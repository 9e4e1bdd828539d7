"""Turns a sentence into 384 numbers that are close for sentences of close meaning, or each of its pieces into so many.

A small published sentence encoder (all-MiniLM-L6-v2: Wang et al. 2020; Reimers and Gurevych 2019; Apache-2.0), its weights
kept as 4- and 8-bit integers and run in NumPy alone. `encode(texts)` is the main function. WEIGHTS.md says where they are from;
`validation/question_encoder.py` packs them; docs/decisions/2026-11-25-finding-statements.md says why and what they cost.
"""

from .tokens import located_tokens
from .transformer import DIMENSIONS, LONGEST, encode, states, unpacked_layers, weights

__all__ = ["DIMENSIONS", "LONGEST", "encode", "located_tokens", "states", "unpacked_layers", "weights"]
