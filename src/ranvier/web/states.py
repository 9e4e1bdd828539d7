"""The one table of states and moves of a question: from where, to where, by whom, and whether a reason is needed.

Nothing else in the desk changes `Question.state`. Every move is compared and set on state and version
(`commands/moves.py`), writes one audit event in the same transaction, and has its rows in tests/web/test_states.py.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from .roles import Role


class State(Enum):
    """Where a question stands."""

    NEW = "new"
    IN_REVIEW = "in_review"
    NEEDS_READER = "needs_reader"
    DECLINED = "declined"
    DRAFTED = "drafted"
    SIGNED = "signed"
    SCHEDULED = "scheduled"
    PUBLISHED = "published"
    CORRECTED = "corrected"
    WITHDRAWN = "withdrawn"

    @property
    def label(self) -> str:
        """The words on a page."""
        return LABELS[self]


LABELS = {
    State.NEW: "New",
    State.IN_REVIEW: "In review",
    State.NEEDS_READER: "Needs reader's reply",
    State.DECLINED: "Declined",
    State.DRAFTED: "Drafted",
    State.SIGNED: "Signed",
    State.SCHEDULED: "Scheduled",
    State.PUBLISHED: "Published",
    State.CORRECTED: "Corrected",
    State.WITHDRAWN: "Withdrawn",
}
PUBLIC = frozenset({State.PUBLISHED, State.CORRECTED})
OPEN = frozenset({State.NEW, State.IN_REVIEW, State.NEEDS_READER, State.DRAFTED})


@dataclass(frozen=True)
class Move:
    """One way from a state to another. `by` are the roles that may make it; `needs_reason` asks for a why."""

    name: str
    label: str
    sources: frozenset[State]
    target: State
    by: frozenset[Role]
    needs_reason: bool = False
    releases: bool = False  # the claim on the question ends
    claims: bool = False  # the one who moves it now holds it


def _move(name: str, label: str, sources: str, target: str, by: str, **more: bool) -> Move:
    return Move(
        name,
        label,
        frozenset(State(word) for word in sources.split()),
        State(target),
        frozenset(Role(word) for word in by.split()),
        **more,
    )


MOVES: dict[str, Move] = {
    move.name: move
    for move in (
        # name                 words on the button        from                              to              by
        _move("claim",         "Claim",                   "new",                            "in_review",    "trainee clinician", claims=True),
        _move("release",       "Give back to the queue",  "in_review",                      "new",          "trainee clinician", releases=True),
        _move("ask_reader",    "Ask the reader",          "in_review drafted",              "needs_reader", "clinician", needs_reason=True),
        _move("reader_replied", "Reply",                  "needs_reader",                   "in_review",    "reader"),
        _move("decline",       "Decline",                 "new in_review needs_reader drafted", "declined", "clinician", needs_reason=True),
        _move("reopen",        "Reopen",                  "declined",                       "in_review",    "clinician", needs_reason=True, claims=True),
        _move("draft",         "Mark as drafted",         "in_review",                      "drafted",      "trainee clinician"),
        _move("rework",        "Back to review",          "drafted",                        "in_review",    "trainee clinician"),
        _move("sign",          "Sign",                    "drafted",                        "signed",       "clinician"),
        _move("void",          "Void the signature",      "signed scheduled",               "drafted",      "clinician", needs_reason=True),
        _move("schedule",      "Schedule",                "signed",                         "scheduled",    "editor"),
        _move("unschedule",    "Take out of the issue",   "scheduled",                      "signed",       "editor worker"),
        _move("publish",       "Publish",                 "scheduled",                      "published",    "editor worker"),
        _move("correct",       "Publish the correction",  "published corrected",            "corrected",    "clinician", needs_reason=True),
        _move("withdraw",      "Withdraw from the site",  "published corrected",            "withdrawn",    "editor", needs_reason=True),
        _move("reader_withdraws", "Withdraw my letter",   "new in_review needs_reader declined drafted signed scheduled published corrected",
                                                                                            "withdrawn",    "reader", releases=True),
    )
}  # fmt: skip


def moves_for(state: State, role: Role) -> list[Move]:
    """The moves that a role may make from a state, in the order of the table."""
    return [move for move in MOVES.values() if state in move.sources and role in move.by]
