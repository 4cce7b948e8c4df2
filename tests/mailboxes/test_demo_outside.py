"""The demo leaves something to adopt: bought at the upstream once, and paid by none of the portal's customers."""

from accounts.models import Customer
from accounts.tenancy import staff_scope
from billing.models import Order, Transaction
from mailboxes.demo_outside import buy_outside
from mirror.models import Survey
from reseller_portal.sandbox.control import Control
from tests.mirror.account import Account
from tests.world import World


def test_what_was_bought_outside_is_there_to_adopt_and_nobody_here_paid_it(world: World, sandbox: Control) -> None:
    assert buy_outside()
    sandbox.advance(60)
    survey = Account(sandbox).read(Survey.Kind.ADOPT, is_dry=True)
    assert {what: counted.get("new") for what, counted in survey.counts.items() if what != "customers"} == {
        "domains": 2,
        "mailboxes": 5,
        "subscriptions": 2,
    }
    assert survey.counts["customers"] == {"made": 1, "changed": 0}
    with staff_scope("test"):
        assert (Order.objects.count(), Transaction.objects.count(), Customer.objects.count()) == (0, 0, 2)


def test_it_is_bought_once(sandbox: Control) -> None:
    assert buy_outside()
    wallet = sandbox.wallet_minor()
    assert not buy_outside()
    assert sandbox.wallet_minor() == wallet
