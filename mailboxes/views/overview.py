"""The overview: how much there is, what needs attention, what just happened."""

from django.http import HttpResponse
from django.views.decorators.http import require_GET

from accounts.door import CustomerRequest, customer_view
from accounts.selectors import recent_activity
from billing import ledger
from billing.models import Account
from billing.selectors import open_orders, orders_asking, orders_with_failures
from domains.models import Domain
from mailboxes.models import Mailbox
from reseller_portal.core.pages import capped_count
from reseller_portal.core.parts import page_or_part


@require_GET
@customer_view("overview.view")
def overview(request: CustomerRequest) -> HttpResponse:
    customer = request.actor.customer
    may_see_money = request.actor.may("billing.view")
    pots = ledger.balances_of(customer) if may_see_money else {}
    context = {
        "domain_count": capped_count(Domain.objects.filter(customer=customer, state="ACTIVE"), by="name"),
        "mailbox_count": capped_count(Mailbox.objects.filter(customer=customer, state="ACTIVE"), by="address"),
        "expired_count": capped_count(Mailbox.objects.filter(customer=customer, state="EXPIRED"), by="address"),
        "grace_count": capped_count(Domain.objects.filter(customer=customer, state="GRACE_PERIOD"), by="name"),
        "orders": open_orders(customer=customer),
        "asking": orders_asking(customer=customer),
        "failures": orders_with_failures(customer=customer),
        "available_minor": pots.get(Account.Kind.AVAILABLE, 0) if may_see_money else None,
        "held_minor": pots.get(Account.Kind.HELD, 0) if may_see_money else None,
        "entries": recent_activity(customer=customer),
    }
    return page_or_part(request, "mailboxes/overview.html", "live", context)
