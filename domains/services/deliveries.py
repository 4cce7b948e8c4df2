"""What an order does to domains: the row appears when work starts, and tells how it ended."""

from collections.abc import Sequence
from datetime import timedelta

from django.db.models import Q, QuerySet
from django.utils import timezone

from accounts.actors import portal_actor
from accounts.audit import record_all
from accounts.models import Customer
from billing.deliveries import Delivery, OwnedDomain
from billing.models import OrderLine, Subscription
from domains.models import Domain
from domains.services.ownership import make_room
from domains.services.refreshing import WHOLE
from reseller_portal.operations import lookups
from reseller_portal.operations.models import Operation
from reseller_portal.operations.placing import Wish, place_many

State = Domain.State
DATES = "domain.dates"
# The event that tells the dates may be some moments late; each of them spares a reading.
DATES_AFTER = timedelta(seconds=90)
LIVING_MAILBOX = ("ACTIVE", "IN_PROGRESS", "CREATING_PASSWORD", "EXPIRED")


def started(lines: Sequence[OrderLine]) -> None:
    rows_of(lines)


def delivered(found: Sequence[tuple[OrderLine, Delivery]]) -> None:
    lines = [line for line, _ in found]
    _take_what_was_read(lines)
    rows = rows_of(lines)
    for line, delivery in found:
        domain = rows[line.pk]
        domain.state = State.ACTIVE
        domain.upstream_id = delivery.domain_id or delivery.upstream_id or domain.upstream_id
        domain.registered_at = domain.registered_at or delivery.registered_at
        domain.expires_at = delivery.expires_at or domain.expires_at
        domain.seen_at = timezone.now()
    # A purchase that was delivered proves whose it is: who had it before lost it without our hearing of it.
    make_room(list(rows.values()), timezone.now())
    Domain.objects.bulk_update(rows.values(), ("state", "upstream_id", "registered_at", "expires_at", "seen_at"))
    _ask_for_dates([rows[line.pk] for line, _ in found if rows[line.pk].expires_at is None])
    read_unseen(found)
    record_all(entries=[(portal_actor(line.customer), "domain.registered", rows[line.pk], {}, {}) for line, _ in found])


def _take_what_was_read(lines: Sequence[OrderLine]) -> None:
    """A reading may have found a domain while its line counted as failed: that row is the line's from now on."""
    by_name = {line.name: line for line in lines}
    rows = living(lines[0].customer).filter(name__in=by_name) if lines else Domain.objects.none()
    for row in rows.filter(Q(line=None) | Q(line__state=OrderLine.State.FAILED)):
        Domain.objects.filter(line=by_name[row.name]).update(line=None)
        Domain.objects.filter(pk=row.pk).update(line=by_name[row.name])


def failed(lines: Sequence[OrderLine]) -> None:
    rows = rows_of(lines)
    Domain.objects.filter(pk__in=[domain.pk for domain in rows.values()]).update(state=State.FAILED)
    record_all(
        entries=[
            (portal_actor(line.customer), "domain.failed", rows[line.pk], {}, {"reason": line.problem})
            for line in lines
        ]
    )


def completed(found: Sequence[tuple[OrderLine, Delivery]]) -> None:
    """The event that tells the dates may come after the look that found the domain."""
    undated = Domain.objects.filter(line__in=[line for line, _ in found], expires_at=None).exclude(
        state__in=Domain.GONE
    )
    rows = {row.line_id: row for row in undated}
    for line, delivery in found:
        if line.pk in rows:
            domain = rows[line.pk]
            domain.registered_at = domain.registered_at or delivery.registered_at
            domain.expires_at = delivery.expires_at
    Domain.objects.bulk_update(rows.values(), ("registered_at", "expires_at"))


def read_unseen(found: Sequence[tuple[OrderLine, Delivery]]) -> None:
    """What staff said to be delivered is read with all that hangs on its domain, so that it is shown as it is."""
    if names := [line.domain_name for line, delivery in found if delivery.is_unseen]:
        lookups.ask_anew(customer=found[0][0].customer, kind=WHOLE, keys=names)


def _ask_for_dates(domains: Sequence[Domain]) -> None:
    """An order does not tell when its domains expire: they are read, unless a late event tells it meanwhile."""
    if domains:
        place_many(
            customer=domains[0].customer,
            kind=DATES,
            priority=Operation.Priority.SYNC,
            wishes=[Wish(f"{domain.pk} {domain.line_id}", {"domain": domain.pk}) for domain in domains],
            due_in=DATES_AFTER,
        )


def rows_of(lines: Sequence[OrderLine]) -> dict[int, Domain]:
    """The domain of each line, by the line's key; those that are missing are made. The lines are locked."""
    found = {row.line_id: row for row in Domain.objects.select_related("customer").filter(line__in=lines)}
    found |= {
        row.line_id: row for row in Domain.objects.bulk_create(_made_of(each) for each in lines if each.pk not in found)
    }
    return {key: row for key, row in found.items() if key is not None}


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


def owned(customer: Customer, names: set[str]) -> dict[str, OwnedDomain]:
    """The domains that the customer has, by name; a name that is only being registered is not one yet.

    Mailboxes bind a domain to their provider. Without any, the other provider may be ordered as well.
    """
    rows = living(customer).filter(name__in=names).exclude(state=State.PENDING)
    bound = _providers(customer, names)
    return {row.name: OwnedDomain(row.upstream_id, bound.get(row.name, ""), _why_not(row)) for row in rows}


def _providers(customer: Customer, names: set[str]) -> dict[str, str]:
    """By the mailboxes that live on a domain, else by its living subscription."""
    running = Subscription.objects.filter(customer=customer, domain_name__in=names).exclude(state__in=Subscription.GONE)
    rows = living(customer).filter(name__in=names, mailboxes__state__in=LIVING_MAILBOX)
    oldest = rows.order_by("name", "mailboxes__id").distinct("name").values_list("name", "mailboxes__provider")
    found = dict(running.values_list("domain_name", "provider")) | dict(oldest)
    return {name: provider for name, provider in found.items() if provider}


def _why_not(domain: Domain) -> str:
    if domain.state not in {State.ACTIVE, State.RENEWING}:
        return f"{domain.name} is not active ({domain.get_state_display().lower()}), so it takes no new mailboxes."
    if not domain.upstream_id:
        return f"{domain.name} is not ready for mailboxes yet. Check again in a few minutes."
    return ""


def subscription_of(customer: Customer, upstream_id: str) -> str:
    found = living(customer).filter(upstream_id=upstream_id).values_list("subscription_id", flat=True).first()
    return found or ""


def _made_of(line: OrderLine) -> Domain:
    return Domain(customer=line.customer, line=line, name=line.name, provider=line.order.provider)
