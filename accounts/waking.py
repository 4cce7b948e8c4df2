"""Tell a worker that there is mail to send. The message may be lost: the schedule finds the rows anyway."""

from reseller_portal.jobs import waking


def wake() -> None:
    from accounts.tasks import send_mail

    waking.wake(send_mail)
