"""Tell a worker that there is work. The message may be lost: the sweep finds the rows anyway."""

import logging

from kombu.exceptions import KombuError, OperationalError

logger = logging.getLogger(__name__)


def wake() -> None:
    from reseller_portal.operations.tasks import work

    try:
        work.apply_async(retry=False)
    except (OperationalError, KombuError, OSError):
        logger.warning("the broker did not take a wake-up; the sweep will find the work")
