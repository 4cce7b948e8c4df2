"""The hand on the sandbox: for tests directly, for programs as JSON under /control/."""

import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db import connections

from reseller_portal.sandbox import clock, delivery, faults, manners, moving, serving, signing, steps, tallies, wallet
from reseller_portal.sandbox.faults import KINDS
from reseller_portal.sandbox.models import (
    Credential,
    DnsRecord,
    Domain,
    ErrorReport,
    Event,
    Fault,
    Journal,
    Mailbox,
    Movement,
    Order,
    Package,
    Person,
    PlacementTest,
    Reserved,
    Step,
    Subscription,
    World,
)
from reseller_portal.sandbox.operations.names import NAME
from reseller_portal.sandbox.operations.owned import GONE
from reseller_portal.sandbox.router import ALIAS

EVERYTHING = (
    DnsRecord, Credential, PlacementTest, ErrorReport, Package, Mailbox, Subscription, Domain, Order, Person, Step,
    Movement, Reserved, Fault, Journal, Event, World,
)  # fmt: skip

GENERATIONS = ("current", "older", "listed", "usual")
FATES = ("taken", "workspace", "conflict", "unlucky", "slow", "boxless", "refunded")
MOST_TIMES = 1_000_000
MOST_PERCENT = 100_000
MOST_DOLLARS = 10**12
LONGEST_STEP = timedelta(days=3660)
LAST_YEAR = 9900
FASTEST = 1_000_000
VERY_MANY = 10_000


@dataclass(frozen=True)
class Letter:
    """A webhook as it goes over the wire."""

    event_id: str
    name: str
    body: bytes
    headers: dict[str, str]


class Control:
    """Everything that a test or an operator may do to the sandbox."""

    def reset(self) -> None:
        """Forget everything, but not where events go and how fast the clock was told to run at the start."""
        with steps.moving_alone():
            self._forget_everything()

    def _forget_everything(self) -> None:
        target = clock.world().manners.get("webhook_url")
        if Mailbox.objects.all()[VERY_MANY : VERY_MANY + 1].exists():
            _empty_tables()
        for model in EVERYTHING:
            model.objects.all().delete()
        tallies.forget()
        faults.forget()
        clock.run(clock.first_speed())
        if target is not None:
            self._behave(webhook_url=target)

    def fault(self, operation: str, kind: str, *, times: int = 1, **options: Any) -> None:
        """Let the next `times` calls of an operation (`*` for any) go wrong. Raises ValueError for what is unknown."""
        if operation != "*" and operation not in serving.operation_names():
            raise ValueError(f"there is no operation {operation}")
        if kind not in KINDS:
            raise ValueError(f"{kind} is none of {', '.join(KINDS)}")
        if not 1 <= times <= MOST_TIMES:
            raise ValueError(f"times must be from 1 to {MOST_TIMES}")
        Fault.objects.create(operation=operation, kind=kind, times=times, options=faults.checked_options(options))

    def lose_answer_of(self, operation: str, *, times: int = 1) -> None:
        self.fault(operation, "lose_answer", times=times)

    def heal(self) -> None:
        Fault.objects.all().delete()

    def count(self, operation: str, *, effective: bool = False) -> int:
        """Calls of an operation; `effective` leaves out those that were answered with an error."""
        calls = Journal.objects.filter(operation=operation)
        return calls.filter(status__lt=300).count() if effective else calls.count()

    def calls(self) -> list[tuple[str, int]]:
        """(operation, status) in order; status 0 had no answer."""
        return list(Journal.objects.order_by("pk").values_list("operation", "status"))

    def set_wallet(self, dollars: Decimal | int) -> None:
        clock.world()
        World.objects.update(wallet_minor=_cents(dollars))

    def add_to_wallet(self, dollars: Decimal | int) -> None:
        wallet.add(_cents(dollars), "Top-up")

    def wallet_minor(self) -> int:
        return wallet.balance_minor()

    def movements(self) -> list[tuple[int, str]]:
        return list(Movement.objects.order_by("pk").values_list("amount_minor", "reason"))

    def now(self) -> datetime:
        return clock.now()

    def begin(self, at: datetime) -> None:
        """Let the world begin at another time, before anybody is in it. Raises ValueError when somebody is."""
        if Person.objects.exists():
            raise ValueError("the clock begins before anything is there: reset first")
        if at.tzinfo is None:
            raise ValueError("the time needs a zone, as in 2026-10-01T08:00:00Z")
        with steps.moving_alone():
            clock.begin(at)

    def freeze(self) -> None:
        clock.freeze()

    def run(self, speed: float = 1.0) -> None:
        """Raises ValueError for a speed that is none."""
        clock.run(checked_speed(speed))

    def advance(self, step: timedelta | float) -> None:
        """Move the clock and carry out what became due, step by step in order, in portions that others see.

        Raises ValueError for too long a step: ten years at a time are enough, for on the way everything renews itself
        month by month. Raises `ClockIsMoving` while somebody else moves it, as do `begin` and `reset`.
        """
        length = step if isinstance(step, timedelta) else timedelta(seconds=step)
        steps.move(checked_length(length, start=clock.now()))

    def reserve(self, name: str, fate: str) -> None:
        """Give a name a fate. Raises ValueError for one that does not exist."""
        if fate not in FATES:
            raise ValueError(f"{fate} is none of {', '.join(FATES)}")
        if not NAME.match(name):
            raise ValueError(f"{name} is not a domain name")
        Reserved.objects.update_or_create(name=name, defaults={"fate": fate})

    def pending_letters(self) -> list[Letter]:
        """Webhooks not delivered yet, in the order they were made."""
        return [_letter(event) for event in Event.objects.filter(state="pending").order_by("due_at", "pk")]

    def all_letters(self) -> list[Letter]:
        return [_letter(event) for event in Event.objects.order_by("pk")]

    def mark_delivered(self, letters: Iterable[Letter]) -> None:
        Event.objects.filter(event_id__in=[each.event_id for each in letters]).update(state="delivered", due_at=None)

    def hold(self) -> None:
        """Keep the events that are made from now on back until `release`."""
        self._behave(hold=True)

    def release(self, *, shuffle: bool = False) -> int:
        """Let held events go, in their order or in none. Returns how many."""
        self._behave(hold=False)
        held = list(Event.objects.filter(state="held").order_by("pk"))
        if shuffle:
            secrets.SystemRandom().shuffle(held)
        for number, event in enumerate(held):
            event.state, event.due_at = "pending", clock.real_now() + timedelta(microseconds=number)
            event.save()
        return len(held)

    def sign_like(self, **scheme: str) -> None:
        """Sign webhooks another way; raises ValueError for a way that does not exist."""
        self._behave(signature=signing.checked_scheme(scheme))

    def speak(self, generation: str) -> None:
        """How events are written, where the sources differ.

        `current`; `older`: short subscription events, no actionId; `listed`: domain.order.success with a list;
        `usual`: warm-up events with event, eventId and user.
        """
        if generation not in GENERATIONS:
            raise ValueError(f"{generation} is none of {', '.join(GENERATIONS)}")
        self._behave(generation=generation)

    def _behave(self, **wish: Any) -> None:
        row = clock.world()
        row.manners = {**row.manners, **wish}
        row.save(update_fields=["manners"])

    def move(self, **places: str) -> None:
        """Serve operations, by name, at "METHOD /path" instead; none moves all back. Raises ValueError."""
        self._behave(paths=moving.checked_places(places))

    def behave(self, **wish: Any) -> None:
        """Take on manners by name (`manners.KNOWN`), all of them or none. Raises ValueError."""
        self._behave(**{name: manners.checked(name, value) for name, value in wish.items()})

    def move_price(self, name: str, dollars: Decimal | int) -> None:
        """From now on a year of that name costs so much; `mailbox` is a month of one. Raises ValueError."""
        if name != "mailbox" and not NAME.match(name):
            raise ValueError(f"{name} is neither a domain name nor mailbox")
        self._behave(prices={**clock.world().manners.get("prices", {}), name: _cents(dollars)})

    def move_prices(self, percent: int) -> None:
        """All names, but those with a price of their own, cost so many percent. Raises ValueError."""
        if isinstance(percent, bool) or not isinstance(percent, int) or not 0 <= percent <= MOST_PERCENT:
            raise ValueError(f"percent must be from 0 to {MOST_PERCENT}")
        self._behave(prices={**clock.world().manners.get("prices", {}), "*": percent})

    def write_price(self, name: str, text: Any) -> None:
        """In offers the price of that name is written so, such as "NaN"; what it costs stays. Raises ValueError."""
        if not NAME.match(name):
            raise ValueError(f"{name} is not a domain name")
        self._behave(written_prices={**clock.world().manners.get("written_prices", {}), name: text})

    def remove_mailbox(self, address: str) -> None:
        """As somebody does in the vendor's own panel: no event tells. Raises ValueError for an unknown address."""
        if not Mailbox.objects.filter(email=address.lower()).exclude(status__in=GONE).update(status="REMOVED"):
            raise ValueError(f"there is no mailbox {address}")

    def cancel_subscription(self, name: str) -> None:
        """The same with all mailboxes of a domain. Raises ValueError when nothing runs there."""
        rows = Subscription.objects.filter(domain__name=name.lower()).exclude(status__in=["CANCELLED", "EXPIRED"])
        if not rows.exists():
            raise ValueError(f"no subscription runs on {name}")
        Mailbox.objects.filter(subscription__in=rows).update(status="REMOVED", subscription=None)
        rows.update(status="CANCELLED", auto_renew=False)

    def send_to(self, url: str) -> None:
        """Where events go from now on, those that wait included; "" lets them wait. Raises ValueError."""
        if url and not url.startswith(("http://", "https://")):
            raise ValueError(f"{url} is no http address")
        self._behave(webhook_url=url)

    def replay(self, event_id: str) -> bool:
        found = Event.objects.filter(event_id=event_id)
        return bool(found.update(state="pending", attempts=0, due_at=clock.real_now()))


def checked_speed(speed: float) -> float:
    if not 0 <= speed <= FASTEST:
        raise ValueError(f"speed must be from 0 to {FASTEST}")
    return speed


def checked_length(length: timedelta, *, start: datetime) -> timedelta:
    if not timedelta(0) <= length <= LONGEST_STEP or (start + length).year > LAST_YEAR:
        raise ValueError(f"the clock moves on by {LONGEST_STEP.days} days at most, up to the year {LAST_YEAR}")
    return length


def _empty_tables() -> None:
    """At once, where deleting row by row takes minutes."""
    names = ", ".join(model._meta.db_table for model in EVERYTHING)
    with connections[ALIAS].cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(f"TRUNCATE {names}")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")


def _cents(dollars: Decimal | int) -> int:
    if not abs(Decimal(dollars)) <= MOST_DOLLARS:
        raise ValueError(f"an amount is at most {MOST_DOLLARS}")
    return int(Decimal(dollars) * 100)


def _letter(event: Event) -> Letter:
    body = event.body.encode()
    return Letter(event.event_id, event.name, body, delivery.signed_headers(body))
