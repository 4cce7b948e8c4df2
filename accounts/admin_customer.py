"""What other apps add to the admin's page of a customer. They register it in `AppConfig.ready`."""

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse

from accounts.admin_site import Section
from accounts.models import Customer

# Of these a change concerns the account at the upstream.
CONTACT = frozenset(
    {
        *("company", "email", "first_name", "last_name", "country", "region", "city", "postal_code", "language"),
        *("address_line_one", "address_line_two", "address_line_three", "phone_cc", "phone"),
    }
)

AfterSaving = Callable[[Customer], None]
OfCustomer = Callable[[Customer], Section | None]
Page = Callable[[HttpRequest, int], HttpResponse]
_after_saving: list[AfterSaving] = []
_sections: list[OfCustomer] = []
pages: dict[str, tuple[str, Page]] = {}


def when_contact_is_saved(callback: AfterSaving) -> None:
    """Called when staff saved another contact record, in the transaction and the staff scope that saved it."""
    if callback not in _after_saving:
        _after_saving.append(callback)


def add_customer_section(section: OfCustomer) -> None:
    """Shown above the form, where it gives one. Read in the admin's staff scope."""
    if section not in _sections:
        _sections.append(section)


def add_customer_page(path: str, page: Page, *, name: str) -> None:
    """A page below that of the customer: gets the customer's number."""
    pages[name] = (path, page)


def contact_was_saved(customer: Customer) -> None:
    for callback in _after_saving:
        callback(customer)


def sections_of(customer: Customer) -> list[Any]:
    return [found for found in (section(customer) for section in _sections) if found is not None]
