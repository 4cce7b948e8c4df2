from datetime import UTC, datetime
from decimal import Decimal

from reseller_portal.upstream.models.availability import DomainOffer, Suggestions, WorkspaceCheck
from reseller_portal.upstream.models.domains import Domain, DomainForwarding
from reseller_portal.upstream.paging import Page
from tests.upstream.cases import IVO, Case

REACH = Domain(
    id="MW99AK8KDE9HB1YR2BAM7WYR4J9A",
    name="harborlight-reach.example",
    status="ACTIVE",
    registered_at=datetime(2025, 12, 4, 9, 41, 12, tzinfo=UTC),
    expires_at=datetime(2026, 12, 4, tzinfo=UTC),
    purchase_type="REGISTERED",
    service_provider="GOOGLE",
    auto_renew=False,
    has_privacy=True,
    forwarding=DomainForwarding("https://www.harborlight.example", is_masked=False),
    subscription_id="KPACMW5MWT6TB27M6HWXGDTP42KP",
    mailbox_count=2,
)
PENDING = Domain(
    id="KVWF16R4EDMMGRBEXN6JABBQ931M",
    name="gotoharborlight.example",
    status="PENDING",
    service_provider="GOOGLE",
    auto_renew=False,
    mailbox_count=0,
)


def _offer(name: str, price: str, renewal_price: str) -> DomainOffer:
    return DomainOffer(
        name=name,
        is_available=True,
        price=Decimal(price),
        renewal_price=Decimal(renewal_price),
        years=1,
        is_premium=False,
    )


CASES = {
    "suggest_domains": Case(
        lambda client: client.domains.suggest("harborlight", tlds=("com", "net")),
        Suggestions(
            (
                _offer("harborlight-sample-a.com", "12.99", "15.5"),
                _offer("harborlight-sample-b.com", "13.4", "16.2"),
            )
        ),
    ),
    "check_domain_availability": Case(
        lambda client: client.domains.check("gotoharborlight.example"),
        _offer("gotoharborlight.example", "12.99", "15.5"),
    ),
    "check_workspace": Case(
        lambda client: client.domains.check_workspace("gotoharborlight.example", "GOOGLE"),
        WorkspaceCheck("gotoharborlight.example", is_free=True),
    ),
    "list_user_domains": Case(
        lambda client: client.domains.list(IVO), Page((REACH, PENDING), current_page=1, total_pages=1, total=2)
    ),
}
