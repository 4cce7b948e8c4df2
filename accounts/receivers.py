"""What Django and allauth tell of sign-in, passwords, addresses and the second step."""

from typing import Any

from allauth.account import signals as account
from allauth.mfa import signals as mfa
from django.contrib.auth import signals as auth
from django.dispatch import receiver
from django.http import HttpRequest

from accounts.devices import start_session, trust_device
from accounts.invitation_mail import ASKED_BY
from accounts.models import User
from accounts.person_log import note
from accounts.security_log import log
from accounts.services.addresses import holder_of, note_proved_by_link
from accounts.services.joining import accept_with_first_password
from accounts.sign_in_limits import open_codes, open_device

Request = HttpRequest | None


@receiver(auth.user_logged_in)
def signed_in(request: HttpRequest, user: User, **_: Any) -> None:
    start_session(request)
    log("sign_in.good", request=request, user=user)


@receiver(auth.user_login_failed)
def sign_in_failed(credentials: dict[str, Any], request: Request = None, **_: Any) -> None:
    """The person whose address was typed, if anybody's: the word itself may be a password in the wrong field."""
    log("sign_in.wrong", request=request, person=getattr(holder_of(str(credentials.get("email") or "")), "pk", None))


@receiver(auth.user_logged_out)
def signed_out(request: Request, user: User | None, **_: Any) -> None:
    if user is not None:
        log("sign_out", request=request, user=user)


@receiver([account.password_changed, account.password_set])
def password_changed(request: Request, user: User, **_: Any) -> None:
    note(user, "user.password_changed", request=request)
    if request is not None:
        open_codes(request, user)


@receiver(account.password_reset)
def password_reset(request: Request, user: User, **_: Any) -> None:
    note_proved_by_link(user)
    company = str(request.session.pop(ASKED_BY, "")) if request else ""
    if request and company:
        accept_with_first_password(user, company=company, host=request.get_host())
    note(user, "user.password_reset", request=request)
    if request is not None:
        trust_device(request, user)
        open_device(request, user.email)
        open_codes(request, user)


@receiver(account.email_changed)
def first_address_changed(
    request: Request, user: User, from_email_address: Any, to_email_address: Any, **_: Any
) -> None:
    before = {"email": from_email_address.email} if from_email_address else {}
    note(user, "user.address_changed", request=request, before=before, after={"email": to_email_address.email})


@receiver(account.email_removed)
def address_removed(request: Request, user: User, email_address: Any, **_: Any) -> None:
    note(user, "user.address_removed", request=request, before={"email": email_address.email})


@receiver(mfa.authenticator_added)
def second_step_added(request: Request, user: User, authenticator: Any, **_: Any) -> None:
    note(user, "user.second_step_added", request=request, after={"type": str(authenticator.type)})


@receiver(mfa.authenticator_removed)
def second_step_removed(request: Request, user: User, authenticator: Any, **_: Any) -> None:
    note(user, "user.second_step_removed", request=request, before={"type": str(authenticator.type)})


@receiver(mfa.authenticator_reset)
def recovery_codes_made(request: Request, user: User, **_: Any) -> None:
    note(user, "user.recovery_codes_made", request=request)


@receiver(mfa.authentication_failed)
def second_step_failed(request: Request, user: User, **_: Any) -> None:
    log("second_step.wrong", request=request, user=user)
