"""The account's forms without a way to reset a password by mail: that page is shut, and an administrator sets a new one."""

from __future__ import annotations

from allauth.account.forms import ChangePasswordForm, ReauthenticateForm


class AskAgain(ReauthenticateForm):
    """The password once more."""

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        self.fields["password"].help_text = ""


class NewPassword(ChangePasswordForm):
    """A new password for someone who knows the old one."""

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        self.fields["oldpassword"].help_text = ""
