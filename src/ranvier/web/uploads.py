"""Checks of a file that a reader sends: size, kind by content and not by name, and nothing that runs or is shown."""

from __future__ import annotations

import csv
import io
import re
from pathlib import PurePosixPath, PureWindowsPath

from django.conf import settings
from django.core.files.uploadedfile import InMemoryUploadedFile, UploadedFile
from django.core.files.uploadhandler import FileUploadHandler

from ranvier.terms import DeskError

from .commands.questions import Upload

STUDY_COLUMNS = {"nerve", "side", "kind", "stimulate_at"}
DIARY_COLUMNS = {"date", "kind", "value"}
EXPECTED = (
    "A nerve conduction study or treatment diary as CSV (its columns are listed below the field), up to 2 MB"
)


class BoundedUpload(FileUploadHandler):
    """Holds a file in memory up to the limit and only counts the rest: never on disk, and never dropped in silence.

    Django's own memory handler steps aside for a big file, and the letter would go without it and without a word.
    """

    def new_file(self, *given: object, **named: object) -> None:
        """Begin one file."""
        super().new_file(*given, **named)
        self.kept: list[bytes] = []
        self.seen = 0

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        """Take a piece."""
        self.seen += len(raw_data)
        if self.seen <= settings.UPLOAD_BYTES:
            self.kept.append(raw_data)

    def file_complete(self, file_size: int) -> InMemoryUploadedFile:
        """The file with its true size, by which `checked` refuses it when it was too big."""
        content = io.BytesIO(b"".join(self.kept))
        return InMemoryUploadedFile(
            content, self.field_name, self.file_name, self.content_type, file_size, self.charset
        )


def checked(file: UploadedFile) -> Upload:
    """Read a file whole and say what it is.

    Raises
        DeskError: too big, binary, not UTF-8, not CSV, or without the columns of a study or a diary.
    """
    if (file.size or 0) > settings.UPLOAD_BYTES:
        raise DeskError(path="file", given=f"{file.size} bytes", expected=EXPECTED)
    content = file.read()
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise DeskError(path="file", given="not a text file", expected=EXPECTED) from error
    if re.search(r"[\x00-\x08\x0e-\x1f]", text):
        raise DeskError(path="file", given="not a text file", expected=EXPECTED)
    try:
        header = {cell.strip().lower() for cell in next(csv.reader(io.StringIO(text)), [])}
    except csv.Error as error:
        raise DeskError(path="file", given="not a table", expected=EXPECTED) from error
    if header >= STUDY_COLUMNS:
        kind = "study"
    elif header >= DIARY_COLUMNS:
        kind = "diary"
    else:
        raise DeskError(path="file", given="its columns are of neither", expected=EXPECTED)
    return Upload(kind=kind, name=plain_name(file.name or kind), content=content)


def plain_name(name: str) -> str:
    """A file name without folders and without anything but letters, digits, dot and dash."""
    last = PurePosixPath(PureWindowsPath(name).name).name
    return re.sub(r"[^A-Za-z0-9.-]+", "-", last).strip(".-")[-60:] or "file.csv"
