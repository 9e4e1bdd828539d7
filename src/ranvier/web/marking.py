"""A letter cut at its spans, for showing which words said what."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import pairwise
from typing import Any


def pieces(text: str, marks: Iterable[tuple[int, int, str, str]]) -> list[dict[str, Any]]:
    """Cut a text where marks (start, end, kind, label) begin or end.

    Each piece is {"text", "kinds", "labels"}, in order, and together they are the whole text.
    """
    inside = [
        (max(0, start), min(end, len(text)), kind, label)
        for start, end, kind, label in marks
        if start < end and start < len(text)
    ]
    cuts = sorted({0, len(text), *(mark[0] for mark in inside), *(mark[1] for mark in inside)})
    rows = []
    for start, end in pairwise(cuts):
        over = [mark for mark in inside if mark[0] <= start and end <= mark[1]]
        rows.append(
            {
                "text": text[start:end],
                "kinds": list(dict.fromkeys(mark[2] for mark in over)),
                "labels": list(dict.fromkeys(mark[3] for mark in over)),
            }
        )
    return rows


def letter_marks(case: dict[str, Any], labels: dict[str, str]) -> list[tuple[int, int, str, str]]:
    """Every span of a case with the words that name it."""
    marks = []
    for number, finding in enumerate(case["findings"], start=1):
        name = labels.get(finding["id"], finding["id"])
        whose = "" if finding["subject"] == "patient" else f", {finding['subject']}"
        label = f"{number}. {name}: {finding['verdict']}{whose}"
        marks += [(start, end, finding["verdict"], label) for start, end in finding["spans"]]
    for row, kind in (("conditions", "condition"), ("treatments", "treatment"), ("labs", "lab")):
        for item in case.get(row, []):
            name = str(item.get("name") or item.get("id") or item.get("analyte")).replace("_", " ")
            how = str(item.get("certainty") or item.get("response") or item.get("verdict") or "").replace(
                "_", " "
            )
            marks += [
                (start, end, kind, f"{name}{': ' + how if how else ''}") for start, end in item["spans"]
            ]
    for flag in case.get("red_flags", []):
        marks += [
            (start, end, "red-flag", "Red flag: " + flag["id"].replace("_", " "))
            for start, end in flag["spans"]
        ]
    for question in case.get("questions", []):
        if question.get("span"):
            marks.append((*question["span"], "question", "Question: " + question["topic"].replace("_", " ")))
    for detail in case.get("identifying", []):
        marks.append((*detail["span"], "identifying", "Identifying: " + detail["kind"].replace("_", " ")))
    return marks
