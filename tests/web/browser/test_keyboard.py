"""Ask, review, sign and publish with a keyboard alone: no click, no focus set by script, only keys."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from playwright.sync_api import expect

from . import steps
from .conftest import Visit

MOST_TABS = 400


def tab_to(page: Any, wanted: str, *, back: bool = False) -> None:
    """Press Tab until the element in focus matches; the reader of a keyboard has no other way."""
    for _ in range(MOST_TABS):
        page.keyboard.press("Shift+Tab" if back else "Tab")
        if page.evaluate("wanted => document.activeElement.matches(wanted)", wanted):
            assert page.evaluate(VISIBLE_FOCUS), f"{wanted} shows no focus"
            return
    raise AssertionError(f"{wanted} is not reached by Tab")


VISIBLE_FOCUS = """() => {
  const one = document.activeElement, style = getComputedStyle(one);
  return style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2;
}"""


def test_the_first_key_offers_to_skip_to_the_text(visit: Callable[..., Visit]) -> None:
    page = visit().page
    page.goto("/")
    page.keyboard.press("Tab")
    expect(page.locator(".skip")).to_be_in_viewport()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.closest('main') !== null")


def test_asking_reviewing_signing_and_publishing_by_keyboard_alone(visit: Callable[..., Visit]) -> None:
    sent = _ask(visit("reader"))
    clinician = visit("clinician")
    _review(clinician, sent)
    _edit(clinician)
    _sign(clinician)
    letter = re.search(r"/letters/([0-9a-f-]{36})/", clinician.page.url)
    assert letter
    _publish(visit("editor"), letter.group(1), title=f"By keys, {sent.opening}")


def _ask(reader: Visit) -> steps.Sent:
    page, text = reader.page, steps.letter()
    page.goto("/ask/")
    tab_to(page, "#id_text")
    page.keyboard.insert_text(text)
    tab_to(page, "form button")
    page.keyboard.press("Enter")
    page.wait_for_url("**/ask/preview/")
    tab_to(page, "[name=understood]")
    page.keyboard.press("Space")
    tab_to(page, "[name=may_publish]")
    page.keyboard.press("Space")
    tab_to(page, "form.form button")
    page.keyboard.press("Enter")
    return steps.Sent(text.partition(".")[0] + ".", page.locator("output").inner_text())


def _review(clinician: Visit, sent: steps.Sent) -> None:
    page = clinician.page
    address = steps.wait_in_queue(clinician, sent).get_attribute("href")
    tab_to(page, f"a[href='{address}']")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**{address}")
    tab_to(page, "[data-move=claim]")
    page.keyboard.press("Enter")
    page.locator("[data-finding]").first.wait_for()
    page.wait_for_load_state()
    rows = page.locator("[data-finding]")
    page.keyboard.press("j")
    expect(rows.nth(0)).to_be_focused()
    page.keyboard.press("c")
    expect(rows.nth(0)).to_contain_text("confirmed")
    expect(rows.nth(0)).to_be_focused()  # the page was swapped under the keyboard, which stays where it was
    page.keyboard.press("j")
    page.keyboard.press("e")
    expect(rows.nth(1).locator("select").first).to_be_focused()
    page.keyboard.press("Tab")
    page.keyboard.press("ArrowDown")  # side: left
    tab_to(page, "form.grid button")
    page.keyboard.press("Enter")
    expect(rows.nth(1)).to_contain_text("corrected")
    count = rows.count()
    expect(rows.nth(1)).to_be_focused()
    page.keyboard.press("j")
    page.keyboard.press("x")
    expect(rows).to_have_count(count - 1)
    page.keyboard.press("a")
    expect(page.locator("#add-id")).to_be_focused()
    page.keyboard.type("Slow worsening")
    tab_to(page, "#add-finding button")
    page.keyboard.press("Enter")
    expect(rows).to_have_count(count)
    expect(rows.last).to_contain_text("added")
    tab_to(page, "[value=confirm_all]")
    page.keyboard.press("Enter")
    expect(page.locator("#findings .count")).to_have_text("0 to check")
    tab_to(page, ".column-answer .sentence")
    expect(
        page.locator(".sentence:focus .tip")
    ).to_be_visible()  # a sentence's sources on focus, not on hover alone
    page.keyboard.press("Escape")
    expect(page.locator(".sentence:focus .tip")).to_be_hidden()


def _edit(clinician: Visit) -> None:
    """Take out what rests on memory alone, and add a sentence with a source."""
    page = clinician.page
    tab_to(page, ".review-head a.button[href$='/answer/']", back=True)
    page.keyboard.press("Enter")
    page.wait_for_url("**/answer/")
    recalled = page.locator("[data-row]", has_text="recalled")
    for index in range(recalled.count()):
        row = recalled.nth(index).locator("textarea").get_attribute("id")
        tab_to(page, f"#{row}")
        page.keyboard.press("Control+A")
        page.keyboard.press("Delete")
    tab_to(page, "textarea[id$='-new']")
    page.keyboard.insert_text("Plan around the last week.")
    tab_to(page, "[data-find]")
    page.keyboard.press("Enter")
    expect(page.locator("#finder")).to_be_focused()
    page.keyboard.insert_text("wears off last weeks before infusion")
    page.keyboard.press("Enter")
    page.locator("[data-statement]").first.wait_for()
    tab_to(page, "[data-statement]")
    page.keyboard.press("Enter")
    expect(page.locator(".edit-row.chosen textarea")).to_be_focused()
    tab_to(page, ".sticky-buttons button")
    page.keyboard.press("Enter")
    page.wait_for_url("**/letters/*/#answer")
    expect(page.locator(".sentence.unsourced")).to_have_count(0)


def _sign(clinician: Visit) -> None:
    page = clinician.page
    assert page.locator("#concerns").count() == 0
    review = page.url
    for _ in range(
        page.locator("#refusals a").count()
    ):  # what was just added rests on memory: compare it with its source
        tab_to(page, "#refusals a")
        page.keyboard.press("Enter")
        page.wait_for_url("**/statements/**")
        tab_to(page, "[value=holds]")
        with page.expect_navigation():
            page.keyboard.press("Enter")
        page.goto(review)
    tab_to(page, "[data-move=draft]")
    page.keyboard.press("Enter")
    expect(page.locator(".review-head .state")).to_have_text("Drafted")
    tab_to(page, ".review-head a.button[href$='/sign/']")
    page.keyboard.press("Enter")
    page.wait_for_url("**/sign/")
    tab_to(page, "#id_password")
    page.keyboard.type(steps.PASSWORD)
    page.keyboard.press("Enter")
    expect(page.locator("#answer")).to_contain_text("signed by Dr Clara Clinician")


def _publish(editor: Visit, letter: str, *, title: str) -> None:
    """An issue of this one answer, previewed and published."""
    page = editor.page
    page.wait_for_url("**/desk/issues/")  # where an editor's work begins
    tab_to(page, "#title")
    page.keyboard.insert_text(title)
    page.keyboard.press("Enter")
    page.wait_for_url("**/desk/issues/*-*/")
    tab_to(page, "#id_note")
    page.keyboard.insert_text("One letter this time.")
    tab_to(page, f"[name='in-{letter}']")
    page.keyboard.press("Space")
    tab_to(page, "form[action$='/items/'] button")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    tab_to(page, "a[target=preview][href$='/text/']")
    page.keyboard.press("Enter")
    expect(page.frame_locator("iframe.preview").locator("body")).to_contain_text("One letter this time.")
    tab_to(page, "form[action$='/move/'] button", back=True)
    with page.expect_navigation():
        page.keyboard.press("Enter")
    expect(page.locator(".state").first).to_have_text(re.compile("Scheduled|published", re.IGNORECASE))
    steps.wait_for_issue(page, title)
