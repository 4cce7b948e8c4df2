"""Money: accounts, transactions and entries. Only `billing.ledger` writes them."""

from typing import ClassVar

import pgtrigger
from django.db import models
from django.utils import timezone

from accounts.models import Customer
from billing.order_models import PROVIDER_WORDS, Item, Order, OrderLine, OrderPart, Provider, Quote, QuoteLine
from billing.price_rules import PriceRule
from billing.subscription_models import Subscription
from billing.wallet_models import WalletReading

__all__ = [
    "PROVIDER_WORDS",
    "Account",
    "Entry",
    "Item",
    "Order",
    "OrderLine",
    "OrderPart",
    "PriceRule",
    "Provider",
    "Quote",
    "QuoteLine",
    "Subscription",
    "Transaction",
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
APPEND_ONLY = pgtrigger.Update | pgtrigger.Delete


class Account(models.Model):
    """One pot of one customer. `balance_minor` is the sum of its entries, kept in the transaction that writes them."""

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

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.currency}"


class Transaction(models.Model):
    """Money that moved at one moment for one reason. `reference` makes it happen once."""

    customer = models.ForeignKey(Customer, on_delete=models.PROTECT)
    kind = models.CharField(max_length=20)
    reference = models.CharField(max_length=120)
    description = models.CharField(max_length=200)
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["customer", "kind", "reference"], name="one_transaction_per_reference")
        ]
        indexes: ClassVar[list[models.Index]] = [models.Index(fields=["customer", "-at", "-id"], name="statement")]
        triggers: ClassVar[list[pgtrigger.Trigger]] = [pgtrigger.Protect(name="append_only", operation=APPEND_ONLY)]

    def __str__(self) -> str:
        return self.description


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
        ]

    def __str__(self) -> str:
        return f"{self.account}: {self.amount_minor}"
