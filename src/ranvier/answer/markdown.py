"""A reply's answer as Markdown: headings, sentences with footnotes to their sources, and what it is."""

from __future__ import annotations

import re

from .draft import Citation
from .reply import Reply, lines_of

SPECIAL = re.compile(r"([\\`*_{}\[\]<>#|])")
NUMBERS = re.compile(r" \[(\d+(?:, \d+)*)\]$")


def markdown_text(reply: Reply) -> str:
    """The answer alone, ready to hand on; the letter and what was read in it are not part of it."""
    parts = ["# Draft of an answer", f"> {escaped(reply.draft.status)}"]
    for section in reply.draft.sections:
        rows = [_line(row) for row in lines_of(section, reply.draft)]
        body = "\n".join(rows) if section.listed else " ".join(rows)
        if section.urgent:
            body = "\n".join(f"> {row}" for row in [f"**{escaped(section.title)}**", "", *body.splitlines()])
            parts.append(body)
        else:
            parts.append(f"## {escaped(section.title)}\n\n{body}")
    notes = "\n".join(_note(citation) for citation in reply.draft.citations)
    return "\n\n".join([*parts, notes]).rstrip() + "\n"


def escaped(text: str) -> str:
    """Text with Markdown's own characters made harmless."""
    return SPECIAL.sub(r"\\\1", text)


def _line(row: str) -> str:
    found = NUMBERS.search(row)
    if found is None:
        return escaped(row)
    notes = "".join(f"[^{number}]" for number in found.group(1).split(", "))
    return escaped(row[: found.start()]) + notes


def _note(citation: Citation) -> str:
    mark = "" if citation.caution is None else f" ({citation.caution})"
    address = "" if citation.address is None else f" <{citation.address}>"
    return f"[^{citation.number}]: {escaped(citation.text)}{mark}{address}"
