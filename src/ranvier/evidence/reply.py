"""A reply to a question: statements' plain words, each with its source, after any red flag and any refusal.

A reply is made of sentences, and a `Sentence` cannot be built without the statement or notice it rests on and a source.
Nothing the writer typed is repeated in it, and nothing is logged.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from ranvier.case import RedFlag
from ranvier.terms import DataError, Source

from .statement import Statement, statements
from .topic import topics


@dataclass(frozen=True)
class Sentence:
    """Words to show, the id of the statement, notice or red flag they come from, and a source. None may be empty."""

    text: str
    rests_on: str
    source: Source

    def __post_init__(self) -> None:
        if not self.text.strip() or not self.rests_on:
            raise DataError(
                path="reply.sentence",
                given="nothing to rest on",
                expected="A statement or notice, with its words",
            )

    @classmethod
    def of(cls, statement: Statement) -> Sentence:
        """The plain words of a statement."""
        return cls(statement.plain, statement.id, statement.sources[0])


@dataclass(frozen=True)
class Section:
    """The answer to one question of a message: its topic, why it was declined if so, and its sentences."""

    topic: str
    in_scope: bool
    declined: str | None
    sentences: tuple[Sentence, ...]


@dataclass(frozen=True)
class Reply:
    """An answer to a message. `before` stands first: the advice on red flags and what goes with it."""

    topic: str
    in_scope: bool
    declined: str | None
    red_flags: tuple[RedFlag, ...]
    before: tuple[Sentence, ...]
    sections: tuple[Section, ...]
    after: tuple[Sentence, ...]

    def sentences(self) -> Iterator[Sentence]:
        """Every sentence, in the order shown."""
        yield from self.before
        for section in self.sections:
            yield from section.sentences
        yield from self.after

    @property
    def statements(self) -> tuple[str, ...]:
        """Ids of the statements used, in the order shown, each once."""
        known = statements()
        return tuple(dict.fromkeys(s.rests_on for s in self.sentences() if s.rests_on in known))

    @property
    def sources(self) -> tuple[str, ...]:
        """The sources in the order of their numbers in `text`."""
        return tuple(dict.fromkeys(_cited(sentence.source) for sentence in self.sentences()))

    @property
    def text(self) -> str:
        """The answer in plain words; a number in brackets points into `sources`."""
        numbers = {source: number for number, source in enumerate(self.sources, start=1)}

        def line(sentence: Sentence) -> str:
            return f"{sentence.text} [{numbers[_cited(sentence.source)]}]"

        blocks = [" ".join(line(s) for s in self.before)] if self.before else []
        for section in self.sections:
            body = " ".join(line(s) for s in section.sentences)
            headed = len(self.sections) > 1 and section.in_scope
            blocks.append(f"About {topics()[section.topic]}: {body}" if headed else body)
        if self.after:
            blocks.append(" ".join(line(s) for s in self.after))
        return "\n\n".join(blocks)


def _cited(source: Source) -> str:
    return f"{source}. {source.address}" if source.address else str(source)


def reply_document(reply: Reply) -> dict[str, Any]:
    """The JSON of `ranvier ask`: interfaces.md, with `parts`, one for each question found in the message."""
    return {
        "topic": reply.topic,
        "in_scope": reply.in_scope,
        "red_flags": [
            {"id": flag.id, "spans": [[span.start, span.end] for span in flag.spans], "advice": flag.advice}
            for flag in reply.red_flags
        ],
        "declined": reply.declined,
        "statements": list(reply.statements),
        "text": reply.text,
        "sources": list(reply.sources),
        "parts": [
            {
                "topic": section.topic,
                "in_scope": section.in_scope,
                "declined": section.declined,
                "statements": [s.rests_on for s in section.sentences if s.rests_on in statements()],
            }
            for section in reply.sections
        ],
    }
