"""One desk and one Chromium for this folder, and people at it."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from . import desk as desks

CHROMIUM = Path(os.environ.get("RANVIER_CHROMIUM", "/usr/bin/chromium"))
SIZES = {"phone": (390, 844), "tablet": (768, 1024), "desk": (1280, 900)}
PATIENCE_MS = 20_000
STAFF = ("trainee", "clinician", "editor", "administrator")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Mark these tests; on PostgreSQL go the road once: how a page looks does not depend on the database."""
    here = Path(__file__).parent
    ours = [item for item in items if here in item.path.parents]
    for item in ours:
        item.add_marker(pytest.mark.browser)
    if os.environ.get("RANVIER_TEST_DATABASE") == "postgresql" and len(ours) < len(items):
        left_out = [item for item in ours if not (item.path.name == "test_road.py" and "desk" in item.name)]
        items[:] = [item for item in items if item not in left_out]
        config.hook.pytest_deselected(items=left_out)


@pytest.fixture(scope="package")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[desks.Desk]:
    running = desks.start(tmp_path_factory.mktemp("desk"))
    yield running
    desks.stop(running)


@pytest.fixture(scope="package")
def browser() -> Iterator[Any]:
    if not CHROMIUM.exists():
        pytest.skip(f"no Chromium at {CHROMIUM}; on Debian: apt-get install chromium")
    from playwright.sync_api import expect, sync_playwright

    expect.set_options(timeout=PATIENCE_MS)
    with sync_playwright() as playwright:
        arguments = ["--no-sandbox"] if os.getuid() == 0 else []
        running = playwright.chromium.launch(executable_path=str(CHROMIUM), args=arguments)
        yield running
        running.close()


class Visit:
    """A person's browser: its page, and every word that it complained of."""

    def __init__(
        self, browser: Any, desk: desks.Desk, role: str, size: str, host: str = "127.0.0.1", **settings: Any
    ) -> None:
        self.desk = desk
        self.address = desk.address.replace("127.0.0.1", host)
        self.role = role
        self.complaints: list[str] = []
        width, height = SIZES[size]
        self.context = browser.new_context(
            base_url=self.address, viewport={"width": width, "height": height}, **settings
        )
        self.context.set_default_timeout(PATIENCE_MS)
        self.page = self.context.new_page()
        self.page.on("console", self._heard)
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("request", self._asked)
        if role != "reader":
            self.page.goto("/become/")
            self.page.get_by_role("button", name=f"Become the {role}").click()

    def _heard(self, message: Any) -> None:
        # A page that answers 4xx is logged as an error by Chromium; the tests of those pages expect it.
        if message.type == "error" and "Failed to load resource" not in message.text:
            self.complaints.append(message.text)

    def _asked(self, request: Any) -> None:
        if not request.url.startswith((self.address, "data:", "blob:", "about:", "chrome-extension:")):
            self.complaints.append(f"called out to {request.url}")

    def open_letter(self, reference: str) -> None:
        """From the queue, as a person would."""
        self.page.goto("/desk/queue/")
        self.page.get_by_role("link", name=reference, exact=True).click()


@pytest.fixture
def visit(browser: Any, desk: desks.Desk) -> Iterator[Callable[..., Visit]]:
    made: list[Visit] = []

    def begin(role: str = "reader", size: str = "desk", **settings: Any) -> Visit:
        made.append(Visit(browser, desk, role, size, **settings))
        return made[-1]

    yield begin
    complaints = [(one.role, text) for one in made for text in one.complaints]
    for one in made:
        one.context.close()
    assert complaints == []  # no script error, nothing against the policy, nothing fetched from elsewhere
