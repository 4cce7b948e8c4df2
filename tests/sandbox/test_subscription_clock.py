"""What time does to a subscription, moment by moment."""

from datetime import datetime, timedelta

from reseller_portal.sandbox.models import Subscription
from tests.sandbox.conftest import Owner


def to_end(owner: Owner, **beside: float) -> None:
    end = datetime.fromisoformat(owner.subscription["periodEnd"])
    owner.api.control.advance(end - owner.api.control.now() + timedelta(**beside))


def test_a_subscription_renews_itself_every_month(owner: Owner) -> None:
    before = owner.api.control.wallet_minor()
    to_end(owner, seconds=10)
    assert owner.subscription["subscriptionStatus"] == "ACTIVE"
    assert before - owner.api.control.wallet_minor() == 600
    assert owner.api.events("subscription.renewing")[0]["subscriptionStatus"] == "RENEWING"
    (done,) = owner.api.events("subscription.renewal.success")
    assert done["quantity"] == 2
    assert "actionId" not in done


def test_without_money_it_falls_past_due_and_comes_back_when_money_is_there(owner: Owner) -> None:
    owner.api.control.set_wallet(0)
    to_end(owner, seconds=10)
    assert owner.subscription["subscriptionStatus"] == "PAST_DUE"
    assert owner.api.events("subscription.past_due")[0]["reason"] == "Insufficient wallet balance"
    owner.api.control.set_wallet(100)
    owner.wait(days=2)
    assert owner.subscription["subscriptionStatus"] == "ACTIVE"


def test_with_auto_renew_on_it_stays_past_due_for_ever(owner: Owner) -> None:
    owner.api.control.set_wallet(0)
    to_end(owner, days=20)
    assert owner.subscription["subscriptionStatus"] == "PAST_DUE"
    assert owner.api.events("subscription.expired") == []


def test_with_auto_renew_off_it_expires_seven_days_later_with_its_mailboxes(owner: Owner) -> None:
    off = {"subscriptionId": owner.subscription["subscriptionId"], "autoRenew": False}
    owner.api.ok("POST", "/subscriptions/toggle-autorenewal", off)
    to_end(owner, days=6, hours=23)
    assert owner.subscription["subscriptionStatus"] == "PAST_DUE"
    assert {each["status"] for each in owner.mailboxes} == {"ACTIVE"}
    owner.wait(hours=2)
    assert owner.subscription["subscriptionStatus"] == "EXPIRED"
    assert {each["status"] for each in owner.mailboxes} == {"EXPIRED"}
    assert len(owner.api.events("subscription.expired")) == 1


def test_a_mailbox_that_still_comes_up_expires_with_its_subscription(owner: Owner) -> None:
    off = {"subscriptionId": owner.subscription["subscriptionId"], "autoRenew": False}
    owner.api.ok("POST", "/subscriptions/toggle-autorenewal", off)
    to_end(owner, days=7, seconds=-2)
    more = {"domainId": owner.domain_row["domainId"], "billingCycle": "MONTHLY", "confirm": True}
    more["mailboxes"] = {owner.domain: [{"username": "late", "firstName": "Lou", "lastName": "Ferro"}]}
    owner.api.ok("POST", "/orders/create-mailbox-order/json", more, userId=owner.user)
    owner.wait(minutes=1)
    assert owner.subscription["subscriptionStatus"] == "EXPIRED"
    assert {each["email"]: each["status"] for each in owner.mailboxes}[f"late@{owner.domain}"] == "EXPIRED"


def test_a_past_due_subscription_is_renewed_by_hand(owner: Owner) -> None:
    key = owner.subscription["subscriptionId"]
    owner.api.ok("POST", "/subscriptions/toggle-autorenewal", {"subscriptionId": key, "autoRenew": False})
    to_end(owner, days=3)
    answer = owner.api.ok("POST", "/subscriptions/renew-subscriptions", {"subscriptionIds": [key]})
    owner.wait(seconds=6)
    assert owner.subscription["subscriptionStatus"] == "ACTIVE"
    assert owner.api.events("subscription.renewal.success")[0]["actionId"] == answer["actionId"]


def test_a_renewal_is_blocked_while_the_domain_is_in_grace(owner: Owner) -> None:
    expires = datetime.fromisoformat(owner.domain_row["expireOn"])
    owner.api.control.advance(expires - owner.api.control.now() + timedelta(hours=1))
    failed = owner.api.events("subscription.renewal.failed")
    if not failed:
        key = owner.subscription["subscriptionId"]
        owner.api.ok("POST", "/subscriptions/renew-subscriptions", {"subscriptionIds": [key]})
        owner.wait(seconds=6)
        failed = owner.api.events("subscription.renewal.failed")
    assert failed[-1]["reason"] == "Linked domain is in GRACE_PERIOD"


def test_the_price_steps_up_once_at_the_renewal_that_crosses_twelve_months(owner: Owner) -> None:
    expires = datetime.fromisoformat(owner.domain_row["expireOn"])
    owner.api.control.advance(expires - timedelta(days=35) - owner.api.control.now())
    owner.api.ok("POST", "/domains/renew", {"userId": owner.user, "domains": [owner.domain]})
    assert owner.subscription["pricePerMailbox"] == 3
    owner.wait(days=70)
    assert owner.subscription["pricePerMailbox"] == 5
    owner.wait(days=70)
    (event,) = owner.api.events("subscription.updated")
    assert (event["pricePerMailbox"], event["previousPricePerMailbox"]) == (5, 3)


def test_a_month_ends_on_the_same_day_or_the_last_of_a_shorter_month(owner: Owner) -> None:
    row = Subscription.objects.get()
    assert row.period_end.month == row.period_start.month % 12 + 1
