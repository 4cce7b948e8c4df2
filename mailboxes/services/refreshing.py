"""Ask the upstream how a mailbox stands."""

from accounts.actors import Actor
from accounts.models import Customer
from domains.services.refreshing import JUST_NOW
from mailboxes.models import Mailbox
from reseller_portal.core.limits import is_first_within
from reseller_portal.operations import lookups
from reseller_portal.operations.models import Operation

# The key is the upstream's id of the mailbox.
ONE = "mailbox.refresh"


def refresh_mailbox(*, actor: Actor, mailbox: Mailbox) -> None:
    """Somebody wants to know now. A mailbox that the upstream has not made yet comes with its order."""
    actor.require("mailboxes.view")
    if mailbox.upstream_id and is_first_within(f"{ONE}:{mailbox.pk}", JUST_NOW.seconds):
        lookups.ask(customer=actor.customer, kind=ONE, keys=[mailbox.upstream_id], fresh=JUST_NOW)


def refresh_of(customer: Customer, mailbox: Mailbox) -> Operation | None:
    """The question that was asked last, if any."""
    return next(iter(lookups.find(customer=customer, kind=ONE, keys=[mailbox.upstream_id])), None)
