"""Tell a worker that operations are due. The message may be lost: the sweep finds the rows anyway."""

from reseller_portal.jobs import waking


def wake() -> None:
    from reseller_portal.operations.tasks import work

    waking.wake(work)
