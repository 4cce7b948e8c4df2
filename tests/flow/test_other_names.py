"""A name that cannot be had is replaced by another one; its people and settings come along to a new, small order."""

import re
from copy import copy

import pytest
from django.test import Client

from accounts.tenancy import scope
from billing.failures import NO_MAILBOX_LEFT, note_reason
from billing.follow_ups import MOST_MOVED, follow_up_of, lines_to_try_again, renaming_of, wish_instead
from billing.models import Order, OrderLine, Quote
from billing.services.quotes import MOST_LINES
from reseller_portal.core.lists.people import read_people
from reseller_portal.core.lists.reader import TooManyLines
from reseller_portal.core.lists.usernames import Pattern
from tests.shop import Shop


@pytest.fixture
def ada(shop: Shop) -> Client:
    browser = Client(HTTP_HOST="outreach.localhost")
    browser.force_login(shop.world.ada)
    return browser


def fail(shop: Shop, order: Order, reason: str, *names: str) -> None:
    """These lines, as if the upstream had refused them."""
    with scope(shop.customer.pk):
        for line in OrderLine.objects.filter(order=order, name__in=names):
            note_reason(line, reason)
            line.state = "failed"
            line.save()


def page_of(browser: Client, order: Order) -> str:
    return browser.get(f"/c/acme/orders/{order.reference}/").content.decode()


def failed_part(page: str) -> str:
    return page.partition('id="failed-title"')[2].partition("</section>")[0]


def builder(browser: Client, order: Order, *names: str) -> str:
    """The order builder as it opens after these names were chosen instead."""
    return str(browser.post(f"/c/acme/domains/find/choose/?instead={order.reference}", {"name": names})["Location"])


def typed(page: str, field: str) -> list[str]:
    found = re.search(rf'<textarea[^>]* name="{field}"[^>]*>(.*?)</textarea>', page, re.DOTALL)
    assert found
    return found[1].replace("&lt;", "<").replace("&gt;", ">").split("\n")


def order_from(browser: Client, shop: Shop, address: str) -> Order:
    """What the builder holds is checked and paid as it stands."""
    page = browser.get(address).content.decode()
    provider = re.search(r'name="provider" value="(\w+)" checked', page)
    assert provider
    form = {"provider": provider[1], **{key: "\n".join(typed(page, key)) for key in ("domains", "people")}}
    check = browser.post(address, form)["Location"]
    shop.work()
    with scope(shop.customer.pk):
        quote = Quote.objects.get(reference=check.strip("/").rpartition("/")[2])
    return shop.confirm(quote)


def test_people_and_settings_come_through_find_to_a_new_order_for_those_people(shop: Shop, ada: Client) -> None:
    order = shop.order("hidden-conflict.com", "first.com")
    shop.finish()
    page = page_of(ada, order)
    assert f"/c/acme/domains/find/?instead={order.reference}" in failed_part(page)
    found = ada.post(f"/c/acme/domains/find/?instead={order.reference}", {"keyword": "hidden-conflict.com"})
    shop.work()
    finding = ada.get(found["Location"]).content.decode()
    assert "Another name for hidden-conflict.com" in finding
    assert "Maya Ferro, Noor Haddad" in finding
    assert f"choose/?instead={order.reference}" in finding
    address = builder(ada, order, "other-name.com")
    building = ada.get(address).content.decode()
    assert typed(building, "domains") == ["other-name.com"]
    assert typed(building, "people") == ["Ferro, Maya <maya>", "Haddad, Noor <noor>"]
    later = order_from(ada, shop, address)
    with scope(shop.customer.pk):
        names = set(later.lines.values_list("name", flat=True))
    assert names == {"other-name.com", "maya@other-name.com", "noor@other-name.com"}
    after = failed_part(page_of(ada, order))
    assert f"{later.reference}</a>" in after
    assert 'id="choose"' not in after


def test_a_name_that_cannot_be_had_is_not_offered_again(shop: Shop, ada: Client) -> None:
    order = shop.order("hidden-conflict.com")
    shop.finish()
    asked = ada.post(
        f"/c/acme/domains/find/?instead={order.reference}", {"way": "list", "names": "hidden-conflict.com"}
    )
    shop.work()
    page = ada.get(asked["Location"]).content.decode()
    assert f"Refused in {order.reference}" in page
    assert 'name="name"' not in page
    plain = ada.post("/c/acme/domains/find/", {"way": "list", "names": "hidden-conflict.com"})
    assert "Cannot be had" in ada.get(plain["Location"]).content.decode()


def test_people_of_several_lost_names_follow_the_place_of_their_domain(shop: Shop, ada: Client) -> None:
    order = shop.order("one.com", "two.com")
    fail(shop, order, "already registered", "one.com", "two.com", "maya@one.com", "noor@two.com")
    building = ada.get(builder(ada, order, "three.com", "four.com")).content.decode()
    assert typed(building, "people") == ["Ferro, Maya <maya@three.com>", "Haddad, Noor <noor@four.com>"]
    fewer = ada.get(builder(ada, order, "three.com")).content.decode()
    assert typed(fewer, "people") == ["Ferro, Maya <maya@three.com>", "Haddad, Noor <noor@three.com>"]
    more = ada.get(builder(ada, order, "three.com", "four.com", "five.com")).content.decode()
    assert typed(more, "people")[2:] == ["Haddad, Noor <noor@five.com>"]


def test_a_refused_address_gets_another_one_on_its_own_domain(shop: Shop, ada: Client) -> None:
    order = shop.order("first.com")
    shop.finish()
    fail(shop, order, "address exists", "maya@first.com")
    assert "Choose another address" in failed_part(page_of(ada, order))
    building = ada.get(f"/c/acme/mailboxes/order/?instead={order.reference}", follow=True).content.decode()
    assert typed(building, "domains") == ["first.com"]
    assert typed(building, "people") == ["Ferro, Maya <maya.ferro@first.com>"]


def test_what_failed_is_told_once_with_the_mailboxes_that_fell_with_it(shop: Shop, ada: Client) -> None:
    order = shop.order("hidden-conflict.com", "first.com")
    shop.finish()
    page = page_of(ada, order).partition('id="timeline-title"')[0]
    for name in ("hidden-conflict.com", "maya@hidden-conflict.com"):
        assert len(re.findall(rf">{name}<", page)) == 1
    assert "and 2 mailboxes with it" in page
    assert "Everything else" in page


def test_addresses_that_failed_side_by_side_did_not_fall_with_each_other(shop: Shop, ada: Client) -> None:
    order = shop.order("first.com")
    shop.finish()
    fail(shop, order, "address exists", "maya@first.com", "noor@first.com")
    assert "and 1 mailbox for the same reason" in page_of(ada, order)


def test_what_failed_is_tried_again_while_the_rest_is_under_way(shop: Shop, ada: Client) -> None:
    order = shop.order("first.com", "second.net")
    fail(shop, order, "registry error", "second.net", "maya@second.net", "noor@second.net")
    page = page_of(ada, order)
    assert "Try these 3 again" in failed_part(page)
    assert "Everything else goes on meanwhile" in page
    check = ada.post(f"/c/acme/orders/{order.reference}/retry/")["Location"]
    assert "/check/" in check
    with scope(shop.customer.pk):
        quote = Quote.objects.get(reference=check.strip("/").rpartition("/")[2])
        assert set(quote.lines.values_list("domain_name", flat=True)) == {"second.net"}


def test_what_fails_after_a_second_try_began_is_offered_by_itself(shop: Shop) -> None:
    order = shop.order("first.com", "unlucky-name.com")
    shop.finish()
    with scope(shop.customer.pk):
        assert follow_up_of(order).again == 3
    fail(shop, order, "registry error", "noor@first.com")
    with scope(shop.customer.pk):
        assert next(line.name for line in lines_to_try_again(order)) == "noor@first.com"


def test_a_domain_without_a_mailbox_left_goes_with_its_people_and_is_not_tried_alone(shop: Shop, ada: Client) -> None:
    order = shop.order("first.com")
    fail(shop, order, "Username maya is reserved", "maya@first.com", "noor@first.com")
    fail(shop, order, NO_MAILBOX_LEFT.words, "first.com")
    with scope(shop.customer.pk):
        found = follow_up_of(order)
    assert (found.again, list(found.domains), found.addresses) == (0, [], 2)
    building = ada.get(f"/c/acme/mailboxes/order/?instead={order.reference}", follow=True).content.decode()
    assert typed(building, "people") == ["Ferro, Maya <maya.ferro@first.com>", "Haddad, Noor <noor.haddad@first.com>"]


def test_the_order_of_somebody_else_brings_nobody(shop: Shop, ada: Client) -> None:
    order = shop.order("hidden-conflict.com")
    shop.finish()
    ivy = Client(HTTP_HOST="foundry.localhost")
    ivy.force_login(shop.world.ivy)
    page = ivy.get(f"/c/initech/domains/find/?instead={order.reference}").content.decode()
    assert "Find domains" in page
    assert "Another name for" not in page
    answer = ivy.get(f"/c/initech/mailboxes/order/?instead={order.reference}", follow=True).content.decode()
    assert typed(answer, "people") == [""]


def test_going_on_without_a_name_says_so_and_keeps_the_people(shop: Shop, ada: Client) -> None:
    order = shop.order("hidden-conflict.com")
    shop.finish()
    answer = ada.post(f"/c/acme/domains/find/choose/?instead={order.reference}")
    assert answer["Location"] == f"/c/acme/domains/find/?instead={order.reference}"
    assert "Tick at least one name" in ada.get(answer["Location"]).content.decode()


def test_names_without_end_make_no_list_without_end(shop: Shop) -> None:
    order = shop.order("first.com", "second.com")
    with scope(shop.customer.pk):
        line = order.lines.get(name="maya@second.com")
        OrderLine.objects.filter(order=order).update(state="failed", may_help=False)
        line.price_minor, line.state, line.may_help, line.pk = 500, "failed", False, None
        rows = [copy(line) for _ in range(300)]
        for number, row in enumerate(rows):
            row.position, row.name, row.first_name = 100 + number, f"p{number}@second.com", f"P{number}"
        OrderLine.objects.bulk_create(rows)
        renaming = renaming_of(customer=shop.customer, reference=order.reference)
        assert renaming is not None
        wish = wish_instead(renaming, [f"name-{number}.com" for number in range(500)])
    assert MOST_LINES < len(wish["people"].splitlines()) <= MOST_MOVED
    with pytest.raises(TooManyLines):
        read_people(wish["people"], most=MOST_LINES, pattern=Pattern.FIRST)
