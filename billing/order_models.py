"""Quotes and orders. A quote freezes what everything costs; an order is the promise to deliver it, line by line."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils import timezone

from accounts.models import Customer


class Provider(models.TextChoices):
    GOOGLE = "GOOGLE", "Google Workspace"
    MICROSOFT = "MICROSOFT", "Microsoft 365"


PROVIDER_WORDS = {str(value): str(label) for value, label in Provider.choices}


class Item(models.TextChoices):
    DOMAIN = "domain", "Domain"
    MAILBOX = "mailbox", "Mailbox"


class Quote(models.Model):
    """One price for everything, checked before it is paid. `wish` is what the person typed, to be mended."""

    customer = models.ForeignKey(Customer, on_delete=models.PROTECT)
    reference = models.CharField(max_length=20, unique=True)
    provider = models.CharField(max_length=12, choices=Provider.choices)
    wish = models.JSONField(default=dict)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL)
    retry_of = models.ForeignKey("billing.Order", null=True, on_delete=models.PROTECT, related_name="retries")
    made_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField()

    class Meta:
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["customer", "-made_at"], name="quotes_of_customer")
        ]

    def __str__(self) -> str:
        return self.reference

    @property
    def is_expired(self) -> bool:
        return self.expires_at <= timezone.now()


class QuoteLine(models.Model):
    """A domain for a year or a mailbox for a month, with its price or its problem.

    `cost_minor` is NULL until it is known: 0 is a cost too.
    """

    class State(models.TextChoices):
        CHECKING = "checking", "Checking"
        READY = "ready", "Ready"
        PROBLEM = "problem", "Problem"

    customer = models.ForeignKey(Customer, on_delete=models.PROTECT)
    quote = models.ForeignKey(Quote, on_delete=models.CASCADE, related_name="lines")
    position = models.PositiveIntegerField()
    item = models.CharField(max_length=10, choices=Item.choices)
    name = models.CharField(max_length=320)
    domain_name = models.CharField(max_length=253)
    upstream_domain_id = models.CharField(max_length=64, blank=True, help_text="Set when the domain is owned already.")
    first_name = models.CharField(max_length=80, blank=True)
    last_name = models.CharField(max_length=80, blank=True)
    state = models.CharField(max_length=10, choices=State.choices, default=State.CHECKING)
    problem = models.CharField(max_length=300, blank=True)
    cost_minor = models.BigIntegerField(null=True)
    cost_read_at = models.DateTimeField(null=True, help_text="When the upstream said so; NULL where it was not asked.")
    price_minor = models.BigIntegerField(default=0)
    renewal_minor = models.BigIntegerField(null=True, help_text="The price of the next year or month; NULL: not known.")
    order_at = models.CharField(
        max_length=12, blank=True, choices=Provider.choices, help_text="Where this line can be ordered instead."
    )

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["customer", "quote", "position"], name="one_quote_line_per_position"),
            models.UniqueConstraint(fields=["customer", "quote", "item", "name"], name="one_quote_line_per_thing"),
            models.CheckConstraint(
                condition=~models.Q(state="ready") | models.Q(cost_minor__isnull=False),
                name="a_ready_line_has_its_cost",
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(
                fields=["customer", "domain_name"],
                name="quote_lines_being_checked",
                condition=models.Q(state="checking"),
            )
        ]

    def __str__(self) -> str:
        return self.name


class Order(models.Model):
    """What a customer bought. One order for one quote, whatever is clicked twice."""

    class State(models.TextChoices):
        WORKING = "working", "In progress"
        DELIVERED = "delivered", "Delivered"
        PARTLY = "partly", "Partly delivered"
        FAILED = "failed", "Failed"

    customer = models.ForeignKey(Customer, on_delete=models.PROTECT)
    reference = models.CharField(max_length=20, unique=True)
    quote = models.OneToOneField(Quote, on_delete=models.PROTECT, related_name="order")
    provider = models.CharField(max_length=12, choices=Provider.choices)
    state = models.CharField(max_length=10, choices=State.choices, default=State.WORKING)
    total_minor = models.BigIntegerField()
    refusals = models.PositiveSmallIntegerField(default=0, help_text="Drafts of it that the upstream refused.")
    placed_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL)
    placed_at = models.DateTimeField(default=timezone.now)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["customer", "-placed_at", "-id"], name="orders_of_customer"),
        ]

    def __str__(self) -> str:
        return self.reference

    @property
    def is_final(self) -> bool:
        return self.state != self.State.WORKING


class OrderPart(models.Model):
    """What one upstream order carries: all new domains together, or the mailboxes of one owned domain."""

    customer = models.ForeignKey(Customer, on_delete=models.PROTECT)
    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="parts")
    upstream_domain_id = models.CharField(max_length=64, blank=True, help_text="Empty for the part of new domains.")
    upstream_order_id = models.CharField(max_length=64, blank=True)
    drafts = models.PositiveSmallIntegerField(default=1)
    is_processing = models.BooleanField(default=False, help_text="Set before the paying call; no other draft after it.")
    price_answers = models.PositiveSmallIntegerField(default=0, help_text="How often another price was accepted.")
    price_asked_at = models.DateTimeField(
        null=True, help_text="Since when the customer has been asked to accept another price."
    )

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["upstream_order_id"],
                condition=~models.Q(upstream_order_id=""),
                name="one_part_per_upstream_order",
            )
        ]
        indexes: ClassVar[list[models.Index]] = [models.Index(fields=["customer", "order"], name="parts_of_order")]

    def __str__(self) -> str:
        return f"{self.order} part {self.pk}"


class OrderLine(models.Model):
    """One thing to deliver. `cost_minor` is what the upstream took, or is expected to take until it is known."""

    class State(models.TextChoices):
        WAITING = "waiting", "In preparation"
        WORKING = "working", "Working"
        DELIVERED = "delivered", "Delivered"
        FAILED = "failed", "Failed"

    customer = models.ForeignKey(Customer, on_delete=models.PROTECT)
    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="lines")
    part = models.ForeignKey(OrderPart, on_delete=models.PROTECT, related_name="lines")
    position = models.PositiveIntegerField()
    item = models.CharField(max_length=10, choices=Item.choices)
    name = models.CharField(max_length=320)
    domain_name = models.CharField(max_length=253)
    first_name = models.CharField(max_length=80, blank=True)
    last_name = models.CharField(max_length=80, blank=True)
    state = models.CharField(max_length=10, choices=State.choices, default=State.WAITING)
    problem = models.CharField(max_length=300, blank=True, help_text="Why it failed, in our words.")
    said = models.CharField(max_length=500, blank=True, help_text="The upstream's own words for it, for staff alone.")
    is_said_by_staff = models.BooleanField(
        db_default=False, help_text="The words, or that it was delivered, are the team's."
    )
    may_help = models.BooleanField(default=True, help_text="Of a failed line: may trying again help?")
    price_minor = models.BigIntegerField()
    cost_minor = models.BigIntegerField()
    cost_read_at = models.DateTimeField(null=True, help_text="When the upstream said so; NULL where it was not asked.")
    asked_cost_minor = models.BigIntegerField(null=True, help_text="The cost now, which the customer is asked about.")
    asked_price_minor = models.BigIntegerField(null=True, help_text="The price that goes with it.")
    price_changes = models.PositiveSmallIntegerField(default=0, help_text="Each has a hold of its own.")
    cost_booked_minor = models.BigIntegerField(default=0)
    cost_returned_at = models.DateTimeField(null=True, help_text="When the upstream was seen to have given it back.")
    costs_booked = models.PositiveIntegerField(default=0, help_text="How often its cost was booked or corrected.")
    is_cost_taken = models.BooleanField(db_default=False, help_text="The upstream said that it took its cost.")
    finished_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["customer", "order", "position"], name="one_order_line_per_position"),
            models.UniqueConstraint(fields=["customer", "part", "item", "name"], name="one_line_per_thing"),
            models.UniqueConstraint(
                fields=["customer", "item", "name"],
                condition=models.Q(state__in=["waiting", "working"]),
                name="one_open_line_per_thing",
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(
                fields=["-id"], name="lines_below_cost", condition=models.Q(cost_minor__gt=models.F("price_minor"))
            )
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_final(self) -> bool:
        return self.state in {self.State.DELIVERED, self.State.FAILED}

    @property
    def money_reference(self) -> str:
        """Of the hold: a line at another price has another one."""
        return f"order-line-{self.pk}" + (f"-{self.price_changes}" if self.price_changes else "")


class UnsellableName(models.Model):
    """A name whose order failed after it was charged. Nobody is offered it again until staff take it off.

    It belongs to no customer and tells nothing of one: only the name and the upstream's words.
    """

    name = models.CharField(max_length=253, unique=True)
    said = models.CharField("what the upstream said", max_length=500, blank=True)
    is_sold_again = models.BooleanField("may be sold again", default=False)
    noted_at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return self.name
