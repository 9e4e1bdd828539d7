"""Asking who it is by passkey, for a signature: a challenge made for this page and answered once.

The key must have verified its person (a fingerprint, a face, a PIN): it then stands for the password and the code together.
"""

from __future__ import annotations

from typing import Any

from allauth.mfa.models import Authenticator
from allauth.mfa.webauthn.forms import AuthenticateWebAuthnForm
from allauth.mfa.webauthn.internal import auth
from django.core.exceptions import ValidationError

from .models import Person

# What the parsers of allauth and fido2 raise over a document that no key wrote.
NO_CREDENTIAL = (ValidationError, ValueError, TypeError, KeyError, AttributeError, RecursionError)


def has_passkey(person: Person) -> bool:
    """Whether a passkey or security key is registered."""
    return Authenticator.objects.filter(user=person, type=Authenticator.Type.WEBAUTHN).exists()


def challenge(person: Person) -> dict[str, Any]:
    """What the browser is asked; kept in the session of the request that is being answered."""
    return {"request_options": auth.begin_authentication(person)}


def is_answered(person: Person, credential: str) -> bool:
    """Whether one of the person's own keys answered the challenge that stands; it does not stand afterwards."""
    try:
        return AuthenticateWebAuthnForm({"credential": credential}, user=person).is_valid()
    except NO_CREDENTIAL:
        return False
    finally:
        auth.clear_state()
