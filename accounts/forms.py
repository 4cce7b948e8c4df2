"""allauth's forms with labels in our words. What they check stays allauth's."""

from typing import Any, ClassVar

from allauth.account import forms as account
from allauth.mfa.base import forms as mfa
from allauth.mfa.totp.forms import ActivateTOTPForm


class Labelled:
    """Says in our words what a form of others asks for."""

    labels: ClassVar[dict[str, str]] = {}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: dict[str, Any] = self.fields  # type: ignore[attr-defined]  # of the form that this is mixed into
        for name, label in self.labels.items():
            fields[name].label = label


class ResetPasswordForm(Labelled, account.ResetPasswordForm):  # type: ignore[misc]  # allauth ships no types
    labels: ClassVar[dict[str, str]] = {"email": "Work e-mail"}


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


class AuthenticateForm(Labelled, mfa.AuthenticateForm):  # type: ignore[misc]  # allauth ships no types
    labels: ClassVar[dict[str, str]] = {"code": "Code"}


class ActivateForm(Labelled, ActivateTOTPForm):  # type: ignore[misc]  # allauth ships no types
    labels: ClassVar[dict[str, str]] = {"code": "Code that the app shows"}
