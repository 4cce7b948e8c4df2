"""How allauth behaves here: no open sign-up, the brand's face on mail, limits that lock nobody out, secrets sealed."""

from email.utils import formataddr
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.utils import url_str_to_user_pk
from allauth.core import context
from allauth.mfa.adapter import DefaultMFAAdapter
from django.conf import settings
from django.core.mail import EmailMessage
from django.http import HttpRequest
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme

from accounts import sign_in_limits
from accounts.brands import brand_for_host, brand_of_person, origin_of_person
from accounts.mails import QueueBackend
from accounts.models import Brand, User
from reseller_portal.core.crypto import decrypt, encrypt


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]  # allauth ships no types
    """Customers are made by the reseller and people are invited; nobody signs up by themselves."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """From the brand of the person whose account it is about, whatever page was open."""
        person = context.get("user") or User.objects.filter(emailaddress__email__iexact=email).first()
        self.brand = brand_of_person(person) if isinstance(person, User) else brand_of_request()
        if globals()["context"].request is None:  # in a worker, where allauth would ask the page for its host
            self.render_mail(template_prefix, email, {**context, "email": email, "brand": self.brand}).send()
            return
        super().send_mail(template_prefix, email, {**context, "brand": self.brand})

    def format_email_subject(self, subject: str) -> str:
        return _line(f"{self.brand.name}: {subject}") if self.brand else subject

    def get_from_email(self) -> str:
        brand = self.brand
        return formataddr((_line(brand.name), brand.sender)) if brand else settings.DEFAULT_FROM_EMAIL

    def get_reset_password_from_key_url(self, key: str) -> str:
        """On the host of the person's brand; the request may have come by another brand's."""
        uid, _, token = key.partition("-")
        person = User.objects.get(pk=url_str_to_user_pk(uid))
        path = reverse("account_reset_password_from_key", kwargs={"uidb36": uid, "key": token})
        return origin_of_person(person) + path

    def is_safe_url(self, url: str | None) -> bool:
        """`next` stays on the host that was asked: another brand's host is as foreign as any."""
        request = context.request
        return url_has_allowed_host_and_scheme(url, {request.get_host()}, require_https=request.is_secure())

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        address = str(credentials.get("email") or "")
        try:
            self._tries = sign_in_limits.take(request, address)
        except sign_in_limits.Limited as limit:
            sign_in_limits.note_limited(request, address, is_about_address=limit.is_about_address)
            raise self.validation_error("too_many_login_attempts") from None

    def _rollback_login_failed_rl_usage(self) -> None:
        """allauth calls it when the password was right."""
        sign_in_limits.give_back(self._tries)

    def authentication_failed(self, request: HttpRequest, **credentials: Any) -> None:
        sign_in_limits.count_failure(request, str(credentials.get("email") or ""))

    def render_mail(
        self, template_prefix: str, email: str, context: dict[str, Any], headers: dict[str, str] | None = None
    ) -> EmailMessage:
        """Sent by a worker, so that no page waits for a mail server; the links in it are kept encrypted until then."""
        message: EmailMessage = super().render_mail(template_prefix, email, context, headers)
        message.connection = QueueBackend(purpose=template_prefix.rpartition("/")[2][:40], brand=self.brand)
        return message


class MFAAdapter(DefaultMFAAdapter):  # type: ignore[misc]  # allauth ships no types
    """allauth keeps secrets as text unless the last two are given."""

    def get_totp_issuer(self) -> str:
        brand = brand_of_request()
        return brand.name if brand else str(super().get_totp_issuer())

    def build_totp_svg(self, url: str) -> str:
        """Without the XML declaration: it stands inside the page, where the content policy lets it be seen."""
        return str(super().build_totp_svg(url)).partition("?>")[2]

    def encrypt(self, text: str) -> str:
        return encrypt(text)

    def decrypt(self, encrypted_text: str) -> str:
        return decrypt(encrypted_text)


def _line(text: str) -> str:
    """One line: a header has no second one."""
    return " ".join(text.split())


def brand_of_request() -> Brand | None:
    """The brand of the page that allauth answers; none where there is no page, as in a command."""
    return brand_for_host(context.request.get_host()) if context.request else None
