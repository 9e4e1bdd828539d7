"""The study table as an Excel workbook (.xlsx): the first sheet whose header is one; written as well as read."""

from __future__ import annotations

import io
import zipfile
from datetime import date, datetime

from ranvier.conduction.study import Context, Study
from ranvier.terms import Fault, MissingDependency, StudyError

from .study_csv import COLUMNS, OPTIONAL, row_of, study_from_table
from .table import MAX_ROWS, Table, header_key

MAX_UNPACKED_BYTES = 200_000_000  # a workbook is a zip: a small file may unpack to more than memory holds


def read_excel(content: bytes, *, path: str = "study.xlsx", context: Context | None = None) -> Study:
    """Read a study from a workbook; the same checks as for CSV, rows by their number in the sheet.

    Raises
        StudyError: not a workbook, too large when unpacked, or no sheet with the study's columns.
        MissingDependency: openpyxl is not installed.
    """
    try:
        import openpyxl
    except ImportError as error:
        raise MissingDependency(
            path="openpyxl",
            given="it is not installed",
            expected='Excel needs it: pip install "ranvier[tables]"',
        ) from error
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            unpacked = sum(item.file_size for item in archive.infolist())
        if unpacked > MAX_UNPACKED_BYTES:
            raise StudyError([Fault(path, f"{unpacked:,} bytes when unpacked", "A study table in one sheet")])
        book = openpyxl.load_workbook(io.BytesIO(content), read_only=True, data_only=True)
        tables = [table for sheet in book.worksheets if (table := _table(sheet)) is not None]
    except StudyError:
        raise
    except Exception as error:  # openpyxl raises whatever a broken part leads it to
        raise StudyError(
            [
                Fault(
                    path,
                    f"it cannot be read as a workbook ({type(error).__name__})",
                    "An .xlsx workbook, or CSV",
                )
            ]
        ) from error
    for table in tables:
        if "nerve" in {header_key(name) for name in table.header}:
            return study_from_table(table, path=path, context=context)
    raise StudyError([Fault(path, "no sheet with a column nerve", f"The columns {', '.join(COLUMNS)}")])


def _table(sheet: object) -> Table | None:
    header: tuple[str, ...] | None = None
    rows: list[tuple[str, ...]] = []
    numbers: list[int] = []
    for number, cells in enumerate(sheet.iter_rows(values_only=True), start=1):  # type: ignore[attr-defined]
        texts = tuple(_text(cell) for cell in cells)
        if not any(texts):
            continue
        if header is None:
            width = max(i for i, text in enumerate(texts) if text) + 1
            header = texts[:width]
            continue
        rows.append((texts + ("",) * len(header))[: len(header)])
        numbers.append(number)
        if len(rows) > MAX_ROWS:
            break
    if header is None or not rows:
        return None
    return Table(header, tuple(rows), tuple(numbers))


def _text(cell: object) -> str:
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return str(cell)
    if isinstance(cell, float):
        return f"{cell:.12g}"
    if isinstance(cell, (datetime, date)):
        return cell.isoformat()
    return str(cell).strip()


def write_excel(study: Study) -> bytes:
    """Write a study as a workbook with one sheet; numbers are written as numbers."""
    import openpyxl

    rows = [row_of(recording) for recording in study.recordings]
    optional = [name for name in OPTIONAL if any(row[name] for row in rows)]
    names = [*COLUMNS, *optional]
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "study"
    sheet.append(names)
    for row in rows:
        sheet.append([_value(name, row[name]) for name in names])
    sheet.freeze_panes = "A2"
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _value(name: str, text: str) -> object:
    if not text:
        return None
    return text if name in COLUMNS[:5] else float(text)
