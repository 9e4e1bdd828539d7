"""Pages that are computed say what the code says."""

from __future__ import annotations

from validation.anti_gm1_page import PAGE, page


def test_the_page_on_anti_gm1_is_the_one_that_the_counts_make() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(), "run: python -m validation.anti_gm1_page"
