"""What an order does to mailboxes: the row appears when work starts; credentials go under lock."""

from collections.abc import Sequence
from datetime import timedelta

from django.utils import timezone

from accounts.actors import portal_actor
from accounts.audit import record_all
from accounts.models import Customer
from billing.deliveries import Delivery
from billing.models import Item, OrderLine
from domains.models import Domain
from domains.services.deliveries import living, note_workspace, read_unseen
from mailboxes.models import Credential, Mailbox
from mailboxes.services.ownership import make_room
from mailboxes.services.secrets import keep_newest
from reseller_portal.operations.models import Operation
from reseller_portal.operations.placing import Wish, place_many

State = Mailbox.State
FETCH = "mailbox.fetch"
# The event that brings the credentials may be some moments late; each of them spares a call.
FETCH_AFTER = timedelta(seconds=90)


def started(lines: Sequence[OrderLine]) -> None:
    rows_of(lines)


def delivered(found: Sequence[tuple[OrderLine, Delivery]]) -> None:
    lines = [line for line, _ in found]
    rows = _take_what_was_read(lines)
    rows |= rows_of([line for line in lines if line.pk not in rows])
    for line, delivery in found:
        mailbox = rows[line.pk]
        mailbox.state = State.ACTIVE
        mailbox.upstream_id = delivery.upstream_id
        mailbox.subscription_id = delivery.subscription_id or mailbox.subscription_id
        mailbox.is_admin = delivery.is_admin
        mailbox.expires_at = delivery.expires_at
        mailbox.seen_at = timezone.now()
    # Domains before mailboxes, as whoever takes a domain off another's books locks them.
    for customer, name, workspace in {(line.customer, line.domain_name, each.subscription_id) for line, each in found}:
        if workspace:
            note_workspace(customer=customer, name=name, subscription_id=workspace)
    make_room(list(rows.values()), timezone.now())
    fields = ("state", "upstream_id", "subscription_id", "is_admin", "expires_at", "seen_at")
    Mailbox.objects.bulk_update(rows.values(), fields)
    keep_newest([(rows[line.pk], each.secrets) for line, each in found if each.secrets], at=timezone.now())
    fetch_what_is_missing([rows[line.pk] for line, each in found if not each.secrets])
    read_unseen(found)
    record_all(entries=[(portal_actor(line.customer), "mailbox.created", rows[line.pk], {}, {}) for line, _ in found])


def _take_what_was_read(lines: Sequence[OrderLine]) -> dict[int, Mailbox]:
    """The mailboxes at the addresses of the lines, by the line's key.

    A reading may have found one while its line counted as failed: that row is the line's from now on.
    """
    by_name = {line.name: line for line in lines}
    keys = {line.pk for line in lines}
    at_them = Mailbox.objects.filter(customer__in={line.customer_id for line in lines}, address__in=by_name)
    found: dict[int, Mailbox] = {}
    for row in at_them.select_related("customer", "line"):
        line = by_name[row.address]
        is_failed = row.line is None or row.line.state == OrderLine.State.FAILED
        if is_failed and row.state not in Mailbox.GONE and row.line_id != line.pk:
            Mailbox.objects.filter(line=line).update(line=None)
            Mailbox.objects.filter(pk=row.pk).update(line=line)
            row.line = line
            found[line.pk] = row
        elif row.line_id in keys:
            found.setdefault(line.pk, row)
    return found


def failed(lines: Sequence[OrderLine]) -> None:
    rows = rows_of(lines)
    Mailbox.objects.filter(pk__in=[mailbox.pk for mailbox in rows.values()]).update(state=State.FAILED)
    record_all(
        entries=[
            (portal_actor(line.customer), "mailbox.failed", rows[line.pk], {}, {"reason": line.problem})
            for line in lines
        ]
    )


def completed(found: Sequence[tuple[OrderLine, Delivery]]) -> None:
    """The event that brings the credentials may come after the look that found the mailbox."""
    owned = Mailbox.objects.filter(line__in=[line for line, _ in found]).exclude(state__in=Mailbox.GONE)
    rows = {row.line_id: row for row in owned}
    known = set(Credential.objects.filter(mailbox__in=rows.values()).values_list("mailbox_id", flat=True))
    bare = [(rows[line.pk], each) for line, each in found if line.pk in rows and rows[line.pk].pk not in known]
    keep_newest([(mailbox, delivery.secrets) for mailbox, delivery in bare if delivery.secrets], at=timezone.now())
    for mailbox, delivery in bare:
        mailbox.subscription_id = mailbox.subscription_id or delivery.subscription_id
        mailbox.expires_at = mailbox.expires_at or delivery.expires_at
        mailbox.is_admin = mailbox.is_admin or delivery.is_admin
    Mailbox.objects.bulk_update([mailbox for mailbox, _ in bare], ("subscription_id", "expires_at", "is_admin"))


def living_addresses(customer: Customer, addresses: set[str]) -> set[str]:
    """Those of the addresses that the customer has a mailbox of."""
    rows = Mailbox.objects.filter(customer=customer, address__in=addresses).exclude(state__in=Mailbox.GONE)
    return set(rows.values_list("address", flat=True))


def fetch_what_is_missing(mailboxes: Sequence[Mailbox]) -> None:
    """Mailboxes found by looking came without credentials: ask for those that no late event brings meanwhile."""
    known = set(Credential.objects.filter(mailbox__in=mailboxes).values_list("mailbox_id", flat=True))
    missing = [mailbox for mailbox in mailboxes if mailbox.upstream_id and mailbox.pk not in known]
    if missing:
        place_many(
            customer=missing[0].customer,
            kind=FETCH,
            priority=Operation.Priority.EDIT,
            wishes=[
                Wish(mailbox.upstream_id, {"mailbox": mailbox.pk, "upstream_id": mailbox.upstream_id})
                for mailbox in missing
            ],
            due_in=FETCH_AFTER,
        )


def rows_of(lines: Sequence[OrderLine]) -> dict[int, Mailbox]:
    """The mailbox of each line, by the line's key; those that are missing are made. The lines are locked."""
    found = {row.line_id: row for row in Mailbox.objects.select_related("customer").filter(line__in=lines)}
    missing = [line for line in lines if line.pk not in found]
    homes = _domains_of(missing)
    made = Mailbox.objects.bulk_create(
        Mailbox(
            customer=line.customer,
            line=line,
            domain=homes[line.domain_name],
            address=line.name,
            first_name=line.first_name,
            last_name=line.last_name,
            provider=line.order.provider,
        )
        for line in missing
    )
    found |= {row.line_id: row for row in made}
    return {key: row for key, row in found.items() if key is not None}


def _domains_of(lines: Sequence[OrderLine]) -> dict[str, Domain]:
    """The living domain of each name; its own line may be delivered later, as events come in any order."""
    if not lines:
        return {}
    order, names = lines[0].order, {line.domain_name for line in lines}
    found = {domain.name: domain for domain in living(order.customer).filter(name__in=names)}
    if unknown := names - set(found):
        own = {line.name: line for line in order.lines.filter(item=Item.DOMAIN, name__in=unknown)}
        made = Domain.objects.bulk_create(
            Domain(customer=order.customer, line=own.get(name), name=name, provider=order.provider)
            for name in sorted(unknown)
        )
        found |= {domain.name: domain for domain in made}
    return found
