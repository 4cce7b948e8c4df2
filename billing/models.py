"""Money: accounts, transactions and entries. Only `billing.ledger` writes them."""

from typing import ClassVar

import pgtrigger
from django.db import models
from django.utils import timezone

from accounts.models import Customer
from billing.ledger_words import word_of
from billing.order_models import (
    PROVIDER_WORDS,
    Item,
    Order,
    OrderLine,
    OrderPart,
    Provider,
    Quote,
    QuoteLine,
    UnsellableName,
)
from billing.price_rules import PriceRule
from billing.shortfall_models import Shortfall
from billing.subscription_models import Subscription
from billing.wallet_models import WalletReading

__all__ = [
    "PROVIDER_WORDS",
    "Account",
    "Entry",
    "Hold",
    "Item",
    "Order",
    "OrderLine",
    "OrderPart",
    "PriceRule",
    "Provider",
    "Quote",
    "QuoteLine",
    "Shortfall",
    "Subscription",
    "Transaction",
    "UnsellableName",
    "WalletReading",
]

# The sum must see every entry, whatever scope the transaction ends in; a sum over hidden rows would always be zero.
ZERO_SUM = """
    before := current_setting('app.staff', true);
    PERFORM set_config('app.staff', 'on', true);
    SELECT COALESCE(SUM(amount_minor), 0) INTO total FROM billing_entry WHERE transaction_id = NEW.transaction_id;
    PERFORM set_config('app.staff', COALESCE(before, ''), true);
    IF total <> 0 THEN
        RAISE EXCEPTION 'ledger transaction % does not sum to zero', NEW.transaction_id;
    END IF;
    RETURN NULL;
"""
# Once for each statement that writes entries, however many: a balance is the sum of its entries by construction.
MOVE_BALANCES = """
    UPDATE billing_account AS account SET balance_minor = account.balance_minor + moved.total
    FROM (SELECT account_id, SUM(amount_minor)::bigint AS total FROM added GROUP BY account_id) AS moved
    WHERE account.id = moved.account_id;
    RETURN NULL;
"""
# Depth 1 is the statement that somebody sent, depth 2 the trigger above.
FOLLOW_ENTRIES = """
    IF TG_OP = 'INSERT' THEN
        IF NEW.balance_minor <> 0 THEN
            RAISE EXCEPTION 'an account opens with nothing in it';
        END IF;
    ELSIF NEW.balance_minor <> OLD.balance_minor AND pg_trigger_depth() < 2 THEN
        RAISE EXCEPTION 'a balance changes by entries alone';
    ELSIF (NEW.customer_id, NEW.kind, NEW.currency) <> (OLD.customer_id, OLD.kind, OLD.currency) THEN
        RAISE EXCEPTION 'an account stays what it is';
    END IF;
    RETURN NEW;
"""
APPEND_ONLY = pgtrigger.Update | pgtrigger.Delete


class Account(models.Model):
    """One account of one customer. `balance_minor` is the sum of its entries, kept by a trigger on these."""

    class Kind(models.TextChoices):
        AVAILABLE = "available", "Available"
        HELD = "held", "Held for orders"
        FUNDING = "funding", "Paid in or credited"
        REVENUE = "revenue", "Sold"
        COST = "cost", "Cost of what was sold"
        WALLET = "wallet", "Taken from the wallet"

    customer = models.ForeignKey(Customer, on_delete=models.PROTECT)
    kind = models.CharField(max_length=12, choices=Kind.choices)
    currency = models.CharField(max_length=3, default="USD")
    balance_minor = models.BigIntegerField(default=0)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["customer", "kind", "currency"], name="one_account_per_kind_and_currency"),
            models.CheckConstraint(
                condition=models.Q(balance_minor__gte=0) | ~models.Q(kind__in=["available", "held"]),
                name="customers_never_below_zero",
            ),
        ]
        triggers: ClassVar[list[pgtrigger.Trigger]] = [
            pgtrigger.Trigger(
                name="balances_follow_entries",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert | pgtrigger.Update,
                func=FOLLOW_ENTRIES,
            ),
            pgtrigger.Protect(name="never_deleted", operation=pgtrigger.Delete),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.currency}"


class Transaction(models.Model):
    """Money that moved at one moment for one reason. `reference` makes it happen once.

    `external_key` is the normalised reference of what staff entered by hand: it counts once over all customers.
    """

    customer = models.ForeignKey(Customer, on_delete=models.PROTECT)
    kind = models.CharField(max_length=20)
    reference = models.CharField(max_length=120)
    external_key = models.CharField(max_length=120, blank=True, default="")
    description = models.CharField(max_length=200)
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["customer", "kind", "reference"], name="one_transaction_per_reference"),
            models.UniqueConstraint(
                fields=["kind", "external_key"],
                condition=~models.Q(external_key=""),
                name="one_transaction_per_external_reference",
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [models.Index(fields=["customer", "-at", "-id"], name="statement")]
        triggers: ClassVar[list[pgtrigger.Trigger]] = [pgtrigger.Protect(name="append_only", operation=APPEND_ONLY)]

    def __str__(self) -> str:
        return self.description

    @property
    def word(self) -> str:
        return word_of(self.kind)[0]

    @property
    def look(self) -> str:
        return word_of(self.kind)[1]


class Entry(models.Model):
    """One side of a transaction: what an account gained (or lost, below zero)."""

    customer = models.ForeignKey(Customer, on_delete=models.PROTECT)
    transaction = models.ForeignKey(Transaction, on_delete=models.PROTECT, related_name="entries")
    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="entries")
    amount_minor = models.BigIntegerField()

    class Meta:
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["customer", "account", "-id"], name="entries_of_account")
        ]
        triggers: ClassVar[list[pgtrigger.Trigger]] = [
            pgtrigger.Protect(name="append_only", operation=APPEND_ONLY),
            pgtrigger.Trigger(
                name="sums_to_zero",
                when=pgtrigger.After,
                operation=pgtrigger.Insert,
                timing=pgtrigger.Deferred,
                declare=[("before", "text"), ("total", "bigint")],
                func=ZERO_SUM,
            ),
            pgtrigger.Trigger(
                name="moves_balances",
                level=pgtrigger.Statement,
                when=pgtrigger.After,
                operation=pgtrigger.Insert,
                referencing=pgtrigger.Referencing(new="added"),  # type: ignore[no-untyped-call]  # has no types
                func=MOVE_BALANCES,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.account}: {self.amount_minor}"


class Hold(models.Model):
    """Money set aside for one thing, such as a line of an order, until it is delivered or not.

    Captured or released, once: a trigger refuses to change what is resolved. The held account is the sum of open holds.
    """

    class State(models.TextChoices):
        OPEN = "open", "Held"
        CAPTURED = "captured", "Charged"
        RELEASED = "released", "Given back"

    customer = models.ForeignKey(Customer, on_delete=models.PROTECT)
    reference = models.CharField(max_length=120)
    amount_minor = models.BigIntegerField()
    state = models.CharField(max_length=8, choices=State.choices, default=State.OPEN)
    held_at = models.DateTimeField(default=timezone.now)
    resolved_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["customer", "reference"], name="one_hold_per_reference"),
            models.CheckConstraint(condition=models.Q(amount_minor__gte=0), name="a_hold_is_never_below_zero"),
            models.CheckConstraint(
                condition=models.Q(state="open", resolved_at=None)
                | models.Q(state__in=["captured", "released"], resolved_at__isnull=False),
                name="a_hold_is_open_or_resolved",
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["customer"], name="open_holds", condition=models.Q(state="open"))
        ]
        triggers: ClassVar[list[pgtrigger.Trigger]] = [
            pgtrigger.Protect(
                name="resolved_once",
                operation=pgtrigger.Update,
                condition=~pgtrigger.Q(old__state="open")
                | pgtrigger.Q(old__amount_minor__df=pgtrigger.F("new__amount_minor"))
                | pgtrigger.Q(old__reference__df=pgtrigger.F("new__reference")),
            ),
            pgtrigger.Protect(name="never_deleted", operation=pgtrigger.Delete),
        ]

    def __str__(self) -> str:
        return f"{self.reference}: {self.amount_minor}"
