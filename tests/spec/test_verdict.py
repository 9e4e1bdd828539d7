"""Three-valued logic, as a table a neurologist can read."""

from __future__ import annotations

from itertools import product

import pytest

from ranvier.terms import Verdict, VerdictError, all_of, any_of, at_least

MET, NOT, UNKNOWN = Verdict.MET, Verdict.NOT_MET, Verdict.UNKNOWN


@pytest.mark.parametrize(
    ("first", "second", "both", "either"),
    [
        (MET, MET, MET, MET),
        (MET, NOT, NOT, MET),
        (MET, UNKNOWN, UNKNOWN, MET),
        (NOT, NOT, NOT, NOT),
        (NOT, UNKNOWN, NOT, UNKNOWN),
        (UNKNOWN, UNKNOWN, UNKNOWN, UNKNOWN),
    ],
)
def test_and_and_or(first: Verdict, second: Verdict, both: Verdict, either: Verdict) -> None:
    assert first & second is both
    assert second & first is both
    assert first | second is either
    assert second | first is either


def test_not_leaves_unknown_unknown() -> None:
    assert (~MET, ~NOT, ~UNKNOWN) == (NOT, MET, UNKNOWN)


def test_a_verdict_is_never_a_yes_or_no() -> None:
    with pytest.raises(VerdictError, match=r"verdict is Verdict\.MET"):
        bool(UNKNOWN)


@pytest.mark.parametrize("count", [1, 2, 3])
def test_at_least_agrees_with_trying_every_value_of_the_unknown(count: int) -> None:
    for parts in product(Verdict, repeat=3):
        choices = [(MET, NOT) if part is UNKNOWN else (part,) for part in parts]
        outcomes = {sum(part is MET for part in filled) >= count for filled in product(*choices)}
        expected = UNKNOWN if len(outcomes) == 2 else MET if outcomes == {True} else NOT
        assert at_least(count, parts) is expected


def test_of_nothing_all_hold_and_none_does() -> None:
    assert all_of([]) is MET
    assert any_of([]) is NOT
