"""Orders, with and without pictures, and the stock of warmed mailboxes, by the client."""

from decimal import Decimal

import pytest

from reseller_portal.upstream.errors import Refused
from reseller_portal.upstream.models.orders import DomainDraft, MailboxDraft, MailboxOrderDraft, OrderDraft
from reseller_portal.upstream.models.pictures import Picture
from reseller_portal.upstream.models.prewarm import PackageDraft, PrewarmedOrderDraft
from tests.client.conftest import Bench
from tests.sandbox.known import DOMAINS, IVO, ORDER, PACKAGES, REACH, SPARE, SUBSCRIPTIONS

NEW = "gotoharborlight.com"
NOOR = MailboxDraft("noor", "Noor", "Haddad")
PIXEL = b"\x89PNG\r\n\x1a\n-a-very-small-picture"
PRACTICE = "sandbox.nexora-tech.com"


def draft(*names: str, confirm: bool = False) -> OrderDraft:
    domains = [DomainDraft(name, forward_to="https://www.harborlight.example") for name in names]
    return OrderDraft(domains, {name: [NOOR] for name in names}, "GOOGLE", confirm=confirm)


def test_create_order_drafts_for_free_and_says_what_cannot_be_had(bench: Bench) -> None:
    made = bench.client.orders.create(IVO, draft(NEW, REACH))
    assert made.unavailable == (REACH,)
    assert bench.client.orders.status(IVO, made.order_id).status == "PENDING"
    bench.control.advance(3600)
    assert (bench.spent_minor(), bench.events()) == (0, [])


def test_process_order_buys_once_what_was_drafted(bench: Bench) -> None:
    made = bench.client.orders.create(IVO, draft(NEW))
    placed = bench.client.orders.process(IVO, made.order_id)
    assert (placed.order_id, placed.was_placed_before) == (made.order_id, False)
    assert bench.client.orders.process(IVO, made.order_id).was_placed_before
    bench.control.advance(60)
    assert bench.spent_minor() == 1299 + 300
    (mailbox,) = bench.client.mailboxes.list(IVO, contains="noor@goto").items
    assert (mailbox.status, mailbox.domain_name, bool(mailbox.password)) == ("ACTIVE", NEW, True)


def test_get_order_status_goes_from_pending_to_paid(bench: Bench) -> None:
    made = bench.client.orders.create(IVO, draft(NEW, confirm=True))
    assert bench.client.orders.status(IVO, made.order_id).status == "PENDING"
    bench.control.advance(60)
    found = bench.client.orders.status(IVO, made.order_id)
    assert (found.status, found.is_final) == ("PAID", True)
    assert [(each.name, each.status) for each in found.domains] == [(NEW, "ACTIVE")]


def test_get_order_tells_lines_and_total(bench: Bench) -> None:
    bench.client.orders.process(IVO, ORDER)
    bench.control.advance(60)
    found = bench.client.orders.get(IVO, ORDER)
    (line,) = found.domains
    assert (found.user_id, found.status, found.total) == (IVO, "PAID", Decimal(18))
    assert (line.name, line.price, line.years) == ("gotoharborlight.example", Decimal(18), 1)


def test_create_mailbox_order_adds_to_a_subscription_that_runs(bench: Bench) -> None:
    wish = MailboxOrderDraft({REACH: [NOOR]}, "GOOGLE", subscription_id=SUBSCRIPTIONS[0])
    made = bench.client.orders.create_mailboxes(IVO, wish)
    bench.client.orders.process(IVO, made.order_id)
    bench.control.advance(60)
    assert (bench.subscription().mailbox_quantity, bench.spent_minor()) == (3, 300)
    assert "mailbox.created" in bench.events()


def test_create_mailbox_order_opens_a_workspace_on_a_bare_domain(bench: Bench) -> None:
    wish = MailboxOrderDraft({SPARE: [NOOR]}, "MICROSOFT", domain_id=DOMAINS[1], microsoft_oauth_route="https://a.b")
    bench.client.orders.process(IVO, bench.client.orders.create_mailboxes(IVO, wish).order_id)
    bench.control.advance(60)
    (subscription,) = bench.client.subscriptions.list(domain=SPARE).items
    assert (subscription.provider, subscription.mailbox_quantity) == ("MICROSOFT", 1)


def test_create_order_form_keeps_pictures_and_masks(bench: Bench) -> None:
    picture = Picture(f"noor@{NEW}", "noor.png", PIXEL)
    made = bench.client.orders.create_with_pictures(IVO, draft(NEW), [picture], masked={NEW: True})
    bench.client.orders.process(IVO, made.order_id)
    bench.control.advance(60)
    (mailbox,) = bench.client.mailboxes.list(IVO, contains="noor@goto").items
    assert mailbox.profile_picture.startswith("https://")
    forwarding = bench.domain(NEW).forwarding
    assert forwarding is not None
    assert forwarding.is_masked


def test_add_mailboxes_form_adds_with_a_picture(bench: Bench) -> None:
    wish = MailboxOrderDraft({REACH: [NOOR]}, "GOOGLE", subscription_id=SUBSCRIPTIONS[0], confirm=True)
    bench.client.orders.create_mailboxes_with_pictures(IVO, wish, [Picture(f"noor@{REACH}", "noor.png", PIXEL)])
    bench.control.advance(60)
    (mailbox,) = bench.client.mailboxes.list(IVO, contains="noor@").items
    assert (mailbox.subscription_id, mailbox.status) == (SUBSCRIPTIONS[0], "ACTIVE")
    assert mailbox.profile_picture.startswith("https://")


def test_list_prewarmed_domains_shows_what_is_on_sale(bench: Bench) -> None:
    packages = list(bench.client.prewarm.all(provider="GOOGLE"))
    assert set(PACKAGES) <= {each.domain_name for each in packages}
    assert {each.provider for each in packages} == {"GOOGLE"}
    page = bench.client.prewarm.list(page=2, limit=3)
    assert (len(page.items), page.current_page, page.total_pages, page.total) == (3, 2, 4, 10)


def test_order_prewarmed_domains_hands_over_and_sells_out(bench: Bench) -> None:
    wish = PrewarmedOrderDraft(packages=[PackageDraft(PACKAGES[0])], provider="GOOGLE", auto_renew=True)
    placed = bench.client.prewarm.order(IVO, wish)
    bench.control.advance(30)
    assert bench.client.orders.status(IVO, placed.order_id).status == "PAID"
    assert bench.domain(PACKAGES[0]).mailbox_count == 1
    assert (bench.spent_minor(), PACKAGES[0] in {each.id for each in bench.client.prewarm.all()}) == (1400, False)
    bench.client.prewarm.order(IVO, wish)
    bench.control.advance(30)
    assert bench.events() == ["prewarmup.order.success", "prewarmup.order.failed"]


def test_list_sandbox_prewarmed_domains_has_four_names(bench: Bench) -> None:
    assert len(list(bench.client.practice.all())) == 4
    assert PRACTICE in {each.domain_name for each in bench.client.practice.all(provider="GOOGLE")}


def test_order_sandbox_prewarmed_domains_plays_its_scenario_without_money(bench: Bench) -> None:
    wish = PrewarmedOrderDraft(packages=[PackageDraft(PRACTICE)], provider="GOOGLE", auto_renew=False)
    good = bench.client.practice.order(IVO, wish)
    bad = bench.client.practice.order(IVO, wish, scenario="full_failure")
    bench.control.advance(30)
    states = [bench.client.orders.status(IVO, each.order_id).status for each in (good, bad)]
    assert (states, bench.spent_minor()) == (["PAID", "FAILED"], 0)


def test_reset_sandbox_prewarmed_forgets_what_was_practised(bench: Bench) -> None:
    wish = PrewarmedOrderDraft(packages=[PackageDraft(PRACTICE)], provider="GOOGLE", auto_renew=False)
    bench.client.practice.order(IVO, wish)
    bench.control.advance(30)
    assert bench.domain(PRACTICE).status == "ACTIVE"
    assert bench.client.practice.reset(IVO).message
    with pytest.raises(Refused, match="404"):
        bench.domain(PRACTICE)
