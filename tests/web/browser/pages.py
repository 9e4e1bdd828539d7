"""Every page that a person can look at, by role, and how to come to it in the demo."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ranvier.web.demo.seed import PASSWORD

Way = Callable[[Any], None]


def at(path: str) -> Way:
    return lambda page: page.goto(path)


def through(path: str, *links: str, then: str = "") -> Way:
    """Open a page, follow the first link of each kind, and go on to an address below it."""

    def go(page: Any) -> None:
        page.goto(path)
        for link in links:
            page.locator(link).first.click()
            page.wait_for_load_state()
        if then:
            page.goto(page.url.partition("#")[0].rstrip("/") + then)

    return go


def asking(*, until: str) -> Way:
    """The reader's road up to a page of it."""
    text = (
        "My name is John Smith and I was born on 3 May 1971. My right foot has been drooping for three years. Since "
        "yesterday I cannot breathe well when I lie down. What is multifocal motor neuropathy?"
    )

    def go(page: Any) -> None:
        page.goto("/ask/")
        page.locator("#id_text").fill(text if until != "refused" else "Too short")
        if until == "typing":
            page.locator("#check .alarm").wait_for()
            return
        page.get_by_role("button", name="Look it over").click()
        if until in ("preview", "refused"):
            return
        page.locator("[name=understood]").check()
        page.get_by_role("button", name="Send the letter").click()
        if until == "sent":
            return
        code = page.locator("output").inner_text()
        page.goto("/claim/")
        page.locator("[name=code]").fill(code)
        page.get_by_role("button", name="Show my letter").click()
        if until == "withdraw":
            page.get_by_role("button", name="Take my letter away").click()

    return go


def letter(state: str, then: str = "") -> Way:
    return through(f"/desk/queue/?state={state}", "table.queue th a", then=then)


def opened(way: Way) -> Way:
    """With everything that folds unfolded, as someone who looks closely has it."""

    def go(page: Any) -> None:
        way(page)
        page.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true; })")

    return go


def known(path: str) -> Way:
    """A page that asks for the password first, when it was not asked a moment ago."""

    def go(page: Any) -> None:
        page.goto(path)
        if "/reauthenticate/" in page.url:
            page.locator("[name=password]").fill(PASSWORD)
            page.locator("main form button").click()
            page.wait_for_url(f"**{path}")

    return go


ISSUE = ".answers h2 a"
PAGES: dict[str, tuple[str, Way]] = {
    "current issue": ("reader", at("/")),
    "issue": ("reader", at("/issues/1/")),
    "answer": ("reader", through("/archive/", "main ul.links a")),
    "archive": ("reader", at("/archive/")),
    "topics": ("reader", at("/topics/")),
    "topic": ("reader", through("/topics/", "main ul.links a")),
    "search": ("reader", at("/search/")),
    "search with finds": ("reader", at("/search/?q=ALS")),
    "search without": ("reader", at("/search/?q=zebra")),
    "about": ("reader", at("/about/")),
    "contact": ("reader", at("/contact/")),
    "disclaimer": ("reader", at("/disclaimer/")),
    "privacy": ("reader", at("/privacy/")),
    "accessibility": ("reader", at("/accessibility/")),
    "site map": ("reader", at("/site-map/")),
    "data": ("reader", at("/api/")),
    "subscribe": ("reader", at("/subscribe/")),
    "not found": ("reader", at("/nothing/")),
    "ask": ("reader", at("/ask/")),
    "ask, while typing": ("reader", asking(until="typing")),
    "ask, refused": ("reader", asking(until="refused")),
    "ask, before sending": ("reader", asking(until="preview")),
    "ask, sent": ("reader", asking(until="sent")),
    "claim": ("reader", at("/claim/")),
    "claim, standing": ("reader", asking(until="standing")),
    "claim, withdraw": ("reader", asking(until="withdraw")),
    "sign in": ("reader", at("/account/login/")),
    "become": ("reader", at("/become/")),
    "queue": ("clinician", at("/desk/queue/?state=all")),
    "review, new": ("clinician", letter("new")),
    "review, drafted": ("clinician", opened(letter("drafted"))),
    "review, needs reader": ("clinician", letter("needs_reader")),
    "review, declined": ("clinician", letter("declined")),
    "review, signed": ("clinician", letter("signed")),
    "review, published": ("clinician", letter("published")),
    "review, trainee": ("trainee", letter("in_review")),
    "edit": ("clinician", letter("drafted", "/answer/")),
    "letter as printed": ("clinician", letter("drafted", "/letter/")),
    "sign": ("clinician", letter("drafted", "/sign/")),
    "correct": ("clinician", letter("published", "/correct/")),
    "version": ("clinician", letter("drafted", "/versions/1/")),
    "difference": ("clinician", letter("drafted", "/versions/1/2/")),
    "statements": ("editor", at("/desk/statements/")),
    "contacts": ("editor", at("/desk/contacts/")),
    "contact, edit": ("editor", through("/desk/contacts/", ISSUE)),
    "replies": ("editor", at("/desk/replies/")),
    "reply, edit": ("editor", through("/desk/replies/", "main h2 a")),
    "issues": ("editor", at("/desk/issues/")),
    "issue builder": ("editor", through("/desk/issues/", ISSUE)),
    "issue builder, published": ("editor", through("/desk/issues/", ".answers li:last-child h2 a")),
    "preview, web": ("editor", through("/desk/issues/", ".answers li:last-child h2 a", then="/web/")),
    "preview, mail": ("editor", through("/desk/issues/", ".answers li:last-child h2 a", then="/mail/")),
    "people": ("administrator", at("/desk/people/")),
    "person": ("administrator", at("/desk/people/new/")),
    "retention": ("administrator", at("/desk/retention/")),
    "audit": ("administrator", at("/desk/audit/")),
    "refused": ("administrator", at("/desk/queue/")),
    "security": ("administrator", at("/account/mfa/")),
    "password": ("administrator", at("/account/password/change/")),
    "password once more": ("administrator", at("/account/reauthenticate/")),
    "authenticator app": ("administrator", known("/account/mfa/totp/activate/")),
    "passkeys": ("administrator", known("/account/mfa/webauthn/")),
    "passkey, add": ("administrator", known("/account/mfa/webauthn/add/")),
    "recovery codes": ("administrator", known("/account/mfa/recovery-codes/generate/")),
    "person, edit": ("administrator", through("/desk/people/", "main table th a")),
}
# Pages without a look of their own: forms that only take a POST, machines' pages, files, and doors that stay shut. At the
# end, pages of a state that ends with the visit: the links in mails, which the road follows, and those behind a second factor.
NOT_LOOKED_AT = [
    "sitemap_xml",
    "robots",
    "feed_rss",
    "feed_atom",
    "health",
    "issue_pdf",
    "issue_preview_pdf",
    "attachment",
    "api:openapi-json",
    "api:api-root",
    "api:answers",
    "api:answer",
    "api:issues",
    "ask_check",
    "claim_reply",
    "issue_preview_text",
    "home",
    "move",
    "findings",
    "comment",
    "concern",
    "answer_redraft",
    "statement_search",
    "statement_check",
    "issue_new",
    "issue_items",
    "issue_move",
    "withdraw",
    "retention_run",
    "account_logout",
    "account_signup",
    "account_email",
    "account_set_password",
    "account_reset_password",
    "account_reset_password_done",
    "account_reset_password_from_key",
    "account_reset_password_from_key_done",
    "account_confirm_email",
    "account_email_verification_sent",
    "account_confirm_login_code",
    "mfa_login_webauthn",
    "account_inactive",
    "mfa_authenticate",
    "mfa_reauthenticate",
    "mfa_download_recovery_codes",
    "mfa_reauthenticate_webauthn",
    "subscribe_confirm",
    "unsubscribe",
    "ask_email_confirm",
    "mfa_deactivate_totp",
    "mfa_view_recovery_codes",
    "mfa_edit_webauthn",
    "mfa_remove_webauthn",
]
