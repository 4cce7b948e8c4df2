"""What becomes of an event that was kept."""

from datetime import timedelta

import pytest
from django.db import connection
from django.db.models.functions import Now
from django.utils import timezone

from accounts.actors import portal_actor
from accounts.audit import record
from accounts.models import AuditEntry, Customer
from accounts.tenancy import staff_scope
from reseller_portal.jobs.rules import DELAYS, PATIENCE
from reseller_portal.webhooks import registry
from reseller_portal.webhooks.intake import keep
from reseller_portal.webhooks.models import Event
from reseller_portal.webhooks.processing import process_due, replay
from reseller_portal.webhooks.registry import NotYet, Received, register
from tests.flow.killing import Killed, reaping
from tests.webhooks.deliveries import body_of, open_account, the_event
from tests.world import World

State = Event.State


class Listener:
    """A handler that notes what it was told, then does as it is bid."""

    def __init__(self) -> None:
        self.heard: list[Received] = []
        self.raises: list[Exception] = []

    def __call__(self, event: Received) -> None:
        self.heard.append(event)
        record(actor=portal_actor(event.customer), action="event.heard", subject=event.customer)
        if self.raises:
            raise self.raises.pop(0)


@pytest.fixture
def listener(monkeypatch: pytest.MonkeyPatch) -> Listener:
    """Listens to `domain.order.success`, in place of the apps."""
    monkeypatch.setattr(registry, "_handlers", {})
    listener = Listener()
    register("domain.order.success", listener)
    return listener


@pytest.fixture
def acme(world: World) -> Customer:
    open_account(world.acme)
    return world.acme


def arrive(body: bytes) -> None:
    keep(body)


def make_due() -> None:
    with staff_scope("test: time passes"):
        Event.objects.exclude(due_at=None).update(due_at=Now())


def notes() -> int:
    with staff_scope("test: count what handlers wrote"):
        return AuditEntry.objects.filter(action="event.heard").count()


def seconds_to_next_attempt() -> float:
    due_at = the_event().due_at
    assert due_at is not None
    with connection.cursor() as cursor:
        cursor.execute("SELECT extract(epoch FROM %s - clock_timestamp())", [due_at])
        return float(cursor.fetchone()[0])


def test_the_handler_hears_of_the_event_of_its_customer(acme: Customer, listener: Listener) -> None:
    arrive(body_of(orderId="O1", actionId="ACT_1", domainName="a.example"))
    assert process_due() == 1
    (heard,) = listener.heard
    assert (heard.customer, heard.order_id, heard.action_id) == (acme, "O1", "ACT_1")
    assert heard.data["domainName"] == "a.example"
    assert heard.received_at <= timezone.now()
    assert (the_event().state, the_event().due_at, notes()) == (State.DONE, None, 1)


def test_a_handler_sees_the_rows_of_that_customer_only(acme: Customer, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[str] = []
    monkeypatch.setattr(registry, "_handlers", {})
    register("domain.order.success", lambda event: seen.extend(each.slug for each in Customer.objects.all()))
    arrive(body_of())
    process_due()
    assert seen == ["acme"]


def test_every_app_that_listens_hears_it_once(acme: Customer, listener: Listener) -> None:
    other = Listener()
    register("domain.order.success", other)
    register("domain.order.success", other)
    arrive(body_of())
    process_due()
    assert (len(listener.heard), len(other.heard)) == (1, 1)


def test_credentials_reach_the_handler_and_are_forgotten_when_it_is_done(acme: Customer, listener: Listener) -> None:
    arrive(body_of(accounts=[{"password": "open-sesame"}]))
    process_due()
    (heard,) = listener.heard
    assert heard.data["accounts"] == [{"password": "open-sesame"}]
    assert "open-sesame" not in repr(heard)
    assert (the_event().secrets, the_event().payload["data"]["accounts"]) == ("", [{}])


def test_an_unknown_event_is_kept_with_all_it_said_but_credentials(acme: Customer, listener: Listener) -> None:
    arrive(body_of("mailbox.sang", password="open-sesame"))
    process_due()
    assert the_event().state == State.IGNORED
    assert (the_event().payload["event"], the_event().secrets) == ("mailbox.sang", "")
    assert process_due() == 0


def test_an_event_of_an_unknown_customer_waits_until_we_know_it(world: World, listener: Listener) -> None:
    arrive(body_of())
    process_due()
    assert (the_event().state, the_event().last_error) == (State.DUE, "no customer of ours has this upstream user")
    open_account(world.acme)
    make_due()
    process_due()
    assert the_event().state == State.DONE


def test_an_event_that_names_no_customer_is_nobodys(world: World, listener: Listener) -> None:
    """A customer without an account at the upstream has no upstream user either: that is no match."""
    arrive(body_of(userId=""))
    process_due()
    assert (the_event().state, listener.heard) == (State.DUE, [])


def test_what_is_not_there_yet_is_tried_again_later_and_later(acme: Customer, listener: Listener) -> None:
    arrive(body_of())
    for pause in (*DELAYS, DELAYS[-1]):
        listener.raises = [NotYet("no such order here yet")]
        make_due()
        process_due()
        assert 0.7 * pause <= seconds_to_next_attempt() <= 1.2 * pause
    assert process_due() == 0
    assert (the_event().last_error, notes()) == ("no such order here yet", 0)


def test_after_twenty_tries_a_person_is_asked(acme: Customer, listener: Listener) -> None:
    arrive(body_of(password="open-sesame"))
    for _ in range(50):
        listener.raises = [NotYet("no such order here yet")]
        make_due()
        process_due()
    assert len(listener.heard) == PATIENCE.tries
    assert (the_event().state, the_event().due_at) == (State.FAILED, None)
    assert the_event().secrets != ""


@pytest.mark.parametrize("at", range(1, 4))
def test_a_worker_killed_at_any_point_loses_no_event_and_has_it_settled_once(
    acme: Customer, listener: Listener, at: int
) -> None:
    arrive(body_of())
    with reaping(at, "event") as reaper, pytest.raises(Killed):
        process_due()
    assert reaper.reached == ["event: after claim", "event: before it is written", "event: after it is written"][:at]
    assert process_due() == 0
    make_due()
    process_due()
    assert (the_event().state, the_event().lease, notes()) == (State.DONE, "", 1)


def test_an_event_at_which_every_worker_dies_ends_with_a_person(acme: Customer, listener: Listener) -> None:
    arrive(body_of())
    for _ in range(30):
        make_due()
        with reaping(2, "event"):
            try:
                process_due()
            except Killed:
                continue
    assert the_event().attempts <= (PATIENCE.tries or 0) + 1
    assert the_event().state == State.FAILED


def test_a_long_stop_of_the_workers_costs_no_event(acme: Customer, listener: Listener) -> None:
    arrive(body_of())
    with staff_scope("test: a week passes"):
        Event.objects.update(received_at=timezone.now() - timedelta(days=7))
    listener.raises = [NotYet("no such order here yet")]
    process_due()
    assert the_event().state == State.DUE


def test_a_fault_of_a_handler_is_undone_noted_and_holds_up_nobody(
    acme: Customer, listener: Listener, caplog: pytest.LogCaptureFixture
) -> None:
    arrive(body_of(event_id="BAD"))
    arrive(body_of(event_id="GOOD"))
    listener.raises = [ZeroDivisionError("open-sesame")]
    assert process_due() == 2
    with staff_scope("test"):
        bad, good = Event.objects.order_by("pk")
    assert (bad.state, bad.last_error) == (State.DUE, "A fault of the portal: ZeroDivisionError")
    assert (good.state, notes()) == (State.DONE, 1)
    assert "event BAD" in caplog.text
    assert "open-sesame" not in caplog.text + bad.last_error


def test_what_only_the_commit_would_refuse_is_a_fault_of_that_event(
    acme: Customer, monkeypatch: pytest.MonkeyPatch
) -> None:
    def unbalanced(event: Received) -> None:
        with connection.cursor() as cursor:
            cursor.execute(
                "INSERT INTO accounts_membership (customer_id, user_id, role, created_at) VALUES (%s, 0, '', now())",
                [event.customer.pk],
            )

    monkeypatch.setattr(registry, "_handlers", {})
    register("domain.order.success", unbalanced)
    arrive(body_of())
    assert process_due() == 1
    assert the_event().last_error == "A fault of the portal: IntegrityError"


def test_secrets_that_no_key_opens_are_a_fault_of_that_event(acme: Customer, listener: Listener) -> None:
    arrive(body_of(password="open-sesame"))
    with staff_scope("test: the keys are gone"):
        Event.objects.update(secrets="gAAAAA")
    process_due()
    assert the_event().last_error == "A fault of the portal: Undecipherable"


def test_no_more_than_the_limit_is_taken(acme: Customer, listener: Listener) -> None:
    for number in range(3):
        arrive(body_of(event_id=str(number)))
    assert (process_due(limit=2), process_due(limit=2)) == (2, 1)


def test_a_replay_makes_an_event_due_again_and_says_who_did_it(
    world: World, acme: Customer, listener: Listener
) -> None:
    arrive(body_of())
    process_due()
    with staff_scope("test: a person replays it"):
        replay(user=world.ada, event=the_event(), reason="Mended")
        entry = AuditEntry.objects.get(action="event.replayed")
    assert (entry.actor, entry.subject_id, entry.before["state"]) == (world.ada, str(the_event().pk), State.DONE)
    process_due()
    assert (len(listener.heard), the_event().state) == (2, State.DONE)
