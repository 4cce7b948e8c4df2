"""The log of events: staff read it and replay, and no credential is in it."""

import pytest
from django.test import Client

from accounts.tenancy import staff_scope
from reseller_portal.webhooks.intake import keep
from reseller_portal.webhooks.models import Event
from reseller_portal.webhooks.processing import process_due
from tests.accounts.staff import audit_rows, browser_of, make_admin, make_support
from tests.webhooks.deliveries import body_of, open_account, the_event
from tests.world import World

LOG = "/admin/webhooks/event/"


@pytest.fixture
def rex(world: World) -> Client:
    return browser_of(make_admin())


@pytest.fixture
def ignored(world: World) -> Event:
    """An event of Acme that nobody listens to."""
    open_account(world.acme)
    keep(body_of("mailbox.sang", domainName="a.example", password="open-sesame"))
    process_due()
    return the_event()


def replay(browser: Client, event: Event, reason: str = "Read again after the mend") -> str:
    press = {"action": "replay", "_selected_action": [event.pk], "reason": reason}
    answer = browser.post(LOG, press, follow=True)
    assert answer.status_code == 200
    return answer.content.decode()


def test_the_log_names_the_customer_and_what_became_of_an_event(rex: Client, ignored: Event) -> None:
    text = rex.get(LOG).content.decode()
    for shown in ("mailbox.sang", "EVENT1", "Acme", "Kept, not understood"):
        assert shown in text


@pytest.mark.parametrize(("query", "found"), [("q=EVENT1", 1), ("q=sang", 1), ("q=EVENT2", 0), ("state=due", 0)])
def test_an_event_is_found_by_id_name_and_state(rex: Client, ignored: Event, query: str, found: int) -> None:
    assert rex.get(f"{LOG}?{query}").context["cl"].result_count == found


def test_the_page_of_an_event_shows_its_content_without_credentials(rex: Client, ignored: Event) -> None:
    text = rex.get(f"{LOG}{ignored.pk}/change/").content.decode()
    assert "a.example" in text
    assert "open-sesame" not in text


@pytest.mark.parametrize("end", ["ignored", "done", "put away"])
def test_an_event_that_ended_keeps_no_credentials_not_even_encrypted(world: World, rex: Client, end: str) -> None:
    open_account(world.acme)
    name = "mailbox.sang" if end == "ignored" else "mailbox.updated"
    keep(body_of(name, domainName="a.example", password="open-sesame"))
    assert the_event().secrets
    if end == "put away":
        with staff_scope("test: given up"):
            Event.objects.update(state=Event.State.FAILED, due_at=None)
        rex.post(f"{LOG}{the_event().pk}/decide/away/", {"reason": "Seen"})
    else:
        process_due()
    assert the_event().state == end.replace(" ", "_")
    assert the_event().secrets == ""


def test_an_event_is_never_written_by_hand(rex: Client, ignored: Event) -> None:
    assert rex.post(f"{LOG}{ignored.pk}/change/", {"name": "other"}).status_code == 403
    assert rex.post(f"{LOG}{ignored.pk}/delete/", {"post": "yes"}).status_code == 403
    assert rex.get(f"{LOG}add/").status_code == 403


def test_an_event_is_replayed_and_audited(rex: Client, ignored: Event) -> None:
    assert "Nothing was done. Say why" in replay(rex, ignored, reason=" ")
    assert the_event().state == Event.State.IGNORED
    assert "Done with 1 of 1." in replay(rex, ignored)
    assert (the_event().state, the_event().attempts) == (Event.State.DUE, 0)
    (row,) = audit_rows("event.replayed")
    assert (row.actor_label, row.subject_id, row.before["state"]) == ("Rex", str(ignored.pk), "ignored")
    assert row.after["reason"] == "Read again after the mend"


def test_support_reads_the_log_and_replays_nothing(world: World, ignored: Event) -> None:
    sam = browser_of(make_support())
    assert "mailbox.sang" in sam.get(LOG).content.decode()
    replay(sam, ignored)
    assert the_event().state == Event.State.IGNORED
    assert audit_rows("event.replayed") == []
