"""The client sends what the contract shows, and reads what it shows, in every form that the contract allows."""

import json
from collections.abc import Callable
from typing import Any

import pytest
import responses

from reseller_portal.upstream.client import Client
from reseller_portal.upstream.errors import Malformed, Unreachable
from reseller_portal.upstream.routes import ROUTES
from tests.contract.facts import OPERATIONS
from tests.upstream.cases.every import CASES
from tests.upstream.exchange import BASE, body_of, places, play, sent, wanted

EVERY = pytest.mark.parametrize("operation", sorted(CASES))
TWINS = {
    "domainName": "domain",
    "domain": "domainName",
    "expireOn": "expiryDate",
    "expiryDate": "expireOn",
    "periodEnd": "expireOn",
    "serviceProvider": "workspaceType",
    "username": "userName",
    "subscriptionId": "componentSubscriptionId",
    "domainId": "id",
    "mailboxId": "id",
    "recordId": "id",
    "walletBalance": "balance",
    "authenticatorSecret": "secret",
}
AMOUNTS = {
    "domainPrice",
    "renewPrice",
    "renewalPrice",
    "purchasePrice",
    "price",
    "totalPrice",
    "pricePerMailbox",
    "walletBalance",
    "threshold",
    "minimumRechargeAmount",
}
STATES = {"status", "subscriptionStatus", "warmupStatus", "serviceProvider", "billingCycle", "purchaseType"}
# Promised by the contract's schemas, but read without: section 2 of it saw answers that lack them.
DISPENSABLE = ("pagination", "currentPage", "nextPage", "totalPages", "totalSearchedCount")
DATALESS = {"check_workspace", "remove_platform_credential"}
# Of a list that is looked through, an item that lacks what is promised is left out. Where money moves, all is broken.
STRICT_LISTS = {
    "get_domain_renewal_prices", "renew_domains", "set_domain_auto_renew", "update_mailboxes", "get_order",
    "get_order_status", "add_dns_records",
}  # fmt: skip
# An optional object that says nothing counts as not told.
OPTIONAL_OBJECTS = {"domainForwarding", "emailForwarding"}
# Without these the answer has another allowed shape, and what that one lacks is missed.
SHAPING = {"data.mailbox", "data[1].error"}
# From names to codes: a name without code is no entry.
MAPS = {"list_countries", "list_states"}


@pytest.fixture
def client() -> Client:
    return Client(BASE, "key-1")


def read(client: Client, operation: str, body: Any) -> Any:
    with responses.RequestsMock() as wire:
        play(wire, operation, body)
        return CASES[operation].call(client)


def changed(operation: str, place: str, change: Callable[[dict[str, Any], str], object]) -> Any:
    body = body_of(operation)
    holder, key = next((holder, key) for at, holder, key in places(body) if at == place)
    change(holder, key)
    return body


# First keys of objects whose keys are names themselves, or whose inside is passed on as it is.
NAMES_FOR_KEYS = {"Canada", "California", "EMAILBISON", "inboxTest", "google"}
Change = Callable[[dict[str, Any], str], bool]


def rename(holder: dict[str, Any], key: str) -> bool:
    if key not in TWINS or TWINS[key] in holder:
        return False
    holder[TWINS[key]] = holder.pop(key)
    return True


def as_text(holder: dict[str, Any], key: str) -> bool:
    if key not in AMOUNTS or isinstance(holder[key], str):
        return False
    holder[key] = str(holder[key])
    return True


def as_number(holder: dict[str, Any], key: str) -> bool:
    if key not in AMOUNTS or not isinstance(holder[key], str):
        return False
    holder[key] = float(holder[key])
    return True


def add_stranger(holder: dict[str, Any], key: str) -> bool:
    """Beside every object's first key, so once in each; but where keys are names, or the inside is passed on."""
    if key != next(iter(holder)) or key in NAMES_FOR_KEYS:
        return False
    holder["somethingNew"] = {"any": ["thing"]}
    return True


def new_word(holder: dict[str, Any], key: str) -> bool:
    if key not in STATES or not isinstance(holder[key], str):
        return False
    holder[key] = "SOMETHING_NEW"
    return True


def transformed(operation: str, change: Change, within: str = "") -> tuple[Any, int]:
    """The example with the change made wherever it fits, and how often that was."""
    body = body_of(operation)
    found = list(places(body.get(within) if within else body))
    return body, sum(change(holder, key) for _, holder, key in found if key in holder)


def that_have(change: Change, within: str = "") -> pytest.MarkDecorator:
    """The operations whose example the change changes."""
    return pytest.mark.parametrize(
        "operation", [each for each in sorted(CASES) if transformed(each, change, within)[1]]
    )


def promised(operation: str) -> list[str]:
    return [
        place
        for place in OPERATIONS[operation]["required"]
        if not place.endswith(DISPENSABLE) and not (place == "data" and operation in DATALESS)
    ]


def unpromised(operation: str) -> list[str]:
    """But the message, where it is the answer."""
    certain = {*promised(operation), *({"message"} if operation == "check_workspace" else ())}
    return [place for place, _, _ in places(body_of(operation)) if place not in certain]


def test_every_operation_of_the_contract_is_tried() -> None:
    assert set(CASES) == set(OPERATIONS)


def test_the_table_of_routes_is_the_contracts() -> None:
    table = {
        name: {
            "method": route.method,
            "path": route.path,
            "evidence": route.evidence,
            "repeatable": route.repeatable,
            "charges": route.charges,
            "query": list(route.query),
            "alternatives": list(route.alternatives),
        }
        for name, route in ROUTES.items()
    }
    facts = {name: {key: fact[key] for key in table[name]} for name, fact in OPERATIONS.items()}
    assert table == facts


@EVERY
def test_the_request_is_the_contracts_example(client: Client, operation: str) -> None:
    with responses.RequestsMock() as wire:
        play(wire, operation)
        CASES[operation].call(client)
        assert sent(wire.calls[0].request) == wanted(operation)


@EVERY
def test_the_contracts_example_is_read_to_the_last_value(client: Client, operation: str) -> None:
    assert read(client, operation, None) == CASES[operation].answer


@that_have(rename)
def test_one_thing_under_its_other_name_is_the_same_thing(client: Client, operation: str) -> None:
    body, _ = transformed(operation, rename)
    assert body != body_of(operation)
    assert read(client, operation, body) == CASES[operation].answer


@that_have(as_text)
def test_money_as_text_is_the_same_money(client: Client, operation: str) -> None:
    body, _ = transformed(operation, as_text)
    assert body != body_of(operation)
    assert read(client, operation, body) == CASES[operation].answer


@that_have(as_number)
def test_money_as_a_number_is_the_same_money(client: Client, operation: str) -> None:
    body, _ = transformed(operation, as_number)
    assert body != body_of(operation)
    assert read(client, operation, body) == CASES[operation].answer


@that_have(add_stranger)
def test_keys_that_nobody_knows_are_passed_over(client: Client, operation: str) -> None:
    body, _ = transformed(operation, add_stranger)
    assert body != body_of(operation)
    assert read(client, operation, body) == CASES[operation].answer


@that_have(new_word, "data")
def test_a_word_that_nobody_knows_is_kept(client: Client, operation: str) -> None:
    body, times = transformed(operation, new_word, "data")
    assert body != body_of(operation)
    assert repr(read(client, operation, body)).count("SOMETHING_NEW") >= min(times, 1)


@EVERY
def test_what_the_contract_does_not_promise_may_be_missing(client: Client, operation: str) -> None:
    for place in unpromised(operation):
        read(client, operation, changed(operation, place, lambda holder, key: holder.pop(key)))


@EVERY
def test_what_the_contract_does_not_promise_may_be_null(client: Client, operation: str) -> None:
    for place in unpromised(operation) if operation not in MAPS else []:
        read(client, operation, changed(operation, place, lambda holder, key: holder.update({key: None})))


def is_of_an_item(operation: str, place: str) -> bool:
    return "]." in place and operation not in STRICT_LISTS


def is_soft(place: str) -> bool:
    return bool(OPTIONAL_OBJECTS & set(place.split(".")[:-1]))


def without(operation: str, place: str) -> Any:
    return changed(operation, place, lambda holder, key: holder.pop(key))


@pytest.mark.parametrize("operation", [each for each in sorted(CASES) if promised(each)])
def test_what_the_contract_promises_may_not_be_missing(client: Client, operation: str) -> None:
    for place in (each for each in promised(operation) if not is_of_an_item(operation, each) and not is_soft(each)):
        with pytest.raises(Malformed) as broken:
            read(client, operation, without(operation, place))
        assert broken.value.operation == operation
        assert broken.value.key == place or place in SHAPING


ITEMS = [
    (operation, place)
    for operation in sorted(CASES)
    for place in promised(operation)
    if is_of_an_item(operation, place) and not is_soft(place)
]


@pytest.mark.parametrize(("operation", "place"), ITEMS)
def test_an_item_that_lacks_what_is_promised_is_left_out_and_noted(
    client: Client, caplog: pytest.LogCaptureFixture, operation: str, place: str
) -> None:
    answer = read(client, operation, without(operation, place))
    assert answer != CASES[operation].answer
    assert f"{operation}: an item was left out, {place} could not be read" in caplog.text


@EVERY
@pytest.mark.parametrize("cut", [1, 12, -1], ids=["at once", "in the envelope", "at the last sign"])
def test_an_answer_cut_short_may_have_happened(client: Client, operation: str, cut: int) -> None:
    facts = OPERATIONS[operation]
    with responses.RequestsMock() as wire:
        wire.add(facts["method"], BASE + facts["path"], body=json.dumps(body_of(operation))[:cut])
        with pytest.raises(Unreachable):
            CASES[operation].call(client)


@EVERY
def test_a_page_of_a_gateway_may_have_happened(client: Client, operation: str) -> None:
    facts = OPERATIONS[operation]
    with responses.RequestsMock() as wire:
        wire.add(facts["method"], BASE + facts["path"], body="<html>Please wait</html>", content_type="text/html")
        with pytest.raises(Unreachable):
            CASES[operation].call(client)
