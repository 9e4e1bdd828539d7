"""The one door to the workbench: everything the desk asks of the domain packages, as plain documents.

Nothing else in web/ calls the workbench. The documents are those of interfaces.md where it fixes one; `draft` gives the
answer in the shape of documents.py.
"""

from __future__ import annotations

import json
import logging
from functools import cache, lru_cache
from typing import Any, Protocol

from django.conf import settings
from django.utils.module_loading import import_string

from ranvier import workbench
from ranvier.case import from_document, to_document
from ranvier.terms import RanvierError
from ranvier.terms.vocabulary import findings as finding_terms

from .quiet import place

LOG = logging.getLogger("desk")
Document = dict[str, Any]
DIARY_ENTRIES = 2000  # dated lines of any kind; more would keep the worker from the next letter for minutes
DIARY_DAYS = 20 * 366  # from the first day to the last, for the same reason
GUIDELINE = "efns_pns_2010"  # shown first: an answer to a reader speaks of it


class Reasoning(Protocol):
    """What the desk needs to be told. `case` is always the JSON document of `ranvier read`."""

    def read(self, text: str) -> Document:
        """The case in a letter; its spans count from the text's first character."""

    def glance(self, text: str, *, with_topics: bool = False) -> Document:
        """The red flags, questions and identifying details of a letter: the part of reading that cannot wait."""

    def judge(self, case: Document, study: bytes | None = None) -> Document:
        """The criteria's verdicts (interfaces.md, `judge`), with what a nerve conduction study says where there is one."""

    def weigh(self, case: Document, study: bytes | None = None) -> Document:
        """The differential, likeliest first, and next tests (`weigh`), with `names` for the diseases."""

    def draft(
        self, text: str, case: Document, study: bytes | None = None, diary: bytes | None = None
    ) -> Document:
        """A sourced draft, as documents.py describes it; a diary takes the worker up to a minute."""

    def grade(self, text: str) -> float | None:
        """The reading grade; None when it cannot be measured."""

    def statements(self) -> dict[str, Document]:
        """Every statement: {id: {"id", "topic", "claim", "plain", "mark", "as_of", "strength", "sources"}}."""

    def topics(self) -> dict[str, str]:
        """Topic ids with the words that head an answer."""

    def findings(self) -> dict[str, str]:
        """Finding ids with their labels, in the order they are shown."""

    def study(self, content: bytes) -> Document | None:
        """The conduction report of a study file; None when it cannot be read."""

    def diary(self, content: bytes) -> Document | None:
        """What stands in a treatment diary (`doses`, `readings`, `first`, `last`, `counts`); None when it cannot be read.

        `counts` is False for one that is too long to look ahead from while letters wait.
        """

    def versions(self) -> dict[str, str]:
        """Code, data and evidence dates."""

    def forget(self) -> None:
        """Let go of everything that was concluded of a letter or a study: one was erased."""


class Workbench:
    """The domain packages, through the workbench."""

    def read(self, text: str) -> Document:
        """Read a letter."""
        return to_document(workbench.read(text))

    def glance(self, text: str, *, with_topics: bool = False) -> Document:
        """Look a letter over."""
        return to_document(workbench.glance(text, with_topics=with_topics))

    def judge(self, case: Document, study: bytes | None = None) -> Document:
        """Judge by every edition; the MMN guideline first, since the draft speaks of it."""
        return json.loads(self._judged(json.dumps(case, sort_keys=True), study))

    @lru_cache(maxsize=64)  # noqa: B019 — a review page is loaded many times for one reading
    def _judged(self, case: str, study: bytes | None) -> str:
        document: Document = self._judgement(case, study).document()
        editions = document["editions"]
        document["editions"] = {GUIDELINE: editions[GUIDELINE], **editions}
        return json.dumps(document)

    @lru_cache(maxsize=16)  # noqa: B019 — as above
    def _judgement(self, case: str, study: bytes | None) -> Any:
        """The judgement itself, which the differential asks for again: half of the time that it takes."""
        return workbench.judge(from_document(json.loads(case)), self._facts(study))

    def weigh(self, case: Document, study: bytes | None = None) -> Document:
        """Weigh the differential."""
        return json.loads(self._weighed(json.dumps(case, sort_keys=True), study))

    @lru_cache(maxsize=64)  # noqa: B019 — as above
    def _weighed(self, case: str, study: bytes | None) -> str:
        weighed = workbench.weigh(
            from_document(json.loads(case)), self._facts(study), judged=self._judgement(case, study)
        )
        document: Document = weighed.document()
        posterior = document["posterior"].items()
        document["posterior"] = dict(sorted(posterior, key=lambda pair: -pair[1]))
        document["names"] = workbench.disease_names()
        return json.dumps(document)

    @lru_cache(maxsize=16)  # noqa: B019 — as above
    def _facts(self, study: bytes | None) -> Any:
        """What a study says to the criteria; None without one, or with one that cannot be read."""
        if study is None:
            return None
        try:
            return workbench.read_study(study.decode("utf-8-sig"))
        except (RanvierError, UnicodeDecodeError):
            return None

    def draft(
        self, text: str, case: Document, study: bytes | None = None, diary: bytes | None = None
    ) -> Document:
        """Draft an answer and carry each sentence's support over."""
        made = workbench.answer_case(
            text, from_document(case), study=self._facts(study), outlook=self._outlook(diary)
        ).draft
        used: dict[str, Document] = {}
        known = self.statements()
        sections = []
        count = 0
        for section in made.sections:
            rows = []
            for sentence in section.sentences:
                count += 1
                used |= {key: known[key] for key in sentence.statements}
                rows.append(
                    {
                        "id": f"s{count}",
                        "text": sentence.text,
                        "support": [
                            {"kind": one.kind.value, "id": one.id, "because": one.because}
                            for one in sentence.support
                        ],
                        "tie": "drafted",
                        "reason": "",
                    }
                )
            sections.append(
                {
                    "id": section.id,
                    "title": section.title,
                    "urgent": section.urgent,
                    "listed": section.listed,
                    "sentences": rows,
                }
            )
        kept = ("claim", "mark", "as_of", "sources")
        return {
            "title": self._title(case),
            "evidence_as_of": made.evidence_as_of,
            "drafted_on": made.drafted_on.isoformat(),
            "handling": list(made.handling),
            "sections": sections,
            "statements": {key: {name: row[name] for name in kept} for key, row in used.items()},
        }

    def _title(self, case: Document) -> str:
        """The reader's first question, or the topic, as a heading for a person to better."""
        for question in case.get("questions", []):
            words = " ".join(str(question["text"]).split()).strip(" -–")
            if 8 <= len(words) <= 110:
                return words[0].upper() + words[1:]
        return "A letter about weak muscles"

    def grade(self, text: str) -> float | None:
        """The grade by a kept library."""
        from ranvier.answer import reading_grade

        return reading_grade(text)

    @lru_cache(maxsize=4)  # noqa: B019 — as above
    def _outlook(self, diary: bytes | None) -> Any:
        """What follows from a treatment diary; None without one, or with one that cannot be read or is too long."""
        seen = self.diary(diary) if diary is not None else None
        if diary is None or seen is None or not seen["counts"]:
            return None
        try:
            return workbench.forecast(diary.decode("utf-8-sig"))
        except Exception as error:  # the letter is answered without it
            LOG.error("no outlook: %s at %s", type(error).__name__, place(error.__traceback__))
            return None

    @cache  # noqa: B019 — one Workbench lives as long as the process
    def statements(self) -> dict[str, Document]:
        """Every statement as a plain document."""
        return {
            key: {
                "id": key,
                "topic": row.topic,
                "claim": row.claim,
                "plain": row.plain,
                "mark": row.mark.value,
                "as_of": row.as_of,
                "strength": row.strength.value,
                "sources": [
                    {"text": one.citation, "address": one.address, "mark": one.mark.value}
                    for one in row.sources
                ],
            }
            for key, row in workbench.statements().items()
        }

    def topics(self) -> dict[str, str]:
        """Topics with their labels."""
        return dict(workbench.topics())

    def findings(self) -> dict[str, str]:
        """Finding ids with their labels."""
        return {key: term.label for key, term in finding_terms().items()}

    @lru_cache(maxsize=16)  # noqa: B019 — as above
    def study(self, content: bytes) -> Document | None:
        """Measure a study, whatever bytes a reader attached."""
        try:
            return workbench.ncs(content, name="attachment")
        except RanvierError:
            return None

    @lru_cache(maxsize=16)  # noqa: B019 — as above
    def diary(self, content: bytes) -> Document | None:
        """Read a diary, whatever bytes a reader attached."""
        try:
            seen = workbench.read_diary(content.decode("utf-8-sig"))
        except (RanvierError, UnicodeDecodeError):
            return None
        days = [entry.date for entry in (*seen.given, *seen.readings)]
        dated = [*days, *(entry.date for entry in (*seen.igg, *seen.weights, *seen.others))]
        ends = [*dated, *(given.last_date for given in seen.given)]
        span = (max(ends) - min(ends)).days if ends else 0
        return {
            "doses": len(seen.given),
            "readings": len(seen.readings),
            "first": min(days, default=None),
            "last": max(days, default=None),
            "counts": len(dated) <= DIARY_ENTRIES and span <= DIARY_DAYS,
        }

    def versions(self) -> dict[str, str]:
        """Dates of code, data and evidence."""
        return workbench.versions()

    def forget(self) -> None:
        """Empty what is remembered of cases, studies and diaries, and of the words of letters."""
        for remembered in (
            self._judgement,
            self._judged,
            self._weighed,
            self._facts,
            self._outlook,
            self.study,
            self.diary,
        ):
            remembered.cache_clear()
        workbench.forget()


@cache
def _reasoner(path: str) -> Reasoning:
    return import_string(path)()


def reasoner() -> Reasoning:
    """The configured reasoner: the workbench, or a stand-in in tests of the shell."""
    return _reasoner(settings.REASONING)
