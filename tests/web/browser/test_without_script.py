"""Everything a reader, a clinician and an editor need works with JavaScript off."""

from __future__ import annotations

import re
from collections.abc import Callable

from playwright.sync_api import expect

from . import steps
from .conftest import Visit

TITLE = "Without a script"


def test_the_road_without_javascript(visit: Callable[..., Visit]) -> None:
    reader = visit("reader", java_script_enabled=False)
    clinician = visit("clinician", java_script_enabled=False)
    editor = visit("editor", java_script_enabled=False)
    sent = steps.ask(reader, steps.letter(urgent=True))
    expect(reader.page.get_by_role("alert", name="Urgent advice")).to_be_visible()

    page = clinician.page
    steps.find(clinician, sent)
    page.get_by_role("button", name="Claim").click()
    page.locator("[data-finding]").first.get_by_role("button", name="Confirm").click()
    expect(page.locator("[data-finding]").first).to_contain_text("confirmed")
    page.locator("[data-finding]").nth(1).locator("summary", has_text="Correct").click()
    page.locator("[data-finding]").nth(1).get_by_label("Side").select_option("left")
    page.locator("[data-finding]").nth(1).get_by_role("button", name="Save").click()
    expect(page.locator("[data-finding]").nth(1)).to_contain_text("corrected")
    page.get_by_role("button", name=re.compile("Confirm all")).click()
    steps.settle_all(clinician)
    steps.check_recalled(clinician)

    page.get_by_role("link", name="Edit the answer").click()
    page.get_by_label("Heading").fill(TITLE)
    page.get_by_label("A further sentence").first.fill("Most people plan around the last week.")
    page.get_by_role("button", name="Save as version").click()
    expect(page.locator("main")).to_contain_text("1 sentence without a source")
    page.get_by_role("link", name="Edit the answer").click()
    row = page.locator(".edit-row.unsourced")
    row.get_by_label("Add a source").fill("ivig-wear-off")
    page.get_by_role("button", name="Save as version").click()
    expect(page.locator(".sentence.unsourced")).to_have_count(0)
    steps.check_recalled(clinician)
    page.get_by_role("button", name="Mark as drafted").click()
    steps.sign(clinician)
    expect(page.locator("#answer")).to_contain_text("signed by Dr Clara Clinician")

    steps.publish(editor, TITLE, title="No script")
    steps.wait_for_issue(reader.page, "No script")
    reader.page.get_by_role("link", name=TITLE).click()
    expect(reader.page.locator("h1")).to_have_text(TITLE)
    reader.page.goto("/claim/")
    reader.page.get_by_label("Claim code").fill(sent.code)
    reader.page.get_by_role("button", name="Show my letter").click()
    reader.page.get_by_role("button", name="Take my letter away").click()
    reader.page.get_by_role("button", name="Erase my letter").click()
    expect(reader.page.locator("h1")).to_have_text("Your letter is erased")
