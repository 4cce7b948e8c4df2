"""A customer with money in front of the sandbox, and the hands to let time and events pass."""

from dataclasses import dataclass, field
from datetime import timedelta

from django.db.models import F
from django.db.models.functions import Now

from accounts.actors import Actor, member_actor, portal_actor
from accounts.models import Customer, Membership
from accounts.tenancy import scope, staff_scope
from billing import ledger
from billing.models import Item, Order, PriceRule, Quote
from billing.services.orders import confirm_quote
from billing.services.quotes import LineDraft, QuoteDraft, make_quote
from reseller_portal.operations import budget, circuit, engine
from reseller_portal.operations.models import Budget, Circuit, Operation, Pause
from reseller_portal.sandbox.control import Control, Letter
from reseller_portal.webhooks.intake import keep
from reseller_portal.webhooks.models import Event
from reseller_portal.webhooks.processing import process_due
from tests.world import World

Names = tuple[tuple[str, str, str], ...]
NAMES: Names = (("maya", "Maya", "Ferro"), ("noor", "Noor", "Haddad"))


@dataclass
class Shop:
    world: World
    sandbox: Control
    reference: str = "start"
    actor: Actor = field(init=False)

    def __post_init__(self) -> None:
        with staff_scope("test: prices and money"):
            membership = Membership.objects.select_related("customer", "customer__brand").get(
                customer=self.world.acme, user=self.world.ada
            )
            self.actor = member_actor(membership, self.world.ada)
            PriceRule.objects.create(
                brand=self.world.acme.brand, item=Item.DOMAIN, method="percent", percent=20, floor_minor=1500
            )
            PriceRule.objects.create(brand=self.world.acme.brand, item=Item.MAILBOX, method="fixed", fixed_minor=500)
        with scope(self.customer.pk):
            ledger.credit(
                actor=portal_actor(self.customer), amount_minor=100_000, reference=self.reference, description="Start"
            )

    @property
    def customer(self) -> Customer:
        return self.actor.customer

    def ask_for_quote(self, *domains: str, names: Names = NAMES) -> Quote:
        """A quote whose questions have not been put to the upstream yet."""
        lines = []
        for name in domains:
            lines.append(LineDraft(Item.DOMAIN, name, name))
            lines += [LineDraft(Item.MAILBOX, f"{user}@{name}", name, first, last) for user, first, last in names]
        with scope(self.customer.pk):
            return make_quote(actor=self.actor, draft=QuoteDraft("GOOGLE", lines))

    def quote(self, *domains: str, names: Names = NAMES) -> Quote:
        quote = self.ask_for_quote(*domains, names=names)
        self.work()
        return quote

    def confirm(self, quote: Quote) -> Order:
        with scope(self.customer.pk):
            return confirm_quote(actor=self.actor, quote=quote, total_minor=self.total(quote))

    def order(self, *domains: str) -> Order:
        """A confirmed order whose operations have not been carried out yet."""
        return self.confirm(self.quote(*domains))

    def total(self, quote: Quote) -> int:
        with scope(self.customer.pk):
            return sum(line.price_minor for line in quote.lines.filter(state="ready"))

    def work(self) -> None:
        """Let the engine carry out everything that is due, whatever the budget says."""
        for _ in range(2000):
            try:
                if not engine.run_one():
                    return
            except circuit.Open:
                return
            except budget.NoneLeft:
                Budget.objects.update(next_at=Now())
        raise AssertionError("the engine does not come to rest")

    def pass_time(self, seconds: float) -> None:
        """For our own rows: what is due later is due now."""
        with staff_scope("test: pass time"):
            step = timedelta(seconds=seconds)
            Operation.objects.filter(due_at__isnull=False).update(due_at=F("due_at") - step)
            Operation.objects.filter(sent_at__isnull=False).update(sent_at=F("sent_at") - step)
            Operation.objects.filter(begun_at__isnull=False).update(begun_at=F("begun_at") - step)
            Event.objects.filter(due_at__isnull=False).update(due_at=F("due_at") - step)
            Pause.objects.update(until=F("until") - step)
            Circuit.objects.update(next_try_at=F("next_try_at") - step)

    def deliver_events(self, letters: list[Letter] | None = None) -> None:
        chosen = self.sandbox.pending_letters() if letters is None else letters
        for letter in chosen:
            keep(letter.body)
        process_due()
        self.sandbox.mark_delivered(chosen)

    def finish(self) -> None:
        """Everything happens: operations, the sandbox's clock, events."""
        for _ in range(6):
            self.work()
            self.sandbox.advance(30)
            self.deliver_events()
            self.pass_time(30)
