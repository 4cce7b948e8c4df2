"""Of a list each item is read by itself: one odd value makes one thing unknown, never the whole list unreadable."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
import responses

from reseller_portal.upstream.client import Client
from reseller_portal.upstream.errors import Malformed
from reseller_portal.upstream.paging import Page
from reseller_portal.upstream.reader import LeftOut
from tests.upstream.cases import IVO
from tests.upstream.cases.every import CASES
from tests.upstream.exchange import body_of, places, play

DOMAINS = CASES["list_user_domains"].answer
NO_DATES: tuple[Any, ...] = (
    "0000-00-00",
    "0000-00-00T00:00:00Z",
    "",
    "2026-13-01",
    0,
    1794000000,
    True,
    {},
    ["2026-12-04"],
)
ODD_PRICES: tuple[Any, ...] = ("NaN", "", "$12.99", "1,299.00", "-0.01", -1, "free", [], {}, True, "1e3")


def with_first(operation: str, key: str, value: object) -> Any:
    """The example, in which the first `key` holds another value."""
    body = body_of(operation)
    holder = next(holder for _, holder, name in places(body) if name == key)
    holder[key] = value
    return body


@pytest.mark.parametrize("value", NO_DATES)
def test_a_date_that_cannot_be_read_is_not_told_and_named(
    wire: responses.RequestsMock, client: Client, value: object
) -> None:
    play(wire, "list_user_domains", with_first("list_user_domains", "expireOn", value))
    first, second = client.domains.list(IVO).items
    assert first == replace(DOMAINS.items[0], expires_at=None, unread=("expireOn",))
    assert second == DOMAINS.items[1]


@pytest.mark.parametrize(
    ("operation", "odd", "unread"),
    [
        ("list_user_domains", {"mailboxCount": "two"}, "mailboxCount"),
        ("list_user_domains", {"domainForwarding": "https://a.example"}, "domainForwarding"),
        ("list_user_domains", {"forwardTo": 7}, "domainForwarding.forwardTo"),
        ("list_user_domains", {"autoRenew": "on"}, "autoRenew"),
        ("list_users", {"createdAt": "yesterday"}, "createdAt"),
        ("list_users", {"phone": 5035550142}, "phone"),
        ("list_user_mailboxes", {"expiryDate": "never"}, "expiryDate"),
        ("list_user_mailboxes", {"password": ["secret-1"]}, "password"),
        ("list_prewarmed_domains", {"createdAt": "long ago"}, "preWarmedUpMailboxes[0].createdAt"),
    ],
)
def test_an_optional_value_of_the_wrong_kind_is_not_told_and_named(
    wire: responses.RequestsMock, client: Client, operation: str, odd: dict[str, object], unread: str
) -> None:
    play(wire, operation, with_first(operation, *next(iter(odd.items()))))
    page: Page[Any] = CASES[operation].call(client)
    whole: Page[Any] = CASES[operation].answer
    assert page.items[0].unread == (unread,)
    assert page.items[1:] == whole.items[1:]
    assert "secret-1" not in repr(page)


@pytest.mark.parametrize("operation", ["get_mailbox", "get_domain", "get_user"])
def test_a_thing_that_is_looked_at_alone_is_read_as_in_a_list(
    wire: responses.RequestsMock, client: Client, operation: str
) -> None:
    key = {"get_mailbox": "expiryDate", "get_domain": "expireOn", "get_user": "createdAt"}[operation]
    play(wire, operation, with_first(operation, key, "0000-00-00"))
    assert CASES[operation].call(client).unread == (key,)


def test_an_item_without_id_is_left_out_with_what_it_is_called(wire: responses.RequestsMock, client: Client) -> None:
    play(wire, "list_user_domains", with_first("list_user_domains", "domainId", None))
    page = client.domains.list(IVO)
    assert page.items == DOMAINS.items[1:]
    key = "data.domains[0].domainId"
    assert page.left_out == (LeftOut("list_user_domains", key, "", DOMAINS.items[0].name),)


@pytest.mark.parametrize("item", ["USER1", 7, None, []])
def test_an_item_that_is_no_object_is_left_out(wire: responses.RequestsMock, client: Client, item: object) -> None:
    body = body_of("list_users")
    body["data"]["users"].append(item)
    play(wire, "list_users", body)
    page = client.users.list()
    assert page.items == CASES["list_users"].answer.items
    assert [each.key for each in page.left_out] == [f"data.users[{len(page.items)}].id"]


def test_an_item_that_garbles_what_is_needed_keeps_its_id(wire: responses.RequestsMock, client: Client) -> None:
    play(wire, "list_subscriptions", with_first("list_subscriptions", "pricePerMailbox", "NaN"))
    page = client.subscriptions.list()
    (left_out,) = page.left_out
    assert left_out.id == CASES["list_subscriptions"].answer.items[0].id
    assert page.items == CASES["list_subscriptions"].answer.items[1:]


def test_a_page_of_which_nothing_can_be_read_is_not_the_last(wire: responses.RequestsMock, client: Client) -> None:
    counts = {"currentPage": 1, "totalPages": 2}
    for users in ([{"email": "a@b.example"}], [{"id": "USER2", "email": "b@b.example"}]):
        play(wire, "list_users", {"status": 200, "data": {"users": users, "pagination": counts}})
    missed: list[LeftOut] = []
    assert [each.id for each in client.users.all(left_out=missed)] == ["USER2"]
    assert [each.key for each in missed] == ["data.users[0].id"]


def test_who_looks_for_a_thing_does_not_take_what_cannot_be_read_for_absent(
    wire: responses.RequestsMock, client: Client
) -> None:
    play(wire, "list_user_domains", with_first("list_user_domains", "domainId", {}))
    found = client.domains.all(IVO)
    assert next(found) == DOMAINS.items[1]
    with pytest.raises(Malformed, match="domainId"):
        next(found)


@pytest.mark.parametrize("counts", [{"totalPages": True}, {"totalPages": "one"}, {"currentPage": "1st"}])
def test_page_fields_that_cannot_be_read_are_not_told(
    wire: responses.RequestsMock, client: Client, counts: dict[str, object]
) -> None:
    body = body_of("list_users")
    body["data"]["pagination"] = counts
    play(wire, "list_users", body)
    assert client.users.list().items == CASES["list_users"].answer.items


@pytest.mark.parametrize("price", ODD_PRICES)
def test_one_odd_price_makes_one_name_not_for_sale(wire: responses.RequestsMock, client: Client, price: object) -> None:
    offers = [offer(f"name{number}.com", "12.99") for number in range(50)]
    offers[20]["domainPrice"] = price
    play(wire, "suggest_domains", {"status": 200, "data": {"availableDomains": offers}})
    found = client.domains.suggest("name")
    assert [each.name for each in found if not each.is_available] == ["name20.com"]
    assert (found[20].price, found[20].reason) == (None, "no readable price")
    assert len(found) == 50


def test_an_offer_without_a_name_is_left_out(wire: responses.RequestsMock, client: Client) -> None:
    offers = [offer("one.com", "1.00"), {"status": "AVAILABLE"}, "two.com", offer("three.com", "3.00")]
    play(wire, "suggest_domains", {"status": 200, "data": {"availableDomains": offers, "exactMatch": "none"}})
    assert [each.name for each in client.domains.suggest("one")] == ["one.com", "three.com"]


@pytest.mark.parametrize("status", ["AVAILABLE", "UNAVAILABLE"])
def test_a_single_name_with_an_odd_price_is_not_for_sale(
    wire: responses.RequestsMock, client: Client, status: str
) -> None:
    play(wire, "check_domain_availability", {"status": 200, "data": {**offer("a.com", "NaN"), "status": status}})
    assert client.domains.check("a.com").is_available is False


@pytest.mark.parametrize("price", ["0.00", 0, 0.0])
def test_a_price_of_zero_is_a_price(wire: responses.RequestsMock, client: Client, price: object) -> None:
    play(wire, "check_domain_availability", {"status": 200, "data": offer("a.com", price)})
    assert (client.domains.check("a.com").is_available, client.domains.check("a.com").price) == (True, Decimal(0))


def test_a_renewal_price_that_cannot_be_read_leaves_the_name_for_sale(
    wire: responses.RequestsMock, client: Client
) -> None:
    play(wire, "check_domain_availability", {"status": 200, "data": {**offer("a.com", "9.00"), "renewPrice": "NaN"}})
    found = client.domains.check("a.com")
    assert (found.is_available, found.renew_price, found.unread) == (True, None, ("renewPrice",))


@pytest.mark.parametrize("price", ["NaN", "", "-1", None])
def test_a_package_without_a_readable_price_is_not_on_the_shelf(
    wire: responses.RequestsMock, client: Client, price: object
) -> None:
    play(wire, "list_prewarmed_domains", with_first("list_prewarmed_domains", "purchasePrice", price))
    whole = CASES["list_prewarmed_domains"].answer.items
    assert CASES["list_prewarmed_domains"].call(client).items == whole[1:]


def test_a_record_that_cannot_be_read_is_named_and_the_others_are_there(
    wire: responses.RequestsMock, client: Client
) -> None:
    body = body_of("list_dns_records")
    body["data"]["records"][0]["host"] = None
    play(wire, "list_dns_records", body)
    zone = client.dns.list(IVO, "harborlight-reach.example")
    assert zone.records == CASES["list_dns_records"].answer.records[1:]
    assert [each.key for each in zone.left_out] == ["data.records[0].host"]


def test_a_wallet_without_an_envelope_is_the_same_wallet(wire: responses.RequestsMock, client: Client) -> None:
    play(wire, "get_wallet", body_of("get_wallet")["data"])
    assert client.wallet.get() == CASES["get_wallet"].answer


@pytest.mark.parametrize("balance", ["NaN", "", None, "5,000"])
def test_a_wallet_is_read_strictly_with_and_without_an_envelope(
    wire: responses.RequestsMock, client: Client, balance: object
) -> None:
    for body in ({"walletBalance": balance}, {"status": 200, "data": {"walletBalance": balance}}):
        play(wire, "get_wallet", body)
        with pytest.raises(Malformed):
            client.wallet.get()


def offer(name: str, price: object) -> dict[str, Any]:
    return {
        "domainName": name,
        "status": "AVAILABLE",
        "isPremiumDomain": False,
        "domainPrice": price,
        "renewPrice": "14.00",
        "years": 1,
    }
