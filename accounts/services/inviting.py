"""Owners for customers that have none: above all for those that were adopted from the upstream.

The owner is the person of the contact record. The e-mail is a row of the same transaction and goes out after it: no
mail server holds up a page, and nobody is told of what was not kept.
"""

import logging
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta

from allauth.account.models import EmailAddress
from django.contrib.auth.hashers import make_password
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from accounts.audit import record_by_staff
from accounts.invitation_mail import queue_invitation
from accounts.models import AuditEntry, Customer, Membership, User
from accounts.roles import Role
from accounts.selectors import owners_who_sign_in
from reseller_portal.core.errors import DomainError

logger = logging.getLogger(__name__)
INVITED = "owner.invited"
# A second press within this time sends no second e-mail.
JUST_NOW = timedelta(minutes=10)


class CannotInvite(DomainError):
    """This customer gets no owner by an invitation. Nothing was changed."""


@dataclass(frozen=True)
class Outcome:
    """What became of one customer, in a sentence."""

    customer: Customer
    sentence: str
    is_done: bool


def invite_owners(*, user: User, customers: Iterable[Customer]) -> list[Outcome]:
    """One after the other: what fails for one keeps none of the others from it. In a staff scope."""
    return [_try(user, each) for each in customers]


@transaction.atomic
def invite_owner(*, user: User, customer: Customer) -> str:
    """Ask the contact person by e-mail to be the owner; says what was done. In a staff scope.

    Whoever has a password accepts when signed in; anybody else with the link that sets one.
    Raises `CannotInvite`, `NoHost`.
    """
    locked = Customer.objects.select_for_update(of=("self",), no_key=True).select_related("brand").get(pk=customer.pk)
    if locked.state != Customer.State.ACTIVE:
        raise CannotInvite("is suspended, and nobody could come in.")
    owners = User.objects.filter(memberships__customer=locked, memberships__role=Role.OWNER).order_by("pk")
    owner = owners.first()
    if owner is None:
        owner, how = _make_owner(user, locked)
    elif (known := owners_who_sign_in().filter(customer=locked).select_related("user").first()) is not None:
        raise CannotInvite(f"has an owner: {known.user.email}.")
    elif _was_invited_just_now(locked):
        raise CannotInvite(f"was invited some minutes ago: {owner.email}.")
    else:
        how = "was sent another link"
    queue_invitation(customer=locked, owner=owner)
    after = {"email": owner.email, "sent": "notice" if owner.has_usable_password() else "link"}
    record_by_staff(user=user, customer=locked, action=INVITED, subject=owner, after=after)
    return f"{owner.email} {how}."


def _try(user: User, customer: Customer) -> Outcome:
    try:
        return Outcome(customer, invite_owner(user=user, customer=customer), is_done=True)
    except DomainError as error:
        return Outcome(customer, str(error), is_done=False)
    except Exception:
        # What was done for those before stands: each is a unit of its own.
        logger.exception("customer %s: inviting the owner met a fault of ours", customer.pk)
        return Outcome(customer, "was not invited: a fault of the portal. Tell its developers.", is_done=False)


def _make_owner(user: User, customer: Customer) -> tuple[User, str]:
    """The person, and what happened to them in words."""
    address = customer.email.strip().lower()
    _insist_on_address(address)
    person = _find_person(address)
    how = "was asked to be the owner"
    if person is None:
        person, how = _make_person(user, customer, address), "was made the owner and sent a link to set a password"
    membership, is_new = Membership.objects.get_or_create(
        customer=customer, user=person, defaults={"role": Role.OWNER, "accepted_at": None}
    )
    before = {} if is_new else {"role": membership.role}
    if not is_new:
        membership.role = Role.OWNER
        membership.save(update_fields=["role"])
    action, after = "membership.added" if is_new else "membership.changed", {"user": person.email, "role": Role.OWNER}
    record_by_staff(user=user, customer=customer, action=action, subject=membership, before=before, after=after)
    return person, how


def _find_person(address: str) -> User | None:
    """Whose address it is. Raises `CannotInvite` when that is not certain, or when the person cannot be an owner."""
    holders = list(User.objects.filter(Q(email=address) | Q(emailaddress__email__iexact=address)).distinct()[:2])
    if not holders:
        return None
    if len(holders) > 1:
        raise CannotInvite(f"has the address {address}, which two people here use: mend one of them first.")
    person = holders[0]
    if person.is_staff:
        raise CannotInvite(f"has the address of a member of staff: {person.email}.")
    if not person.is_active:
        raise CannotInvite(f"has the address of a person who is not active: {person.email}.")
    is_proved = EmailAddress.objects.filter(user=person, email__iexact=address, verified=True).exists()
    # Whoever has no password yet proves the address by the link that is sent now.
    if not is_proved and (person.email != address or person.has_usable_password()):
        raise CannotInvite(f"has the address {address}, which a person here uses and has not confirmed yet.")
    return person


def _make_person(user: User, customer: Customer, address: str) -> User:
    """Without a password: the link to set one also proves the address."""
    name = f"{customer.first_name} {customer.last_name}".strip()[:120]
    person, is_new = User.objects.get_or_create(email=address, defaults={"name": name, "password": make_password(None)})
    if is_new:
        record_by_staff(user=user, customer=customer, action="user.created", subject=person, after={"email": address})
    return person


def _insist_on_address(address: str) -> None:
    try:
        validate_email(address)
    except ValidationError:
        raise CannotInvite("has no e-mail address that mail could go to: mend the contact record first.") from None


def _was_invited_just_now(customer: Customer) -> bool:
    return AuditEntry.objects.filter(customer=customer, action=INVITED, at__gt=timezone.now() - JUST_NOW).exists()
