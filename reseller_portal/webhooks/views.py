"""The one door for events of the upstream."""

import logging
import time

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from accounts.door import public_view
from reseller_portal.jobs import waking
from reseller_portal.webhooks.intake import NotAnEvent, keep
from reseller_portal.webhooks.signature import Forged, Scheme, verify
from reseller_portal.webhooks.tasks import process

logger = logging.getLogger(__name__)
LARGEST_BODY = 1024 * 1024


@csrf_exempt
@require_POST
@public_view
def upstream(request: HttpRequest) -> HttpResponse:
    """Verify, keep, answer. 200 means that the event is durable; anything else makes the upstream repeat it."""
    if _length(request) > LARGEST_BODY:
        return _answer(413, "This is larger than any event.")
    now = time.time()
    try:
        _verify(request, now)
        keep(request.body, now=now)
    except Forged as forged:
        logger.warning("a webhook was refused: %s", forged)
        return _answer(401, f"Refused: {forged}.")
    except NotAnEvent as error:
        logger.warning("a signed webhook was no event: %s", error)
        return _answer(400, f"Not an event: {error}.")
    _wake()
    return _answer(200, "ok")


def configured_scheme() -> Scheme:
    """How the settings say that the upstream signs. Raises ValueError for a scheme that there is not."""
    return Scheme(
        encoding=settings.WEBHOOK_ENCODING,
        signed=settings.WEBHOOK_SIGNED,
        prefix=settings.WEBHOOK_PREFIX,
        window=settings.WEBHOOK_WINDOW_SECONDS,
    )


def _verify(request: HttpRequest, now: float) -> None:
    verify(
        body=request.body,
        signature=request.headers.get("cmr-x-signature", ""),
        timestamp=request.headers.get("cmr-x-timestamp", ""),
        keys=settings.WEBHOOK_SECRETS,
        now=now,
        scheme=configured_scheme(),
    )


def _length(request: HttpRequest) -> int:
    try:
        return int(request.headers.get("Content-Length") or 0)
    except ValueError:
        return 0


def _answer(status: int, text: str) -> HttpResponse:
    return HttpResponse(f"{text}\n", status=status, content_type="text/plain")


def _wake() -> None:
    waking.wake(process)
