"""What a sentence of an answer rests on: a statement, a fact of the case, a clause of the criteria."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum
from typing import Any

from ranvier.terms import AnswerError, Span


class Kind(Enum):
    """The kinds of support. A statement carries published sources, and the treatment model its own; all the others point into
    this reader's case."""

    STATEMENT = "statement"
    CRITERION = "criterion"
    FINDING = "finding"
    TREATMENT = "treatment"
    LAB = "lab"
    CONDITION = "condition"
    PATIENT = "patient"
    QUESTION = "question"
    RED_FLAG = "red_flag"
    LETTER = "letter"
    OLDER_PAGE = "older_page"
    MODEL = "treatment_model"
    DIARY = "diary"
    WEIGHED = "weighed"


@dataclass(frozen=True)
class Support:
    """One thing a sentence rests on. `id` is never empty; `spans` are the words of the document that said it.

    A fact of the case without spans came from a case file or a study; `because` then says which.
    """

    kind: Kind
    id: str
    spans: tuple[Span, ...] = ()
    because: str | None = None

    def __post_init__(self) -> None:
        if not self.id.strip():
            raise AnswerError(path="support.id", given="it is empty", expected="The id of what supports it")

    def document(self) -> dict[str, Any]:
        """The JSON form: kind, id, spans and, where there is one, the because."""
        row: dict[str, Any] = {
            "kind": self.kind.value,
            "id": self.id,
            "spans": [[span.start, span.end] for span in self.spans],
        }
        return row if self.because is None else {**row, "because": self.because}


def statement(identity: str) -> Support:
    """Support by a statement of the evidence."""
    return Support(Kind.STATEMENT, identity)


def criterion(identity: str) -> Support:
    """Support by a clause of the criteria, or by an edition's verdict as a whole."""
    return Support(Kind.CRITERION, identity)


def merged(supports: Iterable[Support]) -> tuple[Support, ...]:
    """The supports in order, each once."""
    return tuple(dict.fromkeys(supports))
