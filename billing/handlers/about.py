"""What an operation that buys is about, as staff read and open it."""

from django.urls import reverse

from billing.models import OrderPart
from reseller_portal.operations.models import Operation


def order_of(operation: Operation) -> tuple[str, str] | None:
    """*Order ORD-…* and its page in the admin. In a scope that sees it."""
    part = OrderPart.objects.select_related("order").filter(pk=operation.payload.get("part")).first()
    if part is None:
        return None
    return f"Order {part.order}", reverse("admin:billing_order_change", args=[part.order_id])
