"""Asking who it is by passkey, for a signature: a challenge answered once.

The key must have verified its person (a fingerprint, a face, a PIN): it then stands for the password and the code together.
A session holds one challenge: the page that was opened last can be answered, an older one in another window cannot.
"""

from __future__ import annotations

from typing import Any

from allauth.mfa.models import Authenticator
from allauth.mfa.webauthn.forms import AuthenticateWebAuthnForm
from allauth.mfa.webauthn.internal import auth
from django.core.exceptions import ValidationError
from fido2.webauthn import UserVerificationRequirement

from .models import Person

# What the parsers of allauth and fido2 raise over a document that no key wrote.
NO_CREDENTIAL = (ValidationError, ValueError, TypeError, LookupError, AttributeError, RecursionError)


def has_passkey(person: Person) -> bool:
    """Whether a passkey or security key is registered."""
    return Authenticator.objects.filter(user=person, type=Authenticator.Type.WEBAUTHN).exists()


def challenge(person: Person) -> dict[str, Any]:
    """What the browser is asked; takes the place of the challenge that the session held."""
    return {"request_options": auth.begin_authentication(person)}


def is_answered(person: Person, credential: str) -> bool:
    """Whether one of the person's own keys answered the session's challenge and verified its person.

    The challenge does not stand afterwards. That verification was demanded is asked of the challenge itself: older versions of
    allauth did not take it from the settings.
    """
    try:
        state = auth.get_state() or {}
        if state.get("user_verification") != UserVerificationRequirement.REQUIRED:
            return False
        form = AuthenticateWebAuthnForm({"credential": credential}, user=person)
        if not form.is_valid():
            return False
        form.cleaned_data["credential"].record_usage()
        return True
    except NO_CREDENTIAL:
        return False
    finally:
        auth.clear_state()
