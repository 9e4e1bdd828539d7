"""A passkey in a real Chromium under our content policy: registered, signed in with, and an answer signed with it.

The key is Chromium's own virtual authenticator (DevTools protocol, WebAuthn domain). A passkey belongs to a name, never to a
number, so these tests open the desk at `localhost`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from playwright.sync_api import expect

from ranvier.web.demo.seed import PASSWORD

from . import steps
from .conftest import Visit

KEY = {
    "protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True,
    "isUserVerified": True, "automaticPresenceSimulation": True,
}  # fmt: skip


class Key:
    """A virtual authenticator in a visit's page."""

    def __init__(self, visit: Visit) -> None:
        self.session = visit.context.new_cdp_session(visit.page)
        self.session.send("WebAuthn.enable")
        made = self.session.send("WebAuthn.addVirtualAuthenticator", {"options": KEY})
        self.id = made["authenticatorId"]

    def credentials(self) -> list[dict[str, Any]]:
        """What is on it."""
        found: list[dict[str, Any]] = self.session.send(
            "WebAuthn.getCredentials", {"authenticatorId": self.id}
        )["credentials"]
        return found

    def set_verified(self, verified: bool) -> None:
        """Whether its person shows who they are."""
        given = {"authenticatorId": self.id, "isUserVerified": verified}
        self.session.send("WebAuthn.setUserVerified", given)


def register(visit: Visit) -> None:
    """Add a passkey on the security pages, as a person finds them from the navigation."""
    page = visit.page
    page.get_by_role("navigation", name="Desk").get_by_role("link", name="Security").click()
    page.locator("a[href$='/webauthn/'], a[href$='/webauthn/add/']").first.click()
    if "/add/" not in page.url and "reauthenticate" not in page.url:
        page.locator("a[href*='/webauthn/add/']").first.click()
    if page.get_by_label("Password").count():  # who it is, once more, before a key is added
        page.get_by_label("Password").fill(PASSWORD)
        page.get_by_role("main").get_by_role("button").first.click()
    page.get_by_label("Name").fill("Blue key")
    page.get_by_label("Passwordless").check()
    page.get_by_role("button", name="Add").click()
    page.wait_for_url(lambda url: "/webauthn/add/" not in url)


def test_a_passkey_is_registered_signs_in_and_signs_an_answer(visit: Callable[..., Visit]) -> None:
    sent = steps.ask(visit("reader"), steps.letter())
    clinician = visit("clinician", host="localhost")
    key, page = Key(clinician), clinician.page
    register(clinician)
    assert len(key.credentials()) == 1

    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("navigation", name="Desk")).to_have_count(0)
    page.goto("/account/login/")
    page.get_by_role("button", name="Use a passkey").click()
    expect(page.get_by_role("navigation", name="Desk")).to_contain_text("Dr Clara Clinician")
    assert key.credentials()[0]["signCount"] >= 1

    steps.find(clinician, sent)
    page.locator("[data-move=claim]").click()
    page.get_by_role("button", name="Confirm all").click()
    steps.settle_all(clinician)
    steps.check_recalled(clinician)
    page.locator("[data-move=draft]").click()
    expect(page.locator(".review-head .state")).to_have_text("Drafted")
    page.get_by_role("link", name="Sign…").click()
    address = page.url

    key.set_verified(False)  # a key that lies on the desk is not its person
    page.get_by_role("button", name="Sign with a passkey").click()
    page.wait_for_timeout(500)
    assert page.url == address
    clinician.complaints[:] = [said for said in clinician.complaints if "NotAllowedError" not in said]
    key.set_verified(True)
    page.reload()
    before = key.credentials()[0]["signCount"]
    page.get_by_role("button", name="Sign with a passkey").click()
    expect(page.locator("#answer")).to_contain_text("signed by Dr Clara Clinician")
    assert key.credentials()[0]["signCount"] > before
