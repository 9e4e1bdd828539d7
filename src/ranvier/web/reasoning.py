"""The one door to the workbench: everything the desk asks of the domain packages, as plain documents.

Nothing else in web/ calls the workbench. The documents are those of interfaces.md where it fixes one; `draft` gives the
answer in the shape of documents.py.
"""

from __future__ import annotations

from functools import cache
from typing import Any, Protocol

from django.conf import settings
from django.utils.module_loading import import_string

Document = dict[str, Any]


class Reasoning(Protocol):
    """What the desk needs to be told. `case` is always the JSON document of `ranvier read`."""

    def read(self, text: str) -> Document:
        """The case in a letter; its spans count from the text's first character."""

    def judge(self, case: Document) -> Document:
        """The criteria's verdicts (interfaces.md, `judge`)."""

    def weigh(self, case: Document) -> Document | None:
        """The differential and next tests (`weigh`); None when that part is not installed."""

    def ask(self, question: str) -> Document:
        """One question answered from the statements (`ask`)."""

    def draft(self, text: str, case: Document) -> Document:
        """A sourced draft, as documents.py describes it."""

    def grade(self, text: str) -> float | None:
        """The reading grade; None when it cannot be measured."""

    def statements(self) -> dict[str, Document]:
        """Every statement: {id: {"id", "topic", "claim", "plain", "mark", "as_of", "strength", "sources"}}."""

    def topics(self) -> dict[str, str]:
        """Topic ids with the words that head an answer."""

    def findings(self) -> dict[str, str]:
        """Finding ids with their labels, in the order they are shown."""

    def study(self, content: bytes) -> Document | None:
        """The conduction report of a study file; None when it cannot be read or that part is not installed."""

    def versions(self) -> dict[str, str]:
        """Code, data and evidence dates."""


@cache
def _reasoner(path: str) -> Reasoning:
    return import_string(path)()


def reasoner() -> Reasoning:
    """The configured reasoner: the workbench, or a stand-in in tests of the shell."""
    return _reasoner(settings.REASONING)
