"""The list of domains, and the page of one."""

from django.http import Http404, HttpResponse
from django.views.decorators.http import require_GET

from accounts.door import CustomerRequest, customer_view
from accounts.selectors import history_of
from domains.models import Domain
from domains.selectors import get_domain, list_domains
from reseller_portal.core.parts import page_or_part

VIEWS = (("", "All"), ("active", "Active"), ("working", "Being registered"), ("attention", "Needs attention"))


@require_GET
@customer_view("domains.view")
def domain_list(request: CustomerRequest) -> HttpResponse:
    contains, state = request.GET.get("contains", ""), request.GET.get("state", "")
    window = list_domains(
        customer=request.actor.customer, contains=contains, state=state, after=request.GET.get("after", "")
    )
    context = {
        "window": window,
        "contains": contains,
        "state": state,
        "views": VIEWS,
        "is_working": any(domain.state == Domain.State.PENDING for domain in window.rows),
    }
    return page_or_part(request, "domains/domain_list.html", "rows", context)


@require_GET
@customer_view("domains.view")
def domain_detail(request: CustomerRequest, name: str) -> HttpResponse:
    domain = get_domain(customer=request.actor.customer, name=name)
    if domain is None:
        raise Http404("No such domain here.")
    context = {
        "domain": domain,
        "mailboxes": domain.mailboxes.exclude(state="REMOVED").order_by("address")[:200],
        "entries": history_of(customer=request.actor.customer, subject=domain),
        "is_working": domain.state == Domain.State.PENDING
        or domain.mailboxes.filter(state__in=["IN_PROGRESS", "CREATING_PASSWORD"]).exists(),
    }
    return page_or_part(request, "domains/domain_detail.html", "live", context)
