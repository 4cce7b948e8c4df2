"""Calls that change things: what is never sent, and failures inside a success."""

from collections.abc import Callable
from typing import Any

import pytest
import responses

from reseller_portal.upstream.client import Client
from reseller_portal.upstream.errors import Refused
from reseller_portal.upstream.models.batches import Batch, ItemFailure
from reseller_portal.upstream.models.dns import DnsRecordDraft
from reseller_portal.upstream.models.exports import PlatformLogin, PlatformLoginChange
from reseller_portal.upstream.models.mailboxes import MailboxChange, MailboxChanged
from reseller_portal.upstream.models.orders import DomainDraft, GoogleOauth, MailboxDraft, MailboxOrderDraft, OrderDraft
from reseller_portal.upstream.models.pictures import Picture
from reseller_portal.upstream.models.prewarm import PackageDraft, PrewarmedOrderDraft
from reseller_portal.upstream.models.warmup import WarmupSettings
from tests.contract.facts import example
from tests.upstream.cases.dns import DMARC, MX
from tests.upstream.exchange import BASE, play, sent

CHANGE = MailboxChange(mailbox_id="BOX1", first_name="Ada")
RECORDS = example("list_dns_records")["response"]["body"]["data"]["records"]
DMARC_DRAFT = DnsRecordDraft("_dmarc", "v=DMARC1", "TXT", excluded_dmarc_tags=["rua"])
EMPTY: dict[str, Callable[[Client], object]] = {
    "renewal prices": lambda client: client.domains.renewal_prices("USER1", []),
    "renewals": lambda client: client.domains.renew("USER1", []),
    "a renewal of nameless domains": lambda client: client.domains.renew("USER1", [""]),
    "auto-renewal": lambda client: client.domains.set_auto_renew("USER1", [], is_on=True),
    "forwarding": lambda client: client.domains.forward("USER1", [], forward_to="https://a.example"),
    "catch-all": lambda client: client.domains.forward_mail("USER1", [], email="a@a.example"),
    "trust": lambda client: client.domains.add_google_client_id("USER1", [], client_id="1", app_name="A"),
    "removal": lambda client: client.domains.remove("USER1", []),
    "removal of one name as text": lambda client: client.domains.remove("USER1", "DOMAIN1"),
    "subscription renewal": lambda client: client.subscriptions.renew([]),
    "recreation": lambda client: client.subscriptions.recreate([]),
    "export": lambda client: client.exports.export("USER1", "LOGIN1", []),
    "placement": lambda client: client.placement.test("USER1", []),
}
SENSELESS: list[tuple[str, Callable[[Client], object]]] = [
    ("no records", lambda client: client.dns.add("USER1", "a.example", [])),
    ("needs name servers", lambda client: client.dns.replace_nameservers("USER1", "a.example", [])),
    ("needs name servers", lambda client: client.dns.replace_nameservers("USER1", "a.example", "ns1.b")),
    ("only a DMARC record", lambda client: DnsRecordDraft("@", "v=spf1 -all", "TXT", excluded_dmarc_tags=["rua"])),
    ("when a record is added", lambda client: client.dns.update("USER1", "a.example", "R1", DMARC_DRAFT)),
    ("no mailboxes", lambda client: client.mailboxes.update_many("USER1", [])),
    ("no settings", lambda client: client.warmup.update_settings("BOX1", WarmupSettings())),
    ("a fraction", lambda client: WarmupSettings(reply_rate=30)),
    ("nothing to change", lambda client: client.exports.update_login("USER1", "L1", PlatformLoginChange())),
    ("either Google or Microsoft", lambda client: client.exports.reexport("USER1", "BOX1")),
    ("needs packages", lambda client: prewarmed_draft(packages=[])),
    ("needs route", lambda client: prewarmed_draft(google=GoogleOauth(route="https://a.example"))),
]


def prewarmed_draft(**other: Any) -> PrewarmedOrderDraft:
    usual = {"packages": [PackageDraft("a.example")], "provider": "GOOGLE"}
    return PrewarmedOrderDraft(**{**usual, "auto_renew": False, **other})


def order_draft(**box: Any) -> OrderDraft:
    boxes = {"a.example": [MailboxDraft("ada", "Ada", "Byron", **box)]}
    return OrderDraft([DomainDraft("a.example")], boxes, "GOOGLE")


@pytest.mark.parametrize("call", EMPTY.values(), ids=EMPTY)
def test_an_empty_list_is_never_sent(client: Client, call: Callable[[Client], object]) -> None:
    with pytest.raises(ValueError, match="all of them"):
        call(client)


@pytest.mark.parametrize(("words", "call"), SENSELESS)
def test_what_makes_no_sense_is_never_sent(client: Client, words: str, call: Callable[[Client], object]) -> None:
    with pytest.raises(ValueError, match=words):
        call(client)


@pytest.mark.parametrize(
    "failure",
    [{"error": "Too early"}, {"message": "Too early"}, {"reason": "Too early"}, {"error": {"message": "Too early"}}],
)
def test_a_failed_item_says_why_in_any_of_its_ways(
    wire: responses.RequestsMock, client: Client, failure: dict[str, object]
) -> None:
    play(wire, "renew_domains", {"status": 200, "data": [{"domainName": "a.example", **failure}]})
    assert client.domains.renew("USER1", ["a.example"]) == Batch((), (ItemFailure("a.example", "Too early"),))


def test_an_accepted_renewal_may_list_nothing(wire: responses.RequestsMock, client: Client) -> None:
    play(wire, "renew_domains", {"status": 200, "message": "Queued", "actionId": "ACT_1"})
    assert client.domains.renew("USER1", ["a.example"]) == Batch((), action_id="ACT_1")


@pytest.mark.parametrize(
    ("content", "records"),
    [({"records": RECORDS}, (DMARC, MX)), (RECORDS[1], (MX,)), ({}, ()), (None, ())],
)
def test_added_records_are_told_in_many_ways(
    wire: responses.RequestsMock, client: Client, content: object, records: object
) -> None:
    play(wire, "add_dns_records", {"status": 200, "message": "Added", "data": content})
    assert client.dns.add("USER1", "a.example", [DnsRecordDraft("@", "v", "TXT")]) == records


def test_many_mailboxes_are_changed_one_by_one(wire: responses.RequestsMock, client: Client) -> None:
    results = [
        {"mailboxId": "BOX1", "success": True, "message": "Queued"},
        {"mailboxId": "BOX2", "success": False, "message": "Rate limit exceeded"},
    ]
    play(wire, "update_mailboxes", {"message": "Processed", "data": results})
    assert client.mailboxes.update_many("USER1", [CHANGE]) == (
        MailboxChanged("BOX1", True, "Queued"),
        MailboxChanged("BOX2", False, "Rate limit exceeded"),
    )
    assert sent(wire.calls[0].request)["body"] == {"mailboxData": [{"mailboxId": "BOX1", "firstName": "Ada"}]}


def test_a_refusal_inside_a_success_is_a_refusal(wire: responses.RequestsMock, client: Client) -> None:
    result = {"mailboxId": "BOX1", "success": False, "message": "Rate limit exceeded"}
    play(wire, "update_mailboxes", {"message": "Processed", "data": [result]})
    with pytest.raises(Refused, match="Rate limit"):
        client.mailboxes.update("USER1", CHANGE)


@pytest.mark.parametrize(("flags", "is_healthy"), [({}, True), ({"smtp": False}, False), ({"dns": False}, False)])
def test_any_false_flag_is_ill_health(
    wire: responses.RequestsMock, client: Client, flags: dict[str, bool], is_healthy: bool
) -> None:
    play(wire, "validate_mailbox", {"status": 200, "data": {"mailboxId": "BOX1", **flags}})
    assert client.mailboxes.validate("USER1", "BOX1").is_healthy is is_healthy


def test_an_export_that_misses_the_list_is_sent_under_its_other_name(
    wire: responses.RequestsMock, client: Client
) -> None:
    url = f"{BASE}/exports/platform-exports"
    wire.post(url, status=400, json={"status": 400, "message": "Please provide mailboxIds", "data": None})
    wire.post(url, json={"status": 200, "message": "Queued", "data": None})
    assert client.exports.export("USER1", "L1", ["BOX1"]).message == "Queued"
    assert sent(wire.calls[1].request)["body"] == {"credentialId": "L1", "mailboxIds": ["BOX1"]}


@pytest.mark.parametrize(("status", "words"), [(400, "Unknown credential"), (403, "Not a mailbox of this user")])
def test_an_export_refused_for_another_reason_is_refused(
    wire: responses.RequestsMock, client: Client, status: int, words: str
) -> None:
    no = {"status": status, "message": words, "data": None}
    wire.post(f"{BASE}/exports/platform-exports", status=status, json=no)
    with pytest.raises(Refused, match=words):
        client.exports.export("USER1", "L1", ["BOX1"])


def test_a_microsoft_mailbox_is_exported_by_its_own_route(wire: responses.RequestsMock, client: Client) -> None:
    play(wire, "reexport_mailbox_oauth")
    client.exports.reexport("USER1", "BOX1", microsoft_route="https://a.example")
    microsoft = {"microsoftOauthRoute": "https://a.example"}
    assert sent(wire.calls[0].request)["body"] == {"mailboxId": "BOX1", "microsoft": microsoft}


def test_a_customer_who_still_owns_things_is_not_deleted(wire: responses.RequestsMock, client: Client) -> None:
    counts = {"domainCount": 2, "mailboxCount": 5}
    wire.delete(f"{BASE}/users", status=400, json={"status": 400, "message": "In use", "data": counts})
    with pytest.raises(Refused) as refused:
        client.users.delete("USER1")
    assert refused.value.details == counts


def test_pictures_belong_to_mailboxes_of_the_order(client: Client) -> None:
    with pytest.raises(ValueError, match="not ordered"):
        client.orders.create_with_pictures("USER1", order_draft(), [Picture("bob@a.example", "bob.png", b"1")])


def test_a_form_takes_no_links_to_pictures(client: Client) -> None:
    with pytest.raises(ValueError, match="links"):
        client.orders.create_with_pictures("USER1", order_draft(profile_picture="https://a.example/ada.png"), [])


@pytest.mark.parametrize("place", [{"domain_id": "D1"}, {"subscription_id": "S1", "provider": "MICROSOFT"}])
def test_the_form_for_more_mailboxes_knows_running_google_only(client: Client, place: dict[str, Any]) -> None:
    boxes = {"a.example": [MailboxDraft("ada", "Ada", "Byron")]}
    draft = MailboxOrderDraft(**{"mailboxes": boxes, "provider": "GOOGLE", **place})
    with pytest.raises(ValueError, match="Google"):
        client.orders.create_mailboxes_with_pictures("USER1", draft, [])


@pytest.mark.parametrize("path", ["/pre-warmup", "/sandbox/pre-warmup"])
def test_the_stock_is_read_to_its_last_page(wire: responses.RequestsMock, client: Client, path: str) -> None:
    package = example("list_prewarmed_domains")["response"]["body"]["data"]["inventory"][0]
    for page in (1, 2):
        stock = [{**package, "domain": f"warm-{page}.example"}]
        wire.get(BASE + path, json={"data": {"inventory": stock, "currentPage": page, "totalPages": 2}})
    assert [item.id for item in (client.prewarm.all() if path == "/pre-warmup" else client.practice.all())] == [
        "warm-1.example",
        "warm-2.example",
    ]


def test_passwords_of_platforms_are_in_no_representation() -> None:
    login = PlatformLogin(app="SMARTLEAD", email="ops@a.example", password="secret-1")
    assert "secret-1" not in repr(login) + repr(PlatformLoginChange(password="secret-1"))
