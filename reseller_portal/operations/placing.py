"""Note a wish, in the transaction of the change it belongs to, and wake a worker after commit."""

import logging
from collections.abc import Mapping
from typing import Any

from django.db import transaction
from kombu.exceptions import KombuError, OperationalError

from accounts.models import Customer
from reseller_portal.operations.models import Operation

logger = logging.getLogger(__name__)


def place(
    *, customer: Customer, kind: str, key: str, priority: int, payload: Mapping[str, Any] | None = None
) -> Operation:
    """The operation of this kind and key, made if there is none. A second wish for the same thing is the first one."""
    operation, _ = Operation.objects.get_or_create(
        customer=customer, kind=kind, key=key, defaults={"priority": priority, "payload": dict(payload or {})}
    )
    transaction.on_commit(wake)
    return operation


def wake() -> None:
    """Tell a worker. The message may be lost: the sweep finds the row anyway."""
    from reseller_portal.operations.tasks import work

    try:
        work.apply_async(retry=False)
    except (OperationalError, KombuError, OSError):
        logger.warning("the broker did not take a wake-up; the sweep will find the work")
