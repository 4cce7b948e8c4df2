"""The demo's past: an order of forty days ago whose mailboxes nobody renewed. Only the sandbox's clock is moved."""

from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

import requests
from django.conf import settings

from reseller_portal.operations.gateway import client_of_somebody_else

LONG_AGO = timedelta(days=40)
# The clocks of two processes are never quite the same.
NEARLY_NOW = timedelta(hours=1)


def begin_long_ago() -> None:
    """In a world that is empty; one with people in it refuses, and stays as it is."""
    _control({"begin": (datetime.now(UTC) - LONG_AGO).isoformat()}, allowed={200, 400})


def catch_up(domain_name: str) -> bool:
    """Let time pass until now, with nobody renewing the mailboxes of this domain; False when it is now already.

    Raises `UpstreamError`, or `requests.RequestException` when the sandbox does not answer.
    """
    behind = datetime.now(UTC) - datetime.fromisoformat(_control(None)["now"])
    if behind < NEARLY_NOW:
        return False
    with client_of_somebody_else() as client:
        for each in client.subscriptions.list(domain=domain_name).items:
            client.subscriptions.set_auto_renew(each.id, is_on=False)
    _control({"advance_seconds": behind.total_seconds()})
    return True


def _control(wish: dict[str, Any] | None, *, allowed: frozenset[int] | set[int] = frozenset({200})) -> dict[str, Any]:
    parts = urlsplit(settings.UPSTREAM_URL)
    answer = requests.request(
        "GET" if wish is None else "POST",
        f"{parts.scheme}://{parts.netloc}/control/clock",
        json=wish,
        headers={"cmr-x-api-key": settings.UPSTREAM_KEY},
        timeout=(3, 60),
    )
    if answer.status_code not in allowed:
        answer.raise_for_status()
    content: dict[str, Any] = answer.json()
    return content
