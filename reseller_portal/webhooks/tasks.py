from celery import shared_task

from reseller_portal.webhooks.processing import process_due


@shared_task(name="webhooks.process")
def process() -> None:
    """Work through what is due. Also on the beat, because a wake-up may be lost."""
    process_due()
