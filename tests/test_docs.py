"""The pages made from data are the ones that are committed."""

from __future__ import annotations

import re
from pathlib import Path

from validation import terms_page

ROOT = Path(__file__).parents[1]


def test_the_glossary_is_the_vocabulary() -> None:
    assert terms_page.PAGE.read_text(encoding="utf-8") == terms_page.page()


def test_every_link_of_the_readme_and_of_the_list_of_pages_leads_somewhere() -> None:
    for name in ("README.md", "docs/index.md", "CONTRIBUTING.md"):
        page = ROOT / name
        links = re.findall(r"\]\(([^)#]+)\)", page.read_text(encoding="utf-8"))
        missing = [
            link for link in links if not link.startswith("http") and not (page.parent / link).exists()
        ]
        assert missing == [], name
