"""What an order does to mailboxes: the row appears when work starts; credentials go under lock."""

from django.utils import timezone

from accounts.actors import portal_actor
from accounts.audit import record
from accounts.models import Customer
from billing.deliveries import Delivery
from billing.models import OrderLine
from domains.models import Domain
from domains.services.deliveries import living, note_workspace
from mailboxes.models import Credential, Mailbox
from mailboxes.services.ownership import make_room
from mailboxes.services.secrets import keep_credentials
from reseller_portal.operations.models import Operation
from reseller_portal.operations.placing import place

State = Mailbox.State
FETCH = "mailbox.fetch"


def started(line: OrderLine) -> None:
    _row_of(line)


def delivered(line: OrderLine, delivery: Delivery) -> None:
    mailbox = _row_of(line)
    mailbox.state = State.ACTIVE
    mailbox.upstream_id = delivery.upstream_id
    mailbox.subscription_id = delivery.subscription_id
    mailbox.is_admin = delivery.is_admin
    mailbox.expires_at = delivery.expires_at
    mailbox.seen_at = timezone.now()
    make_room([mailbox], mailbox.seen_at)
    mailbox.save()
    keep_credentials(mailbox, delivery.secrets)
    note_workspace(customer=line.customer, name=line.domain_name, subscription_id=delivery.subscription_id)
    fetch_what_is_missing(mailbox)
    record(actor=portal_actor(line.customer), action="mailbox.created", subject=mailbox)


def failed(line: OrderLine) -> None:
    mailbox = _row_of(line)
    mailbox.state = State.FAILED
    mailbox.save(update_fields=["state"])
    record(actor=portal_actor(line.customer), action="mailbox.failed", subject=mailbox, after={"reason": line.problem})


def living_addresses(customer: Customer, addresses: set[str]) -> set[str]:
    """Those of the addresses that the customer has a mailbox of."""
    rows = Mailbox.objects.filter(customer=customer, address__in=addresses).exclude(state__in=Mailbox.GONE)
    return set(rows.values_list("address", flat=True))


def fetch_what_is_missing(mailbox: Mailbox) -> None:
    """A mailbox found by looking came without credentials: ask for them."""
    if mailbox.upstream_id and not Credential.objects.filter(customer=mailbox.customer, mailbox=mailbox).exists():
        place(
            customer=mailbox.customer,
            kind=FETCH,
            key=mailbox.upstream_id,
            priority=Operation.Priority.EDIT,
            payload={"mailbox": mailbox.pk, "upstream_id": mailbox.upstream_id},
        )


def _row_of(line: OrderLine) -> Mailbox:
    existing = Mailbox.objects.filter(customer=line.customer, line=line).first()
    return existing or Mailbox.objects.create(
        customer=line.customer,
        line=line,
        domain=_domain_of(line),
        address=line.name,
        first_name=line.first_name,
        last_name=line.last_name,
        provider=line.order.provider,
    )


def _domain_of(line: OrderLine) -> Domain:
    """The living domain of that name; its own line may be delivered later, as events come in any order."""
    existing = living(line.customer).filter(name=line.domain_name).first()
    if existing:
        return existing
    domain_line = line.order.lines.filter(item="domain", name=line.domain_name).first()
    return Domain.objects.create(
        customer=line.customer, line=domain_line, name=line.domain_name, provider=line.order.provider
    )
