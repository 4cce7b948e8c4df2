from datetime import UTC, datetime
from decimal import Decimal

from reseller_portal.upstream.answer import Accepted
from reseller_portal.upstream.models.orders import PlacedOrder
from reseller_portal.upstream.models.placement import MailboxPlacement, PlacementReport
from reseller_portal.upstream.models.prewarm import (
    PackageDraft,
    PrewarmedDomain,
    PrewarmedMailbox,
    PrewarmedOrderDraft,
)
from reseller_portal.upstream.paging import Page
from tests.upstream.cases import IVO, Case
from tests.upstream.cases.exports import MAYA, NOOR, OAUTH

TEST = "KDKR55R37N6GJQRYN8MK7SWZHXGF"
MADE_AT = datetime(2026, 6, 11, 10, tzinfo=UTC)
ON_SALE = PrewarmedDomain(
    domain_name="warm-lanternfield.example",
    mailboxes=(
        PrewarmedMailbox(
            address="elif.moreau@warm-lanternfield.example", first_name="Elif", last_name="Moreau", created_at=MADE_AT
        ),
        PrewarmedMailbox(
            address="otto.brandt@warm-lanternfield.example", first_name="Otto", last_name="Brandt", created_at=MADE_AT
        ),
    ),
    purchase_price=Decimal(28),
    renewal_price=Decimal(14),
    provider="GOOGLE",
)
PRACTICE = PrewarmedDomain(
    domain_name="sandbox.nexora-tech.com",
    mailboxes=(
        PrewarmedMailbox(
            address="rhea.stone@sandbox.nexora-tech.com",
            first_name="Rhea",
            last_name="Stone",
            created_at=datetime(2026, 5, 4, 9, tzinfo=UTC),
        ),
    ),
    purchase_price=Decimal(0),
    renewal_price=Decimal(0),
    provider="GOOGLE",
)
ORDER = PrewarmedOrderDraft(
    packages=[
        PackageDraft("warm-lanternfield.example", forward_to="https://www.harborlight.example"),
        PackageDraft("warm-tidegrove.example"),
    ],
    provider="GOOGLE",
    auto_renew=True,
    google=OAUTH,
)
PRACTICE_ORDER = PrewarmedOrderDraft(
    packages=[PackageDraft("sandbox.nexora-tech.com"), PackageDraft("mail-sandbox.brightplathlabs.com")],
    provider="GOOGLE",
    auto_renew=False,
)


def _pending(test_id: str, email: str) -> MailboxPlacement:
    report: dict[str, object] = {"inboxTest": {"google": [], "microsoft365": []}, "spamassassin": {}, "blacklist": {}}
    return MailboxPlacement(id=test_id, status="PENDING", from_address=email, report=report)


CASES = {
    "list_prewarmed_domains": Case(
        lambda client: client.prewarm.list(provider="GOOGLE"),
        Page((ON_SALE,), current_page=1, total_pages=1, total=1),
    ),
    "order_prewarmed_domains": Case(
        lambda client: client.prewarm.order(IVO, ORDER),
        PlacedOrder("KMP794K6PJ3990H3FRKP5JQ3YXGB", "ACT_a06d9d2b-5689-5400-a54d-a37b6aceda4b"),
    ),
    "create_placement_test": Case(
        lambda client: client.placement.test(IVO, [MAYA, NOOR], spamassassin=True, blacklist=True), TEST
    ),
    "list_placement_reports": Case(
        lambda client: client.placement.reports(IVO, limit=20, order_id=TEST),
        Page(
            (
                PlacementReport(
                    id=TEST,
                    status="PENDING",
                    mailboxes=(
                        _pending("XH8Y1Q88Y2NER3RA", "maya@harborlight-reach.example"),
                        _pending("K7H206EMSA0XMACZ", "noor@harborlight-reach.example"),
                    ),
                    has_spamassassin=True,
                    has_blacklist=True,
                    has_ai_insight=False,
                    mailbox_count=2,
                ),
            ),
            current_page=1,
            total_pages=1,
            total=1,
        ),
    ),
    "list_sandbox_prewarmed_domains": Case(
        lambda client: client.practice.list(provider="GOOGLE"),
        Page((PRACTICE,), current_page=1, total_pages=1, total=1),
    ),
    "order_sandbox_prewarmed_domains": Case(
        lambda client: client.practice.order(IVO, PRACTICE_ORDER, scenario="partial_failure"),
        PlacedOrder("KQM05FQY11RXMW2MGZQ383M6CMVX", "ACT_de883306-e7fc-52a3-81f0-96529c04e88f"),
    ),
    "reset_sandbox_prewarmed": Case(
        lambda client: client.practice.reset(IVO), Accepted("Sandbox records deleted successfully")
    ),
}
