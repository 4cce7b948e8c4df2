"""Mail is a row: written with what it tells of, sent afterwards, tried again, and in the end before staff."""

from datetime import timedelta
from typing import Any

import pytest
from django.core.mail.backends.locmem import EmailBackend
from django.db import transaction
from django.db.models import F
from django.test import Client

from accounts import brands
from accounts.mails import NotNeeded, queue_mail, when_sent
from accounts.models import Mail
from accounts.posting import send_due
from accounts.tenancy import staff_scope
from reseller_portal.jobs.rules import PATIENCE
from tests.accounts.post import posted
from tests.flow.killing import Killed, reaping
from tests.world import World

State = Mail.State
POINTS = ["mail: after claim", "mail: after sending"]


class Broken(EmailBackend):
    def send_messages(self, messages: Any) -> int:
        raise ConnectionRefusedError("Connection refused")


@pytest.fixture
def broken(settings: Any) -> None:
    settings.EMAIL_BACKEND = f"{__name__}.Broken"


@pytest.fixture(autouse=True)
def no_brand_of_another_test() -> None:
    brands._found.cache_clear()


def queue(world: World, purpose: str = "test.notice") -> Mail:
    return queue_mail(
        to="ada@example.com",
        subject="One\nline",
        purpose=purpose,
        template="emails/owner_notice",
        context={"url": "http://here.example/", "home": "/"},
        brand=world.acme.brand,
        customer=world.acme,
    )


def pass_time(seconds: float) -> None:
    with staff_scope("test: time passes"):
        for name in ("due_at", "begun_at"):
            Mail.objects.filter(**{f"{name}__isnull": False}).update(**{name: F(name) - timedelta(seconds=seconds)})


def the_mail() -> Mail:
    with staff_scope("test"):
        return Mail.objects.get()


def test_a_mail_is_sent_once_in_the_brands_name(world: World) -> None:
    queue(world)
    (sent,) = posted()
    assert (sent.to, sent.subject, sent.from_email) == (
        ["ada@example.com"], "One line", f"{world.acme.brand.name} <{world.acme.brand.sender}>"
    )  # fmt: skip
    assert len(posted()) == 1
    assert (the_mail().state, the_mail().due_at) == (State.SENT, None)


def test_what_is_not_committed_tells_nobody(world: World) -> None:
    with transaction.atomic():
        queue(world)
        transaction.set_rollback(True)
    assert posted() == []


def test_a_server_that_refuses_is_tried_again_later_and_in_the_end_a_person_is_asked(
    world: World, broken: None
) -> None:
    queue(world)
    tried = 0
    for _ in range(200):
        tried += send_due()
        pass_time(1800)
    assert tried == PATIENCE.tries
    assert (the_mail().state, the_mail().due_at) == (State.NEEDS_PERSON, None)
    assert the_mail().last_error == "ConnectionRefusedError: Connection refused"


def test_a_mail_that_cannot_be_made_stops_none_of_the_others(world: World) -> None:
    def broken(mail: Mail) -> dict[str, Any]:
        raise ZeroDivisionError

    when_sent("test.broken", broken)
    queue(world, "test.broken")
    queue(world)
    assert len(posted()) == 1


def test_what_is_not_needed_any_more_is_dropped(world: World) -> None:
    def not_needed(mail: Mail) -> dict[str, Any]:
        raise NotNeeded("The person is not there any more.")

    when_sent("test.not_needed", not_needed)
    queue(world, "test.not_needed")
    assert posted() == []
    assert (the_mail().state, the_mail().last_error) == (State.DROPPED, "The person is not there any more.")


@pytest.mark.parametrize("at", [1, 2])
def test_a_worker_killed_at_any_point_loses_no_mail(world: World, at: int) -> None:
    queue(world)
    with reaping(at, "mail") as reaper, pytest.raises(Killed):
        send_due()
    assert reaper.reached == POINTS[:at]
    assert send_due() == 0
    pass_time(130)
    assert len(posted()) == at  # once, or once too often where nobody knows that it went out
    assert the_mail().state == State.SENT


def test_a_forgotten_password_waits_for_no_server_and_keeps_its_link_encrypted(world: World, broken: None) -> None:
    answer = Client(HTTP_HOST="outreach.localhost").post("/account/password/reset/", {"email": "ada@example.com"})
    assert answer.status_code == 302
    send_due()
    with staff_scope("test"):
        asked, link = Mail.objects.order_by("pk").values()
    assert (asked["state"], asked["sealed"]) == (State.DROPPED, "")
    assert "/password/reset/key/" not in str(link)
    assert link["sealed"]


def test_its_link_is_forgotten_once_it_was_sent(world: World) -> None:
    Client(HTTP_HOST="outreach.localhost").post("/account/password/reset/", {"email": "ada@example.com"})
    (sent,) = posted()
    assert "/password/reset/key/" in str(sent.body)
    with staff_scope("test"):
        mail = Mail.objects.select_related("brand").latest("pk")
    assert (mail.sealed, mail.brand) == ("", world.acme.brand)
