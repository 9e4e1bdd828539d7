"""What people do at the desk, a step a function, so that tests read as the road does."""

from __future__ import annotations

import re
import secrets
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from playwright.sync_api import expect

from ranvier.web.demo.seed import PASSWORD

from .conftest import Visit

STUDY = Path(__file__).parents[3] / "examples" / "studies" / "mmn_definite" / "study.csv"
PATIENCE_SECONDS = 180  # the worker gives way to everything else on the machine


@dataclass
class Sent:
    """A letter on its way: the words by which the queue knows it, its claim code, and its reference."""

    opening: str
    code: str
    reference: str = ""


def letter(*, urgent: bool = False) -> str:
    """A letter with findings, details that identify, and one of its own first words."""
    word = secrets.token_hex(3)
    flag = "Sometimes at night I cannot breathe well when I lie flat. " if urgent else ""
    return (
        f"Letter {word}. My name is Ruth Example and I was born on 3 May 1971. For three years my right foot has been "
        "drooping, with cramps in the calf, and since last spring two fingers of my left hand are weak. I have no "
        f"numbness. {flag}IVIG helps me, but it wears off after three weeks.\n\nIs it normal that IVIG wears off?"
    )


def ask(visit: Visit, text: str, *, email: str = "", study: bool = False, publish: bool = True) -> Sent:
    page = visit.page
    page.goto("/ask/")
    page.get_by_label("Your letter").fill(text)
    page.get_by_role("spinbutton", name="Age").fill("54")
    page.get_by_role("button", name="Look it over before sending").click()
    for detail in ("Ruth Example", "3 May 1971"):  # proposed for removal, and shown
        expect(page.get_by_label(f"Take out “{detail}”")).to_be_checked()
    if email:
        page.get_by_label("E-mail").fill(email)
    if study:
        page.get_by_label("A nerve conduction study").set_input_files(STUDY)
    page.get_by_label("I understand that software").check()
    if publish:
        page.get_by_label("You may print my letter").check()
    page.get_by_role("button", name="Send the letter").click()
    opening = re.match(r"Letter \w+\.", text)
    assert opening
    return Sent(opening.group(), page.locator("output").inner_text())


def find(visit: Visit, sent: Sent) -> None:
    """Open the letter from the queue, when the worker has drafted its answer."""
    link = wait_in_queue(visit, sent)
    link.click()
    visit.page.wait_for_load_state()


def wait_in_queue(visit: Visit, sent: Sent) -> Any:
    """The letter's link in the queue, when the worker has drafted its answer."""
    page = visit.page
    until = time.monotonic() + PATIENCE_SECONDS
    while True:
        page.goto("/desk/queue/?state=open")
        row = page.locator("tr", has_text=sent.opening)
        if row.count() and "being drafted" not in row.inner_text():
            break
        assert time.monotonic() < until, "the worker did not draft it"
        time.sleep(0.3)
    link = row.get_by_role("link").first
    sent.reference = link.inner_text()
    return link


def settle_all(visit: Visit) -> None:
    page = visit.page
    while (field := page.get_by_label("How it was settled")).count():
        before = field.count()
        field.first.fill("Talked over: an old complaint, examined last month")
        page.get_by_role("button", name="Settle").first.click()
        expect(page.get_by_label("How it was settled")).to_have_count(before - 1)


def check_recalled(visit: Visit) -> None:
    """Compare each recalled statement with its source, as the review page asks."""
    page = visit.page
    review = page.url
    while (link := page.get_by_role("link", name=re.compile("^Check "))).count():
        link.first.click()
        page.get_by_role("button", name="Still holds").first.click()
        page.goto(review)


def sign(visit: Visit, password: str = PASSWORD) -> None:
    page = visit.page
    page.get_by_role("link", name="Sign…").click()
    page.get_by_label("Your password").fill(password)
    page.get_by_role("button", name="Sign", exact=True).click()


def publish(visit: Visit, answer: str, *, title: str) -> None:
    """Build an issue of one answer, and let it appear now."""
    page = visit.page
    page.goto("/desk/issues/")
    page.get_by_label("Title of the next issue").fill(title)
    page.get_by_role("button", name="Start it").click()
    page.get_by_label("Note").fill("One letter this time.")
    page.locator("tr", has_text=answer).get_by_role("checkbox").check()
    page.get_by_role("button", name="Save").click()
    page.get_by_role("button", name="Schedule").click()


def wait_for_issue(page: Any, title: str) -> None:
    """Until the worker has published it."""
    until = time.monotonic() + PATIENCE_SECONDS
    while True:
        page.goto("/")
        if title in page.locator("h1").inner_text():
            return
        assert time.monotonic() < until, "the worker did not publish it"
        time.sleep(0.3)


def wait_until(true: Any) -> None:
    until = time.monotonic() + 20
    while not true():
        assert time.monotonic() < until
        time.sleep(0.05)
