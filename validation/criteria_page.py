"""Write docs/criteria.md from the editions and their spec tables: `python -m validation.criteria_page`."""

from __future__ import annotations

from pathlib import Path

from tests.spec.tables import rows_of

from ranvier.criteria import Edition, editions
from ranvier.terms import Mark
from ranvier.terms.vocabulary import diseases, findings, in_line

PAGE = Path(__file__).parents[1] / "docs" / "criteria.md"
HEAD = """# Criteria

Made from `src/ranvier/criteria/editions/*.toml` and `tests/spec/*.csv` by `python -m validation.criteria_page`; a test
fails when this page is older than they are. Marks: *seen* = read in the source or a reproduced table of it; *recalled* =
general knowledge, not verified in the source, and said in every output that leans on it; *judgement* = our choice.

Three-valued: a clause is met, not met, or unknown. What was not said is never taken for absent. `could_become` lists every
category that some completion of the unknown would give; it is found by search (`criteria/reach.py`), not guessed. An
exclusion clause (x...) is *met* when the excluding sign is there.

Signs of history and examination that can only speak against every category are listed with each edition. Where nothing but
they is open, the first line says what the category is if none is found (`provisional`), and the list has to be answered
by an examination: `ranvier judge LETTER --ncs STUDY --note NOTE` (decisions/2026-11-25-unspoken-signs.md).
"""


def page() -> str:
    return "\n".join([HEAD, *(_edition(edition) for edition in editions().values())])


def _edition(edition: Edition) -> str:
    lines = [
        f"## {edition.title}",
        "",
        f"Id `{edition.id}`, for {diseases()[edition.disease].label}. {edition.source}.",
        "",
    ]
    lines += ["| id | clause | demands | mark |", "|---|---|---|---|"]
    for c in edition.clauses:
        note = f" *{c.note}.*" if c.note else ""
        lines.append(f"| `{c.name}` | {c.wording}.{note} | `{c.text}` | {c.source.mark.value} |")
    lines += ["", "| category | demands | mark |", "|---|---|---|"]
    lines += [f"| **{c.id}** | `{c.text}` | {c.source.mark.value} |" for c in edition.categories]
    recalled = sum(c.source.mark is Mark.RECALLED for c in edition.clauses)
    lines += ["", f"{len(edition.clauses)} clauses, {recalled} of them only recalled.", ""]
    if edition.signs_against:
        signs = ", ".join(in_line(findings()[name].label) for name in edition.signs_against)
        lines += [f"Signs that can only speak against: {signs}.", ""]
    if edition.options:
        lines += ["Left open by the text, and how it is read here:", ""]
        lines += [f"- {o.question} **{o.choice}** [{o.mark.value}]" for o in edition.options]
        lines.append("")
    lines += [f"- {remark}" for remark in edition.remarks]
    lines += [
        "",
        "<details><summary>Spec rows</summary>",
        "",
        "| clause | observed | verdict |",
        "|---|---|---|",
    ]
    lines += [f"| `{r.clause}` | {r.observed or 'nothing'} | {r.expected} |" for r in rows_of(edition.id)]
    lines += ["", "</details>", ""]
    return "\n".join(lines)


def main() -> None:
    PAGE.write_text(page(), encoding="utf-8")
    print(f"wrote {PAGE}")


if __name__ == "__main__":
    main()
