"""The one tree of errors.

::

    RanvierError
    ├── InputRefused            what was given cannot be used; exit code 2
    │   ├── DocumentRefused     a whole document was checked; holds every Fault found
    │   ├── LetterError         a letter cannot be read as text
    │   ├── CaseError           a case breaks one of its invariants
    │   ├── RecordingError      a stimulated response that cannot be one
    │   ├── StudyError          a nerve conduction study file or its traces
    │   ├── DiaryError          a treatment diary
    │   ├── NerveError          a fibre, lesion or stimulus outside the model
    │   ├── DeskError           a write that the desk refuses
    │   │   └── DeskConflict    someone else changed it in the meantime
    │   └── VerdictError        an unknown verdict was asked for yes or no
    ├── DataError               our own data files: a fact without a source, an unknown id; exit code 1
    ├── AnswerError             a sentence of an answer that rests on nothing, or carries markup; exit code 1
    └── MissingDependency       an optional package or system library is not installed; exit code 1

Each carries `path` (where), `given` (what was wrong, as given) and `expected` (what would be right). People see all
three; logs get `path` and the class only, since `given` may be a patient's words (`for_log`).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class Fault:
    """One thing wrong in a document: where, as given, and what would be right."""

    path: str
    given: str
    expected: str

    def __str__(self) -> str:
        given = self.given if len(self.given) <= 200 else self.given[:200] + "…"
        return f"{self.path}: {given}. {self.expected}"


class RanvierError(Exception):
    """Anything that this package raises on purpose."""

    exit_code = 1

    def __init__(self, *, path: str, given: str, expected: str) -> None:
        self.path = path
        self.given = given
        self.expected = expected
        super().__init__(str(Fault(path, given, expected)))

    @property
    def for_log(self) -> str:
        """Path and class alone: safe to write to a log, since no word of the input is in it."""
        return f"{type(self).__name__} at {self.path}"


class InputRefused(RanvierError):
    """The input was refused; the text says what to give instead."""

    exit_code = 2


class DocumentRefused(InputRefused):
    """A document with one or more faults, all of them reported at once."""

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.faults = tuple(faults)
        assert self.faults, "a refused document has at least one fault"
        first = self.faults[0]
        super().__init__(path=first.path, given=first.given, expected=first.expected)
        self.args = ("\n".join(str(fault) for fault in self.faults),)


class LetterError(InputRefused):
    """A letter that cannot be read as text."""


class CaseError(InputRefused):
    """A case that breaks one of its invariants."""


class RecordingError(InputRefused):
    """A stimulated response that cannot be one."""


class StudyError(DocumentRefused):
    """A nerve conduction study file, or its traces, with every fault by row and column."""


class DiaryError(DocumentRefused):
    """A treatment diary, with every fault by row."""


class NerveError(InputRefused):
    """A fibre, lesion, stimulus or time step outside the model."""


class VerdictError(InputRefused, TypeError):
    """A three-valued verdict was used where only yes or no fits."""


class DeskError(InputRefused):
    """A write that the desk refuses: not this person, not from this state, not without a reason."""


class DeskConflict(DeskError):
    """Someone else changed it in the meantime; nothing was written."""


class DataError(RanvierError):
    """One of our own data files is at fault: an unsourced fact, an unknown id."""


class AnswerError(RanvierError):
    """A sentence of an answer that rests on nothing, or carries markup."""


class MissingDependency(RanvierError):
    """An optional package or system library is needed and not installed."""
