"""Mailboxes, warm-up and placement tests, by the client."""

from datetime import timedelta
from decimal import Decimal

import pyotp
import pytest

from reseller_portal.upstream.errors import Refused
from reseller_portal.upstream.models.mailboxes import MailboxChange, MailboxHealth
from reseller_portal.upstream.models.warmup import WarmupSettings
from tests.client.conftest import Bench, changed
from tests.sandbox.known import IVO, MAILBOXES, REACH, SUBSCRIPTIONS, TAMSIN

WARM, COLD = MAILBOXES


def test_list_user_mailboxes_shows_those_of_one_customer(bench: Bench) -> None:
    assert {each.id for each in bench.client.mailboxes.all(IVO)} == set(MAILBOXES)
    assert [each.address for each in bench.client.mailboxes.list(IVO, contains="jonas").items] == [
        f"jonas.berg@{REACH}"
    ]
    assert bench.client.mailboxes.list(TAMSIN).items == ()


def test_list_all_mailboxes_shows_those_of_everyone(bench: Bench) -> None:
    pages = [bench.client.mailboxes.list_of_everyone(page, limit=1) for page in (1, 2)]
    assert {each.id for page in pages for each in page.items} == set(MAILBOXES)
    assert [page.is_last for page in pages] == [False, True]
    assert {each.id for each in bench.client.mailboxes.all_of_everyone(contains="elin")} == {WARM}


def test_get_mailbox_carries_secrets_that_work(bench: Bench) -> None:
    mailbox = bench.mailbox()
    assert (mailbox.address, mailbox.user_id, mailbox.domain_name) == (f"elin@{REACH}", IVO, REACH)
    assert len(pyotp.TOTP(mailbox.authenticator_secret).now()) == 6
    assert mailbox.expires_at == bench.subscription().period_ends_at
    assert "secret-1" not in repr(mailbox)


def test_get_mailbox_admin_is_the_one_of_the_workspace(bench: Bench) -> None:
    admin = bench.client.mailboxes.get_admin(IVO, COLD)
    assert (admin.mailbox_id, admin.address, admin.is_admin) == (WARM, f"elin@{REACH}", True)
    assert admin.password == "secret-1"


def test_update_mailboxes_changes_one_or_some_of_many(bench: Bench) -> None:
    before = bench.mailbox()
    change = MailboxChange(mailbox_id=WARM, username="elina", first_name="Elina")
    assert bench.client.mailboxes.update(IVO, change).action_id
    assert changed(bench.mailbox(), before) == {
        "username": "elina", "first_name": "Elina", "address": f"elina@{REACH}",
    }  # fmt: skip
    many = [MailboxChange(mailbox_id=each, last_name="Moe") for each in (COLD, "NOBODY")]
    assert [each.is_accepted for each in bench.client.mailboxes.update_many(IVO, many)] == [True, False]
    bench.control.advance(10)
    assert bench.events() == ["mailbox.updated", "mailbox.updated"]


def test_remove_mailbox_takes_the_workspace_with_the_last_one(bench: Bench) -> None:
    bench.client.mailboxes.remove(IVO, WARM)
    assert (bench.subscription().status, bench.domain().mailbox_count) == ("ACTIVE", 1)
    bench.client.mailboxes.remove(IVO, COLD)
    assert bench.subscription().status == "CANCELLED"
    with pytest.raises(Refused, match="404"):
        bench.mailbox(COLD)


def test_remove_mailbox_is_refused_in_the_last_day(bench: Bench) -> None:
    bench.client.mailboxes.remove(IVO, WARM)
    bench.control.advance(timedelta(days=19, hours=1))
    with pytest.raises(Refused, match="24 hours"):
        bench.client.mailboxes.remove(IVO, COLD)


def test_validate_mailbox_tells_health(bench: Bench) -> None:
    assert bench.client.mailboxes.validate(IVO, WARM) == MailboxHealth(WARM, has_smtp=True, has_dns=True)


def test_start_mailbox_warmup_charges_for_the_days_that_remain(bench: Bench) -> None:
    assert bench.client.warmup.start(COLD).status == "PENDING"
    assert bench.spent_minor() == round(100 * 20 / 30)
    bench.control.advance(300)
    assert bench.mailbox(COLD).warmup_status == "ACTIVE"
    with pytest.raises(Refused, match="409"):
        bench.client.warmup.start(COLD)


def test_set_mailbox_warmup_status_sets(bench: Bench) -> None:
    for wanted in ("PAUSED", "PAUSED", "ACTIVE"):
        assert bench.client.warmup.set_status(WARM, wanted).status == wanted
        assert bench.mailbox().warmup_status == wanted


def test_toggle_mailbox_warmup_flips_without_an_event(bench: Bench) -> None:
    assert [bench.client.warmup.toggle(WARM).status for _ in range(2)] == ["PAUSED", "ACTIVE"]
    bench.control.advance(60)
    assert bench.events() == []


def test_remove_mailbox_warmup_stops_without_a_refund(bench: Bench) -> None:
    bench.client.warmup.remove(WARM)
    assert (bench.mailbox().warmup_status, bench.spent_minor()) == ("STOPPED", 0)
    assert bench.events() == ["mailbox.warmup.removed"]


def test_update_mailbox_warmup_settings_takes_rates_and_numbers(bench: Bench) -> None:
    settings = WarmupSettings(limit=40, reply_rate=0.3, on_weekdays=True)
    assert bench.client.warmup.update_settings(WARM, settings).action_id
    with pytest.raises(Refused, match="422"):
        bench.client.warmup.update_settings(COLD, settings)


def test_create_placement_test_charges_each_mailbox_or_says_402(bench: Bench) -> None:
    order_id = bench.client.placement.test(IVO, [WARM, COLD], ai_insight=True)
    assert (bench.spent_minor(), bool(order_id)) == (150, True)
    bench.control.set_wallet(Decimal("0.49"))
    with pytest.raises(Refused, match="402"):
        bench.client.placement.test(IVO, [WARM])


def test_list_placement_reports_shows_the_newest_first(bench: Bench) -> None:
    first = bench.client.placement.test(IVO, [WARM], spamassassin=True)
    bench.control.advance(60)
    second = bench.client.placement.test(IVO, [COLD])
    reports = bench.client.placement.reports(IVO).items
    assert [(each.id, each.status) for each in reports] == [(second, "PENDING"), (first, "COMPLETED")]
    assert [each.from_address for each in reports[1].mailboxes] == [f"elin@{REACH}"]
    assert [each.id for each in bench.client.placement.all_reports(IVO, mailbox_id=COLD)] == [second]


def test_a_mailbox_says_which_subscription_pays_for_it(bench: Bench) -> None:
    assert bench.mailbox(COLD).subscription_id == SUBSCRIPTIONS[0]
