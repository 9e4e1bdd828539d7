"""axe on every page, light and dark; nothing wider than the screen at phone, tablet and desk width."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.urls import resolve
from django.urls.exceptions import Resolver404
from tests.web.test_permissions import ADDRESSES

from .conftest import SIZES, Visit
from .desk import Desk
from .pages import NOT_LOOKED_AT, PAGES

AXE = (Path(__file__).parents[1] / "vendor" / "axe-4.14.1.min.js").read_text(encoding="utf-8")
BARRED = ("serious", "critical")
RUN = """async (only) => {
  const options = only ? { runOnly: only } : {};
  const found = await axe.run(document, { resultTypes: ["violations"], ...options });
  return found.violations.map((one) => ({
    id: one.id, impact: one.impact, where: one.nodes.slice(0, 3).map((node) => node.target.join(" ") + ": " + (node.any[0]?.message ?? node.failureSummary)),
  }));
}"""
PICTURES = os.environ.get("RANVIER_PICTURES")  # a folder: each page at each width, light and dark, to look at
SEEN: set[str] = set()


@pytest.fixture(scope="package")
def visitors(browser: Any, desk: Desk) -> Iterator[dict[str, Visit]]:
    """One browser a role for all pages. axe is ours to run, so the page's policy is set aside here and here only."""
    made: dict[str, Visit] = {}

    class OnDemand(dict[str, Visit]):
        def __missing__(self, role: str) -> Visit:
            made[role] = self[role] = Visit(browser, desk, role, "desk", bypass_csp=True)
            return made[role]

    yield OnDemand()
    for one in made.values():
        one.context.close()


@pytest.mark.parametrize("name", PAGES)
def test_a_page_has_no_serious_barrier_in_light_or_dark_and_fits_every_width(
    name: str, visitors: dict[str, Visit]
) -> None:
    role, way = PAGES[name]
    visit = visitors[role]
    page = visit.page
    page.emulate_media(color_scheme="light")
    page.set_viewport_size(_size("desk"))
    way(page)
    page.wait_for_load_state()
    _remember(page.url.removeprefix(visit.desk.address))
    page.evaluate(AXE)
    wrong: list[Any] = [("light", one) for one in page.evaluate(RUN, None) if one["impact"] in BARRED]
    for size in reversed(SIZES):  # the last is the phone
        page.set_viewport_size(_size(size))
        over = page.evaluate("document.documentElement.scrollWidth - innerWidth")
        if over > 0:
            wrong.append((size, f"{over} px wider than the screen"))
        _picture(page, name, size, "light")
    wrong += [("phone", one) for one in page.evaluate(RUN, ["target-size"]) if one["impact"] in BARRED]
    page.emulate_media(color_scheme="dark")
    wrong += [("dark", one) for one in page.evaluate(RUN, ["color-contrast"]) if one["impact"] in BARRED]
    for size in SIZES:
        page.set_viewport_size(_size(size))
        _picture(page, name, size, "dark")
    assert wrong == []


def test_every_page_of_the_desk_is_looked_at_or_said_not_to_be(visitors: dict[str, Visit]) -> None:
    if len(SEEN) < 30:
        pytest.skip("looks at what the tests above have visited; run the whole file")
    left = set(ADDRESSES) - SEEN - set(NOT_LOOKED_AT)
    assert left == set()
    assert set(NOT_LOOKED_AT) & SEEN == set()


def _remember(path: str) -> None:
    try:
        SEEN.add(resolve(path.partition("?")[0].partition("#")[0]).view_name)
    except Resolver404:
        return


def _size(name: str) -> dict[str, int]:
    width, height = SIZES[name]
    return {"width": width, "height": height}


def _picture(page: Any, name: str, size: str, scheme: str) -> None:
    if PICTURES:
        place = Path(PICTURES) / f"{name.replace(', ', '-').replace(' ', '_')}-{size}-{scheme}.png"
        page.screenshot(path=str(place), full_page=True)
