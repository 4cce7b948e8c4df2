"""People, customers, brands, and who did what."""

from typing import Any, ClassVar

import pgtrigger
from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db import IntegrityError, models, transaction
from django.utils import timezone

from accounts.roles import Role
from reseller_portal.core.hosts import name_of_host
from reseller_portal.jobs.models import Job


class UserManager(BaseUserManager["User"]):
    def create_user(self, email: str, password: str | None = None, **fields: Any) -> "User":
        user = self.model(email=self.normalize_email(email).lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> "User":
        return self.create_user(email, password, is_staff=True, is_superuser=True, **fields)


class User(AbstractBaseUser, PermissionsMixin):
    """A person who signs in by e-mail address. Staff use the admin; everybody else has memberships."""

    email = models.EmailField(unique=True)
    name = models.CharField(max_length=120, blank=True)
    is_active = models.BooleanField(default=True)
    is_staff = models.BooleanField(default=False)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    objects: ClassVar[UserManager] = UserManager()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    class Meta:
        permissions = (("remove_second_step", "Can take off the second step of who lost the device"),)

    def __str__(self) -> str:
        return self.email

    def get_full_name(self) -> str:
        return self.name or self.email

    def save(self, *args: Any, **kwargs: Any) -> None:
        """A new person has a row for their address from the start, so that nobody else can take it.

        Raises ValidationError when the address belongs to somebody.
        """
        if not self._state.adding:
            super().save(*args, **kwargs)
            return
        from allauth.account.models import EmailAddress

        try:
            with transaction.atomic(using=kwargs.get("using")):
                super().save(*args, **kwargs)
                rows = EmailAddress.objects.using(self._state.db)
                rows.create(user=self, email=self.email.lower(), primary=True, verified=False)
        except IntegrityError as error:
            self.pk, self._state.adding = None, True
            raise ValidationError({"email": "There is a person with this e-mail address."}) from error


class Brand(models.Model):
    """A face of the portal. One colour and a mark; the rest is derived in CSS."""

    name = models.CharField(max_length=80, unique=True)
    slug = models.SlugField(unique=True)
    colour = models.CharField(
        max_length=7,
        default="#0b6b74",
        validators=[RegexValidator(r"^#[0-9a-fA-F]{6}$", "Write a colour as #0b6b74.")],
    )
    mark = models.CharField(max_length=2, help_text="One or two letters shown where there is no logo.")
    sender = models.EmailField(help_text="The address that e-mails of this brand come from.")
    support_email = models.EmailField()
    is_default = models.BooleanField(default=False, help_text="Shown on host names that belong to no brand.")

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["is_default"],
                condition=models.Q(is_default=True),
                name="one_default_brand",
            )
        ]

    def __str__(self) -> str:
        return self.name


class BrandHost(models.Model):
    brand = models.ForeignKey(Brand, on_delete=models.CASCADE, related_name="hosts")
    host = models.CharField(max_length=253, unique=True)

    def __str__(self) -> str:
        return self.host

    def clean(self) -> None:
        self.host = name_of_host(self.host)

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Kept as requests are compared with it."""
        self.host = name_of_host(self.host)
        super().save(*args, **kwargs)


class Customer(models.Model):
    """The tenant. One company; at the upstream one user."""

    class State(models.TextChoices):
        ACTIVE = "active", "Active"
        SUSPENDED = "suspended", "Suspended"

    brand = models.ForeignKey(Brand, on_delete=models.PROTECT, related_name="customers")
    slug = models.SlugField(unique=True)
    company = models.CharField(max_length=120)
    state = models.CharField(max_length=12, choices=State.choices, default=State.ACTIVE)
    upstream_id = models.CharField(
        max_length=64,
        blank=True,
        help_text="The upstream's userId, once it exists there.",
    )
    email = models.EmailField()
    first_name = models.CharField(max_length=80)
    last_name = models.CharField(max_length=80)
    country = models.CharField(max_length=2)
    region = models.CharField(max_length=80)
    city = models.CharField(max_length=80)
    address_line_one = models.CharField(max_length=120)
    address_line_two = models.CharField(max_length=120, blank=True)
    address_line_three = models.CharField(max_length=120, blank=True)
    postal_code = models.CharField(max_length=20)
    phone_cc = models.CharField(max_length=5)
    phone = models.CharField(max_length=20)
    language = models.CharField(max_length=10, default="en", help_text="A code such as en, for the upstream's e-mails.")
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    adopted_at = models.DateTimeField(
        null=True, editable=False, help_text="When the company was taken over from the upstream."
    )

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["upstream_id"],
                condition=~models.Q(upstream_id=""),
                name="one_customer_per_upstream_user",
            )
        ]

    def __str__(self) -> str:
        return self.company


class CountryName(models.Model):
    """One country as the upstream's own list names it, in plain small letters."""

    plain = models.CharField(max_length=120, unique=True)
    code = models.CharField(max_length=2)

    def __str__(self) -> str:
        return f"{self.plain} {self.code}"


class Membership(models.Model):
    customer = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="memberships")
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="memberships")
    role = models.CharField(max_length=12, choices=Role.choices)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    # Whom staff ask is none of the company before they accept; null until then.
    accepted_at = models.DateTimeField(null=True, default=timezone.now, editable=False)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["customer", "user"],
                name="one_membership_per_person_and_customer",
            )
        ]

    def __str__(self) -> str:
        return f"{self.user} at {self.customer}"


class Draft(models.Model):
    """What a person is putting together at a customer: an order, a list of names. Not money, not history."""

    customer = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="drafts")
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="drafts")
    key = models.CharField(max_length=16)
    content = models.JSONField(default=dict)
    changed_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["customer", "user", "key"], name="one_draft_per_key")
        ]

    def __str__(self) -> str:
        return self.key


class AuditEntry(models.Model):
    """Who did what, for whom, to what. Append-only; names are copied so that it outlives what it speaks of."""

    customer = models.ForeignKey(Customer, null=True, on_delete=models.DO_NOTHING, db_constraint=False)
    actor = models.ForeignKey(User, null=True, on_delete=models.DO_NOTHING, db_constraint=False)
    actor_label = models.CharField(max_length=200)
    action = models.CharField(max_length=60)
    subject_type = models.CharField(max_length=60)
    subject_id = models.CharField(max_length=64)
    subject_label = models.CharField(max_length=300)
    before = models.JSONField(default=dict)
    after = models.JSONField(default=dict)
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name_plural = "audit trail"
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["customer", "-at"], name="audit_of_customer"),
            models.Index(
                fields=["customer", "subject_type", "subject_id", "-at"],
                name="audit_of_subject",
            ),
        ]
        triggers: ClassVar[list[pgtrigger.Trigger]] = [
            pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)
        ]

    def __str__(self) -> str:
        return f"{self.actor_label} {self.action} {self.subject_label}"


class Mail(Job):
    """An e-mail that is to be sent, written in the transaction of what it tells of.

    `context` holds no secret: a link that lets somebody in is made when it is sent. What was rendered with one stands
    encrypted in `sealed`, and is forgotten once it is sent.
    """

    class State(models.TextChoices):
        WAITING = "waiting", "Waiting"
        SENT = "sent", "Sent"
        DROPPED = "dropped", "Not needed any more"
        NEEDS_PERSON = "needs_person", "Needs attention"

    customer = models.ForeignKey(Customer, null=True, on_delete=models.CASCADE)
    brand = models.ForeignKey(Brand, null=True, on_delete=models.CASCADE)
    purpose = models.CharField(max_length=40)
    to = models.EmailField()
    subject = models.CharField(max_length=200)
    template = models.CharField(max_length=80, blank=True, help_text="Without its ending; both .txt and .html.")
    context = models.JSONField(default=dict)
    sealed = models.TextField(blank=True)
    state = models.CharField(max_length=12, choices=State.choices, default=State.WAITING)
    queued_at = models.DateTimeField(default=timezone.now)
    sent_at = models.DateTimeField(null=True)
    sealed_fields = ("sealed",)

    class Meta:
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["customer", "-queued_at"], name="mail_of_customer"),
            models.Index(fields=["due_at"], name="due_mail", condition=models.Q(due_at__isnull=False)),
            models.Index(fields=["queued_at"], name="mail_needs_attention", condition=models.Q(state="needs_person")),
        ]

    def __str__(self) -> str:
        return f"{self.subject or self.purpose.replace('_', ' ').capitalize()}, to {self.to}"
