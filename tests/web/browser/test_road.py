"""The whole road, as people go it: ask, triage, correct, edit, sign, publish, read, subscribe, correct, leave."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from email import message_from_string
from typing import Any

import pytest
from playwright.sync_api import expect

from . import steps
from .conftest import Visit
from .desk import Desk

TITLE = "Why does the drip wear off?"


@pytest.mark.parametrize("size", ["phone", "tablet", "desk"])
def test_the_whole_road(visit: Callable[..., Visit], desk: Desk, size: str) -> None:
    reader, clinician, editor = visit("reader", size), visit("clinician", size), visit("editor", size)
    subscriber = _subscribe(reader, desk, size)
    sent = _ask(reader, desk, size)
    _review(clinician, sent)
    _edit(clinician, f"{TITLE} ({size})")
    _sign(clinician)
    _publish(editor, size)
    steps.wait_for_issue(reader.page, f"Wear-off, {size}")
    _read(reader, size)
    _mail(reader, desk, subscriber, size)
    _claim(reader, sent)
    _correct(clinician, reader, sent, size)


def _subscribe(reader: Visit, desk: Desk, size: str) -> str:
    address = f"{size}@example.org"
    reader.page.goto("/subscribe/")
    reader.page.get_by_label("E-mail").fill(address)
    reader.page.get_by_role("button", name="Send me a link to confirm").click()
    reader.page.goto(desk.link_in(desk.wait_for_mail(address, "/subscribe/"), "/subscribe/"))
    reader.page.get_by_role("button", name="Yes, send me each issue").click()
    expect(reader.page.locator("main")).to_contain_text("You will get each new issue")
    return address


def _ask(reader: Visit, desk: Desk, size: str) -> steps.Sent:
    page = reader.page
    page.goto("/ask/")
    page.get_by_label("Your letter").press_sequentially(
        "I cannot breathe well when I lie flat. What is multifocal motor neuropathy?"
    )
    page.get_by_role("alert", name="Urgent advice").wait_for()  # while typing, before anything is sent
    expect(page.locator("#check")).to_contain_text("call your emergency number")
    expect(page.locator("#check")).to_contain_text("Perhaps already answered")
    sent = steps.ask(reader, steps.letter(urgent=True), email=f"ruth-{size}@example.org", study=True)
    expect(page.get_by_role("alert", name="Urgent advice")).to_be_visible()
    assert re.fullmatch(r"(\w{5}-){3}\w{5}", sent.code)
    mail = desk.wait_for_mail(f"ruth-{size}@example.org", "/ask/email/")
    page.goto(desk.link_in(mail, "/ask/email/"))
    page.get_by_role("button", name="Yes, tell me").click()
    return sent


def _review(clinician: Visit, sent: steps.Sent) -> None:
    page = clinician.page
    steps.find(clinician, sent)
    expect(page.locator(".review-head .alarm-tag")).to_have_text("urgent")
    letter = page.locator(".letter.spans").inner_text()
    assert "[name]" in letter
    assert "Ruth Example" not in letter
    assert "1971" not in letter
    expect(page.get_by_role("heading", name="Conduction report")).to_have_count(1)
    page.get_by_role("button", name="Claim").click()
    rows = page.locator("[data-finding]")
    total = rows.count()
    assert total >= 4
    rows.nth(0).get_by_role("button", name="Confirm").click()
    page.locator("[data-finding]").nth(0).get_by_text("confirmed", exact=True).wait_for()
    rows.nth(1).locator("summary", has_text="Correct").click()
    rows.nth(1).get_by_label("Side").select_option("left")
    rows.nth(1).get_by_role("button", name="Save").click()
    page.locator("[data-finding]").nth(1).get_by_text("corrected", exact=True).wait_for()
    page.locator("[data-finding]").last.get_by_role("button", name="Reject").click()
    steps.wait_until(lambda: page.locator("[data-finding]").count() == total - 1)
    before = page.locator("section[aria-labelledby=h-weigh]").inner_text()
    page.get_by_text("Add a finding").click()
    page.get_by_label("Finding", exact=True).select_option("slow_progression")
    page.get_by_label("Words in the letter").fill("For three years")
    page.get_by_role("button", name="Add", exact=True).click()
    steps.wait_until(lambda: page.locator("[data-finding]").count() == total)
    assert page.locator("section[aria-labelledby=h-weigh]").inner_text() != before  # the differential follows
    expect(page.locator("[data-finding]").last.get_by_text("added", exact=True)).to_be_visible()
    page.get_by_role("button", name=re.compile("Confirm all")).click()
    page.get_by_text("0 to check").wait_for()
    page.get_by_label("A remark").fill("Asked the ward: breathing was examined.")
    page.get_by_role("button", name="Leave it").click()
    page.locator(".comment", has_text="Asked the ward").wait_for()


def _edit(clinician: Visit, title: str) -> None:
    page = clinician.page
    steps.settle_all(clinician)
    steps.check_recalled(clinician)
    page.get_by_role("link", name="Edit the answer").click()
    page.get_by_label("Heading").fill(title)
    first = page.locator("[data-row]").first
    first.locator("textarea").fill("Thank you for your kind letter.")
    new = page.get_by_label("A further sentence").nth(1)
    new.fill("Most people plan around the last week.")
    page.get_by_role("button", name="Save as version").click()
    expect(page.locator("main")).to_contain_text("1 sentence without a source")
    expect(page.locator(".sentence.unsourced")).to_have_count(1)
    expect(page.locator(".sentence.tie-edited")).to_have_count(1)
    page.get_by_role("link", name="Edit the answer").click()
    row = page.locator(".edit-row.unsourced")
    row.get_by_role("button", name="+ source").click()
    page.get_by_label("Words of the statement").press_sequentially("wear off")
    page.locator("[data-statement]").first.click()
    page.get_by_role("button", name="Save as version").click()
    steps.check_recalled(clinician)
    page.get_by_text(re.compile(r"^Versions \(")).click()
    page.get_by_role("link", name="what changed").first.click()
    page.go_back()


def _sign(clinician: Visit) -> None:
    page = clinician.page
    page.get_by_role("button", name="Mark as drafted").click()
    steps.sign(clinician, password="not the password")
    expect(page.locator("main")).to_contain_text("Nothing was signed")
    page.get_by_role("link", name="Letter ").click()
    steps.sign(clinician)
    expect(page.locator("#answer")).to_contain_text("signed by Dr Clara Clinician")
    expect(page.locator(".review-head .state")).to_have_text("Signed")


def _publish(editor: Visit, size: str) -> None:
    page = editor.page
    steps.publish(editor, f"{TITLE} ({size})", title=f"Wear-off, {size}")
    page.goto(page.url)
    for form, holds in (
        ("web", "Preview. This issue is not published."),
        ("mail", "Leave this list"),
        ("text", "Leave this list:"),
    ):
        answer = editor.context.request.get(page.url + f"{form}/")
        assert answer.ok
        assert holds in answer.text()
        assert TITLE in answer.text().replace("&#x27;", "'")
    pdf = editor.context.request.get(page.url + "pdf/")
    assert pdf.body().startswith(b"%PDF-")


def _read(reader: Visit, size: str) -> None:
    page = reader.page
    page.get_by_role("link", name=f"{TITLE} ({size})").click()
    expect(page.locator("h1")).to_have_text(f"{TITLE} ({size})")
    expect(page.locator(".signature")).to_contain_text("Dr Clara Clinician")
    assert "Ruth Example" not in page.content()
    page.locator(".cites a").first.click()
    expect(page.locator(".sources li:target")).to_be_visible()
    address = page.locator("link[rel=canonical]").get_attribute("href")
    get: Callable[[str], Any] = reader.context.request.get
    assert address == page.url.split("#")[0]
    for feed in ("/feed.rss", "/feed.atom", "/sitemap.xml"):
        assert address in get(feed).text()
    number = page.locator(".kicker").get_by_role("link", name=re.compile("Issue")).get_attribute("href")
    steps.wait_until(
        lambda: get(f"{number}print.pdf").body().startswith(b"%PDF-")
    )  # rendered after the page is there
    listed = get("/api/answers?limit=1").json()[0]
    assert listed["url"] == address
    assert get(f"/api/answers/{listed['slug']}").json()["signed_by"] == "Dr Clara Clinician (invented)"
    meta = json.loads(page.locator("script[type='application/ld+json']").inner_text())
    assert meta["mainEntity"]["acceptedAnswer"]["author"]["name"] == "Dr Clara Clinician (invented)"
    page.goto("/search/?q=wears+off+drip")
    expect(page.get_by_role("link", name=f"{TITLE} ({size})")).to_be_visible()


def _mail(reader: Visit, desk: Desk, subscriber: str, size: str) -> None:
    edition = desk.wait_for_mail(f"To: {subscriber}", f"Wear-off, {size}")
    assert "List-Unsubscribe-Post: List-Unsubscribe=One-Click" in edition
    assert "Ruth Example" not in edition
    told = desk.wait_for_mail(f"To: ruth-{size}@example.org", "has been answered")
    reader.page.goto(desk.link_in(told, "/answers/"))
    expect(reader.page.locator("h1")).to_have_text(f"{TITLE} ({size})")
    leave = message_from_string(edition)["List-Unsubscribe"].strip(" <>\n")
    assert reader.context.request.post(leave, form={"List-Unsubscribe": "One-Click"}).ok


def _claim(reader: Visit, sent: steps.Sent) -> None:
    page = reader.page
    page.goto("/claim/")
    page.get_by_label("Claim code").fill(sent.code.lower())
    page.get_by_role("button", name="Show my letter").click()
    expect(page.locator("main")).to_contain_text("It is answered and published.")


def _correct(clinician: Visit, reader: Visit, sent: steps.Sent, size: str) -> None:
    page = clinician.page
    page.goto("/desk/queue/?state=published")
    page.get_by_role("link", name=sent.reference).click()
    page.get_by_role("link", name="Edit the answer").click()
    page.locator("[data-row] textarea").first.fill("Thank you for your letter, again.")
    page.get_by_label("What this corrects").fill("The greeting was wrong.")
    page.get_by_role("button", name="Save as version").click()
    page.get_by_role("link", name="Sign the correction…").click()
    page.get_by_label("Your password").fill(steps.PASSWORD)
    page.get_by_role("button", name="Sign and publish the correction").click()
    steps.wait_for_issue(reader.page, f"Wear-off, {size}")
    reader.page.get_by_role("link", name=f"{TITLE} ({size})").click()
    expect(reader.page.locator("main")).to_contain_text("Thank you for your letter, again.")
    expect(reader.page.locator(".corrections")).to_contain_text("The greeting was wrong.")
    reader.page.locator(".corrections").get_by_role("link", name="this version").last.click()
    expect(reader.page.locator("main")).to_contain_text("This is an earlier version")
    expect(reader.page.locator("main")).to_contain_text("Thank you for your kind letter.")
