"""The price is read before it is paid: what rose too much waits for the customer's answer, and that wait has an end."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from django.core.mail import EmailMessage
from django.db.models import F, Sum

from accounts.models import Mail, Membership, User
from accounts.posting import send_due
from accounts.roles import Role
from accounts.steps import NoSuchStep
from accounts.tenancy import scope, staff_scope
from billing import leaving_out, ledger, price_changes
from billing.failures import PRICE_REFUSED
from billing.ledger import BalanceTooLow
from billing.models import Hold, Item, Order, OrderLine, OrderPart, Subscription
from billing.price_mail import PRICE_ASKED
from billing.sections import attention_rows
from billing.services.deciding import decide_order, steps_of_order
from billing.services.line_steps import buying, decide_line, steps_of_line
from billing.services.orders import NothingToOrder, PriceMoved
from billing.services.quotes import LineDraft, QuoteDraft, make_quote
from reseller_portal.jobs.attention import IS_LATE, ON_PURPOSE, find_cases
from reseller_portal.operations.models import Operation
from reseller_portal.sandbox import catalogue
from reseller_portal.sandbox.models import Subscription as SoldSubscription
from reseller_portal.upstream.domains import Domains
from reseller_portal.upstream.models.availability import Availability as Offer
from reseller_portal.upstream.models.orders import Order as Drafted
from reseller_portal.upstream.orders import Orders
from tests import oracle
from tests.accounts.staff import audit_rows, browser_of, make_admin, make_support
from tests.shop import Shop


@pytest.fixture
def dearer(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> Order:
    """An order of a .com and a .net, of which the .com went from 12.99 to 39.00 after it was paid."""
    order = shop.order("first.com", "second.net")
    monkeypatch.setitem(catalogue.YEAR_PRICES_MINOR, "com", 3900)
    shop.work()
    return order


def states_of(order: Order) -> dict[str, str]:
    with scope(order.customer_id):
        return dict(order.lines.values_list("name", "state"))


def fresh(order: Order) -> Order:
    with scope(order.customer_id):
        return Order.objects.get(pk=order.pk)


def balance(shop: Shop) -> int:
    with scope(shop.customer.pk):
        return ledger.balance_of(shop.customer)


def test_what_became_dearer_waits_for_the_customer_and_the_rest_of_its_part_is_bought(
    shop: Shop, dearer: Order
) -> None:
    shop.finish()
    assert shop.sandbox.count("process_order") == 1
    assert states_of(dearer) == {
        "first.com": "waiting", "maya@first.com": "waiting", "noor@first.com": "waiting",
        "second.net": "delivered", "maya@second.net": "delivered", "noor@second.net": "delivered",
    }  # fmt: skip
    with scope(shop.customer.pk):
        (line,) = price_changes.asked_lines(dearer)
        assert (line.name, line.price_minor, line.asked_price_minor, line.asked_cost_minor) == (
            "first.com",
            1559,
            4680,
            3900,
        )
        assert not Operation.objects.filter(kind__startswith="order.", due_at__isnull=False).exists()
    oracle.ask_in_between()


def test_accepting_holds_the_difference_and_buys(shop: Shop, dearer: Order) -> None:
    before = balance(shop)
    with scope(shop.customer.pk):
        price_changes.accept(actor=shop.actor, order=dearer, more_minor=3121)
    assert balance(shop) == before - 3121
    assert fresh(dearer).total_minor == dearer.total_minor + 3121
    shop.finish()
    assert set(states_of(dearer).values()) == {"delivered"}
    assert shop.sandbox.count("process_order") == 2
    oracle.ask(shop.sandbox)


def test_a_price_that_rises_again_after_it_was_accepted_is_asked_again(
    shop: Shop, dearer: Order, monkeypatch: pytest.MonkeyPatch
) -> None:
    with scope(shop.customer.pk):
        price_changes.accept(actor=shop.actor, order=dearer, more_minor=3121)
    monkeypatch.setitem(catalogue.YEAR_PRICES_MINOR, "com", 9900)
    shop.finish()
    assert states_of(dearer)["first.com"] == "waiting"
    with scope(shop.customer.pk):
        assert price_changes.asked_lines(dearer).get().asked_price_minor == 11880
        price_changes.accept(actor=shop.actor, order=dearer, more_minor=11880 - 4680)
    shop.finish()
    assert set(states_of(dearer).values()) == {"delivered"}
    oracle.ask(shop.sandbox)


def test_declining_gives_that_money_back_and_buys_the_rest(shop: Shop, dearer: Order) -> None:
    with scope(shop.customer.pk):
        price_changes.decline(actor=shop.actor, order=dearer)
        assert dearer.lines.get(name="first.com").problem == PRICE_REFUSED.words
    shop.finish()
    assert states_of(dearer) == {
        "first.com": "failed", "maya@first.com": "failed", "noor@first.com": "failed",
        "second.net": "delivered", "maya@second.net": "delivered", "noor@second.net": "delivered",
    }  # fmt: skip
    oracle.ask(shop.sandbox)


def test_silence_gives_the_money_back_after_three_days(shop: Shop, dearer: Order) -> None:
    assert price_changes.end_silent_questions() == 0
    with staff_scope("test: three days pass"):
        OrderPart.objects.update(price_asked_at=F("price_asked_at") - timedelta(hours=72, seconds=1))
    assert price_changes.end_silent_questions() == 1
    shop.finish()
    assert states_of(dearer)["first.com"] == "failed"
    assert fresh(dearer).state == Order.State.PARTLY
    oracle.ask(shop.sandbox)


def test_another_sum_than_the_one_shown_is_not_accepted_and_nothing_twice(shop: Shop, dearer: Order) -> None:
    with scope(shop.customer.pk):
        with pytest.raises(PriceMoved):
            price_changes.accept(actor=shop.actor, order=dearer, more_minor=1)
        price_changes.accept(actor=shop.actor, order=dearer, more_minor=3121)
        with pytest.raises(NothingToOrder):
            price_changes.accept(actor=shop.actor, order=dearer, more_minor=3121)
        with pytest.raises(NothingToOrder):
            price_changes.decline(actor=shop.actor, order=dearer)


def test_a_balance_too_low_for_the_difference_changes_nothing(shop: Shop, dearer: Order) -> None:
    with scope(shop.customer.pk):
        ledger.hold(
            customer=shop.customer, amounts={"other": balance(shop) - 100}, reference="other", description="Other"
        )
    with scope(shop.customer.pk), pytest.raises(BalanceTooLow):
        price_changes.accept(actor=shop.actor, order=dearer, more_minor=3121)
    assert balance(shop) == 100
    with scope(shop.customer.pk):
        assert price_changes.asked_lines(dearer).get().price_minor == 1559


@pytest.mark.parametrize(("cost", "asks"), [(1299, False), (1363, False), (1365, True), (900, False)])
def test_a_small_rise_is_borne_and_a_larger_one_is_asked(
    shop: Shop, monkeypatch: pytest.MonkeyPatch, cost: int, asks: bool
) -> None:
    order = shop.order("first.com")
    monkeypatch.setitem(catalogue.YEAR_PRICES_MINOR, "com", cost)
    shop.finish()
    with scope(shop.customer.pk):
        assert price_changes.asked_lines(order).exists() is asks
    assert shop.sandbox.count("process_order") == (not asks)


@pytest.mark.parametrize(
    ("old", "new", "beyond"),
    [
        (1000, 1050, False),
        (1000, 1051, True),
        (5000, 5100, False),
        (5000, 5101, True),
        (300, 500, True),
        (0, 1, True),
        (0, 0, False),
    ],
)
def test_the_tolerance_is_five_percent_or_a_dollar(old: int, new: int, beyond: bool) -> None:
    assert price_changes.is_beyond_tolerance(old, new) is beyond


def test_a_price_that_no_rule_raises_is_not_asked(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    """A fixed price stays what it is: the customer has nothing to decide."""
    with staff_scope("test: a fixed price"):
        shop.customer.brand.price_rules.filter(item=Item.DOMAIN).update(method="fixed", fixed_minor=2000)
    order = shop.order("first.com")
    monkeypatch.setitem(catalogue.YEAR_PRICES_MINOR, "com", 3900)
    shop.finish()
    assert set(states_of(order).values()) == {"delivered"}


def test_a_mailbox_on_an_owned_domain_is_paid_without_a_question_when_its_price_stands(shop: Shop) -> None:
    shop.order("first.com")
    shop.finish()
    with scope(shop.customer.pk):
        Subscription.objects.all().delete()
        box = LineDraft(Item.MAILBOX, "zoe@first.com", "first.com", "Zoe", "Lind")
        quote = make_quote(actor=shop.actor, draft=QuoteDraft("GOOGLE", [box]))
    order = shop.confirm(quote)
    shop.finish()
    assert states_of(order) == {"zoe@first.com": "delivered"}
    oracle.ask(shop.sandbox)


def test_a_name_whose_price_nobody_tells_is_not_paid_blindly(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    shop.order("first.com")
    silent_drafts(monkeypatch)
    monkeypatch.setattr(Domains, "check", lambda _domains, name, years=1: Offer(name=name, is_available=True))
    shop.finish()
    with scope(shop.customer.pk):
        assert Operation.objects.get(kind="order.price").state == Operation.State.NEEDS_PERSON
    assert shop.sandbox.count("process_order") == 0


def test_a_name_that_is_taken_when_its_price_is_read_fails_and_the_rest_is_bought(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    order = shop.order("first.com", "second.net")
    silent_drafts(monkeypatch, then=lambda: shop.sandbox.reserve("first.com", "taken"))
    shop.finish()
    states = states_of(order)
    assert (states["first.com"], states["maya@first.com"], states["second.net"]) == ("failed", "failed", "delivered")
    assert shop.sandbox.count("process_order") == 1
    oracle.ask(shop.sandbox)


def test_a_subscription_that_became_dearer_is_asked_about_before_a_mailbox_is_added(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop.order("first.com")
    shop.finish()
    with staff_scope("test: mailboxes cost plus percent"):
        shop.customer.brand.price_rules.filter(item=Item.MAILBOX).update(method="percent", percent=50)
    with scope(shop.customer.pk):
        box = LineDraft(Item.MAILBOX, "zoe@first.com", "first.com", "Zoe", "Lind")
        quote = make_quote(actor=shop.actor, draft=QuoteDraft("GOOGLE", [box]))
        assert quote.lines.get().price_minor == 450
    order = shop.confirm(quote)
    silent_drafts(monkeypatch)
    SoldSubscription.objects.update(price_minor=500)
    shop.finish()
    with scope(shop.customer.pk):
        assert price_changes.asked_lines(order).get().asked_price_minor == 750
    assert shop.sandbox.count("process_order") == 1


def silent_drafts(monkeypatch: pytest.MonkeyPatch, then: Callable[[], object] = bool) -> None:
    """An upstream that tells no price of a draft, which nothing proves that it does."""
    get = Orders.get

    def silent(orders: Orders, user_id: str, order_id: str) -> Drafted:
        found = get(orders, user_id, order_id)
        if found.status != "PENDING" or any(each.domain_id for each in found.domains):
            return found
        then()
        return replace(found, total=None, domains=tuple(replace(each, price=None) for each in found.domains))

    monkeypatch.setattr(Orders, "get", silent)


def test_one_question_that_cannot_be_ended_fails_alone_and_comes_before_staff(
    shop: Shop, dearer: Order, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop.finish()
    other = shop.confirm(shop.quote("third.com"))
    monkeypatch.setitem(catalogue.YEAR_PRICES_MINOR, "com", 9000)
    shop.work()
    with staff_scope("test: three days pass"):
        OrderPart.objects.filter(order=dearer).update(price_asked_at=F("price_asked_at") - timedelta(hours=74))
        OrderPart.objects.filter(order=other).update(price_asked_at=F("price_asked_at") - timedelta(hours=73))

    def breaks(part: OrderPart, *arguments: object) -> None:
        if part.order_id == dearer.pk:
            raise RuntimeError("a fault of ours")
        leaving_out.leave_out(part, *arguments)  # type: ignore[arg-type]  # what it was called with

    with monkeypatch.context() as broken:
        broken.setattr(price_changes, "leave_out", breaks)
        assert price_changes.end_silent_questions() == 1
    assert (states_of(dearer)["first.com"], states_of(other)["third.com"]) == ("waiting", "failed")
    with staff_scope("test: the list of staff"):
        assert [(case.how, case.subject) for case in find_cases(10)] == [(IS_LATE, dearer)]
    assert price_changes.end_silent_questions() == 1
    assert states_of(dearer)["first.com"] == "failed"
    oracle.ask_in_between()


def test_no_step_of_a_line_runs_while_a_price_is_read_or_asked(shop: Shop, dearer: Order) -> None:
    """Nothing buys it meanwhile, so there is nothing that a line could be taken out of; the order has its own steps."""
    for step in ("done", "failed"):
        with staff_scope("test: staff decide"):
            line = OrderLine.objects.select_related("order").get(name="first.com")
            assert steps_of_line(line, buying(dearer).get(line.part_id)) == []
            with pytest.raises(NoSuchStep):
                decide_line(user=staff(), line=line, verb=step, reason="Seen")
    with scope(shop.customer.pk):
        price_changes.accept(actor=shop.actor, order=dearer, more_minor=3121)
    shop.sandbox.fault("check_domain_availability", "throttle", times=50, retry_after=30)
    shop.work()
    with staff_scope("test: the price is being read"):
        line = OrderLine.objects.select_related("order").get(name="first.com")
        assert Operation.objects.filter(kind="order.price", payload__part=line.part_id, due_at__isnull=False).exists()
        assert steps_of_line(line, buying(dearer).get(line.part_id)) == []
    shop.sandbox.heal()
    shop.finish()
    assert states_of(dearer)["first.com"] == "delivered"


def staff() -> User:
    return User.objects.filter(is_superuser=True).first() or make_admin()


def test_the_lines_of_an_order_wait_with_their_money(shop: Shop, dearer: Order) -> None:
    with scope(shop.customer.pk):
        waiting = dearer.lines.filter(domain_name="first.com")
        assert set(waiting.values_list("state", flat=True)) == {"waiting"}
        held = Hold.objects.filter(state="open").aggregate(sum=Sum("amount_minor"))["sum"]
        assert held == dearer.total_minor


def mails_of(order: Order) -> list[Mail]:
    with staff_scope("test"):
        return list(Mail.objects.filter(purpose=PRICE_ASKED, customer=order.customer))


def test_who_may_pay_is_told_once_with_what_it_is_about_and_how_long_it_waits(
    shop: Shop, dearer: Order, mailoutbox: list[EmailMessage]
) -> None:
    shop.finish()
    send_due()
    told = [mail for mail in mailoutbox if dearer.reference in mail.subject]
    assert [mail.to for mail in told] == [[person] for person in payers(shop)]
    text = str(told[0].body)
    assert f"/c/{shop.customer.slug}/orders/{dearer.reference}/" in text
    assert "first.com: $15.59 then, $46.80 now" in text
    assert "$31.21 more in all" in text
    assert "second.net" not in text
    send_due()
    assert len([mail for mail in mailoutbox if dearer.reference in mail.subject]) == len(told)


def placer(order: Order) -> User:
    assert order.placed_by is not None
    return order.placed_by


def price_mails(box: list[EmailMessage], order: Order) -> list[str]:
    send_due()
    return sorted(to for mail in box if order.reference in mail.subject for to in mail.to)


@pytest.mark.parametrize("way", ["removed", "may look alone", "not active"])
def test_who_may_not_pay_any_more_when_the_mail_is_sent_gets_none_and_the_others_do(
    shop: Shop, dearer: Order, mailoutbox: list[EmailMessage], way: str
) -> None:
    with staff_scope("test: another member"):
        zoe = User.objects.create_user("zoe@example.com", "pass-phrase-1")
        Membership.objects.create(customer=shop.customer, user=zoe, role=Role.MANAGER)
        placed = placer(dearer)
        mine = Membership.objects.filter(customer=shop.customer, user=placed)
        if way == "removed":
            mine.delete()
        elif way == "may look alone":
            mine.update(role=Role.VIEWER)
        else:
            User.objects.filter(pk=placed.pk).update(is_active=False)
    told = price_mails(mailoutbox, dearer)
    assert placed.email not in told
    assert zoe.email in told


def test_who_has_another_address_when_the_mail_is_sent_reads_it_there(
    shop: Shop, dearer: Order, mailoutbox: list[EmailMessage]
) -> None:
    User.objects.filter(pk=placer(dearer).pk).update(email="new@example.com")
    assert price_mails(mailoutbox, dearer) == ["new@example.com"]


def payers(shop: Shop) -> list[str]:
    with scope(shop.customer.pk):
        members = Membership.objects.filter(customer=shop.customer).exclude(role="viewer").order_by("pk")
        return [each.user.email for each in members.select_related("user")]


def test_a_question_that_was_answered_before_its_mail_left_is_not_asked(
    shop: Shop, dearer: Order, mailoutbox: list[EmailMessage]
) -> None:
    with scope(shop.customer.pk):
        price_changes.decline(actor=shop.actor, order=dearer)
    send_due()
    assert {mail.state for mail in mails_of(dearer)} == {Mail.State.DROPPED}
    assert not [mail for mail in mailoutbox if dearer.reference in mail.subject]


def test_staff_see_it_in_one_line_with_its_end_and_can_leave_it_out(shop: Shop, dearer: Order) -> None:
    rex = browser_of(make_admin())
    with staff_scope("test"):
        (case,) = find_cases(10)
    assert (case.how, case.what, case.at_end) == (ON_PURPOSE, dearer.reference, "Money back")
    assert "by $31.21 in all" in case.reason
    assert case.until is not None
    page = rex.get("/admin/").content.decode()
    assert f'<a href="{case.url}">{dearer.reference}</a>' in page
    assert "Leave out what became dearer" in rex.get(case.url).content.decode()
    step = f"/admin/billing/order/{dearer.pk}/decide/leave_out/"
    assert browser_of(make_support()).post(step, {"reason": "Asked by phone"}).status_code == 403
    assert rex.post(step, {"reason": " "}).status_code == 422
    rex.post(step, {"reason": "Asked by phone"})
    (entry,) = audit_rows("order.decided_leave_out")
    assert entry.after["reason"] == "Asked by phone"
    with staff_scope("test"):
        assert find_cases(10) == []
    shop.finish()
    assert states_of(dearer)["second.net"] == "delivered"
    assert states_of(dearer)["first.com"] == "failed"
    oracle.ask(shop.sandbox)


def test_staff_who_give_all_the_money_back_end_the_question_too(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    rex, order = browser_of(make_admin()), shop.order("first.com")
    monkeypatch.setitem(catalogue.YEAR_PRICES_MINOR, "com", 3900)
    shop.work()
    rex.post(f"/admin/billing/order/{order.pk}/decide/failed/", {"reason": "Asked by phone"})
    assert set(states_of(order).values()) == {"failed"}
    with staff_scope("test"):
        assert find_cases(10) == []
        assert not OrderPart.objects.filter(price_asked_at__isnull=False).exists()
    shop.finish()
    assert shop.sandbox.count("process_order") == 0
    oracle.ask(shop.sandbox)


def test_what_waits_for_the_customers_answer_cannot_be_called_delivered(shop: Shop, dearer: Order) -> None:
    """Nothing of it was bought, so staff would be told *done* of nothing, and the customer of a delivery."""
    shop.finish()
    with staff_scope("test"):
        order = Order.objects.get(pk=dearer.pk)
        assert [each.verb for each in steps_of_order(order)] == ["leave_out", "check", "failed"]
        with pytest.raises(NoSuchStep):
            decide_order(user=make_admin(), order=order, verb="done", reason="Seen in the panel")
    assert audit_rows("order.decided_done") == []


def test_at_stake_is_what_is_still_open(shop: Shop, dearer: Order) -> None:
    """What was delivered beside the question is charged already."""
    shop.finish()
    with staff_scope("test"):
        open_lines = OrderLine.objects.filter(order=dearer, state="waiting").aggregate(total=Sum("price_minor"))
        (row,) = [each for each in attention_rows(10) if dearer.reference in each.what]
        assert 0 < open_lines["total"] < fresh(dearer).total_minor
        assert row.stake_minor == open_lines["total"]
