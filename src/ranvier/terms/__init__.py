"""The shared words: findings and whose they are, verdicts that may be unknown, sources, nerves and sites, errors.

Imports nothing of ours. Everything that more than one folder must name lives here, once. `docs/terms.md` is the glossary.
"""

from .errors import (
    AnswerError,
    CaseError,
    DataError,
    DeskConflict,
    DeskError,
    DiaryError,
    DocumentRefused,
    Fault,
    InputRefused,
    LetterError,
    MissingDependency,
    NerveError,
    RanvierError,
    RecordingError,
    StudyError,
    VerdictError,
)
from .finding import Certainty, Finding, Presence, Side, Span, Subject
from .source import Mark, Source
from .verdict import Verdict, all_of, any_of, at_least

__all__ = [
    "AnswerError",
    "CaseError",
    "Certainty",
    "DataError",
    "DeskConflict",
    "DeskError",
    "DiaryError",
    "DocumentRefused",
    "Fault",
    "Finding",
    "InputRefused",
    "LetterError",
    "Mark",
    "MissingDependency",
    "NerveError",
    "Presence",
    "RanvierError",
    "RecordingError",
    "Side",
    "Source",
    "Span",
    "StudyError",
    "Subject",
    "Verdict",
    "VerdictError",
    "all_of",
    "any_of",
    "at_least",
]
