from datetime import UTC, datetime
from decimal import Decimal

from reseller_portal.upstream.answer import Accepted
from reseller_portal.upstream.models.availability import Availability, WorkspaceCheck
from reseller_portal.upstream.models.batches import Batch, ItemFailure
from reseller_portal.upstream.models.domains import Domain, DomainForwarding
from reseller_portal.upstream.models.renewals import DomainAutoRenewal, Renewal, RenewalQuote
from reseller_portal.upstream.paging import Page
from tests.upstream.cases import IVO, Case

REACH = Domain(
    id="MW99AK8KDE9HB1YR2BAM7WYR4J9A",
    name="harborlight-reach.example",
    status="ACTIVE",
    registered_at=datetime(2025, 12, 4, 9, 41, 12, tzinfo=UTC),
    expires_at=datetime(2026, 12, 4, tzinfo=UTC),
    purchase_type="REGISTERED",
    provider="GOOGLE",
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
    provider="GOOGLE",
    auto_renew=False,
    mailbox_count=0,
)


def _offer(name: str, price: str, renew_price: str) -> Availability:
    return Availability(
        name=name,
        is_available=True,
        price=Decimal(price),
        renew_price=Decimal(renew_price),
        years=1,
        is_premium=False,
    )


NAMES = [REACH.name, PENDING.name]
TOO_EARLY = ItemFailure(PENDING.name, "Domain is not within the 45 day renewal window")
CASES = {
    "get_domain": Case(lambda client: client.domains.get(IVO, REACH.name), REACH),
    "get_domain_renewal_prices": Case(
        lambda client: client.domains.renewal_prices(IVO, NAMES),
        Batch(
            (
                RenewalQuote(
                    domain=REACH.name,
                    domain_id=REACH.id,
                    years=1,
                    price=Decimal("13.75"),
                    expires_at=datetime(2026, 12, 4, tzinfo=UTC),
                    auto_renew=False,
                ),
            ),
            (TOO_EARLY,),
        ),
    ),
    "renew_domains": Case(
        lambda client: client.domains.renew(IVO, NAMES),
        Batch(
            (
                Renewal(
                    domain=REACH.name,
                    domain_id=REACH.id,
                    years=1,
                    price=Decimal("13.75"),
                    status="RENEWING",
                    expires_at=datetime(2026, 12, 4, tzinfo=UTC),
                ),
            ),
            (TOO_EARLY,),
            "ACT_ecee0d4c-7fc1-5dbc-8a07-ad6228fc218b",
        ),
    ),
    "set_domain_auto_renew": Case(
        lambda client: client.domains.set_auto_renew(IVO, NAMES, is_on=True),
        Batch((DomainAutoRenewal(REACH.name, REACH.id, auto_renew=True),)),
    ),
    "add_domain_forwarding": Case(
        lambda client: client.domains.forward(
            IVO, [REACH.name], forward_to="https://www.harborlight.example", is_masked=False
        ),
        Accepted("Domain forwarding will be added shortly", "ACT_d5fb6d59-7e06-5426-9f6c-26b0fd2bc4dd"),
    ),
    "add_email_forwarding": Case(
        lambda client: client.domains.forward_mail(IVO, [REACH.name], email="replies@harborlight.example"),
        Accepted("Email forwarding will be added shortly", "ACT_c7e66029-49c9-5eac-a5c5-87d906a90d37"),
    ),
    "add_google_client_id": Case(
        lambda client: client.domains.add_google_client_id(
            IVO,
            [REACH.name],
            client_id="702214839055-harborlightdemo.apps.googleusercontent.example",
            app_name="Harborlight Sender",
        ),
        Accepted("Client ID will be added shortly", "ACT_0794cef6-f9a0-526f-8f2e-ac054a77a6de"),
    ),
    "remove_domains": Case(
        lambda client: client.domains.remove(IVO, ["HD0WJ3NPQW7YT2YQMDDHN7CQTPZA"]),
        Accepted("Domains removed successfully"),
    ),
    "suggest_domains": Case(
        lambda client: client.domains.suggest("harborlight", tlds=("com", "net")),
        (
            _offer("harborlight-sample-a.com", "12.99", "15.5"),
            _offer("harborlight-sample-b.com", "13.4", "16.2"),
        ),
    ),
    "check_domain_availability": Case(
        lambda client: client.domains.check("gotoharborlight.example"),
        _offer("gotoharborlight.example", "12.99", "15.5"),
    ),
    "check_workspace": Case(
        lambda client: client.domains.check_workspace("gotoharborlight.example", provider="GOOGLE"),
        WorkspaceCheck("gotoharborlight.example", is_free=True),
    ),
    "list_user_domains": Case(
        lambda client: client.domains.list(IVO), Page((REACH, PENDING), current_page=1, total_pages=1, total=2)
    ),
}
