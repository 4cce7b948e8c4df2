"""What the sandbox knows. Amounts in US cents; ids are opaque upper-case texts."""

from typing import ClassVar

from django.contrib.postgres.indexes import GinIndex
from django.db import models

from reseller_portal.sandbox.ids import new_id, new_short_id


class World(models.Model):
    """One row: the wallet and the clock. The clock runs `speed` times as fast from `sim_from` on, or stands still."""

    wallet_minor = models.BigIntegerField(default=500_000)
    real_from = models.DateTimeField()
    sim_from = models.DateTimeField()
    speed = models.FloatField(default=1.0)
    is_frozen = models.BooleanField(default=False)
    manners = models.JSONField(default=dict)


class Person(models.Model):
    """A user of the API: one end customer of the partner."""

    id = models.CharField(primary_key=True, max_length=28, default=new_id)
    email = models.CharField(max_length=254, db_index=True)
    record = models.JSONField()
    created_at = models.DateTimeField()


class Order(models.Model):
    id = models.CharField(primary_key=True, max_length=28, default=new_id)
    person = models.ForeignKey(Person, on_delete=models.CASCADE)
    wish = models.JSONField()
    provider = models.CharField(max_length=12)
    auto_renew = models.BooleanField(default=True)
    action_id = models.CharField(max_length=40, blank=True)
    status = models.CharField(max_length=16, default="PENDING")
    total_minor = models.BigIntegerField(default=0)
    created_at = models.DateTimeField()
    processed_at = models.DateTimeField(null=True)


class Domain(models.Model):
    id = models.CharField(primary_key=True, max_length=28, default=new_id)
    person = models.ForeignKey(Person, on_delete=models.CASCADE)
    order = models.ForeignKey(Order, null=True, on_delete=models.SET_NULL)
    name = models.CharField(max_length=253, db_index=True)
    status = models.CharField(max_length=16, default="PENDING")
    provider = models.CharField(max_length=12)
    price_minor = models.BigIntegerField(default=0)
    reason = models.CharField(max_length=200, blank=True)
    years = models.IntegerField(default=1)
    auto_renew = models.BooleanField(default=False)
    forwarding = models.JSONField(null=True)
    mail_goes_to = models.CharField(max_length=254, blank=True)
    nameservers = models.JSONField(default=list)
    registered_at = models.DateTimeField(null=True)
    expires_at = models.DateTimeField(null=True)

    class Meta:
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["person", "name", "id"], name="domains_of_person")
        ]


class Subscription(models.Model):
    id = models.CharField(primary_key=True, max_length=28, default=new_id)
    person = models.ForeignKey(Person, on_delete=models.CASCADE)
    domain = models.ForeignKey(Domain, on_delete=models.CASCADE, related_name="subscriptions")
    status = models.CharField(max_length=16, default="ACTIVE")
    provider = models.CharField(max_length=12)
    price_minor = models.BigIntegerField(default=300)
    auto_renew = models.BooleanField(default=True)
    started_at = models.DateTimeField()
    period_start = models.DateTimeField()
    period_end = models.DateTimeField()

    class Meta:
        indexes: ClassVar[list[models.Index]] = [models.Index(fields=["status", "id"], name="subscriptions_by_status")]


class SubscriptionTally(models.Model):
    """How many subscriptions of a status have an id that begins with `bucket`. Kept by triggers."""

    status = models.CharField(max_length=16)
    bucket = models.CharField(max_length=2)
    amount = models.BigIntegerField()

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["status", "bucket"], name="one_tally_per_status")
        ]


class Mailbox(models.Model):
    id = models.CharField(primary_key=True, max_length=28, default=new_id)
    person = models.ForeignKey(Person, on_delete=models.CASCADE)
    domain = models.ForeignKey(Domain, on_delete=models.CASCADE, related_name="mailboxes")
    subscription = models.ForeignKey(Subscription, null=True, on_delete=models.SET_NULL, related_name="mailboxes")
    order = models.ForeignKey(Order, null=True, on_delete=models.SET_NULL)
    username = models.CharField(max_length=64)
    email = models.CharField(max_length=320, db_index=True)
    first_name = models.CharField(max_length=80)
    last_name = models.CharField(max_length=80)
    status = models.CharField(max_length=20, default="IN_PROGRESS")
    is_admin = models.BooleanField(default=False)
    password = models.CharField(max_length=60, blank=True)
    app_password = models.CharField(max_length=60, blank=True)
    authenticator = models.CharField(max_length=60, blank=True)
    picture = models.CharField(max_length=500, blank=True)
    warmup = models.CharField(max_length=10, blank=True)
    warmup_settings = models.JSONField(default=dict)
    created_at = models.DateTimeField()

    class Meta:
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["person", "email", "id"], name="mailboxes_of_person"),
            GinIndex(fields=["email"], opclasses=["gin_trgm_ops"], name="mailboxes_by_piece"),
        ]


class Piece(models.Model):
    """A piece of an address whose matches are counted for good: it was searched and is in very many. "" is in all."""

    text = models.CharField(max_length=320, unique=True)


class MailboxTally(models.Model):
    """How many living mailboxes with `piece` in their address have an id that begins with `bucket`; by triggers."""

    piece = models.CharField(max_length=320)
    bucket = models.CharField(max_length=2)
    amount = models.BigIntegerField()

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["piece", "bucket"], name="one_tally_per_piece")
        ]


class DnsRecord(models.Model):
    id = models.CharField(primary_key=True, max_length=28, default=new_id)
    domain = models.ForeignKey(Domain, on_delete=models.CASCADE, related_name="records")
    host = models.CharField(max_length=253)
    value = models.TextField()
    kind = models.CharField(max_length=10)
    priority = models.IntegerField(null=True)
    ttl = models.IntegerField(default=3600)


class Credential(models.Model):
    """A login at a sending platform. Its password was tried and is not kept."""

    id = models.CharField(primary_key=True, max_length=16, default=new_short_id)
    person = models.ForeignKey(Person, on_delete=models.CASCADE)
    app = models.CharField(max_length=20)
    email = models.CharField(max_length=254)
    metadata = models.JSONField(default=dict)
    org_id = models.CharField(max_length=60, blank=True)
    connected_at = models.DateTimeField()


class Package(models.Model):
    """A pre-warmed domain with its mailboxes, sold once. Practice packages are free and never run out."""

    domain = models.CharField(max_length=253, unique=True)
    provider = models.CharField(max_length=12)
    names = models.JSONField()
    price_minor = models.BigIntegerField()
    renewal_minor = models.BigIntegerField()
    is_practice = models.BooleanField(default=False)
    is_sold = models.BooleanField(default=False)
    warm_since = models.DateTimeField()


class PlacementTest(models.Model):
    id = models.CharField(primary_key=True, max_length=28, default=new_id)
    person = models.ForeignKey(Person, on_delete=models.CASCADE)
    made_at = models.DateTimeField()
    is_done = models.BooleanField(default=False)
    wish = models.JSONField()


class ErrorReport(models.Model):
    """What a client sent to the support call."""

    made_at = models.DateTimeField()
    content = models.JSONField()


class Step(models.Model):
    """Something that will happen when the clock reaches `due_at`."""

    due_at = models.DateTimeField(db_index=True)
    kind = models.CharField(max_length=40)
    subject = models.TextField()


class Movement(models.Model):
    """The wallet book."""

    at = models.DateTimeField()
    amount_minor = models.BigIntegerField()
    reason = models.CharField(max_length=200)
    order_id = models.CharField(max_length=28, blank=True)


class Reserved(models.Model):
    """Names with a fate: `taken`, `workspace` (the check says so) or `conflict` (found only after the charge)."""

    name = models.CharField(max_length=253, unique=True)
    fate = models.CharField(max_length=12)


class Fault(models.Model):
    """What goes wrong with the next `times` calls of an operation; `*` is any operation."""

    operation = models.CharField(max_length=60)
    kind = models.CharField(max_length=20)
    times = models.IntegerField(default=1)
    options = models.JSONField(default=dict)


class Journal(models.Model):
    """Every call: which operation, with what outcome. Bodies are not kept."""

    operation = models.CharField(max_length=60, db_index=True)
    status = models.IntegerField()
    at = models.DateTimeField()
    key_end = models.CharField(max_length=4, blank=True)


class Event(models.Model):
    """A webhook: the exact bytes, and how far its delivery is. `due_at` is real time, not the sandbox's clock.

    `deliveries` is the log of attempts: when, in real time, and what was answered.
    """

    event_id = models.CharField(max_length=40)
    name = models.CharField(max_length=60)
    body = models.TextField()
    made_at = models.DateTimeField()
    attempts = models.IntegerField(default=0)
    due_at = models.DateTimeField(null=True, db_index=True)
    state = models.CharField(max_length=10, default="pending")
    last_status = models.CharField(max_length=60, blank=True)
    deliveries = models.JSONField(default=list)
