"""What time does to a domain, moment by moment."""

from datetime import datetime, timedelta

from tests.sandbox.conftest import Owner


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text)


def reach(owner: Owner, at: datetime) -> None:
    now = owner.api.control.now()
    owner.api.control.advance(at - now)


def quote(owner: Owner) -> dict[str, object]:
    wish = {"userId": owner.user, "domains": [owner.domain]}
    return dict(owner.api.ok("POST", "/domains/renewal-price", wish)["data"][0])


def test_a_domain_cannot_be_renewed_before_the_window_of_45_days(owner: Owner) -> None:
    expires = moment(owner.domain_row["expireOn"])
    reach(owner, expires - timedelta(days=45, minutes=1))
    assert "45 day" in str(quote(owner)["error"])
    reach(owner, expires - timedelta(days=44, hours=23))
    assert quote(owner)["renewalPrice"] == "15.45"


def test_a_renewal_charges_the_wallet_and_moves_the_expiry_by_the_years(owner: Owner) -> None:
    expires = moment(owner.domain_row["expireOn"])
    reach(owner, expires - timedelta(days=40))
    before = owner.api.control.wallet_minor()
    body = {"userId": owner.user, "domains": [owner.domain], "years": 2}
    answer = owner.api.ok("POST", "/domains/renew", body)
    assert answer["message"] == "Domain renewal queued for 1 domain."
    assert owner.domain_row["status"] == "RENEWING"
    owner.wait(seconds=6)
    assert before - owner.api.control.wallet_minor() == 2 * 1545
    assert moment(owner.domain_row["expireOn"]) == expires.replace(year=expires.year + 2)
    (event,) = owner.api.events("domain.renewal.success")
    assert event["actionId"] == answer["actionId"]
    assert event["years"] == 2


def test_a_renewal_without_money_fails_by_event_and_leaves_the_domain_as_it_was(owner: Owner) -> None:
    reach(owner, moment(owner.domain_row["expireOn"]) - timedelta(days=40))
    owner.api.control.set_wallet(0)
    owner.api.ok("POST", "/domains/renew", {"userId": owner.user, "domains": [owner.domain]})
    owner.wait(seconds=6)
    assert owner.domain_row["status"] == "ACTIVE"
    assert owner.api.events("domain.renewal.failed")[0]["reason"] == "Insufficient wallet balance"


def test_grace_lasts_to_the_end_of_the_utc_day_seven_days_after_expiry(owner: Owner) -> None:
    expires = moment(owner.domain_row["expireOn"])
    reach(owner, expires + timedelta(seconds=1))
    assert owner.domain_row["status"] == "GRACE_PERIOD"
    last = (expires + timedelta(days=7)).replace(hour=23, minute=59, second=59, microsecond=0)
    assert owner.api.events("domain.grace_period")[0]["gracePeriodEndsAt"] == last.strftime("%Y-%m-%dT%H:%M:%SZ")
    reach(owner, last)
    assert owner.domain_row["status"] == "GRACE_PERIOD"
    reach(owner, last + timedelta(seconds=2))
    assert owner.domain_row["status"] == "EXPIRED"
    assert len(owner.api.events("domain.expired")) == 1
    assert "EXPIRED" in str(quote(owner)["error"])


def test_a_domain_in_grace_comes_back_by_a_renewal(owner: Owner) -> None:
    reach(owner, moment(owner.domain_row["expireOn"]) + timedelta(days=2))
    owner.api.ok("POST", "/domains/renew", {"userId": owner.user, "domains": [owner.domain]})
    owner.wait(seconds=6)
    assert owner.domain_row["status"] == "ACTIVE"
    owner.wait(days=10)
    assert owner.domain_row["status"] == "ACTIVE"


def test_auto_renew_renews_inside_the_window_and_names_no_action(owner: Owner) -> None:
    expires = moment(owner.domain_row["expireOn"])
    body = {"userId": owner.user, "domains": [owner.domain], "autoRenew": True}
    owner.api.ok("PATCH", "/domains/toggle-auto-renew", body)
    reach(owner, expires - timedelta(days=29))
    assert moment(owner.domain_row["expireOn"]) > expires
    assert "actionId" not in owner.api.events("domain.renewal.success")[0]


def test_auto_renew_without_money_tries_again_every_day(owner: Owner) -> None:
    expires = moment(owner.domain_row["expireOn"])
    body = {"userId": owner.user, "domains": [owner.domain], "autoRenew": True}
    owner.api.ok("PATCH", "/domains/toggle-auto-renew", body)
    reach(owner, expires - timedelta(days=31))
    owner.api.control.set_wallet(0)
    owner.wait(days=3)
    assert len(owner.api.events("domain.renewal.failed")) >= 2
    owner.api.control.set_wallet(100)
    owner.wait(days=2)
    assert len(owner.api.events("domain.renewal.success")) == 1
