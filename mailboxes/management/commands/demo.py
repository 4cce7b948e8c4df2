"""`manage.py demo`: fill an empty install with two brands and three customers, and say how to sign in."""

import os
import time
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from allauth.account.models import EmailAddress
from django.conf import settings
from django.contrib.auth.models import Group
from django.core.management.base import BaseCommand, CommandError
from django.db.models import QuerySet

from accounts.actors import Actor, member_actor, portal_actor
from accounts.models import Brand, BrandHost, Customer, Membership, User
from accounts.tenancy import scope, staff_scope
from billing import ledger
from billing.models import Item, Order, PriceRule, Quote
from billing.services.orders import confirm_quote
from billing.services.quotes import QuoteDraft, make_quote
from billing.services.wallet import read_wallet
from mailboxes.building import Wish, lines_of, read
from mailboxes.demo import BRANDS, CUSTOMERS, OF_THE_PAST, ORDERS, STAFF, DemoBrand, DemoCustomer, DemoOrder
from mailboxes.demo_outside import buy_outside
from mailboxes.demo_past import begin_long_ago, catch_up
from mailboxes.models import Mailbox
from reseller_portal.upstream.errors import UpstreamError

PATIENCE_SECONDS = 120.0


class Command(BaseCommand):
    help = "Fill an empty install with demo data by driving the sandbox; does nothing the second time."

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.UPSTREAM_IS_SANDBOX:
            raise CommandError("Demo data is only made on the sandbox: real orders cost money.")
        password = os.environ.get("DEMO_PASSWORD", "").strip() or "outreach-demo"
        with staff_scope("demo: people and brands"):
            if not Customer.objects.exists():
                _make_people(password)
        begin_long_ago()
        past, *waves = sorted({order.wave for order in ORDERS})
        _order_what_is_missing(past)
        # Early: it comes up beside the rest, and the wallet has come to rest when the portal is ready.
        self._leave_something_to_adopt()
        for wave in waves:
            _order_what_is_missing(wave)
        read_wallet()
        self._print_table(password)

    def _leave_something_to_adopt(self) -> None:
        """The demo is whole without it."""
        try:
            buy_outside()
        except UpstreamError as error:
            self.stdout.write(f"  Nothing was left to adopt: {error}")

    def _print_table(self, password: str) -> None:
        port = os.environ.get("PORT", "8000")
        self.stdout.write(f"\n  {'Sign in as':<24}{'Password':<20}{'Where':<44}Who")
        for customer in CUSTOMERS:
            for email, _name, role in customer.people:
                where = f"http://{customer.host}:{port}/"
                self.stdout.write(f"  {email:<24}{password:<20}{where:<44}{role} at {customer.company}")
        for email, _name, group in STAFF:
            where = f"http://127.0.0.1:{port}/admin/"
            self.stdout.write(f"  {email:<24}{password:<20}{where:<44}staff, {group.lower()}")
        others = " ".join(brand.host for brand in BRANDS[1:])
        self.stdout.write(
            f"  Where *.localhost does not open, http://127.0.0.1:{port}/ shows {BRANDS[0].name};"
            f" the rest needs a line in /etc/hosts: 127.0.0.1 {others}"
        )


def _make_people(password: str) -> None:
    for number, brand in enumerate(BRANDS):
        _make_brand(brand, is_default=number == 0)
    for customer in CUSTOMERS:
        _make_customer(customer, password)
    for email, name, group in STAFF:
        user = User.objects.create_user(email, password, name=name, is_staff=True, is_superuser=group == "Admin")
        user.groups.add(Group.objects.get(name=group))
        _confirm(user)


def _confirm(user: User) -> None:
    """Everybody has a row of their address from the start; whoever plays with the demo has confirmed it."""
    EmailAddress.objects.update_or_create(user=user, email=user.email, defaults={"verified": True, "primary": True})


def _make_brand(demo: DemoBrand, *, is_default: bool) -> None:
    brand = Brand.objects.create(
        name=demo.name,
        slug=demo.host.partition(".")[0],
        mark=demo.mark,
        colour=demo.colour,
        sender=f"no-reply@{demo.host}",
        support_email=f"help@{demo.host}",
        is_default=is_default,
    )
    BrandHost.objects.create(brand=brand, host=demo.host)
    PriceRule.objects.create(
        brand=brand, item=Item.DOMAIN, method="percent", percent=demo.domain_percent, floor_minor=1200
    )
    PriceRule.objects.create(brand=brand, item=Item.MAILBOX, method="fixed", fixed_minor=demo.mailbox_minor)


def _make_customer(demo: DemoCustomer, password: str) -> None:
    first, _, last = demo.people[0][1].partition(" ")
    customer = Customer.objects.create(
        brand=Brand.objects.get(hosts__host=demo.host),
        slug=demo.slug,
        company=demo.company,
        email=f"hello@{demo.slug}.example",
        first_name=first,
        last_name=last,
        country="US",
        region="Oregon",
        city="Portland",
        address_line_one="48 Lantern Quay",
        postal_code="97204",
        phone_cc="1",
        phone="5035550142",
    )
    for email, name, role in demo.people:
        user = User.objects.create_user(email, password, name=name)
        _confirm(user)
        Membership.objects.create(customer=customer, user=user, role=role)
    ledger.credit(
        actor=portal_actor(customer),
        amount_minor=demo.credit_minor,
        reference=f"demo-{customer.slug}",
        description="Opening credit",
    )


def _order_what_is_missing(wave: int) -> None:
    """A demo that was stopped half way goes on where it was."""
    placed = {customer.slug: len(_placed(_owner_of(customer.slug))) for customer in CUSTOMERS}
    _order([order for order in ORDERS if order.wave == wave and _place_of(order) >= placed[order.customer]])
    _wait(partial(_are_over, wave), "deliveries")
    _let_time_pass()


def _place_of(demo: DemoOrder) -> int:
    """Which one of its customer's orders it is, from 0."""
    return [order for order in ORDERS if order.customer == demo.customer].index(demo)


def _placed(actor: Actor) -> list[Order]:
    with scope(actor.customer.pk):
        return list(Order.objects.filter(customer=actor.customer).order_by("pk"))


def _are_over(wave: int) -> bool:
    """All that is awaited of this wave and of those before it."""
    orders = {customer.slug: _placed(_owner_of(customer.slug)) for customer in CUSTOMERS}
    awaited = [order for order in ORDERS if order.wave <= wave and order.is_awaited]
    return all(orders[each.customer][_place_of(each)].is_final for each in awaited)


def _let_time_pass() -> None:
    """Until now, once the order of the past is there; the mailboxes of it expire on the way."""
    if not catch_up(OF_THE_PAST):
        return
    customer = _owner_of("acme").customer
    with scope(customer.pk):
        rows = Mailbox.objects.filter(customer=customer, domain__name=OF_THE_PAST)
    _wait(partial(_are_all, rows, Mailbox.State.EXPIRED), "the end of a subscription")


def _are_all(rows: QuerySet[Mailbox], state: str) -> bool:
    with staff_scope("demo: have they expired"):
        return not rows.exclude(state=state).exists()


def _order(wanted: Sequence[DemoOrder]) -> None:
    """As a person would, in several windows: build, check, wait for the prices, pay."""
    quotes = [_ask_for(demo) for demo in wanted]
    for actor, quote in quotes:
        _wait(partial(_is_checked, actor, quote), "prices")
        with scope(actor.customer.pk):
            total = sum(line.price_minor for line in quote.lines.filter(state="ready"))
            confirm_quote(actor=actor, quote=quote, total_minor=total)


def _ask_for(demo: DemoOrder) -> tuple[Actor, Quote]:
    actor, wish = _owner_of(demo.customer), Wish(demo.provider, demo.domains, demo.people)
    with scope(actor.customer.pk):
        draft = QuoteDraft(demo.provider, lines_of(read(actor.customer, wish)), wish.as_json())
        return actor, make_quote(actor=actor, draft=draft)


def _owner_of(slug: str) -> Actor:
    with staff_scope("demo: act as an owner"):
        found = Membership.objects.select_related("customer__brand", "user").get(customer__slug=slug, role="owner")
    return member_actor(found, found.user)


def _is_checked(actor: Actor, quote: Quote) -> bool:
    with scope(actor.customer.pk):
        return not quote.lines.filter(state="checking").exists()


def _wait(is_there: Callable[[], bool], what: str) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not is_there():
        if time.monotonic() > deadline:
            raise CommandError(f"The demo waited {PATIENCE_SECONDS:.0f} s for {what} in vain. Is the worker running?")
        time.sleep(0.3)
