"""Who, from where, when: one line of the log for each event that a security review asks about.

Lines hold ids, never secrets and never what was typed: a password may stand in any field.
"""

import logging
from typing import Any

from allauth.account.adapter import get_adapter
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest

LONGEST_AGENT = 200
logger = logging.getLogger("security")


def log(event: str, *, request: HttpRequest | None = None, user: object = None, **facts: Any) -> None:
    """`event` is `area.what`, such as sign_in.wrong; `facts` are ids and short words."""
    logger.info(event, extra={**_place(request), **_person(user, request), **facts})


def _place(request: HttpRequest | None) -> dict[str, str]:
    if request is None:
        return {}
    return {
        "address": _address(request),
        "agent": request.headers.get("User-Agent", "")[:LONGEST_AGENT],
        "method": str(request.method),
        "path": request.path[:LONGEST_AGENT],
    }


def _address(request: HttpRequest) -> str:
    """Of the client, past as many proxies as the settings trust; "" where none is known."""
    try:
        return str(get_adapter().get_client_ip(request))
    except PermissionDenied:
        return ""


def _person(user: object, request: HttpRequest | None) -> dict[str, int]:
    found: Any = user if user is not None else getattr(request, "user", None)
    return {"user": found.pk} if getattr(found, "is_authenticated", False) else {}
