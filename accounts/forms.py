"""allauth's forms with labels in our words. What they check stays allauth's."""

from typing import Any, ClassVar

from allauth.account import forms as account
from allauth.account.adapter import get_adapter
from allauth.account.models import EmailAddress
from allauth.core import context
from allauth.mfa.adapter import get_adapter as get_mfa_adapter
from allauth.mfa.base import forms as mfa
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.forms import ActivateTOTPForm
from django.http import HttpRequest

from accounts import sign_in_limits
from accounts.models import User
from accounts.security_log import log
from accounts.services.addresses import ask_to_add, holder_of
from accounts.services.resetting import ask_for_link

TYPED = "typed_address"


class Labelled:
    """Says in our words what a form of others asks for."""

    labels: ClassVar[dict[str, str]] = {}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: dict[str, Any] = self.fields  # type: ignore[attr-defined]  # of the form that this is mixed into
        for name, label in self.labels.items():
            fields[name].label = label


class LoginForm(account.LoginForm):  # type: ignore[misc]  # allauth ships no types
    """Knows the address again that was typed into a form whose token was too old."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.request is not None and not self.is_bound:
            self.initial["login"] = self.request.session.pop(TYPED, "")


class ResetPasswordForm(Labelled, account.ResetPasswordForm):  # type: ignore[misc]  # allauth ships no types
    labels: ClassVar[dict[str, str]] = {"email": "Work e-mail"}

    def clean_email(self) -> str:
        """Whose it is decides whoever sends the link."""
        return str(self.cleaned_data["email"]).lower()

    def save(self, request: HttpRequest, **kwargs: Any) -> str:
        """The same work for an address that somebody has and for one that nobody has."""
        address = str(self.cleaned_data["email"])
        log("password.reset_asked", request=request, person=getattr(holder_of(address), "pk", None))
        ask_for_link(address)
        return address


class ResetPasswordKeyForm(Labelled, account.ResetPasswordKeyForm):  # type: ignore[misc]  # allauth ships no types
    labels: ClassVar[dict[str, str]] = {"password1": "New password", "password2": "New password again"}


class ChangePasswordForm(Labelled, account.ChangePasswordForm):  # type: ignore[misc]  # allauth ships no types
    labels: ClassVar[dict[str, str]] = {
        "oldpassword": "Password now",
        "password1": "New password",
        "password2": "New password again",
    }


class AddEmailForm(Labelled, account.AddEmailForm):  # type: ignore[misc]  # allauth ships no types
    labels: ClassVar[dict[str, str]] = {"email": "Another e-mail address"}

    def save(self, request: HttpRequest) -> EmailAddress:
        """No row yet: the address is this person's once its link is opened."""
        address = str(self.cleaned_data["email"])
        ask_to_add(user=self.user, address=address)
        return EmailAddress(user=self.user, email=address)


class CodeForm(Labelled):
    """Takes a code of the app or a recovery code, once, and as often as `sign_in_limits` listens.

    allauth's own limit is one count of five for the person, which whoever knows the password could use up for ever.
    """

    user: User
    authenticator: Authenticator
    cleaned_data: dict[str, Any]
    labels: ClassVar[dict[str, str]] = {"code": "Code"}

    def clean_code(self) -> str:
        code = str(self.cleaned_data["code"])
        tries = self._take()
        ways = Authenticator.objects.filter(user=self.user).exclude(type=Authenticator.Type.WEBAUTHN)
        found = next((each for each in ways if each.wrap().validate_code(code)), None)
        if found is None:
            for each in ways.filter(type=Authenticator.Type.TOTP):
                self._emit_authentication_failed(each)  # type: ignore[attr-defined]  # of allauth's form
            raise get_mfa_adapter().validation_error("incorrect_code")
        sign_in_limits.give_back(tries)
        self.authenticator = found
        self.authenticator.user = self.user
        return code

    def _take(self) -> list[Any]:
        try:
            return sign_in_limits.take_code(context.request, self.user)
        except sign_in_limits.Limited:
            sign_in_limits.note_limited_codes(context.request, self.user)
            raise get_adapter().validation_error("too_many_login_attempts") from None


class AuthenticateForm(CodeForm, mfa.AuthenticateForm):  # type: ignore[misc]  # allauth ships no types
    """The second step of signing in."""


class ReauthenticateForm(CodeForm, mfa.ReauthenticateForm):  # type: ignore[misc]  # allauth ships no types
    """Once more, before what is sensitive."""


class ActivateForm(Labelled, ActivateTOTPForm):  # type: ignore[misc]  # allauth ships no types
    labels: ClassVar[dict[str, str]] = {"code": "Code that the app shows"}
