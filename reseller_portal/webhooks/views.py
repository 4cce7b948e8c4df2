"""The one door for events of the upstream."""

import logging
import time

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST
from kombu.exceptions import KombuError, OperationalError

from accounts.door import public_view
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
    if int(request.headers.get("Content-Length") or 0) > LARGEST_BODY:
        return HttpResponse("This is larger than any event.\n", status=413, content_type="text/plain")
    try:
        _verify(request)
        is_new = keep(request.body)
    except Forged as forged:
        logger.warning("a webhook was refused: %s", forged)
        return HttpResponse("The signature does not fit.\n", status=401, content_type="text/plain")
    except NotAnEvent as error:
        return HttpResponse(f"Not an event: {error}.\n", status=400, content_type="text/plain")
    if is_new:
        _wake()
    return HttpResponse("ok\n", content_type="text/plain")


def _verify(request: HttpRequest) -> None:
    verify(
        body=request.body,
        signature=request.headers.get("cmr-x-signature", ""),
        timestamp=request.headers.get("cmr-x-timestamp", ""),
        keys=settings.WEBHOOK_SECRETS,
        now=time.time(),
        scheme=Scheme(
            encoding=settings.WEBHOOK_ENCODING,
            signed=settings.WEBHOOK_SIGNED,
            prefix=settings.WEBHOOK_PREFIX,
            window=settings.WEBHOOK_WINDOW_SECONDS,
        ),
    )


def _wake() -> None:
    try:
        process.apply_async(retry=False)
    except (OperationalError, KombuError, OSError):
        logger.warning("the broker did not take a wake-up; the schedule will find the event")
