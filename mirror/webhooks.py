"""What events mean for the mirror: something changed, so it is read again.

An event is a hint and never the truth: it may be late, doubled, shuffled or lost. What a reading says is right, and it
says the same whatever the order in which the hints came. Orders of the portal are the exception: their events end
their lines (billing.webhooks), so that an order of any size costs two calls.
"""

from collections.abc import Iterable
from datetime import timedelta

from billing.models import Item, Order, OrderLine, OrderPart, Subscription
from billing.webhooks import SECRETS, names_of
from domains.services.refreshing import MAILBOXES, RECORDS, WHOLE
from mailboxes.models import Mailbox
from mailboxes.services.refreshing import ONE
from mailboxes.services.secrets import differ
from mirror.refresh import CONTRACT
from reseller_portal.core.hostnames import ascii_name
from reseller_portal.operations import lookups
from reseller_portal.webhooks.registry import Received

# A burst of events about one thing costs one reading, and the upstream has time to know what it just told.
SETTLING = timedelta(seconds=3)
OF_DOMAINS = ("domain.renewal.success", "domain.renewal.failed", "domain.grace_period", "domain.expired")
OF_SUBSCRIPTIONS = (
    *("subscription.renewing", "subscription.renewal.success", "subscription.renewal.failed"),
    *("subscription.past_due", "subscription.cancelled", "subscription.expired", "subscription.updated"),
)
OF_MAILBOXES = ("mailbox.updated", "mailbox.warmup.started", "mailbox.warmup.removed")
OF_ORDERS = ("domain.order.success", "domain.order.failed", "mailbox.order.success", "mailbox.order.failed")


def domain_changed(event: Received) -> None:
    _read_again(event, WHOLE, names_of(event.data))


def subscription_changed(event: Received) -> None:
    """The older generation names no domain (contract, quirk 35): it is known here, or the subscription tells it."""
    names, upstream_id = names_of(event.data), str(event.data.get("subscriptionId") or "")
    known = Subscription.objects.filter(customer=event.customer, upstream_id=upstream_id or "-")
    names = names or list(known.values_list("domain_name", flat=True))
    if names:
        _read_again(event, WHOLE, names)
    else:
        _read_again(event, CONTRACT, [upstream_id])


def records_changed(event: Received) -> None:
    """`dns-record.updated` also tells of forwarding, which the domain shows (contract, section 7)."""
    record = event.data.get("record")
    kind = str(record.get("recordType", "")) if isinstance(record, dict) else ""
    _read_again(event, WHOLE if kind in {"URL", "MX"} else RECORDS, names_of(event.data))


def mailboxes_changed(event: Received) -> None:
    home = ascii_name(str(event.data.get("email", "")).rpartition("@")[2])
    _read_again(event, MAILBOXES, names_of(event.data) or [home])


def mailbox_made(event: Received) -> None:
    """`mailbox.created` also tells of a mailbox that was made anew, with other credentials (contract, quirk 27)."""
    order_ended(event)
    upstream_id = str(event.data.get("mailboxId") or "-")
    row = Mailbox.objects.select_related("customer").filter(customer=event.customer, upstream_id=upstream_id).first()
    secrets = {ours: str(event.data[theirs]) for theirs, ours in SECRETS.items() if event.data.get(theirs)}
    if row is not None and differ(row, secrets):
        _read_again(event, ONE, [upstream_id])
        _read_again(event, WHOLE, names_of(event.data))


def order_ended(event: Received) -> None:
    """An order that the portal did not place: whatever it brought is read."""
    names = names_of(event.data)
    if event.order_id:
        is_ours = OrderPart.objects.filter(upstream_order_id=event.order_id).exists()
    else:
        lines = OrderLine.objects.filter(customer=event.customer, item=Item.DOMAIN, name__in=names)
        is_ours = lines.exclude(state=OrderLine.State.FAILED).exists()
    if not is_ours:
        _read_again(event, WHOLE, names)


def packages_assigned(event: Received) -> None:
    """`prewarmup.order.success`: domains with their mailboxes, all at once."""
    _read_again(event, WHOLE, names_of({"domains": event.data.get("mailboxDetails") or []}))


def packages_refused(event: Received) -> None:
    """`prewarmup.order.failed`: nothing came, so there is nothing to read. The event itself is kept."""


def read_too_early(order: Order) -> None:
    """What an order is about is left alone while it is under way: readings of that time saw it and took nothing."""
    names = order.lines.values_list("domain_name", flat=True).distinct()
    lookups.ask_once_more(
        customer=order.customer,
        kinds=(WHOLE, MAILBOXES, RECORDS),
        keys=list(names),
        since=order.placed_at,
        after=SETTLING,
    )


def _read_again(event: Received, kind: str, keys: Iterable[str]) -> None:
    lookups.ask_anew(customer=event.customer, kind=kind, keys=[key for key in keys if key], after=SETTLING)
