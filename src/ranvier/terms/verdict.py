"""MET, NOT_MET or UNKNOWN, and how they combine.

Kleene's three-valued logic, written out: a conjunction is NOT_MET as soon as one part is, MET only when all parts
are, and UNKNOWN otherwise. Nothing turns UNKNOWN into a default.
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import Enum

from .errors import VerdictError


class Verdict(Enum):
    """What can be said of a criterion on the facts at hand. Its truth value raises: compare with `is`."""

    MET = "met"
    NOT_MET = "not_met"
    UNKNOWN = "unknown"

    def __bool__(self) -> bool:
        raise VerdictError(
            path="Verdict",
            given=f"{self.name} was used as a yes or no",
            expected="A verdict may be UNKNOWN: write `verdict is Verdict.MET` (or NOT_MET, UNKNOWN)",
        )

    def __and__(self, other: Verdict) -> Verdict:
        return AND[self, other]

    def __or__(self, other: Verdict) -> Verdict:
        return OR[self, other]

    def __invert__(self) -> Verdict:
        return NOT[self]


_M, _N, _U = Verdict.MET, Verdict.NOT_MET, Verdict.UNKNOWN

AND: dict[tuple[Verdict, Verdict], Verdict] = {
    (_M, _M): _M, (_M, _N): _N, (_M, _U): _U,
    (_N, _M): _N, (_N, _N): _N, (_N, _U): _N,
    (_U, _M): _U, (_U, _N): _N, (_U, _U): _U,
}  # fmt: skip
OR: dict[tuple[Verdict, Verdict], Verdict] = {
    (_M, _M): _M, (_M, _N): _M, (_M, _U): _M,
    (_N, _M): _M, (_N, _N): _N, (_N, _U): _U,
    (_U, _M): _M, (_U, _N): _U, (_U, _U): _U,
}  # fmt: skip
NOT: dict[Verdict, Verdict] = {_M: _N, _N: _M, _U: _U}


def all_of(verdicts: Iterable[Verdict]) -> Verdict:
    """Combine by "and"; of none at all, MET.

    Example
        >>> all_of([Verdict.MET, Verdict.UNKNOWN]).value
        'unknown'
    """
    result = _M
    for verdict in verdicts:
        result = result & verdict
    return result


def any_of(verdicts: Iterable[Verdict]) -> Verdict:
    """Combine by "or"; of none at all, NOT_MET.

    Example
        >>> any_of([Verdict.NOT_MET, Verdict.UNKNOWN]).value
        'unknown'
    """
    result = _N
    for verdict in verdicts:
        result = result | verdict
    return result


def at_least(count: int, verdicts: Iterable[Verdict]) -> Verdict:
    """MET once `count` parts are; NOT_MET once too few could still be; else UNKNOWN.

    Example
        >>> at_least(2, [Verdict.MET, Verdict.NOT_MET, Verdict.UNKNOWN]).value
        'unknown'
    """
    parts = list(verdicts)
    met = sum(part is _M for part in parts)
    possible = met + sum(part is _U for part in parts)
    return _M if met >= count else (_N if possible < count else _U)
