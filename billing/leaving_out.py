"""Lines that leave a part before it is paid: into a part of their own, so that the rest is ordered without them.

What a purchase does not carry shares neither its events nor its cost; and the end of many lines takes several
transactions, for which the rest need not wait.
"""

from collections.abc import Collection, Sequence

from billing import failures, settlement
from billing.models import Item, OrderLine, OrderPart
from billing.services.orders import place_draft


def leave_out(part: OrderPart, lines: Collection[OrderLine], reason: str, *, is_said_by_staff: bool = False) -> None:
    """Fail lines of a part that is not paid, with the mailboxes of their domains. The part is locked.

    A domain that loses its last mailbox goes too, as none is bought without.
    """
    waiting = list(settlement.lines_of(part).filter(state=OrderLine.State.WAITING))
    going = with_mailboxes(waiting, lines)
    left = [line for line in waiting if line not in going]
    lonely = lonely_domains(left, going)
    if going:
        settlement.fail_part(set_apart(part, going, waiting), reason, is_said_by_staff=is_said_by_staff)
    if lonely:
        settlement.fail_part(set_apart(part, lonely, left), failures.NO_MAILBOX_LEFT.words)


def set_apart(part: OrderPart, lines: Sequence[OrderLine], all_of_them: Sequence[OrderLine]) -> OrderPart:
    """The part in which the lines are now: a new one, or this one when they are all that is left of it."""
    if len(lines) == len(all_of_them):
        return part
    beside = OrderPart.objects.create(
        customer=part.customer, order_id=part.order_id, upstream_domain_id=part.upstream_domain_id
    )
    numbers = [line.pk for line in lines]
    OrderLine.objects.filter(pk__in=numbers, customer=part.customer).update(part=beside)
    return beside


def with_mailboxes(waiting: Sequence[OrderLine], lines: Collection[OrderLine]) -> list[OrderLine]:
    """The lines, and the mailboxes on those of them that are domains; in the order of `waiting`."""
    numbers = {line.pk for line in lines}
    domains = {line.domain_name for line in lines if line.item == Item.DOMAIN}
    return [line for line in waiting if line.pk in numbers or line.domain_name in domains]


def lonely_domains(left: Sequence[OrderLine], gone: Sequence[OrderLine]) -> list[OrderLine]:
    """Domains whose mailboxes have all gone."""
    alive = {line.domain_name for line in left if line.item == Item.MAILBOX}
    lost = {line.domain_name for line in gone if line.item == Item.MAILBOX}
    return [line for line in left if line.item == Item.DOMAIN and line.domain_name in lost - alive]


def draft_again(part: OrderPart) -> None:
    """What is left of the part, if anything is, without what went."""
    if part.lines.filter(state=OrderLine.State.WAITING).exists():
        part.drafts += 1
        part.save(update_fields=["drafts"])
        place_draft(part)
