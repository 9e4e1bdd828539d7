"""Kill a worker with SIGKILL at a chosen point of its work, for real: in a forked process, at a moment agreed through a pipe."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

from django.core.mail.backends.base import BaseEmailBackend
from django.db import connections

_ends: tuple[int, int] | None = None


def point() -> None:
    """In the forked worker: tell the parent where we are, and go on only when it says so."""
    if _ends is not None:
        says, hears = _ends
        os.write(says, b".")
        os.read(hears, 1)


def around(work: Callable[..., Any]) -> Callable[..., Any]:
    """The work with a point before and after it."""

    def watched(*given: Any, **named: Any) -> Any:
        point()
        result = work(*given, **named)
        point()
        return result

    return watched


def run(work: Callable[[], object], *, kill_at: int) -> bool:
    """Do the work in a process of its own and kill it at that point; False when it ended before it came there."""
    global _ends
    connections.close_all()
    worker_says, parent_hears = os.pipe()[::-1]
    worker_hears, parent_says = os.pipe()
    child = os.fork()
    if child == 0:
        status = 1
        try:
            os.close(parent_hears)
            os.close(parent_says)
            _ends = (worker_says, worker_hears)
            work()
            status = 0
        finally:
            os._exit(status)
    os.close(worker_says)
    os.close(worker_hears)
    seen = 0
    killed = False
    while os.read(parent_hears, 1):
        if seen == kill_at:
            os.kill(child, signal.SIGKILL)
            killed = True
            break
        seen += 1
        os.write(parent_says, b".")
    _, status = os.waitpid(child, 0)
    os.close(parent_hears)
    os.close(parent_says)
    assert killed or os.waitstatus_to_exitcode(status) == 0, "the worker failed by itself"
    return killed


class Postbox(BaseEmailBackend):
    """A mail server that writes down who was sent what, at once and for good."""

    path: Path

    def send_messages(self, messages: list[Any]) -> int:
        """Take them."""
        for message in messages:
            point()
            with self.path.open("a", encoding="utf-8") as file:
                file.write(f"{message.to[0]} {message.extra_headers.get('Message-ID', '')}\n")
                file.flush()
                os.fsync(file.fileno())
            point()
        return len(messages)

    @classmethod
    def taken(cls) -> list[str]:
        """One line a mail."""
        return cls.path.read_text(encoding="utf-8").splitlines() if cls.path.exists() else []
