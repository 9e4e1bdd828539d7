"""What a signature covers, and what stands in its way.

It covers exactly what the signer was shown: the letter as printed, every sentence with what it rests on, the sources, the
case, and the files that came with the letter, from which the criteria and the draft were told. `digest` is their SHA-256; any
later edit gives another digest, and the old signature does not cover it.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from typing import Any

from . import documents
from .models import Answer, Concern, Question, Reading, StatementCheck


def files(question: Question) -> list[dict[str, str]]:
    """Each file that came with the letter: its kind, its name, and the SHA-256 of its bytes, in the order they are shown."""
    return [
        {"kind": file.kind, "name": file.name, "sha256": hashlib.sha256(bytes(file.content)).hexdigest()}
        for file in question.attachments.order_by("sent_at", "id")
    ]


def digest(
    *, letter: str, document: dict[str, Any], case: dict[str, Any], files: list[dict[str, str]]
) -> str:
    """SHA-256 of the letter as printed, the answer with its sources, the case shown and the files, in one canonical form."""
    covered = {"letter": letter, "answer": document, "case": case, "files": files}
    canonical = json.dumps(covered, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()


def current_digest(question: Question, answer: Answer, reading: Reading) -> str:
    """The digest of what the review page shows now."""
    return digest(letter=question.letter, document=answer.document, case=reading.case, files=files(question))


def still_covers(answer: Answer) -> bool:
    """Whether a signed version is exactly what was signed."""
    return answer.is_signed and answer.digest == digest(
        letter=answer.letter,
        document=answer.document,
        case=answer.reading.case,
        files=files(answer.question),
    )


def checked_statements(ids: Iterable[str]) -> set[str]:
    """Those of the statements whose latest check says that they hold."""
    latest: dict[str, str] = {}
    for row in StatementCheck.objects.filter(statement__in=list(ids)).order_by("checked_at", "id"):
        latest[row.statement] = row.outcome
    return {key for key, outcome in latest.items() if outcome == "holds"}


def unchecked(document: dict[str, Any]) -> list[str]:
    """Statements in use that are marked recalled and that nobody has compared with their source yet."""
    recalled = documents.recalled(document)
    held = checked_statements(recalled)
    return [key for key in recalled if key not in held]


def refusals(question: Question, answer: Answer) -> list[str]:
    """Why this answer cannot be signed yet, each as a sentence; empty when it can."""
    reasons = []
    open_concerns = Concern.objects.filter(question=question, resolved_at__isnull=True)
    if count := open_concerns.filter(kind="red_flag").count():
        reasons.append(f"{_count(count, 'red flag')} open: say how each was settled.")
    if count := open_concerns.filter(kind="identifying").count():
        reasons.append(
            f"{_count(count, 'identifying detail')} not settled: remove it or say why it may stay."
        )
    if count := len(documents.unsourced(answer.document)):
        reasons.append(f"{_count(count, 'sentence')} without a source: give one, or say why it may stand.")
    if missing := unchecked(answer.document):
        reasons.append(f"{_count(len(missing), 'statement')} recalled and not checked: {', '.join(missing)}.")
    if not list(documents.sentences(answer.document)):
        reasons.append("The answer has no sentence.")
    return reasons


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"
