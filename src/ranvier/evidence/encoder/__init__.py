"""Turns a sentence into 384 numbers that are close for sentences of close meaning.

A small published sentence encoder (all-MiniLM-L6-v2: Wang et al. 2020; Reimers and Gurevych 2019; Apache-2.0), tuned on our
own phrasings, its weights kept as 4- and 8-bit integers and run in NumPy alone. `encode(texts)` is the main function.
docs/decisions/ says why and what it costs; `validation/question_encoder.py` makes the weights.
"""

from .transformer import DIMENSIONS, encode

__all__ = ["DIMENSIONS", "encode"]
