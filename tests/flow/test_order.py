"""The main job without a browser: from a quote to mailboxes that work."""

from accounts.tenancy import scope
from billing import ledger
from billing.models import Order
from mailboxes.models import Credential, Mailbox
from tests import oracle
from tests.shop import Shop


def test_an_order_is_delivered_and_paid_line_by_line(shop: Shop) -> None:
    order = shop.order("northwind-reach.com", "getnorthwind.net", "northwindmail.org")
    shop.finish()
    with scope(shop.customer.pk):
        order.refresh_from_db()
        assert order.state == Order.State.DELIVERED
        assert Mailbox.objects.filter(state="ACTIVE").count() == 6
        assert Credential.objects.count() == 6
        assert ledger.balance_of(shop.customer) == 100_000 - order.total_minor
        assert ledger.balance_of(shop.customer, kind="held") == 0
    assert shop.sandbox.count("process_order") == 1
    oracle.ask(shop.sandbox)
