import logging

from celery import shared_task

from billing.price_changes import end_silent_questions
from billing.services.quote_keeping import end_open_checks, remove_unpaid
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


@shared_task(name="billing.end_open_checks")
def end_open_checks_task() -> None:
    """Quotes that no answer ends."""
    end_open_checks()


@shared_task(name="billing.remove_unpaid_quotes")
def remove_unpaid_quotes() -> None:
    """Quotes that nobody paid, a few in each transaction."""
    while remove_unpaid():
        pass


@shared_task(name="billing.end_silent_questions")
def end_silent_questions_task() -> None:
    """New prices that nobody accepted in time."""
    end_silent_questions()
