"""Balance and statement."""

from django.http import HttpResponse
from django.views.decorators.http import require_GET

from accounts.door import CustomerRequest, customer_view
from billing import ledger
from billing.models import Account
from billing.selectors import statement
from reseller_portal.core.parts import page_or_part


@require_GET
@customer_view("billing.view")
def billing_statement(request: CustomerRequest) -> HttpResponse:
    customer = request.actor.customer
    context = {
        "available_minor": ledger.balance_of(customer),
        "held_minor": ledger.balance_of(customer, kind=Account.Kind.HELD),
        "spent_minor": ledger.balance_of(customer, kind=Account.Kind.REVENUE),
        "window": statement(customer=customer, after=request.GET.get("after", "")),
    }
    return page_or_part(request, "billing/statement.html", "rows", context)
