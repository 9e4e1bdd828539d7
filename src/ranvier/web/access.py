"""The one table of pages and roles. A page without a row is refused to everyone, and fails a test.

Enforced by middleware on the name of the URL, before the view runs; views do not check roles again.
"""

from __future__ import annotations

from collections.abc import Callable

from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseBase

from .roles import EVERYONE, STAFF, WRITERS, Role

CLINICIANS = frozenset({Role.CLINICIAN})
EDITORS = frozenset({Role.EDITOR})
ADMINISTRATORS = frozenset({Role.ADMINISTRATOR})
NOBODY: frozenset[Role] = frozenset()  # pages of allauth that the desk keeps shut
DESK = WRITERS | EDITORS  # may read letters; an administrator never does

ROWS: dict[frozenset[Role], str] = {
    EVERYONE: """
        current_issue issue archive answer topics topic search about contact disclaimer privacy accessibility site_map
        sitemap_xml robots feed_rss feed_atom issue_pdf subscribe subscribe_confirm unsubscribe health
        ask ask_check ask_preview ask_send ask_email_confirm claim claim_reply claim_withdraw
        api_page api:openapi-json api:api-root api:answers api:answer api:issues
        account_login account_logout account_inactive
        mfa_authenticate mfa_login_webauthn become
    """,
    STAFF: """
        home account_change_password account_reauthenticate mfa_reauthenticate
        mfa_index mfa_activate_totp mfa_deactivate_totp mfa_view_recovery_codes mfa_generate_recovery_codes
        mfa_download_recovery_codes mfa_list_webauthn mfa_add_webauthn mfa_edit_webauthn mfa_remove_webauthn
        mfa_reauthenticate_webauthn
    """,
    DESK: "queue review answer_version answer_difference attachment comment",
    WRITERS: "move findings answer_edit answer_redraft letter_edit concern statement_search",
    CLINICIANS: "sign correct",
    EDITORS: """
        issues issue_new issue_build issue_items issue_move issue_preview_web issue_preview_mail issue_preview_text
        issue_preview_pdf withdraw contacts contact_edit replies reply_edit
    """,
    CLINICIANS | EDITORS: "statements statement_check",
    ADMINISTRATORS: "people person_new person_edit retention retention_run audit",
    NOBODY: """
        account_signup account_email account_set_password account_reset_password account_reset_password_done
        account_reset_password_from_key account_reset_password_from_key_done account_confirm_email
        account_email_verification_sent account_confirm_login_code
    """,
}
# Pages of everyone that are the same for all who are not signed in: no form with a token, nothing of one reader (kept_pages.py).
KEPT = frozenset(
    (
        "current_issue", "issue", "archive", "answer", "topics", "topic", "about", "contact", "disclaimer", "privacy",
        "accessibility", "site_map", "sitemap_xml", "robots", "feed_rss", "feed_atom", "api_page", "api:openapi-json",
        "api:answers", "api:answer", "api:issues",
    )
)  # fmt: skip
ACCESS: dict[str, frozenset[Role]] = {name: roles for roles, names in ROWS.items() for name in names.split()}


def role_of(request: HttpRequest) -> Role:
    """The role of who asks; without an account, a reader."""
    user = request.user
    return user.role if user.is_authenticated else Role.READER


class AccessMiddleware:
    """Looks the URL's name up in the table before any view runs."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer, and keep letters out of a shared browser's store."""
        response = self.get_response(request)
        if request.user.is_authenticated or request.path.startswith(("/ask", "/claim")):
            response.headers["Cache-Control"] = "no-store"  # a letter does not stay in a shared browser
        return response

    def process_view(
        self, request: HttpRequest, view: object, args: object, kwargs: object
    ) -> HttpResponseBase | None:
        """Refuse who is not in the row; send who is not signed in to the door."""
        match = request.resolver_match
        allowed = ACCESS.get(match.view_name if match else "", frozenset())
        if role_of(request) in allowed:
            return None
        if allowed and not request.user.is_authenticated:
            return redirect_to_login(request.get_full_path())
        raise PermissionDenied
