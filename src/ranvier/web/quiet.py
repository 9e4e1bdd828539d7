"""What the desk's log may say: never a word that someone wrote.

A traceback's last line can quote a letter (a database error prints the failing row), so an exception is logged as its
class and place only. Addresses, user agents and query strings are not logged at all.
"""

from __future__ import annotations

import logging
from pathlib import Path
from types import TracebackType


class QuietFormatter(logging.Formatter):
    """Level, logger and message; of an exception, its class and the line that raised it.

    Only messages of our own loggers are written as they are. Those of libraries are cut to their template, since their
    arguments may hold a path with a search in it, or a row.
    """

    def format(self, record: logging.LogRecord) -> str:
        """Write one line."""
        ours = record.name.startswith("desk")
        message = record.getMessage() if ours else str(record.msg)
        line = f"{record.levelname} {record.name}: {message}"
        status = getattr(record, "status_code", None)
        if status is not None:
            line += f" (status {status})"
        if record.exc_info and record.exc_info[0] is not None:
            line += f" [{record.exc_info[0].__name__} at {place(record.exc_info[2])}]"
        return line.replace("\n", " ")[:500]


def place(trace: TracebackType | None) -> str:
    """File and line where it was raised."""
    if trace is None:
        return "an unknown place"
    while trace.tb_next is not None:
        trace = trace.tb_next
    return f"{Path(trace.tb_frame.f_code.co_filename).name}:{trace.tb_lineno}"
