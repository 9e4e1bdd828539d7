"""A reply: the letter as given, what was read in it, the verdict, and the draft, together, with their JSON document."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from ranvier.case import Case, to_document
from ranvier.criteria import JudgedCase, Judgement
from ranvier.differential import WeighedCase

from .draft import Draft, Section, Sentence
from .point import Plan
from .reading_level import reading_grade

if TYPE_CHECKING:
    from ranvier.treatment import Outlook

EDITION = "efns_pns_2010"  # the guideline that an answer speaks of


@dataclass(frozen=True)
class Reply:
    """Everything behind one answer. `text` is the document as given; it is shown to the reviewer, never quoted to a reader."""

    text: str
    case: Case
    judged: JudgedCase
    plan: Plan
    draft: Draft
    versions: Mapping[str, str] = field(default_factory=dict)
    weighed: WeighedCase | None = None
    outlook: Outlook | None = None  # of the treatment diary that came with the letter

    @property
    def judgement(self) -> Judgement:
        """The verdict of the MMN guideline."""
        return self.judged.judgements[EDITION]

    @property
    def answer_text(self) -> str:
        """The answer as plain text: headings, sentences with the numbers of their sources, and what it is."""
        parts = []
        for section in self.draft.sections:
            body = (
                "\n".join(lines_of(section, self.draft))
                if section.listed
                else " ".join(lines_of(section, self.draft))
            )
            parts.append(f"{section.title}\n{body}")
        return "\n\n".join([*parts, self.draft.status])

    @property
    def document(self) -> dict[str, Any]:
        """The JSON document of `ranvier answer`."""
        case = to_document(self.case)
        questions = [dict(row) for row in case["questions"]]
        return {
            "text": self.answer_text,
            "sections": [
                {
                    "id": section.id,
                    "title": section.title,
                    "urgent": section.urgent,
                    "sentences": [_sentence(sentence, self.draft) for sentence in section.sentences],
                }
                for section in self.draft.sections
            ],
            "sources": [citation.document() for citation in self.draft.citations],
            "word_count": self.draft.word_count,
            "reading_grade": reading_grade(self.draft.prose),
            "red_flags": case["red_flags"],
            "questions": questions,
            "handling": [
                {"topic": q.topic, "handling": q.handling, "reason": q.reason} for q in self.plan.questions
            ],
            "kind": self.plan.kind,
            "judgement": self.judged.document(),
            "weighing": None if self.weighed is None else self.weighed.document(),
            "case": case,
            "diary": None if self.outlook is None else _diary(self.outlook),
            "signed": None,
            "status": self.draft.status,
            "drafted_on": self.draft.drafted_on.isoformat(),
            "evidence_as_of": self.draft.evidence_as_of,
            "versions": dict(self.versions),
        }


def _diary(outlook: Outlook) -> dict[str, Any]:
    """What a reviewer needs of the diary behind the answer; dates are here and not in the answer itself."""
    document = outlook.as_json()
    return {
        "fit": outlook.posterior.status.name.lower(),
        "wear_off": document["wear_off"],
        "patterns": document["patterns"],
        "flags": document["flags"],
    }


def _sentence(sentence: Sentence, draft: Draft) -> dict[str, Any]:
    return {
        "text": sentence.text,
        "support": [support.document() for support in sentence.support],
        "sources": list(draft.cited(sentence)),
    }


def marked(section: Section, draft: Draft) -> Iterator[tuple[Sentence, tuple[int, ...]]]:
    """Each sentence with the source numbers to print after it: once at the end of a run that shares them."""
    sentences = section.sentences
    for index, sentence in enumerate(sentences):
        cited = draft.cited(sentence)
        following = draft.cited(sentences[index + 1]) if index + 1 < len(sentences) else ()
        yield sentence, () if cited == following and not section.listed else cited


def advice(section: Section) -> list[list[Sentence]]:
    """The sentences of an urgent section, those of one piece of advice together."""
    grouped: list[list[Sentence]] = []
    for sentence in section.sentences:
        if grouped and grouped[-1][-1].support == sentence.support:
            grouped[-1].append(sentence)
        else:
            grouped.append([sentence])
    return grouped


def lines_of(section: Section, draft: Draft) -> list[str]:
    """The sentences of a section as text with source numbers; numbered when it is a list."""
    rows = [
        sentence.text + (f" [{', '.join(map(str, cited))}]" if cited else "")
        for sentence, cited in marked(section, draft)
    ]
    return [f"{place}. {row}" for place, row in enumerate(rows, start=1)] if section.listed else rows
