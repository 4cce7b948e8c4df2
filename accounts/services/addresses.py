"""E-mail addresses of people: each belongs to one person, and a further one is theirs only once it is proved.

An address that is asked for leaves no row until the link that went to it is opened by the person who asked, signed in.
So nothing that one person types can stand between another person and their account.
"""

from dataclasses import dataclass

from allauth.account.adapter import get_adapter
from allauth.account.models import EmailAddress
from django.core import signing
from django.db import IntegrityError, transaction
from django.db.models import Q
from django.urls import reverse

from accounts.brands import origin_of_person
from accounts.models import User
from reseller_portal.core.errors import DomainError

SALT = "accounts.addresses"
SECONDS = 24 * 3600


class CannotConfirm(DomainError):
    """The link is too old, was altered, or somebody has the address. Nothing was changed."""


@dataclass(frozen=True)
class Wish:
    """Who wants which address."""

    user_id: int
    address: str


def holder_of(address: str) -> User | None:
    """Whoever signs in with this address, proved or not."""
    wanted = address.strip().lower()
    return User.objects.filter(Q(email=wanted) | Q(emailaddress__email__iexact=wanted)).order_by("pk").first()


def ask_to_add(*, user: User, address: str) -> None:
    """Send a link to the address, or tell its holder. Who asked is answered the same, after the same work."""
    wanted = address.strip().lower()
    holder, url = holder_of(wanted), _link(user, wanted)
    if holder is None or holder.pk == user.pk:
        get_adapter().send_mail("account/email/address_confirmation", wanted, {"user": user, "url": url})
    else:
        get_adapter().send_mail("account/email/address_wanted", wanted, {"user": holder})


def send_link(*, user: User, address: str) -> None:
    """The mail names the account that asks, so that nobody confirms for a stranger."""
    url = _link(user, address)
    get_adapter().send_mail("account/email/address_confirmation", address, {"user": user, "url": url})


def read_link(key: str) -> Wish:
    """Raises `CannotConfirm`."""
    try:
        user_id, address = signing.loads(key, salt=SALT, max_age=SECONDS)
    except (signing.BadSignature, ValueError, TypeError):
        raise CannotConfirm("This link does not work any more. Ask for another one.") from None
    return Wish(int(user_id), str(address))


@transaction.atomic
def confirm(*, user: User, wish: Wish) -> EmailAddress:
    """The address as a proved one of this person. Raises `CannotConfirm`; the constraint decides between two."""
    if wish.user_id != user.pk:
        raise CannotConfirm("This link belongs to another account.")
    holder = holder_of(wish.address)
    if holder is not None and holder.pk != user.pk:
        raise CannotConfirm("This address belongs to another account.")
    try:
        with transaction.atomic():
            row, _ = EmailAddress.objects.get_or_create(user=user, email=wish.address)
    except IntegrityError:
        raise CannotConfirm("This address belongs to another account.") from None
    if not row.verified:
        row.verified = True
        row.save(update_fields=["verified"])
    return row


@transaction.atomic
def replace_all(*, person: User) -> None:
    """After staff gave a person another address: it is their only one, and it is not proved."""
    EmailAddress.objects.filter(user=person).exclude(email=person.email).delete()
    EmailAddress.objects.get_or_create(user=person, email=person.email, defaults={"primary": True})


def note_proved_by_link(user: User) -> None:
    """A link to set a password went to the person's address: who has one address only has proved it by that."""
    rows = list(EmailAddress.objects.filter(user=user)[:2])
    if len(rows) == 1 and rows[0].email == user.email and not rows[0].verified:
        rows[0].verified = True
        rows[0].save(update_fields=["verified"])


def _link(user: User, address: str) -> str:
    return origin_of_person(user) + reverse("account_confirm_email", args=[_sealed(Wish(user.pk, address.lower()))])


def _sealed(wish: Wish) -> str:
    return signing.dumps([wish.user_id, wish.address], salt=SALT)
