"""Every event of the contract, as its example is written, posted to the door for a customer who owns what it names."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from accounts.models import Customer
from accounts.tenancy import scope, staff_scope
from billing.models import OrderLine, OrderPart, QuoteLine, Subscription
from billing.services.orders import place_processing
from billing.settlement import start_lines
from domains.models import Domain
from mailboxes.models import Credential, Mailbox
from mailboxes.services.secrets import reveal
from reseller_portal.operations.models import Operation
from reseller_portal.webhooks.models import Event
from reseller_portal.webhooks.processing import process_due
from reseller_portal.webhooks.registry import handlers_of
from tests.contract.facts import EVENTS, event_example
from tests.shop import Shop
from tests.webhooks.deliveries import UPSTREAM_USER, open_account, post, the_event

DOMAINS = {
    "harborlight-reach.example": "MW99AK8KDE9HB1YR2BAM7WYR4J9A",
    "meet-harborlight.example": "HD0WJ3NPQW7YT2YQMDDHN7CQTPZA",
}
MAILBOXES = {
    "maya@harborlight-reach.example": "ZEGNNXMNGZGK7C13CF0CEHHNX8J5",
    "noor@harborlight-reach.example": "JR9YQ9KAHSQ7H3C5RW4TDFRRWN8V",
}
REACH, MEET, BOUGHT = "harborlight-reach.example", "meet-harborlight.example", "gotoharborlight.example"
PEOPLE = (("maya", "Maya", "Ferro"), ("noor", "Noor", "Haddad"))
Question = tuple[str, str]
WHOLE_REACH, WHOLE_MEET = ("domain.refresh", REACH), ("domain.refresh", MEET)
# What each of them lets the portal read again; those of orders settle lines instead.
READINGS: dict[str, set[Question]] = {
    "dns-record.updated": {WHOLE_REACH},
    "domain.expired": {WHOLE_MEET},
    "domain.grace_period": {WHOLE_MEET},
    "domain.renewal.failed": {WHOLE_MEET},
    "domain.renewal.success": {WHOLE_REACH},
    "mailbox.exported": set(),
    "mailbox.updated": {("domain.refresh_mailboxes", REACH)},
    "mailbox.warmup.removed": {("domain.refresh_mailboxes", REACH)},
    "mailbox.warmup.started": {("domain.refresh_mailboxes", REACH)},
    "prewarmup.order.failed": set(),
    "prewarmup.order.success": {("domain.refresh", "warm-lanternfield.example")},
    "subscription.cancelled": {WHOLE_MEET},
    "subscription.expired": {WHOLE_MEET},
    "subscription.past_due": {WHOLE_MEET},
    "subscription.renewal.failed": {WHOLE_MEET},
    "subscription.renewal.success": {WHOLE_REACH},
    "subscription.renewing": {WHOLE_REACH},
    "subscription.updated": {WHOLE_REACH},
}
ORDERS = {
    "domain.order.failed": MEET,
    "domain.order.success": BOUGHT,
    "mailbox.created": BOUGHT,
    "mailbox.order.failed": REACH,
    "mailbox.order.success": BOUGHT,
}
WARMUPS = ("mailbox.warmup.removed", "mailbox.warmup.started")
OF_SUBSCRIPTIONS = sorted(name for name in EVENTS if name.startswith("subscription."))


@pytest.fixture
def harborlight(shop: Shop) -> Shop:
    """A customer who has two domains with two mailboxes on the first, and the upstream user of the examples."""
    open_account(shop.customer)
    shop.customer.upstream_id = UPSTREAM_USER
    with scope(shop.customer.pk):
        for name, upstream_id in DOMAINS.items():
            Domain.objects.create(customer=shop.customer, name=name, upstream_id=upstream_id, state="ACTIVE")
        home = Domain.objects.get(name=REACH)
        for address, upstream_id in MAILBOXES.items():
            Mailbox.objects.create(
                customer=shop.customer, domain=home, address=address, upstream_id=upstream_id, state="ACTIVE"
            )
    return shop


def ordered(shop: Shop, order_id: str, domain: str) -> list[OrderLine]:
    """A domain with two mailboxes, which the upstream is working on under that id. Nobody has it or them yet."""
    with scope(shop.customer.pk):
        Mailbox.objects.filter(domain__name=domain).delete()
        Domain.objects.filter(name=domain).delete()
    quote = shop.ask_for_quote(domain, names=PEOPLE)
    with scope(shop.customer.pk):
        QuoteLine.objects.update(state="ready", price_minor=500, cost_minor=400)
    order = shop.confirm(quote)
    with scope(shop.customer.pk):
        part = OrderPart.objects.select_related("customer").get(order=order)
        part.upstream_order_id, part.is_processing = order_id, True
        part.save()
        place_processing(part)
        if domain not in DOMAINS:
            start_lines(part)
        Operation.objects.exclude(kind="order.process").delete()
        return list(order.lines.order_by("position"))


def arrives(content: dict[str, Any]) -> Event:
    assert post(json.dumps(content).encode()).status_code == 200
    assert process_due() == 1
    return the_event()


def asked(customer: Customer) -> set[Question]:
    with scope(customer.pk):
        return set(Operation.objects.exclude(kind="order.process").values_list("kind", "key"))


def states(shop: Shop) -> dict[str, str]:
    with scope(shop.customer.pk):
        return dict(OrderLine.objects.values_list("name", "state"))


def without(content: dict[str, Any], *keys: str) -> dict[str, Any]:
    return {**content, "data": {key: value for key, value in content["data"].items() if key not in keys}}


def test_every_event_of_the_contract_has_a_handler() -> None:
    assert len(EVENTS) == 23
    assert {*READINGS, *ORDERS} == set(EVENTS)
    assert [name for name in EVENTS if not handlers_of(name)] == []


@pytest.mark.parametrize("name", sorted(READINGS))
def test_an_event_about_what_is_owned_places_the_reading_of_it(harborlight: Shop, name: str) -> None:
    event = arrives(event_example(name))
    assert (event.state, event.last_error) == (Event.State.DONE, "")
    assert asked(harborlight.customer) == READINGS[name]


def test_a_record_that_is_no_forwarding_has_only_the_records_read(harborlight: Shop) -> None:
    content = event_example("dns-record.updated")
    content["data"]["record"]["recordType"] = "TXT"
    arrives(content)
    assert asked(harborlight.customer) == {("domain.refresh_records", REACH)}


@pytest.mark.parametrize("name", OF_SUBSCRIPTIONS)
def test_a_subscription_event_of_the_older_generation_has_the_subscription_read(harborlight: Shop, name: str) -> None:
    older = without(event_example(name), "domainId", "domain", "periodStart", "periodEnd", "subscriptionStatus")
    arrives(older)
    assert asked(harborlight.customer) == {("subscription.refresh", older["data"]["subscriptionId"])}


def test_a_subscription_that_is_known_here_tells_the_domain_that_the_event_leaves_out(harborlight: Shop) -> None:
    older = without(event_example("subscription.past_due"), "domain", "domainId")
    at = harborlight.sandbox.now()
    with scope(harborlight.customer.pk):
        Subscription.objects.create(
            customer=harborlight.customer,
            upstream_id=older["data"]["subscriptionId"],
            domain_name=MEET,
            provider="GOOGLE",
            state="ACTIVE",
            quantity=3,
            cost_minor=300,
            period_start=at,
            period_end=at,
            auto_renew=True,
        )
    arrives(older)
    assert asked(harborlight.customer) == {WHOLE_MEET}


@pytest.mark.parametrize("name", WARMUPS)
def test_a_warm_up_event_without_a_user_is_that_of_the_mailboxs_owner(harborlight: Shop, name: str) -> None:
    content = without(event_example(name), "userId", "userEmail")
    assert "eventId" not in content
    assert arrives(content).state == Event.State.DONE
    assert asked(harborlight.customer) == READINGS[name]


def test_a_warm_up_event_of_an_unknown_mailbox_waits_and_holds_up_nobody(harborlight: Shop) -> None:
    content = event_example("mailbox.warmup.removed")
    content["data"] |= {"mailboxId": "NOBODYS", "email": "who@nobodys.example", "domain": "nobodys.example"}
    assert arrives(content).state == Event.State.DUE
    assert post(json.dumps(event_example("domain.expired")).encode()).status_code == 200
    process_due()
    assert asked(harborlight.customer) == {WHOLE_MEET}


def test_an_export_is_noted_with_its_time_and_its_app(harborlight: Shop) -> None:
    arrives(event_example("mailbox.exported"))
    with scope(harborlight.customer.pk):
        row = Mailbox.objects.get(address=f"maya@{REACH}")
    assert row.exported_at is not None
    assert (row.exported_at.isoformat(), row.exported_to) == ("2026-10-03T08:02:17+00:00", "Harborlight Sender")


def test_an_export_of_a_mailbox_that_is_not_known_yet_waits_for_it(harborlight: Shop) -> None:
    with scope(harborlight.customer.pk):
        Mailbox.objects.update(upstream_id="")
    assert arrives(event_example("mailbox.exported")).state == Event.State.DUE
    with scope(harborlight.customer.pk):
        Mailbox.objects.filter(address=f"maya@{REACH}").update(upstream_id=MAILBOXES[f"maya@{REACH}"])
    harborlight.pass_time(3)
    harborlight.deliver_events([])
    assert the_event().state == Event.State.DONE


def domain_is_there(shop: Shop, lines: list[OrderLine]) -> None:
    assert [line.state for line in lines] == ["delivered", "working", "working"]
    assert lines[0].cost_booked_minor == 1299
    assert Domain.objects.get(name=BOUGHT).upstream_id == "KVWF16R4EDMMGRBEXN6JABBQ931M"


def domain_is_not_to_be_had(shop: Shop, lines: list[OrderLine]) -> None:
    assert {line.state for line in lines} == {"failed"}
    assert lines[0].said == "Workspace validation failed"


def workspace_stands(shop: Shop, lines: list[OrderLine]) -> None:
    assert [line.state for line in lines] == ["working", "working", "working"]
    assert [line.cost_minor for line in lines[1:]] == [300, 300]
    assert Domain.objects.get(name=BOUGHT).subscription_id == "XNP7ZAE3HKB3XPQJT78C0EC81REF"


def workspace_failed(shop: Shop, lines: list[OrderLine]) -> None:
    assert [line.state for line in lines] == ["waiting", "failed", "failed"]
    assert lines[1].said == "Provider rejected the request"


def mailbox_is_there(shop: Shop, lines: list[OrderLine]) -> None:
    assert [line.state for line in lines] == ["working", "delivered", "working"]
    assert Credential.objects.count() == 1
    revealed = reveal(actor=shop.actor, mailbox=Mailbox.objects.get(address=f"maya@{BOUGHT}"))
    assert (revealed.password, revealed.authenticator) == ("not-a-real-password-01", "demo seed only here")


OUTCOMES: dict[str, Callable[[Shop, list[OrderLine]], None]] = {
    "domain.order.failed": domain_is_not_to_be_had,
    "domain.order.success": domain_is_there,
    "mailbox.created": mailbox_is_there,
    "mailbox.order.failed": workspace_failed,
    "mailbox.order.success": workspace_stands,
}


@pytest.mark.parametrize("name", sorted(OUTCOMES))
def test_an_event_of_an_order_settles_its_lines_and_reads_nothing(harborlight: Shop, name: str) -> None:
    content = event_example(name)
    lines = ordered(harborlight, content["data"]["orderId"], ORDERS[name])
    event = arrives(content)
    assert (event.state, event.last_error) == (Event.State.DONE, "")
    with scope(harborlight.customer.pk):
        for line in lines:
            line.refresh_from_db()
        OUTCOMES[name](harborlight, lines)
    assert asked(harborlight.customer) == set()


@pytest.mark.parametrize("name", sorted(OUTCOMES))
def test_an_event_of_an_order_that_the_portal_did_not_place_has_its_domain_read(harborlight: Shop, name: str) -> None:
    content = event_example(name)
    assert arrives(content).state == Event.State.DUE
    for _ in range(5):
        harborlight.pass_time(60)
        harborlight.deliver_events([])
    assert the_event().state == Event.State.DONE
    assert asked(harborlight.customer) == {("domain.refresh", ORDERS[name])}


def listed(*names: str) -> dict[str, Any]:
    """The shape without user, order and ids (contract, quirk 34)."""
    domains = [{"domain": each, "status": "ACTIVE"} for each in names]
    return {"event": "domain.order.success", "data": {"actionId": "ACT_1", "domains": domains}}


def test_the_shape_without_a_user_has_the_order_looked_at_that_the_domain_is_in(harborlight: Shop) -> None:
    ordered(harborlight, "QWW959MJR27VRW4C4ANTN11TFYH0", BOUGHT)
    with scope(harborlight.customer.pk):
        Operation.objects.update(state="accepted", due_at=None)
    assert arrives(listed(BOUGHT)).state == Event.State.DONE
    with scope(harborlight.customer.pk):
        process = Operation.objects.get()
    assert (process.kind, process.state, process.due_at is None) == ("order.process", "unknown", False)


def test_the_shape_without_a_user_has_an_owned_domain_read(harborlight: Shop) -> None:
    assert arrives(listed(REACH)).state == Event.State.DONE
    assert asked(harborlight.customer) == {WHOLE_REACH}


def test_the_shape_without_a_user_waits_when_two_customers_wait_for_the_name(harborlight: Shop) -> None:
    ordered(harborlight, "QWW959MJR27VRW4C4ANTN11TFYH0", BOUGHT)
    with staff_scope("test: another customer wants the same name"):
        other = Domain.objects.create(customer=harborlight.world.initech, name=REACH, state="PENDING")
        Domain.objects.create(customer=other.customer, name=BOUGHT, state="PENDING")
    assert arrives(listed(REACH)).state == Event.State.DUE


def test_a_mailbox_made_anew_has_its_new_credentials_read(harborlight: Shop) -> None:
    content = event_example("mailbox.created")
    ordered(harborlight, content["data"]["orderId"], BOUGHT)
    arrives(content)
    again = {**content, "eventId": "AGAIN", "data": {**content["data"], "password": "not-the-same-02"}}
    assert post(json.dumps(again).encode()).status_code == 200
    assert process_due() == 1
    mailbox = ("mailbox.refresh", content["data"]["mailboxId"])
    assert asked(harborlight.customer) == {mailbox, ("domain.refresh", BOUGHT)}


def test_the_same_mailbox_told_twice_reads_nothing(harborlight: Shop) -> None:
    content = event_example("mailbox.created")
    ordered(harborlight, content["data"]["orderId"], BOUGHT)
    arrives(content)
    assert post(json.dumps({**content, "eventId": "AGAIN"}).encode()).status_code == 200
    assert process_due() == 1
    assert asked(harborlight.customer) == set()
