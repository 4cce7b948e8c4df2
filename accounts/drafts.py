"""What a person is putting together, kept under a key of its own until it is done, and in no session."""

import re
import secrets
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from django.utils import timezone

from accounts.actors import Actor
from accounts.models import Draft

KEPT_FOR = timedelta(days=30)
MOST_OF_A_PERSON = 20
_KEY = re.compile(r"^[A-Za-z0-9_-]{16}$")


def new_key() -> str:
    return secrets.token_urlsafe(12)


def is_key(key: str) -> bool:
    return bool(_KEY.match(key))


def keep_draft(*, actor: Actor, key: str, content: Mapping[str, Any]) -> None:
    """Write the draft down under this key, and let go of the person's oldest ones."""
    mine = Draft.objects.filter(customer=actor.customer, user=actor.user)
    Draft.objects.update_or_create(
        customer=actor.customer, user=actor.user, key=key,
        defaults={"content": dict(content), "changed_at": timezone.now()},
    )  # fmt: skip
    kept = mine.order_by("-changed_at").values("pk")[:MOST_OF_A_PERSON]
    mine.exclude(pk__in=list(kept.values_list("pk", flat=True))).delete()
    mine.filter(changed_at__lt=timezone.now() - KEPT_FOR).delete()


def draft_of(*, actor: Actor, key: str) -> dict[str, Any]:
    """The person's own draft; empty when there is none, or when it is somebody else's."""
    if not is_key(key):
        return {}
    found = Draft.objects.filter(customer=actor.customer, user=actor.user, key=key).first()
    return dict(found.content) if found else {}
