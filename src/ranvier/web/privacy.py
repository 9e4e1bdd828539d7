"""What is kept of a reader, and how details are taken out of a letter.

Kept: the letter after removals, what they chose to say of themselves, and a keyed hash of the claim code. Not kept: the
code, the network address, the user agent. The rate limits count by a keyed hash of the address with a key that lives in
this process's memory only, in a cache that is never written to disk.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
import uuid
from collections.abc import Iterable, Sequence
from typing import Any

from django.conf import settings
from django.core.cache import cache

ALPHABET = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"  # no 0 O 1 I
GROUPS, LETTERS = 4, 5  # 20 letters of 32: 100 bits
_PROCESS_KEY = secrets.token_bytes(32)
REPLACEMENTS = {
    "name": "[name]",
    "address": "[address]",
    "phone": "[phone number]",
    "email": "[e-mail]",
    "date_of_birth": "[date of birth]",
}


def claim_code(submission: uuid.UUID) -> str:
    """The code to come back with, made from the form's random number under the secret key.

    A form that is sent twice, because the first reply was lost on the way, so gives the same code without it being kept.
    """
    number = int.from_bytes(
        hmac.new(settings.SECRET_KEY.encode(), f"code:{submission}".encode(), hashlib.sha256).digest()
    )
    letters = [ALPHABET[number >> 5 * place & 31] for place in range(GROUPS * LETTERS)]
    return "-".join("".join(letters[n : n + LETTERS]) for n in range(0, len(letters), LETTERS))


def claim_hash(code: str) -> str:
    """The keyed hash of a code, however it was typed."""
    plain = "".join(letter for letter in code.upper() if letter.isalnum())
    return hmac.new(settings.SECRET_KEY.encode(), f"claim:{plain}".encode(), hashlib.sha256).hexdigest()


def is_over_limit(name: str, address: str, *, limit: int, seconds: int) -> bool:
    """Count one attempt, and say whether there were too many in the window."""
    key = _keyed(name, address)
    cache.add(key, 0, timeout=seconds)
    try:
        return bool(cache.incr(key) > limit)
    except ValueError:  # it ran out between the two calls
        cache.set(key, 1, timeout=seconds)
        return False


def forget_attempts(name: str, address: str) -> None:
    """Begin to count anew, after someone has shown who they are."""
    cache.delete(_keyed(name, address))


def keep(name: str, text: str, value: object, *, seconds: int) -> None:
    """Keep something that was told of a text, and holds none of its words, for a while in this process's memory."""
    cache.set(_keyed(name, text), value, timeout=seconds)


def recall(name: str, text: str) -> Any:
    """What was kept of a text; None when nothing was."""
    return cache.get(_keyed(name, text))


def _keyed(name: str, text: str) -> str:
    return hmac.new(_PROCESS_KEY, f"{name}:{text}".encode(), hashlib.sha256).hexdigest()


def without(text: str, details: Iterable[dict[str, Any]]) -> str:
    """The letter with these details ({"kind", "start", "end"}) replaced by what kind of thing stood there."""
    for detail in sorted(details, key=lambda row: row["start"], reverse=True):
        word = REPLACEMENTS.get(detail["kind"], f"[{str(detail['kind']).replace('_', ' ')}]")
        text = text[: detail["start"]] + word + text[detail["end"] :]
    return text


def settled(details: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Details without overlaps, the longer one kept, in reading order."""
    kept: list[dict[str, Any]] = []
    for detail in sorted(details, key=lambda row: (row["start"], -row["end"])):
        if not kept or detail["start"] >= kept[-1]["end"]:
            kept.append(detail)
    return kept
