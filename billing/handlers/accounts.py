"""`account.open`: make the upstream user of a customer, once."""

from typing import ClassVar

from accounts.actors import portal_actor
from accounts.audit import record
from accounts.models import Customer
from reseller_portal.operations.models import Operation
from reseller_portal.operations.registry import Happened, NotHappened, Seen, Sent
from reseller_portal.upstream.client import Client
from reseller_portal.upstream.models.users import UserDraft


class OpenAccount:
    """The e-mail address is what tells whether it happened: a second call would make a twin."""

    repeatable: ClassVar[bool] = False
    may_reopen: ClassVar[bool] = True

    def send(self, operation: Operation, client: Client) -> Sent:
        existing = _find(operation.customer, client)
        return Happened({"user_id": existing or client.users.create(draft_of(operation.customer)).id})

    def look(self, operation: Operation, client: Client) -> Seen:
        existing = _find(operation.customer, client)
        return Happened({"user_id": existing}) if existing else NotHappened()

    def settle(self, operation: Operation) -> None:
        if operation.state != Operation.State.DONE:
            return
        customer = operation.customer
        customer.upstream_id = operation.answer["user_id"]
        customer.save(update_fields=["upstream_id"])
        record(actor=portal_actor(customer), action="customer.opened_upstream", subject=customer)


def _find(customer: Customer, client: Client) -> str:
    wanted = customer.email.lower()
    return next((user.id for user in client.users.all(contains=customer.email) if user.email.lower() == wanted), "")


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
