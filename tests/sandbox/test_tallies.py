"""Lists at any length: positions come from tallies, and the tallies are always true."""

import pytest
from django.db.models import Count
from django.db.models.functions import Left

from reseller_portal.sandbox import control, tallies
from reseller_portal.sandbox.loading import load_mailboxes
from reseller_portal.sandbox.models import Mailbox, MailboxTally, Piece, Subscription, SubscriptionTally
from tests.sandbox.conftest import Api, Owner


def pages(api: Api, path: str, key: str, limit: int, **query: str) -> list[str]:
    found: list[str] = []
    for page in range(1, 100):
        data = api.ok("GET", path, page=page, limit=limit, **query)["data"]
        found += [each[{"mailboxes": "mailboxId", "subscriptions": "subscriptionId"}[key]] for each in data[key]]
        if page >= data["pagination"]["totalPages"]:
            assert data["pagination"]["totalSearchedCount"] == len(found)
            return found
    raise AssertionError("pages without end")


def tallied(piece: str = "") -> dict[str, int]:
    return {each.bucket: each.amount for each in MailboxTally.objects.filter(piece=piece) if each.amount}


def counted(piece: str = "") -> dict[str, int]:
    rows = Mailbox.objects.exclude(status__in=["FAILED", "REMOVED"]).filter(email__contains=piece)
    return dict(rows.annotate(bucket=Left("id", 2)).values_list("bucket").annotate(Count("pk")))


def test_pages_of_everything_hold_each_row_once_and_in_order(owner: Owner) -> None:
    load_mailboxes(300)
    found = pages(owner.api, "/mailboxes", "mailboxes", 37)
    assert found == sorted(Mailbox.objects.values_list("pk", flat=True))
    subscriptions = pages(owner.api, "/subscriptions", "subscriptions", 17)
    assert subscriptions == sorted(Subscription.objects.values_list("pk", flat=True))
    assert pages(owner.api, "/subscriptions", "subscriptions", 17, status="ACTIVE") == subscriptions
    assert pages(owner.api, "/subscriptions", "subscriptions", 17, status="PAST_DUE") == []


def test_a_page_after_the_last_is_empty(owner: Owner) -> None:
    assert owner.api.ok("GET", "/mailboxes", page=9)["data"]["mailboxes"] == []
    assert owner.api.ok("GET", "/subscriptions", page=9)["data"]["subscriptions"] == []


def test_tallies_follow_whatever_happens(owner: Owner) -> None:
    load_mailboxes(50)
    owner.api.ok("DELETE", "/mailboxes/remove", {"mailboxId": owner.mailboxes[0]["mailboxId"]}, userId=owner.user)
    assert tallied() == counted()
    owner.api.ok("POST", "/subscriptions/cancel", {"domain": owner.domain})
    assert tallied() == counted()
    states = {(each.status, each.bucket): each.amount for each in SubscriptionTally.objects.all() if each.amount}
    rows = Subscription.objects.annotate(bucket=Left("id", 2)).values_list("status", "bucket").annotate(Count("pk"))
    assert states == {(status, bucket): amount for status, bucket, amount in rows}
    owner.api.control.reset()
    assert tallied() == {}


def test_a_piece_of_very_many_addresses_is_counted_once_and_kept(owner: Owner, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tallies, "VERY_MANY", 20)
    load_mailboxes(90)
    first = pages(owner.api, "/mailboxes", "mailboxes", 7, contains="box1")
    assert first == sorted(Mailbox.objects.filter(username="box1").values_list("pk", flat=True))
    assert [each.text for each in Piece.objects.exclude(text="")] == ["box1"]
    Mailbox.objects.filter(pk=first[0]).update(email="other@example.com")
    Mailbox.objects.filter(pk=first[1]).update(status="REMOVED")
    assert pages(owner.api, "/mailboxes", "mailboxes", 7, contains="box1") == first[2:]
    assert tallied("box1") == counted("box1")


def test_only_so_many_pieces_are_remembered(owner: Owner, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tallies, "VERY_MANY", 20)
    monkeypatch.setattr(tallies, "MOST_PIECES", 2)
    load_mailboxes(90)
    for piece in ("box", "ox", "@load", "load"):
        assert len(pages(owner.api, "/mailboxes", "mailboxes", 50, contains=piece)) == 90
    assert [each.text for each in Piece.objects.exclude(text="").order_by("pk")] == ["@load", "load"]
    assert set(MailboxTally.objects.values_list("piece", flat=True)) == {"", "@load", "load"}


def test_a_piece_of_few_addresses_is_not_remembered(owner: Owner) -> None:
    assert len(pages(owner.api, "/mailboxes", "mailboxes", 50, contains="noor@")) == 1
    assert pages(owner.api, "/mailboxes", "mailboxes", 50, contains="100%") == []
    assert not Piece.objects.exclude(text="").exists()


def test_forgetting_very_many_rows_empties_the_tallies_too(owner: Owner, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(control, "VERY_MANY", 20)
    load_mailboxes(60)
    owner.api.control.reset()
    assert owner.api.ok("GET", "/mailboxes")["data"]["mailboxes"] == []
    load_mailboxes(3)
    assert len(pages(owner.api, "/mailboxes", "mailboxes", 50)) == 3
    assert len(pages(owner.api, "/subscriptions", "subscriptions", 50)) == 1
