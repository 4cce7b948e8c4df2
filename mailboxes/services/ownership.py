"""Whose a mailbox is, when two customers have a row of it; and what goes with a domain that is another's now."""

from collections.abc import Sequence
from datetime import datetime

from accounts.displacing import Displaced, displace
from accounts.models import Customer
from domains.models import Domain
from mailboxes.models import Credential, Mailbox
from reseller_portal.upstream.client import Client
from reseller_portal.upstream.models.mailboxes import Mailbox as Told


def make_room(rows: Sequence[Mailbox], at: datetime) -> list[Mailbox]:
    """Take mailboxes that were shown at `at` to be of these rows' customers off the books of others.

    Returns the rows that must stay out, as another customer was heard to have their mailbox after `at`.
    """
    owners = {row.upstream_id: row.customer for row in rows if row.upstream_id and row.state not in Mailbox.GONE}
    if not owners:
        return []
    others = Mailbox.objects.exclude(state__in=Mailbox.GONE)
    held = displace(others, owners=owners, key="upstream_id", noun="mailbox", at=at)
    return [row for row in rows if row.upstream_id in held]


def is_of(client: Client, customer: Customer, told: Told) -> bool:
    """Whether the upstream has this mailbox as the customer's: as it says, or where it does not, by his own list."""
    if told.user_id:
        return told.user_id == customer.upstream_id
    return any(each.id == told.id for each in client.mailboxes.all(customer.upstream_id, contains=told.address))


def go_with_them(gone: Sequence[Displaced]) -> None:
    """Mailboxes go with their domain, and with mailboxes their credentials, which are another company's now."""
    _drop_credentials([each.row for each in gone if isinstance(each.row, Mailbox)])
    for each in gone:
        if isinstance(each.row, Domain):
            _leave(each.row, each.owner, each.at)


def _leave(domain: Domain, owner: Customer, at: datetime) -> None:
    rows = Mailbox.objects.filter(customer=domain.customer_id, domain=domain).exclude(state__in=Mailbox.GONE)
    owners = dict.fromkeys(rows.exclude(upstream_id="").values_list("upstream_id", flat=True), owner)
    displace(rows, owners=owners, key="upstream_id", noun="mailbox", at=at)


def _drop_credentials(mailboxes: Sequence[Mailbox]) -> None:
    Credential.objects.filter(mailbox__in=[each.pk for each in mailboxes]).delete()
