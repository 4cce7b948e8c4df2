"""Passwords that others would try first: names of the brand, the company and the person."""

import re

from django.core.exceptions import ValidationError

from accounts.models import Brand, Membership, User
from accounts.tenancy import user_scope

SHORTEST_NAME = 4


class OwnNamesValidator:
    """Refuses a password that is little more than such a name."""

    def validate(self, password: str, user: User | None = None) -> None:
        """Raises ValidationError."""
        plain = _letters(password)
        for name in _names_for(user):
            if len(name) >= SHORTEST_NAME and name in plain and len(name) * 2 >= len(password):
                raise ValidationError(
                    "This password is mostly a name that belongs to you, your company or this portal. Choose another.",
                    code="password_is_a_name",
                )

    def get_help_text(self) -> str:
        return "Not your name, your company's or the portal's."


def _names_for(user: User | None) -> set[str]:
    names = [*Brand.objects.values_list("name", flat=True)]
    if user is not None:
        names += [user.name, *user.name.split(), *re.split(r"[@.]", user.email)]
    if user is not None and user.pk:
        with user_scope(user.pk):
            names += Membership.objects.filter(user=user).values_list("customer__company", flat=True)
    words = [word for name in names for word in (name, *name.split())]
    return {_letters(word) for word in words}


def _letters(text: str) -> str:
    return re.sub(r"[^\w]|_", "", text.lower())
