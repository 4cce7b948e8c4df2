"""Post webhooks: signed over the exact bytes, three attempts, at once, after 30 s and after 5 min."""

import logging
import os
import threading
import time
from datetime import datetime, timedelta

import requests
from django.db import close_old_connections
from django.db.utils import Error as DatabaseError

from reseller_portal.sandbox import clock, signing, steps
from reseller_portal.sandbox.models import Event

logger = logging.getLogger(__name__)
GAPS = (30, 300)
TIMEOUT = (3.05, 60.0)
TICK_SECONDS = 0.5


def target() -> str:
    """Where events go: what was chosen by hand, or what the process was started with; "" for nowhere yet."""
    return str(clock.world().manners.get("webhook_url", os.environ.get("SANDBOX_WEBHOOK_URL", "")))


def signed_headers(body: bytes, first_sent: float | None = None) -> dict[str, str]:
    return signing.signed_headers(body, clock.world().manners.get("signature", {}), first_sent)


def deliver_due(url: str, session: requests.Session) -> int:
    """Post every event that is due. Returns how many were tried."""
    tried = 0
    while event := Event.objects.filter(state="pending", due_at__lte=clock.real_now()).order_by("due_at", "pk").first():
        _post(event, url, session)
        tried += 1
    return tried


def _post(event: Event, url: str, session: requests.Session) -> None:
    """Anything but 2xx is a failed attempt."""
    body = event.body.encode()
    headers = signed_headers(body, _first_sent(event))
    try:
        answer = session.post(url, data=body, headers=headers, timeout=TIMEOUT, allow_redirects=False)
        outcome, is_taken = str(answer.status_code), answer.status_code // 100 == 2
    except requests.RequestException as error:
        outcome, is_taken = type(error).__name__, False
    event.attempts += 1
    event.last_status = outcome
    event.deliveries = [*event.deliveries, {"at": clock.as_text(clock.real_now()), "answer": outcome}]
    if is_taken:
        event.state, event.due_at = "delivered", None
    elif event.attempts > len(GAPS):
        event.state, event.due_at = "failed", None
    else:
        event.due_at = clock.real_now() + timedelta(seconds=GAPS[event.attempts - 1])
    event.save()


def _first_sent(event: Event) -> float | None:
    """A replay is a delivery of its own: its first attempt has no other before it."""
    earlier = event.deliveries[-event.attempts :] if event.attempts else []
    return datetime.fromisoformat(earlier[0]["at"]).timestamp() if earlier else None


def run_for_ever() -> None:
    """Move the world and deliver what comes of it. Survives a database that is away for a while.

    While nobody said where to, events wait.
    """
    session = requests.Session()
    while True:
        try:
            steps.tick()
            if url := target():
                deliver_due(url, session)
        except DatabaseError:
            logger.warning("the sandbox's database is away")
            close_old_connections()
        time.sleep(TICK_SECONDS)


def start_in_background() -> None:
    threading.Thread(target=run_for_ever, name="sandbox-clock", daemon=True).start()
