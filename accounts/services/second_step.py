"""The way back for who lost the device of the second step and the recovery codes with it."""

from allauth.account.adapter import get_adapter
from allauth.mfa.models import Authenticator
from django.db import transaction
from django.http import HttpRequest
from django.utils.crypto import get_random_string

from accounts.models import User
from accounts.person_log import note
from accounts.services.joining import tell_of_second_step
from accounts.services.people import end_sessions, send_password_link
from reseller_portal.core.errors import DomainError, NotAllowed

REMOVE = "accounts.remove_second_step"


class NoSecondStep(DomainError):
    """The person signs in with the password alone."""


def has_second_step(person: User) -> bool:
    return bool(Authenticator.objects.filter(user=person).exists())


@transaction.atomic
def remove_second_step(*, person: User, by: User, reason: str, request: HttpRequest) -> None:
    """Take it off, end all sessions and the password, and send a link for a new one to the person's own address.

    So who comes back reads the mail of that address, and a password that somebody knows opens nothing. The person and
    the owners of their companies are told. In a staff scope; raises `NotAllowed`, `NoSecondStep`.
    """
    if not by.has_perm(REMOVE) or by.pk == person.pk:
        raise NotAllowed("Another member of staff, who may do this, takes off your second step.")
    locked = User.objects.select_for_update().get(pk=person.pk)
    removed = list(Authenticator.objects.filter(user=locked))
    if not removed:
        raise NoSecondStep(f"{locked.email} has no second step. A link to set a password is all that is needed.")
    Authenticator.objects.filter(pk__in=[each.pk for each in removed]).delete()
    # Not an unusable one: that is how people are known who have never come.
    locked.set_password(get_random_string(64))
    locked.save(update_fields=["password"])
    end_sessions(locked)
    note(locked, "user.second_step_taken_off", request=request, by=by, after={"reason": reason})
    get_adapter(request).send_mail("account/email/second_step_taken_off", locked.email, {"user": locked})
    tell_of_second_step(locked)
    send_password_link(person=locked, by=by, request=request)
