"""The criteria of one edition as a tree: its categories, what each asks for, and what that is made of in turn."""

from __future__ import annotations

from typing import Any

Document = dict[str, Any]


def tree(edition: Document) -> list[Document]:
    """Categories, best first, with their criteria nested below; criteria that no category names stand in a last branch.

    `edition` is one of `ranvier judge`'s. A branch is {"title", "state", "is_open", "criteria"}; a criterion is a row of the
    document with `children`. `state` is certain, reachable or ruled_out; the best branch still possible stands open.
    """
    rows = {row["id"]: row for row in edition["criteria"]}
    reachable = {edition["category"], *edition["could_become"]}
    shown: set[str] = set()
    branches = []
    for category in edition.get("categories", []):
        state = "certain" if category["id"] == edition["category"] else "reachable"
        if category["id"] not in reachable:
            state = "ruled_out"
        criteria = [_node(rows, name, shown, ()) for name in category["parts"] if name in rows]
        branches.append(
            {
                "title": category["id"],
                "wording": category["wording"],
                "state": state,
                "is_open": False,
                "criteria": criteria,
            }
        )
    for branch in branches:
        if branch["state"] != "ruled_out":
            branch["is_open"] = True
            break
    if left := [row for key, row in rows.items() if key not in shown]:
        branches.append(
            {
                "title": "",
                "wording": "",
                "state": "",
                "is_open": False,
                "criteria": [{**row, "children": []} for row in left],
            }
        )
    return branches


def _node(rows: dict[str, Document], name: str, shown: set[str], above: tuple[str, ...]) -> Document:
    shown.add(name)
    parts = [part for part in rows[name].get("parts", []) if part in rows and part not in above]
    return {**rows[name], "children": [_node(rows, part, shown, (*above, name)) for part in parts]}
