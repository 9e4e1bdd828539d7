"""The draft of an answer: sections of sentences, each sentence tied to what it rests on."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from ranvier.terms import AnswerError, Mark

from .support import Kind, Support

FORBIDDEN = re.compile(r"[<>{}\[\]`|\\\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2066-\u2069\ufeff]")
WORD = re.compile(r"[A-Za-z0-9][A-Za-z0-9'’/,.-]*")


@dataclass(frozen=True)
class Sentence:
    """One sentence and what it rests on. It cannot be built without support, nor with markup in its words."""

    text: str
    rests_on: Support
    also: tuple[Support, ...] = ()

    def __post_init__(self) -> None:
        if not all(isinstance(support, Support) for support in self.support):
            raise AnswerError(
                path="sentence.support",
                given="something that is no support",
                expected="A statement, a fact of the case or a clause of the criteria",
            )
        if not self.text.strip() or self.text != self.text.strip() or FORBIDDEN.search(self.text):
            raise AnswerError(
                path="sentence.text",
                given="no words, or markup or control characters in them",
                expected="Plain words of ours; a letter's words never enter an answer",
            )

    @property
    def support(self) -> tuple[Support, ...]:
        """Everything it rests on, the first the weightiest."""
        return (self.rests_on, *self.also)

    @property
    def statements(self) -> tuple[str, ...]:
        """The ids of the statements among its supports."""
        return tuple(support.id for support in self.support if support.kind is Kind.STATEMENT)

    @property
    def numbered(self) -> tuple[str, ...]:
        """The ids of the supports that have a numbered source: statements, and the treatment model."""
        kinds = (Kind.STATEMENT, Kind.MODEL)
        return tuple(dict.fromkeys(support.id for support in self.support if support.kind in kinds))

    @property
    def words(self) -> int:
        """How many words it has."""
        return len(WORD.findall(self.text))


@dataclass(frozen=True)
class Section:
    """A heading and its sentences, at least one. `urgent` sections stand first and are shown so; `listed` as a list."""

    id: str
    title: str
    sentences: tuple[Sentence, ...]
    urgent: bool = False
    listed: bool = False

    def __post_init__(self) -> None:
        if not self.sentences:
            raise AnswerError(
                path=f"section.{self.id}", given="no sentence", expected="Leave an empty section out"
            )


@dataclass(frozen=True)
class Citation:
    """A numbered source, how well it was checked, and the statements that it carries in this answer."""

    number: int
    text: str
    mark: Mark
    statements: tuple[str, ...]
    address: str | None = None

    @property
    def caution(self) -> str | None:
        """What to say of a source that was not read for this fact; None when it was."""
        if self.mark is Mark.SEEN:
            return None
        return (
            "not verified in the source"
            if "recalled" in self.text
            else f"{self.mark.value}, not verified in the source"
        )

    def document(self) -> dict[str, Any]:
        """The JSON form."""
        return {
            "number": self.number,
            "text": self.text,
            "address": self.address,
            "mark": self.mark.value,
            "statements": list(self.statements),
        }


@dataclass(frozen=True)
class Draft:
    """An answer drafted by software: nobody has signed it. Every statement used has a numbered source.

    `evidence_as_of` is the newest year up to which a statement used here was checked; `handling` says for each question,
    in order, whether it was answered, declined or out of scope.
    """

    sections: tuple[Section, ...]
    citations: tuple[Citation, ...]
    drafted_on: date
    evidence_as_of: int | None
    handling: tuple[str, ...] = ()
    numbers: Mapping[str, tuple[int, ...]] = field(
        default_factory=dict
    )  # of the sources of each statement, and of the model

    def __post_init__(self) -> None:
        for sentence in self.sentences():
            for identity in sentence.numbered:
                if not self.numbers.get(identity):
                    raise AnswerError(
                        path=f"draft.{identity}", given="no numbered source", expected="Cite every statement"
                    )
        if any(section.urgent for section in self.sections) and not self.sections[0].urgent:
            raise AnswerError(
                path="draft.sections", given="urgent advice is not first", expected="Red flags first"
            )

    def sentences(self) -> Iterator[Sentence]:
        """Every sentence, in order."""
        for section in self.sections:
            yield from section.sentences

    def cited(self, sentence: Sentence) -> tuple[int, ...]:
        """The numbers of the sources a sentence rests on."""
        return tuple(sorted({n for identity in sentence.numbered for n in self.numbers[identity]}))

    @property
    def prose(self) -> str:
        """The sentences alone, without headings and source numbers: what a reading grade is measured on."""
        return " ".join(sentence.text for sentence in self.sentences())

    @property
    def word_count(self) -> int:
        """Words of the sentences; headings and the list of sources are not counted."""
        return sum(sentence.words for sentence in self.sentences())

    @property
    def status(self) -> str:
        """The line that says what this is: a draft, of which day, on evidence of which year, and unsigned."""
        known = "" if self.evidence_as_of is None else f", from evidence checked up to {self.evidence_as_of}"
        day = f"{self.drafted_on.day} {self.drafted_on:%B %Y}"
        return f"Drafted by software on {day}{known}. Not signed: no clinician has checked it yet."
