"""How allauth behaves here: no open sign-up, the brand's face on mail, and authenticator secrets never in clear."""

from email.utils import formataddr

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core import context
from allauth.mfa.adapter import DefaultMFAAdapter
from django.conf import settings
from django.http import HttpRequest

from accounts.brands import brand_for_host
from accounts.models import Brand
from reseller_portal.core.crypto import decrypt, encrypt


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]  # allauth ships no types
    """Customers are made by the reseller and people are invited; nobody signs up by themselves."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def format_email_subject(self, subject: str) -> str:
        brand = brand_of_request()
        return f"{brand.name}: {subject}" if brand else subject

    def get_from_email(self) -> str:
        """Mail comes from the brand whose page was open."""
        brand = brand_of_request()
        return formataddr((brand.name, brand.sender)) if brand else settings.DEFAULT_FROM_EMAIL


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


def brand_of_request() -> Brand | None:
    """The brand of the page that allauth answers; none where there is no page, as in a command."""
    return brand_for_host(context.request.get_host()) if context.request else None
