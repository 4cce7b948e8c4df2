"""One bad thing fails alone, with its own reason in our words; the rest is drafted again without it, in few calls."""

from collections.abc import Callable

import pytest

from accounts.tenancy import scope
from billing import failures, refused_drafts
from billing.models import Item, Order, OrderLine, OrderPart
from billing.services.quotes import LineDraft, QuoteDraft, make_quote
from reseller_portal.operations.models import Operation
from reseller_portal.sandbox.models import Mailbox as SoldMailbox
from reseller_portal.sandbox.operations import purchases
from reseller_portal.sandbox.wire import Refusal
from tests import oracle
from tests.shop import Shop

OWNED = "first.com"


def order_mailboxes(shop: Shop, *usernames: str) -> Order:
    """On a domain that was bought before."""
    shop.order(OWNED)
    shop.finish()
    boxes = [LineDraft(Item.MAILBOX, f"{user}@{OWNED}", OWNED, user.title(), "Lind") for user in usernames]
    with scope(shop.customer.pk):
        quote = make_quote(actor=shop.actor, draft=QuoteDraft("GOOGLE", boxes))
    return shop.confirm(quote)


def lines_of(order: Order) -> dict[str, tuple[str, str]]:
    with scope(order.customer_id):
        return {name: (state, problem) for name, state, problem in order.lines.values_list("name", "state", "problem")}


def failed(order: Order) -> set[str]:
    return {name for name, (state, _) in lines_of(order).items() if state == "failed"}


def add_in_the_vendors_panel(username: str) -> None:
    twin = SoldMailbox.objects.filter(domain__name=OWNED).order_by("pk").first()
    assert twin
    twin.pk, twin.username, twin.email = f"PANEL{username.upper()}", username, f"{username}@{OWNED}"
    twin.save(force_insert=True)


def say(monkeypatch: pytest.MonkeyPatch, words: str) -> None:
    """The upstream refuses addresses that exist in these words."""
    existing = purchases._existing

    def refuse(mailboxes: dict[str, list[dict[str, str]]]) -> list[str]:
        taken = existing(mailboxes)
        if taken:
            raise Refusal(422, words.format(address=taken[0].upper(), username=taken[0].partition("@")[0]))
        return []

    monkeypatch.setattr(purchases, "_existing", refuse)


@pytest.mark.parametrize(
    "words",
    [
        "Mailbox {address} already exists",
        "already exists: <{address}>.",
        "The username '{username}' is taken",
        "Duplicate mailbox found",
        "Conflict",
    ],
)
def test_an_address_that_exists_there_fails_alone(shop: Shop, monkeypatch: pytest.MonkeyPatch, words: str) -> None:
    order = order_mailboxes(shop, "ann", "bob", "cem", "dan", "eve")
    add_in_the_vendors_panel("dan")
    say(monkeypatch, words)
    shop.finish()
    lines = lines_of(order)
    assert failed(order) == {"dan@first.com"}
    expected = failures.UNKNOWN if words == "Conflict" else failures.EXISTS
    assert lines["dan@first.com"][1] == expected.words
    assert {state for name, (state, _) in lines.items() if name != "dan@first.com"} == {"delivered"}
    with scope(shop.customer.pk):
        order.refresh_from_db()
    assert order.state == Order.State.PARTLY


def test_two_bad_addresses_are_found_among_many_where_no_name_is_said(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    order = order_mailboxes(shop, *(f"user{number}" for number in range(16)))
    for number in (3, 12):
        add_in_the_vendors_panel(f"user{number}")
    say(monkeypatch, "Conflict")
    before = shop.sandbox.count("create_mailbox_order")
    for _ in range(3):
        shop.finish()
    assert failed(order) == {"user3@first.com", "user12@first.com"}
    assert shop.sandbox.count("create_mailbox_order") - before <= 17


def test_what_is_refused_as_a_whole_ends_after_few_calls(shop: Shop) -> None:
    order = order_mailboxes(shop, *(f"user{number}" for number in range(120)))
    shop.sandbox.fault("create_mailbox_order", "refuse", status=422, words="Not possible", times=1000)
    for _ in range(3):
        shop.finish()
    assert len(failed(order)) == 120
    assert shop.sandbox.count("create_mailbox_order") <= refused_drafts.MOST_REFUSALS * 2 + 2
    oracle.ask_in_between()


def test_contact_details_that_are_refused_are_not_looked_for_in_halves(shop: Shop) -> None:
    order = shop.order("first.com", "second.net")
    shop.sandbox.fault("create_order", "refuse", status=422, words="Contact details are incomplete", times=50)
    shop.finish()
    assert len(failed(order)) == 6
    assert shop.sandbox.count("create_order") == 1


def test_a_new_domain_that_a_refusal_names_fails_with_its_mailboxes_alone(shop: Shop) -> None:
    order = shop.order("first.com", "second.net")
    shop.sandbox.fault("create_order", "refuse", status=422, words="FIRST.COM. is blocked by the registry")
    shop.finish()
    assert failed(order) == {"first.com", "maya@first.com", "noor@first.com"}
    assert lines_of(order)["second.net"][0] == "delivered"
    oracle.ask(shop.sandbox)


def test_a_domain_whose_last_mailbox_is_refused_is_not_bought(shop: Shop) -> None:
    order = shop.confirm(shop.quote("first.com", "second.net", names=(("maya", "Maya", "Ferro"),)))
    shop.sandbox.fault("create_order", "refuse", status=422, words="maya@second.net is reserved")
    shop.finish()
    lines = lines_of(order)
    assert lines["second.net"] == ("failed", failures.NO_MAILBOX_LEFT.words)
    assert lines["maya@second.net"] == ("failed", failures.NOT_ALLOWED.words)
    assert lines["maya@first.com"][0] == "delivered"


SPELLINGS: dict[str, Callable[[str], str]] = {
    "upper case": str.upper,
    "a dot at the end": lambda name: f"{name}.",
    "spaces": lambda name: f"  {name} ",
    "letters of its language": lambda name: name.replace("xn--mnchen-post-thb", "München-Post"),
    "an invisible sign": lambda name: name + "\u200b",
}


@pytest.mark.parametrize("spell", SPELLINGS.values(), ids=SPELLINGS)
def test_a_name_that_cannot_be_had_is_found_in_any_spelling(
    shop: Shop, monkeypatch: pytest.MonkeyPatch, spell: Callable[[str], str]
) -> None:
    name = "xn--mnchen-post-thb.com"
    order = shop.order(name, "second.net")
    shop.sandbox.reserve(name, "taken")
    tell_unavailable(monkeypatch, lambda names: [spell(each) for each in names])
    shop.finish()
    assert failed(order) == {name, f"maya@{name}", f"noor@{name}"}
    assert shop.sandbox.count("create_order") == 2
    assert lines_of(order)["maya@second.net"][0] == "delivered"


def test_a_name_that_nobody_ordered_is_for_a_person_and_not_for_three_hundred_drafts(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    order = shop.order("first.com", "second.net")
    shop.sandbox.reserve("first.com", "taken")
    tell_unavailable(monkeypatch, lambda names: ["other.example" for _ in names])
    shop.finish()
    assert shop.sandbox.count("create_order") == 1
    with scope(shop.customer.pk):
        assert Operation.objects.get(kind="order.draft").state == Operation.State.NEEDS_PERSON
        assert not OrderPart.objects.filter(is_processing=True).exists()
        assert set(OrderLine.objects.filter(order=order).values_list("state", flat=True)) == {"waiting"}


def tell_unavailable(monkeypatch: pytest.MonkeyPatch, tell: Callable[[list[str]], list[str]]) -> None:
    placed = purchases._placed

    def told(order: object, call: object, **more: list[str]) -> object:
        names = more.get("unavailableDomains")
        return placed(order, call, **({"unavailableDomains": tell(names)} if names else more))  # type: ignore[arg-type]

    monkeypatch.setattr(purchases, "_placed", told)
