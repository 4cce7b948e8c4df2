"""What staff do about how a person signs in: never with a password that they know, and never unseen."""

from allauth.account.adapter import get_adapter
from allauth.usersessions.models import UserSession
from django.http import HttpRequest

from accounts.models import User
from accounts.person_log import note
from accounts.services.addresses import replace_all
from accounts.services.joining import tell_of_address
from accounts.services.resetting import send_link


def send_password_link(*, person: User, by: User, request: HttpRequest) -> None:
    """A link to set a password, to the person's own address."""
    send_link(person, to=person.email)
    note(person, "user.password_link_sent", request=request, by=by)


def change_address(*, person: User, before: str, by: User, request: HttpRequest) -> None:
    """After staff changed the address: the old one opens nothing any more, nor does who is signed in; it is told."""
    replace_all(person=person)
    end_sessions(person)
    note(
        person, "user.address_changed", request=request, by=by, before={"email": before}, after={"email": person.email}
    )
    changed = {"from_email": before, "to_email": person.email, "user": person}
    get_adapter(request).send_notification_mail("account/email/email_changed", person, changed, email=before)
    tell_of_address(person, before=before)


def end_sessions(person: User) -> None:
    for session in UserSession.objects.filter(user=person):
        session.end()
