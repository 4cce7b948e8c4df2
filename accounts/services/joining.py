"""How a person comes into a company: staff ask, its owners are told, and the person alone accepts.

So nobody is put into a company unseen: its owners hear of each newcomer and of each who may do more than before, from
whomever it comes, and until a newcomer accepts, none of the company's pages is open to them.
"""

from collections.abc import Collection
from datetime import timedelta

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from accounts.audit import record_by_staff
from accounts.brands import is_at_home
from accounts.invitation_mail import queue_invitation
from accounts.mails import queue_mail
from accounts.models import Customer, Mail, Membership, User
from accounts.roles import Role, permissions_of
from accounts.selectors import owners_who_sign_in
from accounts.tenancy import staff_scope, user_scope
from reseller_portal.core.errors import DomainError

OWNERS_TOLD = "owners_told"
# Whoever was told that an owner was lost hears for so long of each who becomes one.
OWNER_LOST, LATELY = "owner_lost", timedelta(days=14)


class NotAsked(DomainError):
    """There is no such invitation for this person, or it was answered before."""


def owners_of(customer: Customer) -> set[str]:
    """Addresses of those who are told. Asked before staff change anything too: who is no owner after it hears of it."""
    return set(
        owners_who_sign_in().filter(customer=customer, user__is_active=True).values_list("user__email", flat=True)
    )


def ask_to_join(membership: Membership, *, known: Collection[str] = ()) -> None:
    """After staff made it: the person is sent an invitation, the owners are told, and those `known` from before it.

    In a staff scope; raises `NoHost`.
    """
    customer, person = membership.customer, membership.user
    role = membership.get_role_display().lower()
    tell_owners(
        customer,
        about=person,
        subject=f"{person.email} was asked to join {customer.company}",
        told=f"{customer.brand.name} asked {person.email} to join {customer.company} as {role}. "
        "They see nothing of it before they accept.",
        known={*known, *_more_for(customer, membership.role)},
    )
    queue_invitation(customer=customer, owner=person)


def tell_of_role(membership: Membership, *, before: str, known: Collection[str] = ()) -> None:
    """Where the person may do something now that they could not, or is no owner any more. In a staff scope."""
    if before == Role.OWNER != membership.role:
        tell_of_lost_owner(membership.customer, membership.user, known=known)
    if permissions_of(membership.role) <= permissions_of(before):
        return
    customer, person = membership.customer, membership.user
    tell_owners(
        customer,
        about=person,
        subject=f"{person.email} may do more at {customer.company}",
        told=f"{customer.brand.name} made {person.email} {membership.get_role_display().lower()} of "
        f"{customer.company}; before, the role was {Role(before).label.lower()}.",
        known={*known, *_more_for(customer, membership.role)},
    )


def tell_of_lost_owner(customer: Customer, person: User, *, known: Collection[str]) -> None:
    """The person hears it too: of whoever comes in their place they would hear nothing any more. In a staff scope."""
    tell_owners(
        customer,
        about=None,
        subject=f"{person.email} is no owner of {customer.company} any more",
        told=f"{customer.brand.name} changed who owns {customer.company}: {person.email} is no owner any more.",
        known={*known, person.email, *_more_for(customer, Role.OWNER)},
        purpose=OWNER_LOST,
    )


def tell_of_leaving(person: User) -> None:
    """Where staff let an owner sign in no more: the owners and that person. In a staff scope."""
    owned = Membership.objects.filter(user=person, role=Role.OWNER, accepted_at__isnull=False)
    for each in owned.select_related("customer__brand"):
        tell_owners(
            each.customer,
            about=None,
            subject=f"{person.email} may not sign in any more",
            told=f"{each.customer.brand.name} ended that {person.email} may sign in, who owns {each.customer.company}.",
            known={person.email, *_more_for(each.customer, Role.OWNER)},
            purpose=OWNER_LOST,
        )


def tell_of_address(person: User, *, before: str) -> None:
    """The other owners of each company, after staff changed how somebody signs in to it. In a staff scope."""
    for each in _memberships_of(person):
        tell_owners(
            each.customer,
            about=person,
            subject=f"Somebody at {each.customer.company} has another address",
            told=f"{each.customer.brand.name} changed the address of a person at {each.customer.company}. "
            f"Whoever signed in as {before} signs in as {person.email} now.",
        )


def tell_of_second_step(person: User) -> None:
    """The other owners of each company, after staff took it off. In a staff scope."""
    for each in _memberships_of(person):
        tell_owners(
            each.customer,
            about=person,
            subject=f"The second step of {person.email} was taken off",
            told=f"{each.customer.brand.name} took the second step off the account of {person.email} at "
            f"{each.customer.company}, because the device for it was lost. All their sessions have ended, and a link "
            "to set a new password went to that address.",
        )


def tell_of_return(person: User) -> None:
    """The other owners of each company, after staff let somebody sign in again. In a staff scope."""
    for each in _memberships_of(person):
        tell_owners(
            each.customer,
            about=person,
            subject=f"{person.email} may sign in again",
            told=f"{each.customer.brand.name} let {person.email} sign in again, "
            f"who is {each.get_role_display().lower()} of {each.customer.company}.",
            known=_more_for(each.customer, each.role),
        )


def _memberships_of(person: User) -> QuerySet[Membership]:
    return Membership.objects.filter(user=person).select_related("customer__brand")


def tell_owners(
    customer: Customer,
    *,
    about: User | None,
    subject: str,
    told: str,
    known: Collection[str] = (),
    purpose: str = OWNERS_TOLD,
) -> None:
    """Where nobody is an owner, the address of the contact record hears it."""
    owners = {*known, *owners_of(customer)} or {customer.email.strip().lower()}
    for address in sorted(owners - {about.email if about else ""}):
        queue_mail(
            to=address,
            subject=f"{customer.brand.name}: {subject}",
            template=f"emails/{OWNERS_TOLD}",
            purpose=purpose,
            context={"told": told},
            brand=customer.brand,
            customer=customer,
        )


def _more_for(customer: Customer, role: str) -> set[str]:
    """Who hears of owners beside those of now: the contact, and all who were told lately that one was lost.

    Else staff could put the only owner aside, make another one, and put the first back.
    """
    if role != Role.OWNER:
        return set()
    told = Mail.objects.filter(customer=customer, purpose=OWNER_LOST, queued_at__gt=timezone.now() - LATELY)
    return {customer.email.strip().lower(), *told.values_list("to", flat=True)}


def invitations_of(person: User, *, host: str) -> list[Membership]:
    """What waits for the person's answer on this host. For a block in that person's scope."""
    rows = Membership.objects.filter(user=person, accepted_at=None, customer__state=Customer.State.ACTIVE)
    several = rows.select_related("customer__brand").order_by("customer__company")
    return [each for each in several if is_at_home(each.customer.brand_id, host)]


@transaction.atomic
def answer(*, person: User, number: int, accepts: bool) -> Customer:
    """Come in, or stay out. Raises `NotAsked`."""
    with staff_scope("person: answer an invitation"):
        mine = Membership.objects.select_for_update(of=("self",)).select_related("customer")
        membership = mine.filter(pk=number, user=person, accepted_at=None).first()
        if membership is None:
            raise NotAsked("This invitation was answered already, or taken back.")
        action = "membership.accepted" if accepts else "membership.declined"
        after = {"role": membership.role}
        record_by_staff(user=person, customer=membership.customer, action=action, subject=membership, after=after)
        if accepts:
            membership.accepted_at = timezone.now()
            membership.save(update_fields=["accepted_at"])
        else:
            membership.delete()
    return membership.customer


def accept_with_first_password(person: User, *, company: str, host: str) -> None:
    """Whoever sets their first password by the link in an invitation accepts that one; others still ask."""
    if person.last_login is not None:
        return
    with user_scope(person.pk):
        asked = [each.pk for each in invitations_of(person, host=host) if each.customer.slug == company]
    for number in asked:
        answer(person=person, number=number, accepts=True)
