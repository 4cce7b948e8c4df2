from datetime import UTC, datetime
from decimal import Decimal

from reseller_portal.upstream.answer import Accepted
from reseller_portal.upstream.models.subscriptions import Subscription, SubscriptionAutoRenewal
from reseller_portal.upstream.models.wallet import Wallet
from reseller_portal.upstream.paging import Page
from tests.upstream.cases import IVO, TAMSIN, Case

RUNNING = Subscription(
    id="KPACMW5MWT6TB27M6HWXGDTP42KP",
    user_id=IVO,
    domain="harborlight-reach.example",
    status="ACTIVE",
    mailbox_quantity=2,
    price_per_mailbox=Decimal(3),
    billing_cycle="MONTHLY",
    period_started_at=datetime(2026, 10, 4, 10, 12, 55, tzinfo=UTC),
    period_ends_at=datetime(2026, 11, 4, 10, 12, 55, tzinfo=UTC),
    provider="GOOGLE",
    auto_renew=True,
)
UNPAID = Subscription(
    id="KT3NJQYFDDXSAAJP46XMN91R4P0M",
    user_id=TAMSIN,
    domain="brightfen-mail.example",
    status="PAST_DUE",
    mailbox_quantity=3,
    price_per_mailbox=Decimal(5),
    billing_cycle="MONTHLY",
    period_started_at=datetime(2026, 8, 28, 7, 0, 10, 120000, UTC),
    period_ends_at=datetime(2026, 9, 28, 7, 0, 10, 120000, UTC),
    provider="MICROSOFT",
    auto_renew=False,
)
CASES = {
    "renew_subscriptions": Case(
        lambda client: client.subscriptions.renew([UNPAID.id]),
        Accepted(
            "Subscriptions added for renewal. Please ensure you have enough balance to renew the subscriptions.",
            "ACT_6d2899b3-1abc-5fc8-96a6-1c8aa4693f8b",
        ),
    ),
    "set_subscription_auto_renew": Case(
        lambda client: client.subscriptions.set_auto_renew(RUNNING.id, is_on=False),
        SubscriptionAutoRenewal(RUNNING.id, auto_renew=False),
    ),
    "cancel_subscription": Case(
        lambda client: client.subscriptions.cancel(UNPAID.id), Accepted("Subscription will be cancelled successfully")
    ),
    "recreate_subscriptions": Case(
        lambda client: client.subscriptions.recreate([UNPAID.id]),
        Accepted("Subscription recreation has been queued", "ACT_4ea98d4b-237d-5cfb-bfed-6fa864c5b529"),
    ),
    "send_error": Case(
        lambda client: client.support.send_error(
            "OAuth window closed before consent",
            user_id=IVO,
            details={"mailboxId": "ZEGNNXMNGZGK7C13CF0CEHHNX8J5", "stage": "consent"},
        ),
        Accepted("Error reported successfully"),
    ),
    "list_subscriptions": Case(
        lambda client: client.subscriptions.list(limit=50),
        Page((RUNNING, UNPAID), current_page=1, total_pages=1, total=2),
    ),
    "get_wallet": Case(
        lambda client: client.wallet.get(),
        Wallet(
            balance=Decimal("412.37"),
            currency="USD",
            is_recharged_automatically=True,
            recharge_threshold=Decimal(20),
            recharge_minimum=Decimal(50),
        ),
    ),
}
