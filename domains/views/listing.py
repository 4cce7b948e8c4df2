"""The list of domains, and the page of one."""

from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from accounts.door import CustomerRequest, customer_view
from accounts.selectors import history_of
from billing.models import PROVIDER_WORDS
from billing.selectors import subscription_of_name
from domains.models import Domain
from domains.selectors import DomainRow, get_domain, list_domains, mailbox_counts
from domains.services.refreshing import refresh_domain, refresh_of
from reseller_portal.core.lists.domains import comparable, readable
from reseller_portal.core.parts import is_part, page_or_part
from reseller_portal.core.templatetags.portal import listed_state
from reseller_portal.core.times import Times, times_of_page
from reseller_portal.operations.models import Operation

VIEWS = (("", "All"), ("active", "Active"), ("working", "Being registered"), ("attention", "Needs attention"))
STATE_WORDS = {str(value): str(label) for value, label in Domain.State.choices}


@require_GET
@customer_view("domains.view")
def domain_list(request: CustomerRequest) -> HttpResponse:
    contains, state = request.GET.get("contains", ""), request.GET.get("state", "")
    window = list_domains(
        customer=request.actor.customer, contains=contains, state=state, after=request.GET.get("after", "")
    )
    counts = mailbox_counts(customer=request.actor.customer, domains=[row.id for row in window.rows])
    times = times_of_page()
    context = {
        "window": window,
        "rows": [_cells(row, counts[row.id], request.path, times) for row in window.rows],
        "contains": contains,
        "state": state,
        "views": VIEWS,
        "is_working": any(domain.state == Domain.State.PENDING for domain in window.rows),
    }
    return page_or_part(request, "domains/domain_list.html", "rows", context)


def _cells(domain: DomainRow, mailboxes: int, base: str, times: Times) -> tuple[object, ...]:
    """One row, ready to print."""
    return (
        domain.id,
        f"{base}{domain.name}/",
        readable(domain.name),
        listed_state(domain.state, STATE_WORDS, is_missing=bool(domain.missing_since)),
        mailboxes,
        PROVIDER_WORDS.get(domain.provider, domain.provider) or "None",
        times.day(domain.expires_at),
        times.as_of(domain.seen_at),
    )


@require_GET
@customer_view("domains.view")
def domain_detail(request: CustomerRequest, name: str) -> HttpResponse:
    return _page(request, _find(request, name))


@require_POST
@customer_view("domains.view")
def domain_refresh(request: CustomerRequest, name: str) -> HttpResponse:
    """Ask the upstream now; the page shows the answer when it comes."""
    domain = _find(request, name)
    refresh_domain(actor=request.actor, domain=domain)
    if not is_part(request):
        return HttpResponseRedirect(reverse("domains:detail", args=[request.actor.customer.slug, name]))
    return _page(request, domain)


def _find(request: CustomerRequest, name: str) -> Domain:
    domain = get_domain(customer=request.actor.customer, name=comparable(name))
    if domain is None:
        raise Http404("No such domain here.")
    return domain


def _ask_once(request: CustomerRequest, domain: Domain) -> Operation | None:
    """Whoever opens a domain for the first time sees its records and its subscription a moment later."""
    if domain.records_seen_at is not None or domain.state != Domain.State.ACTIVE or not domain.upstream_id:
        return None
    refresh_domain(actor=request.actor, domain=domain)
    return refresh_of(request.actor.customer, domain.name)


def _page(request: CustomerRequest, domain: Domain) -> HttpResponse:
    customer = request.actor.customer
    question = refresh_of(customer, domain.name) or _ask_once(request, domain)
    is_being_made = (
        domain.state == Domain.State.PENDING
        or domain.mailboxes.filter(state__in=["IN_PROGRESS", "CREATING_PASSWORD"]).exists()
    )
    context = {
        "domain": domain,
        "question": question,
        "subscription": subscription_of_name(customer=customer, domain_name=domain.name),
        "mailboxes": domain.mailboxes.exclude(state__in=["FAILED", "REMOVED"]).order_by("address")[:200],
        "records": domain.records.order_by("kind", "host", "id")[:500] if domain.records_seen_at else [],
        "entries": history_of(customer=customer, subject=domain),
        "is_working": is_being_made or (question is not None and not question.is_final),
    }
    return page_or_part(request, "domains/domain_detail.html", "live", context)
