"""Requests that are declined: one person's dose, stopping or starting, diagnosis, drug, or a verdict on their doctor.

A request is declined by its own wording (requests.toml), or, when it speaks of the writer's own case, by a high learned score.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from ranvier.terms.vocabulary import read_toml

REASONS = ("stop_or_start", "personal_dose", "which_drug_for_me", "diagnose_me", "second_opinion")
SURE = 0.5  # a learned score that declines by itself; tuned on the open questions and the phrasings


@cache
def _patterns() -> Mapping[str, re.Pattern[str]]:
    rows = read_toml(Path(__file__).parent / "requests.toml")
    return {
        name: re.compile(
            "|".join(row.replace("{me}", rows["me"]).replace("{drug}", rows["drug"]) for row in rows[name]),
            re.IGNORECASE | re.DOTALL,
        )
        for name in (*REASONS, "personal")
    }


def declined(text: str, learned: Mapping[str, float]) -> str | None:
    """The reason a request is declined, or None.

    Parameters
        text : the words of one message, cleaned.
        learned : a score a reason (`finding.Found.refusal`).
    """
    worded = [reason for reason in REASONS if _patterns()[reason].search(text)]
    if worded:
        return max(worded, key=lambda reason: learned.get(reason, 0.0))
    likeliest = max(learned, key=lambda reason: learned[reason])
    if learned[likeliest] > SURE and _patterns()["personal"].search(text):
        return likeliest
    return None
