"""The mail edition: asking, confirming, leaving."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone

from ranvier.web.models import Subscription


@transaction.atomic
def subscribe(*, email: str) -> Subscription:
    """Ask for the mail edition; nothing is sent but the confirmation until it is confirmed."""
    from ranvier.web import tasks

    subscription, _ = Subscription.objects.get_or_create(email=email.strip().lower())
    if subscription.confirmed_at is None:
        tasks.confirm_subscription.enqueue(str(subscription.pk))
    return subscription


@transaction.atomic
def confirm(*, subscription: Subscription) -> None:
    """Second half of the double opt-in."""
    Subscription.objects.filter(pk=subscription.pk, confirmed_at__isnull=True).update(
        confirmed_at=timezone.now()
    )


@transaction.atomic
def leave(*, subscription: Subscription) -> None:
    """Delete the address; nothing of it is kept."""
    subscription.delete()
