"""Answer an example letter: terminal text, and a page whose path is printed. Run by `./dev demo`."""

from __future__ import annotations

import os
import shutil
import sys
from datetime import date
from pathlib import Path

from ranvier import workbench
from ranvier.answer import html_page, terminal_text

HERE = Path(__file__).resolve().parent
LETTER = HERE / "letters" / "foot_drop_after_surgery.txt"
PAGE = HERE.parent / "out" / "demo.html"


def main() -> int:
    """Answer the first example letter; a file given on the command line instead of it."""
    letter = Path(sys.argv[1]) if len(sys.argv) > 1 else LETTER
    text = letter.read_text(encoding="utf-8")
    reply = workbench.answer(text, today=date.today())
    colour = sys.stdout.isatty() and "NO_COLOR" not in os.environ
    print(f"$ ranvier answer {os.path.relpath(letter)} --html {os.path.relpath(PAGE)}\n")
    print(terminal_text(reply, width=shutil.get_terminal_size().columns, colour=colour))
    PAGE.parent.mkdir(exist_ok=True)
    PAGE.write_text(html_page(reply), encoding="utf-8")
    print(f"Page written: {PAGE}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
