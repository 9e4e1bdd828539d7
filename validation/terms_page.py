"""Writes docs/terms.md, the glossary, from the vocabulary: python -m validation.terms_page."""

from __future__ import annotations

from pathlib import Path

from ranvier.terms import Mark
from ranvier.terms.vocabulary import DATA, diseases, findings, read_toml

PAGE = Path(__file__).parents[1] / "docs" / "terms.md"
HEAD = """# Terms

Made by `python -m validation.terms_page` from `src/ranvier/terms/data`; the ids are what files and JSON use.

Conventions: electronegative is positive; amplitudes run from baseline to the negative peak (mV motor, uV sensory); areas and durations are of the
first negative phase (mV*ms, ms); a name's last word is its unit (`_mv`, `_ms`, `_m_per_s`, `_celsius`, `_g_per_kg`); a `_fraction` runs from 0 to 1.
"""


def page() -> str:
    """The whole page."""
    lines = [HEAD, "## Findings", "", "| id | meaning | HPO | also said |", "|---|---|---|---|"]
    for term in findings().values():
        code = "" if term.hpo is None else f"{term.hpo} {term.hpo_label or ''}".strip()
        code += "" if term.hpo_mark in (None, Mark.SEEN) else " (recalled, not verified)"
        lines.append(f"| `{term.id}` | {term.label} | {code} | {', '.join(term.synonyms)} |")
    lines += ["", "## Diseases", "", "| id | meaning | codes | also called |", "|---|---|---|---|"]
    for disease in diseases().values():
        codes = "; ".join(
            f"{c.system} {c.code}" + ("" if c.mark is Mark.SEEN else " (recalled, not verified)")
            for c in disease.codes
        )
        lines.append(f"| `{disease.id}` | {disease.label} | {codes} | {', '.join(disease.synonyms)} |")
    anatomy = read_toml(DATA / "anatomy.toml")
    for table, title in (("nerves", "Nerves"), ("muscles", "Muscles"), ("sites", "Stimulation sites")):
        lines += ["", f"## {title}", "", "| id | spellings accepted |", "|---|---|"]
        lines += [f"| `{name}` | {', '.join(row['synonyms'])} |" for name, row in anatomy[table].items()]
    return "\n".join(lines) + "\n"


def main() -> int:
    """Write the page."""
    PAGE.write_text(page(), encoding="utf-8")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
