"""The e-mail that asks a person to join a company: from the brand, with links to the brand's own host."""

from collections.abc import Mapping
from functools import partial
from typing import Any

from allauth.account import app_settings
from allauth.account.utils import user_pk_to_url_str
from django.conf import settings
from django.urls import reverse

from accounts.brands import origin_of
from accounts.mails import NotNeeded, is_for, queue_mail
from accounts.models import Customer, Mail, Membership, User

A_DAY = 24 * 3600
NOTICE, LINK = "owner_notice", "owner_invitation"
# What the link says, and the session keeps, of the company that asks.
ASKED_BY = "invitation"


def queue_invitation(*, customer: Customer, owner: User) -> None:
    """With a link to set a password, or for who has one already to their invitations. Raises `NoHost`."""
    origin_of(customer.brand)
    purpose = NOTICE if owner.has_usable_password() else LINK
    queue_mail(
        to=owner.email,
        subject=f"{customer.brand.name}: {customer.company} is ready for you",
        template=f"emails/{purpose}",
        purpose=purpose,
        context={"owner_id": owner.pk},
        brand=customer.brand,
        customer=customer,
    )


def links_of(mail: Mail) -> Mapping[str, Any]:
    """Made when it is sent: a link to set a password works once, for some days, and is nowhere stored."""
    owner, customer, brand = User.objects.filter(pk=mail.context["owner_id"]).first(), mail.customer, mail.brand
    if owner is None or customer is None or brand is None:
        raise NotNeeded("The person is not there any more.")
    if mail.purpose == LINK and owner.has_usable_password():
        raise NotNeeded("The person has set a password already.")
    membership = Membership.objects.filter(customer=customer, user=owner).first()
    if membership is None or not owner.is_active or customer.state != Customer.State.ACTIVE:
        raise NotNeeded("The person is not asked any more.")
    if not is_for(mail, owner):
        again = partial(queue_invitation, customer=customer, owner=owner)
        raise NotNeeded("The person has another address.", instead=again)
    origin = origin_of(brand)
    return {
        "owner": owner,
        "role": membership.get_role_display().lower(),
        "home": f"{origin}/",
        "url": origin + (reverse("invitations") if mail.purpose == NOTICE else _password_link(owner, customer)),
        "again_url": origin + reverse("account_reset_password"),
        "days": settings.PASSWORD_RESET_TIMEOUT // A_DAY,
    }


def _password_link(person: User, customer: Customer) -> str:
    """As allauth's own e-mail for a forgotten password has it, with the company that asks; it works once."""
    key = app_settings.PASSWORD_RESET_TOKEN_GENERATOR().make_token(person)
    path = reverse("account_reset_password_from_key", kwargs={"uidb36": user_pk_to_url_str(person), "key": key})
    return f"{path}?{ASKED_BY}={customer.slug}"
