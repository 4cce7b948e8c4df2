"""`mailbox.fetch`: read one mailbox again, with its credentials. Reading twice harms nobody."""

from datetime import datetime
from typing import ClassVar

from django.utils import timezone

from accounts.tenancy import scope
from mailboxes.models import Mailbox
from mailboxes.services.hearing import hear_of_mailboxes
from mailboxes.services.ownership import is_of
from mailboxes.services.secrets import has_credentials
from reseller_portal.operations.models import Operation
from reseller_portal.operations.registry import Failed, Happened, NotHappened, Seen, Sent, Wait, wait_while_busy
from reseller_portal.upstream.client import Client
from reseller_portal.upstream.models.mailboxes import Mailbox as Told

NOT_READY_PAUSE = 15.0


class FetchMailbox:
    repeatable: ClassVar[bool] = True
    if_failed: ClassVar[str] = "The mailbox stays without credentials here, until it is refreshed."

    def send(self, operation: Operation, client: Client) -> Sent:
        if _is_known(operation):
            return Happened()
        at = timezone.now()
        told = client.mailboxes.get(operation.payload["upstream_id"])
        if not is_of(client, operation.customer, told):
            return Failed("The mailbox belongs to another user at the upstream.")
        if not told.password:
            raise Wait(NOT_READY_PAUSE, "The credentials are not there yet.")
        # Written here and not in `settle`: an operation's answer is kept, and must never hold a secret.
        _write(operation, told, at)
        return Happened()

    def look(self, operation: Operation, client: Client) -> Seen:
        return NotHappened()

    def settle(self, operation: Operation) -> None:
        """Everything was written when it was read."""


def _is_known(operation: Operation) -> bool:
    """Whether a late event brought the credentials meanwhile, so that no call is needed."""
    with scope(operation.customer_id):
        mailbox = Mailbox.objects.filter(pk=operation.payload["mailbox"]).first()
        return mailbox is not None and has_credentials(mailbox)


def _write(operation: Operation, told: Told, at: datetime) -> None:
    """Like any reading of a mailbox."""
    with scope(operation.customer_id):
        heard = hear_of_mailboxes([(operation.customer, told)], at=at)
    if heard.busy:
        raise wait_while_busy(operation)
