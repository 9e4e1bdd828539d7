"""Turns a sentence into 384 numbers that are close for sentences of close meaning.

A small published sentence encoder (all-MiniLM-L6-v2: Wang et al. 2020; Reimers and Gurevych 2019; Apache-2.0), its weights
kept as 4- and 8-bit integers and run in NumPy alone. `encode(texts)` is the main function. WEIGHTS.md says where they are from;
`validation/question_encoder.py` packs them; docs/decisions/2026-11-25-finding-statements.md says why and what they cost.
"""

from .transformer import DIMENSIONS, encode

__all__ = ["DIMENSIONS", "encode"]
