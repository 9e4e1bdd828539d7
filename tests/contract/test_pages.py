"""Pages that are computed say what the code says."""

from __future__ import annotations

from validation import anti_gm1_page, differential_page


def test_the_page_on_anti_gm1_is_the_one_that_the_counts_make() -> None:
    shown = anti_gm1_page.PAGE.read_text(encoding="utf-8")
    assert shown == anti_gm1_page.page(), "run: python -m validation.anti_gm1_page"


def test_the_page_on_the_differential_is_the_one_that_the_tables_make() -> None:
    shown = differential_page.PAGE.read_text(encoding="utf-8")
    assert shown == differential_page.page(), "run: python -m validation.differential_page"
