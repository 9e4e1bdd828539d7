"""A table from bytes: decoding, the delimiter, header spellings. Knows no medicine."""

from __future__ import annotations

import csv
import io
import re
from dataclasses import dataclass

from ranvier.terms import Fault, StudyError

MAX_ROWS = 100_000


@dataclass(frozen=True)
class Table:
    """A header and the rows under it; `numbers` are the line numbers people see in an editor (header = 1)."""

    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    numbers: tuple[int, ...]


def decode(content: bytes, *, path: str) -> str:
    """Bytes to text: UTF-8 or UTF-16 by its mark, else Windows-1252. Raises StudyError for what is not text."""
    if not content.strip():
        raise StudyError([Fault(path, "it is empty", "A table with a header line")])
    if content[:2] in (b"\xff\xfe", b"\xfe\xff"):
        text = content.decode("utf-16", errors="replace")
    elif b"\x00" in content[:4096]:
        raise StudyError([Fault(path, "it is binary", "A text table (CSV), .xlsx or .edf by its file name")])
    else:
        try:
            text = content.decode("utf-8-sig")
        except UnicodeDecodeError:
            text = content.decode("cp1252", errors="replace")
    return text


def delimiter_of(header: str) -> str:
    """The separator of a header line: the one of comma, semicolon, tab and bar that occurs most."""
    return max(",;\t|", key=header.count)


def header_key(text: str) -> str:
    """A column name reduced: "Onset latency (ms)" and "onset-latency ms" both give "onset_latency_ms"."""
    text = text.strip().lower().replace("\u00b5", "u").replace("\u03bc", "u").replace("\u00b0c", "celsius")
    text = re.sub(r"[()\[\]{}]", " ", text)
    return re.sub(r"[^a-z0-9]+", "_", text).strip("_")


def read_table(content: bytes, *, path: str) -> Table:
    """Read a delimited table; blank lines and lines beginning with # are passed over.

    Raises
        StudyError: empty, binary, no data row, or a row with more cells than the header.
    """
    text = decode(content, path=path)
    lines = text.splitlines()
    start = next((i for i, line in enumerate(lines) if line.strip() and not line.startswith("#")), None)
    if start is None:
        raise StudyError([Fault(path, "it holds no header", "A table with a header line")])
    separator = delimiter_of(lines[start])
    reader = csv.reader(io.StringIO("\n".join(lines[start:])), delimiter=separator)
    header: tuple[str, ...] | None = None
    rows: list[tuple[str, ...]] = []
    numbers: list[int] = []
    faults: list[Fault] = []
    try:
        for cells in reader:
            number = start + reader.line_num
            if not any(cell.strip() for cell in cells) or cells[0].startswith("#"):
                continue
            if header is None:
                header = tuple(cells)
                continue
            extra = [cell for cell in cells[len(header) :] if cell.strip()]
            if extra:
                faults.append(
                    Fault(
                        f"{path}, row {number}",
                        f"{len(cells)} cells under {len(header)} columns",
                        "As many cells as the header has; quote a cell that holds the separator",
                    )
                )
                continue
            padded = (list(cells) + [""] * len(header))[: len(header)]
            rows.append(tuple(padded))
            numbers.append(number)
            if len(rows) > MAX_ROWS:
                raise StudyError([Fault(path, f"more than {MAX_ROWS:,} rows", "One study a file")])
    except csv.Error as error:
        faults.append(Fault(f"{path}, row {start + reader.line_num}", f"not a table row ({error})", "CSV"))
    if header is None:
        raise StudyError(faults or [Fault(path, "it holds no header", "A table with a header line")])
    if faults and not rows:
        raise StudyError(faults)
    if not rows:
        raise StudyError([Fault(path, "a header and no rows", "One row for each stimulated response")])
    if faults:
        raise StudyError(faults)
    return Table(header, tuple(rows), tuple(numbers))
