"""The e-mail that tells a person of a company which is theirs: from the brand, with links to the brand's own host."""

from email.utils import formataddr

from allauth.account import app_settings
from allauth.account.utils import user_pk_to_url_str
from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.core.mail.backends.base import BaseEmailBackend
from django.template.loader import render_to_string
from django.urls import reverse

from accounts.brands import ink_on, origin_of
from accounts.models import Customer, User

A_DAY = 24 * 3600


def send_invitation(*, customer: Customer, owner: User, post: BaseEmailBackend | None = None) -> None:
    """With a link to set a password, or for who has one already to the company. Raises what the mail backend raises."""
    brand = customer.brand
    origin = origin_of(brand)
    kind = "owner_notice" if owner.has_usable_password() else "owner_invitation"
    context = {
        "brand": brand,
        "ink": ink_on(brand.colour),
        "customer": customer,
        "owner": owner,
        "home": f"{origin}/",
        "url": origin + (_company(customer) if owner.has_usable_password() else _password_link(owner)),
        "again_url": origin + reverse("account_reset_password"),
        "days": settings.PASSWORD_RESET_TIMEOUT // A_DAY,
    }
    message = EmailMultiAlternatives(
        subject=_line(f"{brand.name}: {customer.company} is ready for you"),
        body=render_to_string(f"emails/{kind}.txt", context),
        from_email=formataddr((_line(brand.name), brand.sender)),
        to=[owner.email],
        reply_to=[brand.support_email],
        headers={"Auto-Submitted": "auto-generated"},
        connection=post,
    )
    message.attach_alternative(render_to_string(f"emails/{kind}.html", context), "text/html")
    message.send()


def _company(customer: Customer) -> str:
    return reverse("overview", kwargs={"customer": customer.slug})


def _password_link(person: User) -> str:
    """As allauth's own e-mail for a forgotten password has it; it works once."""
    key = app_settings.PASSWORD_RESET_TOKEN_GENERATOR().make_token(person)
    return reverse("account_reset_password_from_key", kwargs={"uidb36": user_pk_to_url_str(person), "key": key})


def _line(text: str) -> str:
    """One line: a header has no second one."""
    return " ".join(text.split())
