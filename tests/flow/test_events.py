"""Events lost, doubled, shuffled, early: the same order comes of it, and the same money."""

import json
import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from itertools import permutations

import pytest
from django.db import transaction

from accounts.tenancy import scope, staff_scope
from billing.models import Order, OrderPart
from domains.models import Domain
from mailboxes.models import Credential, Mailbox
from reseller_portal.sandbox.control import Letter
from reseller_portal.sandbox.router import ALIAS
from reseller_portal.webhooks.models import Event
from tests import oracle
from tests.shop import NAMES, Names, Shop

SHUFFLES = 80
WALKS = 12
STEPS_OF_A_WALK = 25


@contextmanager
def undone() -> Iterator[None]:
    """Whatever happens inside is forgotten, in the portal and in the sandbox."""
    with transaction.atomic(), transaction.atomic(using=ALIAS):
        yield
        transaction.set_rollback(True)
        transaction.set_rollback(True, using=ALIAS)


def bought(shop: Shop, *domains: str, names: Names = NAMES) -> list[Letter]:
    """The upstream has done everything, and no event has arrived."""
    shop.confirm(shop.quote(*domains, names=names))
    shop.work()
    shop.sandbox.advance(60)
    return shop.sandbox.pending_letters()


def assert_delivered(shop: Shop, *, mailboxes: int) -> None:
    oracle.ask(shop.sandbox)
    with scope(shop.customer.pk):
        assert Order.objects.get().state == Order.State.DELIVERED
        assert Credential.objects.exclude(password=b"").count() == mailboxes
    assert shop.sandbox.count("process_order") == 1


def test_without_any_event_looking_alone_delivers_everything(shop: Shop) -> None:
    bought(shop, "first.com", "second.net")
    for _ in range(4):
        shop.pass_time(60)
        shop.work()
    with staff_scope("test"):
        assert not Event.objects.exists()
    assert_delivered(shop, mailboxes=4)


@pytest.mark.parametrize("lost", ["domain.order.success", "mailbox.order.success", "mailbox.created"])
def test_the_events_of_one_name_may_all_be_lost(shop: Shop, lost: str) -> None:
    letters = bought(shop, "first.com", "second.net")
    shop.deliver_events([each for each in letters if each.name != lost])
    for _ in range(4):
        shop.pass_time(60)
        shop.work()
    assert_delivered(shop, mailboxes=4)


def test_every_event_may_come_twice(shop: Shop) -> None:
    letters = bought(shop, "first.com", "second.net")
    shop.deliver_events(letters)
    shop.deliver_events(letters)
    shop.deliver_events([as_new(each) for each in letters])
    assert_delivered(shop, mailboxes=4)


@pytest.mark.parametrize("first", range(5))
def test_events_may_come_in_any_order(shop: Shop, first: int) -> None:
    """All 120 orders of five letters, by the one that comes first."""
    letters = bought(shop, "first.com", names=(*NAMES, ("sami", "Sami", "Berg")))
    assert len(letters) == 5
    head = letters.pop(first)
    for rest in permutations(letters):
        with undone():
            shop.deliver_events([head, *rest])
            assert_delivered(shop, mailboxes=3)


@pytest.mark.parametrize("seeds", [range(start, start + 20) for start in range(0, SHUFFLES, 20)], ids=str)
def test_events_of_an_order_that_partly_fails_may_come_in_any_order_and_twice(shop: Shop, seeds: range) -> None:
    letters = bought(shop, "first.com", "hidden-conflict.net", names=NAMES[:1])
    assert len(letters) == 4
    for seed in seeds:
        twice = [*letters, *map(as_new, letters)]
        with undone():
            shop.deliver_events(random.Random(seed).sample(twice, len(twice)))
            oracle.ask(shop.sandbox)
            with scope(shop.customer.pk):
                assert Order.objects.get().state == Order.State.PARTLY


@pytest.mark.parametrize("seed", range(WALKS))
def test_events_looks_and_time_may_come_in_any_order(shop: Shop, seed: int) -> None:
    shop.order("first.com", "hidden-conflict.net")
    walk(shop, random.Random(seed))
    oracle.ask_in_between()
    shop.finish()
    oracle.ask(shop.sandbox)
    with scope(shop.customer.pk):
        assert Order.objects.get().state == Order.State.PARTLY
    assert shop.sandbox.count("process_order") == 1


def walk(shop: Shop, chance: random.Random) -> None:
    """Steps of the upstream, of the engine and of the post, in an order that nobody planned."""
    steps: dict[str, Callable[[], None]] = {
        "the upstream goes on": lambda: shop.sandbox.advance(chance.uniform(0.2, 2)),
        "the engine works": shop.work,
        "time passes": lambda: shop.pass_time(chance.choice([3, 30])),
        "some post comes": lambda: post(shop, chance),
        "some post is lost": lambda: shop.sandbox.mark_delivered(shop.sandbox.pending_letters()[:1]),
    }
    for name in chance.choices(list(steps), weights=[5, 3, 2, 5, 1], k=STEPS_OF_A_WALK):
        steps[name]()


def post(shop: Shop, chance: random.Random) -> None:
    """Any of the letters there ever were, delivered before or not."""
    letters = shop.sandbox.all_letters()
    shop.deliver_events(chance.sample(letters, min(len(letters), chance.randint(1, 3))))


def test_an_event_of_the_shape_without_ids_makes_us_look_at_the_order(shop: Shop) -> None:
    letters = bought(shop, "first.com")
    content = json.loads(letters[0].body)
    facts = {key: content["data"][key] for key in ("userId", "orderId")}
    content["data"] = {**facts, "domains": [{"domain": "first.com", "status": "ACTIVE"}]}
    shop.deliver_events([replace(letters[0], body=json.dumps(content).encode())])
    shop.work()
    shop.pass_time(120)
    shop.work()
    assert_delivered(shop, mailboxes=2)
    with scope(shop.customer.pk):
        assert Domain.objects.get().upstream_id


def test_an_event_before_our_own_commit_waits_for_it(shop: Shop) -> None:
    letters = bought(shop, "first.com")
    with scope(shop.customer.pk):
        part = OrderPart.objects.get()
        OrderPart.objects.update(upstream_order_id="")
    shop.deliver_events(letters)
    with staff_scope("test"):
        assert set(Event.objects.values_list("state", flat=True)) == {Event.State.DUE}
    assert_nothing_delivered(shop)
    with scope(shop.customer.pk):
        OrderPart.objects.update(upstream_order_id=part.upstream_order_id)
    shop.pass_time(60)
    shop.deliver_events([])
    assert_delivered(shop, mailboxes=2)


def assert_nothing_delivered(shop: Shop) -> None:
    with scope(shop.customer.pk):
        assert Order.objects.get().state == Order.State.WORKING
        assert not Credential.objects.exists()


def as_new(letter: Letter) -> Letter:
    """The same news under another event id, as an upstream that forgot having sent it would write."""
    other = letter.event_id[::-1]
    return Letter(other, letter.name, letter.body.replace(letter.event_id.encode(), other.encode()), letter.headers)


def test_an_event_that_comes_after_the_look_spares_the_calls_for_what_it_tells(shop: Shop) -> None:
    """Looking finds the domain without its dates and mailboxes without credentials; the late events bring both."""
    letters = bought(shop, "first.com")
    shop.pass_time(60)
    shop.work()
    with scope(shop.customer.pk):
        assert Order.objects.get().state == Order.State.DELIVERED
        assert not Credential.objects.exists()
    calls = len(shop.sandbox.calls())
    shop.deliver_events([*letters, *map(as_new, letters)])
    shop.pass_time(600)
    shop.work()
    assert_delivered(shop, mailboxes=2)
    assert len(shop.sandbox.calls()) == calls
    with scope(shop.customer.pk):
        assert Domain.objects.get().expires_at


def test_a_late_event_brings_no_credentials_to_a_mailbox_that_is_gone(shop: Shop) -> None:
    letters = bought(shop, "first.com")
    shop.pass_time(60)
    shop.work()
    with scope(shop.customer.pk):
        Mailbox.objects.filter(address="maya@first.com").update(state=Mailbox.State.REMOVED)
    shop.deliver_events([*letters, *map(as_new, letters)])
    with scope(shop.customer.pk):
        assert set(Credential.objects.values_list("mailbox__address", flat=True)) == {"noor@first.com"}


def test_an_order_is_not_looked_at_while_its_events_come(shop: Shop) -> None:
    """Though the look is due every twenty seconds or so; silence has it looked at."""
    letters = bought(shop, "first.com", "second.net")
    looks = shop.sandbox.count("get_order")
    for letter in letters[:4]:
        shop.pass_time(18)
        shop.deliver_events([letter])
        shop.work()
    assert shop.sandbox.count("get_order") == looks
    shop.pass_time(61)
    shop.work()
    assert shop.sandbox.count("get_order") == looks + 1
