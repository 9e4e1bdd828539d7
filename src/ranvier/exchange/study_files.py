"""A study or its traces from a file, by what the file is: CSV, Excel or EDF+."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from ranvier.conduction.study import Context, Study
from ranvier.terms import Fault, InputRefused, StudyError

from .study_csv import read_study
from .sweeps import SpoiltSweeps, Trace
from .traces_csv import read_traces

ZIP_MARK = b"PK\x03\x04"
EDF_MARK = b"0       "
MAX_TRACES_BYTES = 2_000_000_000


def read_study_file(content: bytes, *, name: str, context: Context | None = None) -> Study:
    """Read a study table: Excel when the bytes say so, else text."""
    if content.startswith(ZIP_MARK):
        from .excel import read_excel

        return read_excel(content, path=name, context=context)
    return read_study(content, path=name, context=context)


def read_traces_file(
    name: str, *, progress: Callable[[int], None] | None = None, spoilt: SpoiltSweeps | None = None
) -> tuple[Trace, ...]:
    """Read the sweeps of one file: EDF+ when the bytes say so, else a traces table, line by line.

    Single sweeps at fault are gathered in `spoilt`; without it they refuse the file.
    """
    path = Path(name)
    try:
        size = path.stat().st_size
        if size > MAX_TRACES_BYTES:
            raise StudyError(
                [Fault(name, f"{size:,} bytes", f"At most {MAX_TRACES_BYTES:,}; split the file")]
            )
        with path.open("rb") as stream:
            head = stream.read(8)
            if head == EDF_MARK:
                from .edf import read_edf

                return read_edf(path, spoilt=spoilt)
            stream.seek(0)
            return read_traces(stream, path=name, progress=progress, spoilt=spoilt)
    except OSError as error:
        raise InputRefused(
            path=name,
            given=error.strerror or "it cannot be read",
            expected="A readable traces file (.csv or .edf)",
        ) from error
