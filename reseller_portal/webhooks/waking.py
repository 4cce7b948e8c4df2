"""Tell a worker that events are due. The message may be lost: the schedule finds the rows anyway."""

from reseller_portal.jobs import waking


def wake() -> None:
    from reseller_portal.webhooks.tasks import process

    waking.wake(process)
