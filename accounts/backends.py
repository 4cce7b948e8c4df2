"""Who may sign in where: the password alone does not decide it, the brand of the host does too."""

from typing import Any

from allauth.account.auth_backends import AuthenticationBackend
from django.contrib.auth.base_user import AbstractBaseUser
from django.http import HttpRequest

from accounts.brands import may_sign_in_at
from accounts.models import User
from accounts.security_log import log


class BrandBackend(AuthenticationBackend):  # type: ignore[misc]  # allauth ships no types
    """On a host of another brand the right password is answered as a wrong one, so that nothing is learnt there."""

    def authenticate(self, request: HttpRequest | None, **credentials: Any) -> AbstractBaseUser | None:
        found = super().authenticate(request, **credentials)
        # allauth keeps people aside who are not active, and shows them a page of their own.
        aside = self.unstash_authenticated_user()
        if _is_welcome(request, aside):
            self._stash_user(aside)
        return found if _is_welcome(request, found) else None


def _is_welcome(request: HttpRequest | None, person: AbstractBaseUser | None) -> bool:
    if request is None or not isinstance(person, User):
        return person is not None
    is_welcome = may_sign_in_at(request.get_host(), person)
    if not is_welcome:
        log("sign_in.elsewhere", request=request, person=person.pk)
    return is_welcome
