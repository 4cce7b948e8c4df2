"""`mailbox.fetch`: read one mailbox again, with its credentials. Reading twice harms nobody."""

from typing import ClassVar

from django.utils import timezone

from accounts.tenancy import scope
from mailboxes.models import Mailbox
from mailboxes.services.hearing import secrets_of
from mailboxes.services.secrets import keep_credentials
from reseller_portal.operations.models import Operation
from reseller_portal.operations.registry import Failed, Happened, NotHappened, Seen, Sent, Wait
from reseller_portal.upstream.client import Client
from reseller_portal.upstream.models.mailboxes import Mailbox as Told

NOT_READY_PAUSE = 15.0


class FetchMailbox:
    repeatable: ClassVar[bool] = True

    def send(self, operation: Operation, client: Client) -> Sent:
        told = client.mailboxes.get(operation.payload["upstream_id"])
        if told.user_id and told.user_id != operation.customer.upstream_id:
            return Failed("The mailbox belongs to another user at the upstream.")
        if not told.password:
            raise Wait(NOT_READY_PAUSE, "The credentials are not there yet.")
        # Written here and not in `settle`: an operation's answer is kept, and must never hold a secret.
        _write(operation, told)
        return Happened()

    def look(self, operation: Operation, client: Client) -> Seen:
        return NotHappened()

    def settle(self, operation: Operation) -> None:
        """Everything was written when it was read."""


def _write(operation: Operation, told: Told) -> None:
    with scope(operation.customer_id):
        mailbox = Mailbox.objects.get(pk=operation.payload["mailbox"])
        mailbox.subscription_id = told.subscription_id or mailbox.subscription_id
        mailbox.is_admin = mailbox.is_admin if told.is_admin is None else told.is_admin
        mailbox.expires_at = told.expires_at or mailbox.expires_at
        mailbox.seen_at = timezone.now()
        mailbox.save()
        keep_credentials(mailbox, secrets_of(told))
