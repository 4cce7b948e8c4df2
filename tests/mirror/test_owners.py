"""Whose a thing is: a purchase or a reading that names a customer proves it, and another customer's row gives way."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from django.utils import timezone

from accounts.actors import portal_actor
from accounts.models import AuditEntry, Customer
from accounts.tenancy import scope, staff_scope
from billing.models import OrderLine, Subscription
from domains.models import Domain
from domains.services.refreshing import WHOLE
from mailboxes.models import Credential, Mailbox
from mailboxes.services.hearing import hear_of_mailboxes
from mailboxes.services.refreshing import ONE
from mailboxes.services.secrets import NoCredentials, keep_newest, reveal
from mirror.models import Drift, Survey
from mirror.refresh import Busy
from reseller_portal.core.crypto import decrypt
from reseller_portal.operations import lookups
from reseller_portal.operations.models import Operation
from reseller_portal.sandbox.models import Domain as SoldDomain
from reseller_portal.sandbox.models import Mailbox as SoldMailbox
from reseller_portal.sandbox.models import Subscription as SoldSubscription
from reseller_portal.upstream.mailboxes import Mailboxes
from reseller_portal.upstream.models.mailboxes import Mailbox as Told
from reseller_portal.upstream.reader import Reader
from tests import oracle
from tests.mirror.account import Account, drifts
from tests.shop import Shop

OWNED = ("ACTIVE", "RENEWING", "GRACE_PERIOD")


def stale(shop: Shop, name: str, *, state: str = "ACTIVE", **more: object) -> Domain:
    """What Initech had once, and lost without our hearing of it; with one mailbox and its password."""
    owner = shop.world.initech
    with scope(owner.pk):
        domain = Domain.objects.create(customer=owner, name=name, state=state, upstream_id="of-old", **more)
        mailbox = Mailbox.objects.create(
            customer=owner, domain=domain, address=f"old@{name}", state="ACTIVE", upstream_id="box-of-old"
        )
        keep_newest([(mailbox, {"password": "initech-secret"})], at=timezone.now())
    return domain


def actions_of(customer: Customer) -> list[str]:
    with staff_scope("test: audit"):
        rows = AuditEntry.objects.filter(customer=customer).order_by("pk")
        return list(rows.values_list("action", flat=True))


@pytest.mark.parametrize("state", OWNED)
def test_a_delivery_displaces_what_another_customer_had_once(shop: Shop, state: str) -> None:
    lost = stale(shop, "first.com", state=state)
    order = shop.order("first.com")
    shop.finish()
    oracle.ask(shop.sandbox)
    with staff_scope("test"):
        order.refresh_from_db()
        lost.refresh_from_db()
        assert (order.state, lost.state) == ("delivered", "REMOVED")
        assert not OrderLine.objects.exclude(state="delivered").exists()
        assert Mailbox.objects.get(address="old@first.com").state == "REMOVED"
        assert not Credential.objects.filter(customer=shop.world.initech).exists()
        assert not Operation.objects.filter(faults__gt=0).exists()
    assert {(each.customer_id, each.kind, each.here, each.there) for each in drifts(state="open")} == {
        (shop.world.initech.pk, "owner", state, "Acme"),
        (shop.world.initech.pk, "owner", "ACTIVE", "Acme"),
    }
    assert {"domain.displaced", "mailbox.displaced"} <= set(actions_of(shop.world.initech))
    assert "domain.registered" in actions_of(shop.customer)


def test_a_row_that_nobody_else_needs_is_left_alone(shop: Shop) -> None:
    kept = stale(shop, "other.com")
    shop.order("first.com")
    shop.finish()
    with staff_scope("test"):
        kept.refresh_from_db()
        assert kept.state == "ACTIVE"
        assert Credential.objects.filter(customer=shop.world.initech).count() == 1
    assert drifts() == []


def test_a_missing_domain_that_another_one_bought_needs_no_decision_of_its_own(shop: Shop) -> None:
    lost = stale(shop, "first.com", missing_since=timezone.now())
    with staff_scope("test"):
        Drift.objects.create(
            customer=lost.customer,
            kind="missing",
            subject_type="domains.domain",
            subject_id=str(lost.pk),
            name=lost.name,
        )
    shop.order("first.com")
    shop.finish()
    assert [each.kind for each in drifts(state="open", subject_type="domains.domain")] == ["owner"]
    assert [each.state for each in drifts(kind="missing")] == ["gone"]


def test_refreshing_what_another_customer_still_has_costs_no_calls_without_end(shop: Shop) -> None:
    """It was one call a second: what the database refused was taken for a lock."""
    shop.order("first.com")
    shop.finish()
    with staff_scope("test: our row is lost, and Initech has one"):
        Credential.objects.all().delete()
        Mailbox.objects.all().delete()
        Domain.objects.all().delete()
    stale(shop, "first.com")
    with scope(shop.customer.pk):
        lookups.ask(customer=shop.customer, kind=WHOLE, keys=["first.com"])
    before = len(shop.sandbox.calls())
    for _ in range(10):
        shop.work()
        shop.pass_time(30)
    assert len(shop.sandbox.calls()) - before <= 6
    with staff_scope("test"):
        assert Operation.objects.get(kind=WHOLE).state == "done"
        assert Domain.objects.get(name="first.com", customer=shop.customer).state == "ACTIVE"
        assert Domain.objects.get(name="first.com", customer=shop.world.initech).state == "REMOVED"
    assert "domain.ownership_proved" in actions_of(shop.customer)


@pytest.fixture
def adopted(account: Account) -> Account:
    account.read()
    return account


def moved(account: Account) -> None:
    """A domain of Harborlight's, with all that is on it, was moved to Birch's user in the provider's panel."""
    birch = account.users["birch"]
    domain = SoldDomain.objects.get(name="harborone.com")
    SoldDomain.objects.filter(pk=domain.pk).update(person_id=birch)
    SoldMailbox.objects.filter(domain=domain).update(person_id=birch, password="birch-live-1")
    SoldSubscription.objects.filter(domain=domain).update(person_id=birch)


def passwords() -> dict[tuple[str, str], str]:
    """In clear, by company and address."""
    with staff_scope("test: credentials"):
        rows = Credential.objects.select_related("customer", "mailbox")
        return {(each.customer.company, each.mailbox.address): decrypt(each.password) for each in rows}


@pytest.mark.parametrize("kind", ["adopt", "customer"])
def test_what_moved_to_another_user_moves_here_with_its_secrets(adopted: Account, kind: str) -> None:
    moved(adopted)
    with staff_scope("test"):
        birch = Customer.objects.get(company="Birch")
    adopted.read(kind, **({"customer": birch} if kind == "customer" else {}))
    told = passwords()
    assert told[("Birch", "maya@harborone.com")] == told[("Birch", "noor@harborone.com")] == "birch-live-1"
    assert not [key for key in told if key[0] != "Birch" and "harborone.com" in key[1]]
    assert not [key for key, value in told.items() if value == "birch-live-1" and key[0] != "Birch"]
    with staff_scope("test"):
        assert set(Domain.objects.filter(name="harborone.com").values_list("customer__company", "state")) == {
            ("Birch", "ACTIVE"), ("Harborlight Sales", "REMOVED"),
        }  # fmt: skip
        old = Mailbox.objects.get(address="maya@harborone.com", customer__company="Harborlight Sales")
        assert old.state == "REMOVED"
    assert {each.kind for each in drifts(state="open", customer__company="Harborlight Sales")} == {"owner"}


def test_a_subscription_that_moved_to_another_user_is_his(adopted: Account) -> None:
    moved(adopted)
    adopted.read(Survey.Kind.SUBSCRIPTIONS)
    with staff_scope("test"):
        rows = Subscription.objects.filter(domain_name="harborone.com")
        assert set(rows.values_list("customer__company", "state")) == {
            ("Birch", "ACTIVE"), ("Harborlight Sales", "REMOVED"),
        }  # fmt: skip


def test_reading_again_what_moved_changes_nothing_more(adopted: Account) -> None:
    moved(adopted)
    adopted.read()
    once, noted = passwords(), len(drifts())
    survey = adopted.read()
    assert (passwords(), len(drifts()), survey.notes) == (once, noted, [])


def test_secrets_are_kept_for_the_customer_who_was_named_alone(adopted: Account) -> None:
    """Harborlight was heard of later, so the pair with Birch is refused; both are on one page of an import."""
    with staff_scope("test"):
        birch, harbor = (Customer.objects.get(company=name) for name in ("Birch", "Harborlight Sales"))
        theirs = Mailbox.objects.get(address="maya@harborone.com")
        Mailbox.objects.update(seen_at=timezone.now() + timedelta(hours=1))
        homes = {each.name: each for each in Domain.objects.all()}
        Domain.objects.create(customer=birch, name="harborone.com", state="TRANSFERRED")
        assert homes["harborone.com"].customer_id == harbor.pk
        told = [
            Told(id=theirs.upstream_id, address=theirs.address, status="ACTIVE", password="live-1"),
            Told(id="another", address="noor@harborone.com", status="ACTIVE", password="live-2"),
        ]
        heard = hear_of_mailboxes([(birch, told[0]), (harbor, told[1])], at=timezone.now())
    assert heard.busy == []
    assert heard.notes == ["maya@harborone.com is another customer's by later news."]
    assert "live-1" not in passwords().values()


def test_who_lost_a_mailbox_reveals_it_no_more(adopted: Account) -> None:
    moved(adopted)
    adopted.read()
    with staff_scope("test"):
        old = Mailbox.objects.get(address="maya@harborone.com", customer__company="Harborlight Sales")
    with scope(old.customer_id), pytest.raises(NoCredentials):
        reveal(actor=portal_actor(old.customer), mailbox=old)


@pytest.mark.parametrize("is_named", [True, False])
def test_a_mailbox_that_is_another_users_there_gives_no_credentials(
    shop: Shop, monkeypatch: pytest.MonkeyPatch, is_named: bool
) -> None:
    """The call for one mailbox names no user and reaches every customer's; its answer need not name one either."""
    shop.order("first.com")
    shop.finish()
    other = Account(shop.sandbox).user("birch")
    box = SoldMailbox.objects.get(email="maya@first.com")
    SoldMailbox.objects.filter(pk=box.pk).update(person_id=other, password="birch-live-1")
    if not is_named:
        told = Mailboxes.get
        monkeypatch.setattr(Mailboxes, "get", lambda self, number: replace(told(self, number), user_id=""))
    with scope(shop.customer.pk):
        lookups.ask(customer=shop.customer, kind=ONE, keys=[box.pk])
    shop.work()
    with staff_scope("test"):
        assert Operation.objects.get(kind=ONE).state == "failed"
    assert "birch-live-1" not in passwords().values()


def test_rows_that_somebody_else_writes_are_read_less_and_less_often(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop.order("first.com")
    shop.finish()
    monkeypatch.setattr("mirror.refresh._again_if_busy", _always_busy)
    with scope(shop.customer.pk):
        lookups.ask(customer=shop.customer, kind=WHOLE, keys=["first.com"])
    before = shop.sandbox.count("get_domain")
    for _ in range(300):
        shop.work()
        shop.pass_time(1)
    assert 5 <= shop.sandbox.count("get_domain") - before <= 30


def _always_busy(_heard: object) -> None:
    raise Busy


@pytest.mark.parametrize("broken", [{"expiryDate": "0000-00-00"}, {"id": None, "domainId": None}])
def test_one_odd_item_is_noted_and_nothing_of_its_list_is_missing(
    adopted: Account, monkeypatch: pytest.MonkeyPatch, broken: dict[str, object]
) -> None:
    """An expiry of 0000-00-00 halted the import of a whole account."""
    plain = Reader.identifier

    def unreadable(self: Reader, *keys: str) -> str:
        is_it = self.values.get("domain") == "harborone.com" or self.values.get("name") == "harborone.com"
        if is_it and "id" in broken:
            raise self.malformed(keys[0])
        return plain(self, *keys)

    def odd(self: Reader, *keys: str) -> datetime | None:
        if "expiryDate" in keys and "expiryDate" in broken:
            object.__setattr__(self, "values", {**self.values, "expiryDate": "0000-00-00"})
        return moment(self, *keys)

    moment = Reader.maybe_moment
    monkeypatch.setattr(Reader, "identifier", unreadable)
    monkeypatch.setattr(Reader, "maybe_moment", odd)
    survey = adopted.read()
    assert survey.state == "done"
    assert survey.notes
    assert "harborone.com" in str(survey.notes)
    adopted.read()
    with staff_scope("test"):
        assert set(Domain.objects.values_list("state", "missing_since")) == {("ACTIVE", None)}
        assert not Domain.objects.filter(expires_at=None).exists()
