"""`account.open`: make the upstream user of a customer, once; `account.known`: who has his address there already."""

from typing import ClassVar

from accounts.actors import portal_actor
from accounts.audit import record
from accounts.models import Customer
from accounts.tenancy import scope, staff_scope
from billing.upstream_accounts import as_answer, is_record_of, look_into, users_with, who_has_it_here, why_not
from reseller_portal.core.errors import DomainError
from reseller_portal.operations.models import Operation
from reseller_portal.operations.registry import CannotTell, Happened, Lookup, NotHappened, Seen, Sent
from reseller_portal.upstream.client import Client
from reseller_portal.upstream.errors import Refused, UnknownRoute
from reseller_portal.upstream.models.users import User as Told
from reseller_portal.upstream.models.users import UserDraft

EXISTS = 409
NOT_LISTED = (
    "The upstream says that this address has an account, and lists none. Use another address, or ask its support."
)
Answer = Happened | CannotTell


class AccountIsTaken(DomainError):
    """Another customer of ours has it."""


class OpenAccount:
    """An account that is there already is never bound in silence, as it may be somebody else's.

    It is found again only after our own lost call: nobody had the address just before, the record is ours, and it owns
    nothing. In every other case a person sees what it owns, and imports it or takes another address.
    """

    repeatable: ClassVar[bool] = False
    may_reopen: ClassVar[bool] = True
    if_failed: ClassVar[str] = "Orders of this customer wait for an account until his contact record is saved anew."

    def send(self, operation: Operation, client: Client) -> Sent:
        customer = operation.customer
        found = users_with(client, customer.email)
        other = who_has_it_here(customer)
        if found or other:
            return _judge(operation, client, found)
        was_sent = _was_sent(operation)
        _note(operation, created_as=_address(customer), found=[])
        try:
            return Happened({"user_id": client.users.create(draft_of(customer)).id})
        except Refused as refused:
            if refused.status != EXISTS or isinstance(refused, UnknownRoute):
                raise
            found = users_with(client, customer.email) if was_sent else []
            return _judge(operation, client, found) if found else CannotTell(NOT_LISTED)

    def look(self, operation: Operation, client: Client) -> Seen:
        found = users_with(client, operation.customer.email)
        return _judge(operation, client, found) if found else NotHappened()

    def settle(self, operation: Operation) -> None:
        """Raises `AccountIsTaken` where staff import an account that another customer has."""
        if operation.state != Operation.State.DONE:
            return
        customer, user_id = operation.customer, operation.answer["user_id"]
        with staff_scope("accounts: is it another customer's"):
            other = Customer.objects.filter(upstream_id=user_id).exclude(pk=customer.pk).first()
        if other is not None:
            raise AccountIsTaken(f"This is the account of {other.company}. Use another address for {customer.company}.")
        customer.upstream_id = user_id
        customer.save(update_fields=["upstream_id"])
        action = "customer.tied" if operation.answer.get("is_imported") else "customer.opened_upstream"
        record(actor=portal_actor(customer), action=action, subject=customer, after={"upstream_id": user_id})


class AccountKnown(Lookup):
    """Who has this address at the upstream, and what they own. The key is the address."""

    def send(self, operation: Operation, client: Client) -> Sent:
        return Happened(as_answer(look_into(client, users_with(client, operation.payload["key"]))))


def _judge(operation: Operation, client: Client, users: list[Told]) -> Answer:
    """Ours again, or a case for a person, who sees what it owns."""
    customer, found = operation.customer, look_into(client, users)
    other = who_has_it_here(customer, found)
    is_ours = len(users) == 1 and _was_sent(operation) and other is None and found[0].owns_nothing
    if is_ours and is_record_of(customer, client.users.get(users[0].id)):
        return Happened({"user_id": users[0].id})
    _note(operation, **as_answer(found))
    return CannotTell(why_not(customer, found, other))


def _was_sent(operation: Operation) -> bool:
    """Whether an earlier send of this operation called for an account under this very address."""
    return bool(operation.answer.get("created_as") == _address(operation.customer))


def _note(operation: Operation, **facts: object) -> None:
    """Kept before the call, as a crash may follow it."""
    with scope(operation.customer_id):
        Operation.objects.filter(pk=operation.pk).update(answer={**operation.answer, **facts})


def _address(customer: Customer) -> str:
    return customer.email.strip().lower()


def draft_of(customer: Customer) -> UserDraft:
    return UserDraft(
        email=customer.email,
        company=customer.company,
        first_name=customer.first_name,
        last_name=customer.last_name,
        country=customer.country,
        state=customer.region,
        city=customer.city,
        address_line_one=customer.address_line_one,
        address_line_two=customer.address_line_two,
        address_line_three=customer.address_line_three,
        language=customer.language,
        postal_code=customer.postal_code,
        phone_cc=customer.phone_cc,
        phone=customer.phone,
    )
