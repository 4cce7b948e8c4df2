"""A thousand shuffles: the same events in any order, doubled, lost and late end in the state of the run in order."""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.tenancy import scope, staff_scope
from billing.failures import FIELDS, NOTHING_SAID
from billing.services.orders import REFUND
from domains.models import Domain
from domains.services.refreshing import WHOLE
from mirror import surveys
from mirror.models import Survey
from reseller_portal.operations import lookups
from reseller_portal.operations.models import Operation
from reseller_portal.sandbox.control import Letter
from reseller_portal.webhooks.intake import keep
from reseller_portal.webhooks.models import Event
from reseller_portal.webhooks.processing import process_due
from tests import oracle
from tests.contract.facts import EVENTS
from tests.flow.test_events import as_new, undone
from tests.mirror.account import walk
from tests.mirror.state import State, differences, snapshot
from tests.mirror.stories import STORIES, Scene, Story, tell
from tests.shop import Shop

# Of stories that cost more there are fewer. Together a thousand.
SHUFFLES = {
    "an_order_partly_fails": 40,
    "the_money_runs_out_in_an_order": 60,
    "a_domain_is_renewed_at_the_second_try": 170,
    "a_domain_is_forgotten": 170,
    "a_workspace_is_paid_late_and_cancelled": 110,
    "a_second_year_begins": 30,
    "a_domain_in_grace_blocks_its_mailboxes": 30,
    "mailboxes_change": 120,
    "a_zone_changes": 160,
    "packages_are_bought_and_a_workspace_is_made_anew": 100,
    "everything_at_once": 10,
}
# To tell a story and its run in order costs as much as five shuffles of it.
CHUNK = 60
# Nothing else ever tells of it.
KNOWN_BY_EVENT_ALONE = {"mailbox.exported"}
LATE = 400.0


def chunks() -> Iterator[tuple[str, range]]:
    for name, number in SHUFFLES.items():
        for start in range(0, number, CHUNK):
            yield name, range(start, min(start + CHUNK, number))


@dataclass(frozen=True)
class Plan:
    """What comes of the letters of a story: batches, between which other work is done and time passes."""

    batches: list[list[Letter]]
    is_any_lost: bool


def plan(letters: list[Letter], chance: random.Random) -> Plan:
    is_losing = chance.random() < 0.15
    kept = [each for each in letters if not is_losing or each.name in KNOWN_BY_EVENT_ALONE or chance.random() < 0.5]
    doubles = chance.sample(kept, min(len(kept), chance.randint(0, 3)))
    order = [*kept, *(each if chance.random() < 0.5 else as_new(each) for each in doubles)]
    chance.shuffle(order)
    cuts = sorted(chance.randint(0, len(order)) for _ in range(chance.choice([0, 0, 1, 2])))
    batches = [order[start:end] for start, end in zip([0, *cuts], [*cuts, len(order)], strict=True)]
    return Plan(batches, is_any_lost=len(kept) < len(letters))


def deliver(shop: Shop, plan: Plan) -> None:
    for number, batch in enumerate(plan.batches):
        if number:
            shop.work()
            shop.pass_time(LATE)
        for letter in batch:
            keep(letter.body)
        process_due()
    come_to_rest(shop)
    if plan.is_any_lost:
        survey(shop)
        come_to_rest(shop)


def come_to_rest(shop: Shop) -> None:
    for _ in range(12):
        process_due()
        shop.work()
        with staff_scope("test: is anything due later"):
            # A refund is looked for during three days; no event tells of it, and none of these stories has one.
            waiting = Operation.objects.exclude(due_at=None).exclude(kind=REFUND)
            if not Event.objects.exclude(due_at=None).exists() and not waiting.exists():
                return
        shop.pass_time(LATE)
    raise AssertionError("it does not come to rest")


def survey(shop: Shop) -> None:
    """The sweeps of another day."""
    with staff_scope("test: zones were read long ago"):
        Domain.objects.exclude(records_seen_at=None).update(records_seen_at=timezone.now() - timedelta(days=2))
    for kind, customer in ((Survey.Kind.CUSTOMER, shop.customer), (Survey.Kind.SUBSCRIPTIONS, None)):
        with staff_scope("test: begin a survey"):
            begun = surveys.begin(kind, customer=customer)
        assert walk(begun).state == Survey.State.DONE


def states_in_order(shop: Shop, letters: list[Letter]) -> Iterator[State]:
    """Of the run in order; then what surveys add to it; then all that there is to know."""
    with undone():
        deliver(shop, Plan([letters], is_any_lost=False))
        yield snapshot()
        survey(shop)
        come_to_rest(shop)
        yield snapshot()
        with staff_scope("test: which domains"):
            names = list(Domain.objects.exclude(upstream_id="").values_list("name", flat=True))
        with scope(shop.customer.pk):
            lookups.ask_anew(customer=shop.customer, kind=WHOLE, keys=names)
        come_to_rest(shop)
        yield snapshot()


def shuffle(shop: Shop, story: Story, seeds: range) -> None:
    letters = tell(shop, story)
    expected, with_surveys, whole = states_in_order(shop, letters)
    for seed in seeds:
        made = plan(letters, random.Random(f"{story.__name__} {seed}"))
        with undone():
            deliver(shop, made)
            found = snapshot()
            if made.is_any_lost:
                found = reasons_of(expected, found)
            assert differences(with_surveys if made.is_any_lost else expected, whole, found) == [], told(seed, made)
            oracle.ask_in_between()
            with staff_scope("test: nothing is left over"):
                assert set(Event.objects.values_list("state", flat=True)) <= {Event.State.DONE}, told(seed, made)


def reasons_of(expected: State, found: State) -> State:
    """Why a line failed is in its event alone; a look finds only that it did."""
    for key, line in found["OrderLine"].items():
        if line["problem"] == NOTHING_SAID.words:
            line.update({name: expected["OrderLine"][key][name] for name in FIELDS})
    return found


def told(seed: int, made: Plan) -> str:
    return f"{seed}: {[[each.name for each in batch] for batch in made.batches]}"


def test_there_are_a_thousand_shuffles_of_all_stories() -> None:
    assert sum(len(seeds) for _, seeds in chunks()) == 1000
    assert set(SHUFFLES) == set(STORIES)


def test_the_stories_bring_every_event_of_the_contract(shop: Shop) -> None:
    names: set[str] = set()
    scene = Scene(shop)
    for name, story in STORIES.items():
        if name != "everything_at_once":
            with undone():
                story(scene)
                names |= {each.name for each in shop.sandbox.pending_letters()}
    assert names == set(EVENTS)


@pytest.mark.timeout(300)
@pytest.mark.parametrize(("name", "seeds"), list(chunks()), ids=[f"{name}-{seeds.start}" for name, seeds in chunks()])
def test_shuffled(shop: Shop, name: str, seeds: range) -> None:
    shuffle(shop, STORIES[name], seeds)
