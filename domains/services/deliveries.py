"""What an order does to domains: the row appears when work starts, and tells how it ended."""

from django.db.models import QuerySet
from django.utils import timezone

from accounts.actors import portal_actor
from accounts.audit import record
from accounts.models import Customer
from billing.deliveries import Delivery
from billing.models import OrderLine
from domains.models import Domain
from domains.services.ownership import make_room
from domains.services.refreshing import WHOLE
from reseller_portal.operations import lookups

State = Domain.State


def started(line: OrderLine) -> None:
    _row_of(line)


def delivered(line: OrderLine, delivery: Delivery) -> None:
    domain = _row_of(line)
    domain.state = State.ACTIVE
    domain.upstream_id = delivery.domain_id or delivery.upstream_id
    domain.registered_at = domain.registered_at or delivery.registered_at
    domain.expires_at = delivery.expires_at or domain.expires_at
    domain.seen_at = timezone.now()
    # A purchase that was delivered proves whose it is: who had it before lost it without our hearing of it.
    make_room([domain], domain.seen_at)
    domain.save()
    if domain.expires_at is None:
        # Found by looking at the order, which does not tell when it expires.
        lookups.ask_anew(customer=line.customer, kind=WHOLE, keys=[domain.name])
    record(actor=portal_actor(line.customer), action="domain.registered", subject=domain)


def failed(line: OrderLine) -> None:
    domain = _row_of(line)
    domain.state = State.FAILED
    domain.save(update_fields=["state"])
    record(actor=portal_actor(line.customer), action="domain.failed", subject=domain, after={"reason": line.problem})


def note_workspace(*, customer: Customer, name: str, subscription_id: str, upstream_id: str = "") -> None:
    """The subscription that the mailboxes of a domain run on."""
    changes = {"subscription_id": subscription_id} | ({"upstream_id": upstream_id} if upstream_id else {})
    living(customer).filter(name=name).update(**{key: value for key, value in changes.items() if value})


def living(customer: Customer) -> QuerySet[Domain]:
    return Domain.objects.filter(customer=customer).exclude(state__in=Domain.GONE)


def owned_ids(customer: Customer, names: set[str]) -> dict[str, str]:
    """Upstream id by name, of the names that the customer owns."""
    owned = living(customer).filter(name__in=names).exclude(upstream_id="").exclude(state=State.PENDING)
    return dict(owned.values_list("name", "upstream_id"))


def subscription_of(customer: Customer, upstream_id: str) -> str:
    found = living(customer).filter(upstream_id=upstream_id).values_list("subscription_id", flat=True).first()
    return found or ""


def _row_of(line: OrderLine) -> Domain:
    domain, _ = Domain.objects.get_or_create(
        customer=line.customer, line=line, defaults={"name": line.name, "provider": line.order.provider}
    )
    return domain
