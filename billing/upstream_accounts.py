"""Accounts that the upstream has under an e-mail address: what they own, whose they are here, and in which words."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from accounts.models import Customer
from accounts.services.adoption import contact_of
from accounts.tenancy import staff_scope
from reseller_portal.upstream.client import Client
from reseller_portal.upstream.models.users import User as Told
from reseller_portal.upstream.paging import Page

# Of these a record must say the same before it counts as ours; the upstream may spell states and phones its own way.
TELLING = ("company", "first_name", "last_name", "address_line_one", "postal_code")
MOST_LOOKED_AT = 5


@dataclass(frozen=True)
class Found:
    """One account under an address. `domains` and `mailboxes` count what it owns, at least."""

    user_id: str
    company: str
    email: str
    domains: int
    mailboxes: int

    @property
    def owns_nothing(self) -> bool:
        return self.domains == self.mailboxes == 0

    def __str__(self) -> str:
        """*Harborlight Sales, 2 domains, 5 mailboxes*."""
        return (
            f"{self.company or self.email}, {_counted(self.domains, 'domain')}, {_counted(self.mailboxes, 'mailbox')}"
        )


def users_with(client: Client, email: str) -> list[Told]:
    """Every account whose address this is, in whatever case. `contains` may be ignored, so all are compared."""
    wanted = email.strip().lower()
    return [each for each in client.users.all(contains=email) if each.email.strip().lower() == wanted]


def look_into(client: Client, users: Sequence[Told]) -> list[Found]:
    """What each of the first few accounts owns: two calls for each."""
    return [
        Found(
            user_id=each.id,
            company=each.company,
            email=each.email,
            domains=_size(client.domains.list(each.id)),
            mailboxes=_size(client.mailboxes.list(each.id)),
        )
        for each in users[:MOST_LOOKED_AT]
    ]


def as_answer(found: Iterable[Found]) -> dict[str, Any]:
    """As an operation keeps it."""
    return {"found": [asdict(each) for each in found]}


def from_answer(answer: Mapping[str, Any]) -> list[Found]:
    return [Found(**each) for each in answer.get("found", ())]


def is_record_of(customer: Customer, told: Told) -> bool:
    """Whether the contact record there is the one that we sent. What is not told proves nothing."""
    there = contact_of(told)
    return all(_plain(there[name]) == _plain(getattr(customer, name)) for name in TELLING if there[name]) and bool(
        there["company"]
    )


def who_has_it_here(customer: Customer, found: Iterable[Found] = ()) -> Customer | None:
    """Another customer of ours who has one of these accounts, or who had this address first.

    Two customers may ask at once: the one that was made first may open an account under it.
    """
    with staff_scope("accounts: whose is this address"):
        others = Customer.objects.exclude(pk=customer.pk)
        owner = others.filter(upstream_id__in=[each.user_id for each in found]).first()
        same = others.filter(email__iexact=customer.email.strip())
        return owner or same.exclude(upstream_id="").first() or same.filter(pk__lt=customer.pk).first()


def why_not(customer: Customer, found: Sequence[Found], other: Customer | None) -> str:
    """A sentence for staff that says what to do."""
    if other is not None:
        return (
            f"{customer.email} is the address of {other.company} already, and the upstream keeps one account for each"
            f" address. Give {customer.company} an address of its own."
        )
    several = "; ".join(str(each) for each in found)
    return (
        f"The upstream knows {customer.email} already: {several}. Import this account on the customer's page, or use"
        " another address."
    )


def _size(page: Page[Any]) -> int:
    """As many as are counted, or at least as many as are on the page."""
    return max(page.total or 0, len(page.items) + len(page.left_out))


def _counted(number: int, noun: str) -> str:
    plural = f"{noun}es" if noun.endswith("x") else f"{noun}s"
    return f"{number:,} {noun if number == 1 else plural}"


def _plain(text: str) -> str:
    return " ".join(text.split()).casefold()
