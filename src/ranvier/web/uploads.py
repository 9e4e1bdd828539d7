"""Checks of a file that a reader sends: size, kind by content and not by name, and nothing that runs or is shown."""

from __future__ import annotations

import csv
import io
import re
from pathlib import PurePosixPath, PureWindowsPath
from typing import Any

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import FileUploadHandler

from ranvier.terms import DeskError

from .commands.questions import Upload

STUDY_COLUMNS = {"nerve", "side", "kind", "stimulate_at"}
DIARY_COLUMNS = {"date", "kind", "value"}
EXPECTED = "A nerve conduction study or treatment diary as CSV (its columns are listed below the field), up to 2 MB"


class BoundedUpload(FileUploadHandler):
    """Keeps a file in memory up to the limit, and of a bigger one only how big it was.

    Django's own handler steps aside for a big request, and the file is then missing without a word: the letter would be
    kept and its reader would believe that the study had come with it.
    """

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        """Begin a file."""
        super().new_file(*args, **kwargs)
        self.kept = io.BytesIO()

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        """Keep a piece, while there is room."""
        if start + len(raw_data) <= settings.UPLOAD_BYTES:
            self.kept.write(raw_data)

    def file_complete(self, file_size: int) -> UploadedFile:
        """Hand over what came, with its true size; `checked` refuses what was too big."""
        self.kept.seek(0)
        return UploadedFile(self.kept, self.file_name, self.content_type, file_size, self.charset)


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
