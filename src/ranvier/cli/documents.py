"""What every verb shares: reading a file or standard input, writing JSON, and many inputs one line at a time."""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ranvier.terms.errors import InputRefused, LetterError, RanvierError

if TYPE_CHECKING:
    from ranvier.criteria import ConductionFacts

MAX_TEXT_BYTES = (
    2_000_000  # a letter is a few kB; a pasted record some hundred; more is a wrong file [judgement]
)

JSON_HELP = "print one JSON document (docs: interfaces) and nothing else"
JSONL_HELP = (
    'many at once: a JSON object a line, {"id", "text"} or {"id", "path"}; one line out for each, in order'
)


def add_output_arguments(parser: argparse.ArgumentParser) -> None:
    """Add `--json` and `--jsonl FILE`."""
    parser.add_argument("--json", action="store_true", help=JSON_HELP)
    parser.add_argument("--jsonl", metavar="FILE", help=JSONL_HELP)


def add_note_argument(parser: argparse.ArgumentParser) -> None:
    """Add `--note NOTE`."""
    parser.add_argument(
        "--note", metavar="NOTE", action="append", default=[],
        help="what else is known of the same person: an examination note (text) or a case file; may be repeated",
    )  # fmt: skip


def read_notes(arguments: argparse.Namespace) -> list[tuple[str, str]]:
    """The notes named, each with its text."""
    return [(name, read_text(name)) for name in arguments.note]


def need_input(given: str | None, *, name: str, example: str) -> str:
    """The positional argument, or a refusal that says what to type."""
    if given is None:
        raise InputRefused(
            path=name, given="nothing was given", expected=f"Name a file, or - for standard input: {example}"
        )
    return given


LETTER = "One letter as plain text; a letter is rarely above 20,000 characters"


def read_bytes(name: str, *, expected: str = LETTER) -> bytes:
    """The bytes of a text file, or of standard input for `-`. Raises InputRefused: unreadable, or too large for a text."""
    content = read_at_most(name, MAX_TEXT_BYTES)
    if len(content) > MAX_TEXT_BYTES:
        raise LetterError(path=name, given=f"more than {MAX_TEXT_BYTES:,} bytes", expected=expected)
    return content


def read_at_most(name: str, n_bytes: int) -> bytes:
    """The first bytes of a file or of standard input: one more than `n_bytes` when there is more. Raises InputRefused."""
    try:
        if name == "-":
            return sys.stdin.buffer.read(n_bytes + 1)
        with Path(name).open("rb") as stream:
            return stream.read(n_bytes + 1)
    except OSError as error:
        raise InputRefused(
            path=name,
            given=error.strerror or "it cannot be read",
            expected="A readable file, or - for standard input",
        ) from error


def read_text(name: str) -> str:
    """A text file as text; the encodings letters come in are tried in turn (`decode`)."""
    return decode(read_bytes(name), path=name)


def decode(content: bytes, *, path: str) -> str:
    """Turn bytes into text: UTF-8 or UTF-16 by its mark, else Windows-1252.

    Raises
        LetterError: empty, or binary.
    """
    if not content.strip():
        raise LetterError(path=path, given="it is empty", expected="A letter as plain text")
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        text = content.decode("utf-16", errors="replace")
    else:
        try:
            text = content.decode("utf-8-sig")
        except UnicodeDecodeError:
            text = content.decode("cp1252", errors="replace")
    control = sum(
        1
        for character in text
        if (character < " " and character not in "\t\n\r\f\v") or character == "\ufffd"
    )
    if control > max(2, len(text) // 200):
        raise LetterError(
            path=path,
            given="it is not text (a picture, a PDF or another program's file?)",
            expected="Plain text, UTF-8 if you can",
        )
    return "".join(c for c in text if c >= " " or c in "\t\n\r\f\v")


def read_study_of_case(name: str | None) -> ConductionFacts | None:
    """The study named by `--ncs`, or None; nerves left out for a fault are told on standard error."""
    if name is None:
        return None
    from ranvier import workbench

    study = workbench.read_study(read_bytes(name), name=name)
    for fault in study.faults:
        print(f"ranvier: {fault}", file=sys.stderr)
    if study.left_out:
        print(
            f"ranvier: left out of the study for these faults: {', '.join(study.left_out)}", file=sys.stderr
        )
    return study


def print_json(document: Any, *, indent: int | None = 2) -> None:
    """Write one JSON document to standard output."""
    print(json.dumps(document, ensure_ascii=False, indent=indent, allow_nan=False))


Reader = Callable[[bytes, str], Any]


def run_jsonl(
    name: str, function: Callable[[Any, dict[str, Any]], Any], *, reader: Reader | None = None
) -> int:
    """Answer a file of JSON lines: `function(text, row)` for each, errors as rows, nothing stops the rest.

    Streams; shows progress on standard error when that is a terminal. Always returns 0 once the file could be opened.
    `reader(content, path)` turns bytes into what the function gets; the text of a letter if none is given.
    """
    shows_progress = sys.stderr.isatty()
    started = time.monotonic()
    count = 0
    for count, line in enumerate(_lines(name), start=1):
        sys.stdout.write(
            json.dumps(
                _answer_line(line, count, function, reader or _letter), ensure_ascii=False, allow_nan=False
            )
            + "\n"
        )
        sys.stdout.flush()
        if shows_progress and count % 10 == 0:
            print(
                f"\r{count} done, {count / (time.monotonic() - started):.0f} a second",
                end="",
                file=sys.stderr,
            )
    if shows_progress and count:
        print(f"\r{count} done.{' ' * 30}", file=sys.stderr)
    return 0


def _lines(name: str) -> Iterator[bytes]:
    if name == "-":
        yield from (line for line in sys.stdin.buffer if line.strip())
        return
    try:
        stream = Path(name).open("rb")  # noqa: SIM115 — closed by the `with` below; opening alone may refuse
    except OSError as error:
        raise InputRefused(
            path=name, given=error.strerror or "it cannot be read", expected="A file of JSON lines"
        ) from error
    with stream:
        yield from (line for line in stream if line.strip())


def _letter(content: bytes, path: str) -> str:
    return decode(content, path=path)


def _answer_line(
    line: bytes, number: int, function: Callable[[Any, dict[str, Any]], Any], reader: Reader
) -> dict[str, Any]:
    identity: Any = None
    try:
        row = json.loads(line.decode("utf-8"))
        if not isinstance(row, dict):
            raise InputRefused(
                path=f"line {number}", given="not a JSON object", expected='{"id": ..., "text": ...}'
            )
        identity = row.get("id")
        if isinstance(row.get("text"), str):
            text = reader(row["text"].encode("utf-8", errors="replace"), f"line {number}.text")
        elif isinstance(row.get("path"), str):
            text = reader(read_bytes(row["path"]), row["path"])
        else:
            raise InputRefused(
                path=f"line {number}", given="neither `text` nor `path`", expected='{"id": ..., "text": ...}'
            )
        return {"id": identity, **function(text, row)}
    except RanvierError as error:
        fault = {"path": error.path, "given": error.given, "expected": error.expected}
    except (ValueError, RecursionError) as error:
        fault = {
            "path": f"line {number}",
            "given": type(error).__name__,
            "expected": 'A JSON object a line: {"id": ..., "text": ...}',
        }
    except Exception as error:  # one bad line never stops the rest; its words stay out of the message
        fault = {
            "path": f"line {number}",
            "given": f"the program failed ({type(error).__name__})",
            "expected": "Report this",
        }
    return {"id": identity, "error": fault}
