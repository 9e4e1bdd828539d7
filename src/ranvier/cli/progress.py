"""A bar on standard error while something long is read, when that is a terminal."""

from __future__ import annotations

import sys
from types import TracebackType
from typing import TextIO

WIDTH = 30


class ProgressBar:
    """`what [######......] 41 %  41 of 100 MB`, drawn over itself, and wiped at the end.

    Silent where the stream is no terminal. Called with the bytes done so far, which may be said as often as one likes.
    """

    def __init__(self, what: str, total: int, stream: TextIO | None = None) -> None:
        self.what = what
        self.total = max(total, 1)
        self.stream = stream or sys.stderr
        self.is_shown = self.stream.isatty()
        self._length = 0

    def __enter__(self) -> ProgressBar:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self.is_shown and self._length:
            self._write("")
            self.stream.write("\r")
            self.stream.flush()

    def __call__(self, done: int) -> None:
        """Draw the bar at so many bytes."""
        if not self.is_shown:
            return
        share = min(done / self.total, 1.0)
        full = round(WIDTH * share)
        bar = "#" * full + "." * (WIDTH - full)
        self._write(
            f"{self.what} [{bar}] {100 * share:3.0f} %  {done / 1e6:,.0f} of {self.total / 1e6:,.0f} MB"
        )

    def _write(self, text: str) -> None:
        self.stream.write("\r" + text.ljust(self._length))
        self.stream.flush()
        self._length = len(text)
