"""What a process may keep in memory of the desk's tables, and when it must let go of it.

Everything that changes a public page leaves a row in `SiteChange`, in the transaction of the change itself, and so does
every erasure. Server, worker and command line are processes of their own, so each asks for the marks of these rows before it
uses anything that it kept: pages as bytes (kept_pages.py), published answers (columns.py), and what was concluded of a
case or a study (reasoning.py). A mark is a sum of random numbers, so no other set of rows has it, not even a restored desk's.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable
from typing import NamedTuple

from django.db import connection

from .models import SiteChange
from .reasoning import reasoner

TOKEN_BITS = 40
KEPT_ROWS = 200
MARKS = "SELECT COALESCE(SUM(token), 0), COALESCE(SUM(CASE WHEN is_erasure THEN token ELSE 0 END), 0) FROM desk_sitechange"


class Marks(NamedTuple):
    """`public` is another number after every change of what the public sees, `erased` after every erasure."""

    public: int
    erased: int


_erased: int | None = None
_forgetting: list[Callable[[], None]] = []


def forgets(work: Callable[[], None]) -> Callable[[], None]:
    """Have this called when a letter was erased: it lets go of what a module keeps of letters."""
    _forgetting.append(work)
    return work


def marks() -> Marks:
    """The marks as they stand; what was concluded of letters is forgotten if one was erased since the last call.

    One bare query, since it is asked before every page and Django's own way to it takes five times as long.
    """
    global _erased
    with connection.cursor() as cursor:
        cursor.execute(MARKS)
        now = Marks(*(int(value) for value in cursor.fetchone()))
    if now.erased != _erased:
        if _erased is not None:
            forget()
        _erased = now.erased
    return now


def forget() -> None:
    """Let go of everything that this process keeps of letters."""
    reasoner().forget()
    for work in _forgetting:
        work()


def public_changed() -> None:
    """Say that a public page changed; called inside the transaction that changes it."""
    SiteChange.objects.create(token=secrets.randbits(TOKEN_BITS))


def letter_erased() -> None:
    """Say that a letter was erased; called inside the transaction that erases it."""
    SiteChange.objects.create(token=secrets.randbits(TOKEN_BITS), is_erasure=True)


def tidy() -> int:
    """Drop old rows; that is a new mark too, and costs one making of what was kept."""
    ids = SiteChange.objects.order_by("-pk").values_list("pk", flat=True)[2 * KEPT_ROWS : 2 * KEPT_ROWS + 1]
    if not ids:
        return 0
    newest = SiteChange.objects.order_by("-pk").values_list("pk", flat=True)[KEPT_ROWS - 1]
    return SiteChange.objects.filter(pk__lt=newest).delete()[0]
