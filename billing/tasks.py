import logging

from celery import shared_task

from billing.services.wallet import read_wallet
from reseller_portal.operations.budget import NoneLeft
from reseller_portal.upstream.errors import UpstreamError

logger = logging.getLogger(__name__)


@shared_task(name="billing.read_wallet")
def read_wallet_task() -> None:
    """The next one comes in a minute, so a failure is only noted."""
    try:
        read_wallet()
    except (UpstreamError, NoneLeft) as error:
        logger.warning("the wallet could not be read: %s", error)
