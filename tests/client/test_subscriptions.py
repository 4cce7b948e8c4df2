"""Subscriptions, exports and logins at platforms, by the client."""

from datetime import timedelta
from decimal import Decimal

import pytest

from reseller_portal.upstream.errors import Refused
from reseller_portal.upstream.models.exports import PlatformLogin, PlatformLoginChange, PlatformMetadata
from reseller_portal.upstream.models.orders import GoogleOauth
from tests.client.conftest import Bench
from tests.sandbox.known import CREDENTIALS, IVO, MAILBOXES, REACH, SUBSCRIPTIONS

RUNNING, OTHER = SUBSCRIPTIONS
SMARTLEAD, INSTANTLY = CREDENTIALS
OAUTH = GoogleOauth("https://app.harborlight.example/oauth", "1-demo.apps.googleusercontent.example", "Sender")


def test_list_subscriptions_filters_by_status_id_and_domain(bench: Bench) -> None:
    assert {each.id for each in bench.client.subscriptions.all()} == set(SUBSCRIPTIONS)
    assert [each.id for each in bench.client.subscriptions.list(domain=REACH).items] == [RUNNING]
    assert bench.client.subscriptions.list(status="PAST_DUE").items == ()
    found = bench.subscription()
    assert (found.mailbox_quantity, found.price_per_mailbox, found.user_id) == (2, Decimal(3), IVO)


def test_renew_subscriptions_buys_a_month_more(bench: Bench) -> None:
    before = bench.subscription()
    assert bench.client.subscriptions.renew([RUNNING]).action_id
    assert bench.subscription().status == "RENEWING"
    bench.control.advance(10)
    after = bench.subscription()
    assert (after.status, after.period_started_at) == ("ACTIVE", before.period_ends_at)
    # Two mailboxes at three dollars, and the warm-up of one of them.
    assert bench.spent_minor() == 2 * 300 + 100


def test_set_subscription_auto_renew_decides_what_happens_at_the_end(bench: Bench) -> None:
    assert bench.client.subscriptions.set_auto_renew(RUNNING, is_on=False).auto_renew is False
    bench.control.advance(timedelta(days=20, seconds=10))
    assert bench.subscription().status == "PAST_DUE"
    bench.control.advance(timedelta(days=8))
    assert (bench.subscription().status, bench.mailbox().status) == ("EXPIRED", "EXPIRED")


def test_cancel_subscription_deletes_the_workspace_at_once(bench: Bench) -> None:
    bench.client.subscriptions.cancel(RUNNING)
    assert bench.subscription().status == "CANCELLED"
    assert bench.client.mailboxes.list(IVO).items == ()
    assert bench.events() == ["subscription.cancelled"]


def test_recreate_subscriptions_gives_new_ids_and_passwords(bench: Bench) -> None:
    before = bench.mailbox()
    assert bench.client.subscriptions.recreate([RUNNING]).action_id
    assert bench.client.subscriptions.list(subscription_id=RUNNING).items == ()
    assert bench.mailbox().status == "EXPIRED"
    bench.control.advance(600)
    after = bench.mailbox()
    assert after.status == "ACTIVE"
    assert after.password != before.password
    (new,) = bench.client.subscriptions.list(domain=REACH).items
    assert (new.id, after.subscription_id) == (after.subscription_id, new.id)


def test_reexport_mailbox_oauth_ends_in_an_event(bench: Bench) -> None:
    assert bench.client.exports.reexport(IVO, MAILBOXES[0], google=OAUTH).action_id
    with pytest.raises(Refused, match="409"):
        bench.client.exports.reexport(IVO, MAILBOXES[0], google=OAUTH)
    bench.control.advance(10)
    assert bench.events() == ["mailbox.exported"]


def test_list_platform_credentials_shows_logins_by_platform(bench: Bench) -> None:
    logins = bench.client.exports.logins(IVO)
    assert [each.id for each in logins["SMARTLEAD"].logins] == [SMARTLEAD]
    assert not logins["REACHINBOX"].is_connected


def test_add_platform_credential_is_tried_first(bench: Bench) -> None:
    login = PlatformLogin(app="REACHINBOX", email="ivo@harborlight.example", password="right-1")
    made = bench.client.exports.add_login(IVO, login)
    assert [each.id for each in bench.client.exports.logins(IVO)["REACHINBOX"].logins] == [made]
    with pytest.raises(Refused, match="Invalid credentials"):
        bench.client.exports.add_login(IVO, PlatformLogin(app="REACHINBOX", email="i@v.o", password="wrong-1"))


def test_update_platform_credential_keeps_the_id(bench: Bench) -> None:
    change = PlatformLoginChange(organisation_id="org-1", metadata=PlatformMetadata(workspace="Main"))
    bench.client.exports.update_login(IVO, INSTANTLY, change)
    (login,) = bench.client.exports.logins(IVO)["INSTANTLY"].logins
    assert (login.id, login.metadata) == (INSTANTLY, PlatformMetadata(workspace="Main", organisation_id="org-1"))


def test_remove_platform_credential_forgets_it(bench: Bench) -> None:
    bench.client.exports.remove_login(IVO, SMARTLEAD)
    assert not bench.client.exports.logins(IVO)["SMARTLEAD"].is_connected


def test_list_platform_workspaces_names_organisations(bench: Bench) -> None:
    assert len(bench.client.exports.workspaces(IVO, INSTANTLY)) == 2


def test_export_mailboxes_ends_in_an_event_for_each(bench: Bench) -> None:
    assert bench.client.exports.export(IVO, SMARTLEAD, list(MAILBOXES)).action_id
    bench.control.advance(10)
    assert bench.events() == ["mailbox.exported"] * 2
    with pytest.raises(Refused, match="organisation"):
        bench.client.exports.export(IVO, INSTANTLY, list(MAILBOXES))


def test_an_unpaid_subscription_is_paid_by_renewing_it(bench: Bench) -> None:
    bench.client.subscriptions.set_auto_renew(OTHER, is_on=False)
    bench.control.advance(timedelta(days=22))
    bench.client.subscriptions.renew([OTHER])
    bench.control.advance(10)
    assert bench.subscription(OTHER).status == "ACTIVE"
