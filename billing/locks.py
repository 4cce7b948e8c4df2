"""The one order in which transactions lock what an order consists of.

    operations of orders -> order -> parts -> lines -> domains -> mailboxes -> questions -> quotes -> accounts

Whoever needs several takes them in this order, and several of one kind in the order of their keys: two transactions
then never wait for each other in a circle, whichever part of the order each of them works on. So an order is locked
before any part of it is touched. Money is moved last (`settlement.money_last`), as others wait for the accounts from
there to the commit. Rows that a transaction has made itself are nobody's to wait for, and come anywhere.
"""

from collections.abc import Iterable

from django.db.models import QuerySet

from billing.models import Order, OrderLine, OrderPart
from reseller_portal.operations.models import Operation


def lock_operations(operations: Iterable[Operation]) -> None:
    """All of them, before anything that any of them settles."""
    rows = Operation.objects.filter(pk__in=[each.pk for each in operations])
    list(rows.order_by("pk").select_for_update().values_list("pk"))


def lock_order(number: int) -> Order:
    """Rows may still be made that point to it."""
    rows = Order.objects.select_related("customer").select_for_update(of=("self",), no_key=True)
    return rows.get(pk=number)


def lock_part(number: int) -> OrderPart:
    """A part by its key, with its order locked before it."""
    rows = Order.objects.filter(parts=number).select_for_update(of=("self",), no_key=True)
    list(rows.values_list("pk"))
    return OrderPart.objects.select_related("order", "customer").select_for_update(of=("self",)).get(pk=number)


def lock_parts(order: Order, parts: QuerySet[OrderPart]) -> list[OrderPart]:
    """Those of the parts of the order that are so once it is locked."""
    lock_order(order.pk)
    return list(parts.filter(order=order).order_by("pk").select_for_update(of=("self",)))


def lock_all_of(order: Order) -> list[OrderPart]:
    """All parts of an order with all their lines, for who settles several of them in one transaction."""
    parts = lock_parts(order, OrderPart.objects.all())
    list(OrderLine.objects.filter(order=order).order_by("pk").select_for_update().values_list("pk"))
    return parts
