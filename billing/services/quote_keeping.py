"""What happens to quotes by themselves: checks that no answer ends are ended, quotes that nobody paid are removed."""

from datetime import timedelta

from django.conf import settings
from django.utils import timezone

from accounts.tenancy import scope, staff_scope
from billing import checking
from billing.models import Quote, QuoteLine

# Younger quotes are being worked on: their answers are on their way.
GRACE = timedelta(seconds=30)
MOST_AT_ONCE = 500
# Up to 5,000 lines go with each quote.
MOST_REMOVED = 20


def end_open_checks() -> int:
    """Judge lines whose answer came without them, or will not come. Returns how many quotes were looked at."""
    with staff_scope("quotes that are being checked"):
        waiting = QuoteLine.objects.filter(
            state=QuoteLine.State.CHECKING, quote__made_at__lt=timezone.now() - GRACE
        ).values_list("customer_id", "quote_id")
        found = list(waiting.distinct()[:MOST_AT_ONCE])
    for customer_id, quote_id in found:
        with scope(customer_id):
            for quote in checking.locked(Quote.objects.filter(pk=quote_id)):
                checking.settle(quote)
    return len(found)


def remove_unpaid() -> int:
    """Remove the quotes that expired a while ago and were not paid. Returns how many; call it until that is 0."""
    expired = timezone.now() - timedelta(hours=settings.UNPAID_QUOTE_HOURS)
    with staff_scope("quotes that nobody paid"):
        old = list(Quote.objects.filter(order=None, expires_at__lt=expired).values_list("pk", flat=True)[:MOST_REMOVED])
        # One that is paid at this moment is held by its order, and stays.
        Quote.objects.filter(pk__in=old, order=None).delete()
    return len(old)
