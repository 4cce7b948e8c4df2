"""What staff do about a customer's account at the upstream: see who has his address, correct it, import it."""

from contextlib import suppress
from dataclasses import dataclass

from django.db import transaction

from accounts.audit import record_by_staff
from accounts.models import Customer, User
from billing.services.orders import OPEN_ACCOUNT
from billing.upstream_accounts import Found, from_answer, who_has_it_here
from reseller_portal.core.errors import DomainError
from reseller_portal.operations import engine, lookups
from reseller_portal.operations.deciding import reopen, settle_as
from reseller_portal.operations.models import Operation
from reseller_portal.operations.placing import place

ACCOUNT_KNOWN = "account.known"
State = Operation.State


class NothingToImport(DomainError):
    """The account was not shown, or is bound already."""


@dataclass(frozen=True)
class AccountState:
    """What is known of a customer without an account. `refused` is why opening it failed; "" when it did not."""

    is_asking: bool
    found: list[Found]
    other: Customer | None
    opening: Operation | None

    @property
    def refused(self) -> str:
        is_refused = self.opening is not None and self.opening.state == State.FAILED
        return self.opening.last_error if self.opening and is_refused else ""

    @property
    def is_problem(self) -> bool:
        return bool(self.found or self.other or self.refused)


def ask_who_has_it(customer: Customer) -> None:
    """Put the question in the background; no page waits for it. In a scope that sees the customer.

    Not asked while too many of the customer's questions wait: opening the account asks the same before it sends.
    """
    if not customer.upstream_id:
        with suppress(lookups.TooManyQuestions):
            lookups.ask(customer=customer, kind=ACCOUNT_KNOWN, keys=[_key(customer)])


def state_of(customer: Customer) -> AccountState | None:
    """None for a customer who has an account. In a staff scope."""
    if customer.upstream_id:
        return None
    question = next(iter(lookups.find(customer=customer, kind=ACCOUNT_KNOWN, keys=[_key(customer)])), None)
    opening = Operation.objects.filter(customer=customer, kind=OPEN_ACCOUNT).first()
    # What a refusal is shown with belongs to the address that it was about.
    found = from_answer(question.answer) if question and question.state == State.DONE else []
    return AccountState(
        is_asking=question is not None and not question.is_final and question.state != State.NEEDS_PERSON,
        found=found,
        other=who_has_it_here(customer, found),
        opening=opening,
    )


@transaction.atomic
def contact_was_saved(customer: Customer) -> None:
    """A corrected record opens what was refused again, and the address is looked up. In a staff scope."""
    ask_who_has_it(customer)
    for operation in Operation.objects.filter(customer=customer, kind=OPEN_ACCOUNT):
        if not reopen(operation) and operation.state == State.NEEDS_PERSON:
            engine.look_now(operation)


@transaction.atomic
def import_account(*, user: User, customer: Customer, user_id: str, reason: str) -> Found:
    """Bind an account that staff were shown, with all that it owns. In a staff scope.

    What waited for an account goes on with this one. Raises `NothingToImport`, `AccountIsTaken`, `NotAllowed`.
    """
    locked = Customer.objects.select_for_update(no_key=True).get(pk=customer.pk)
    state = state_of(locked)
    shown = {each.user_id: each for each in state.found} if state else {}
    if user_id not in shown:
        raise NothingToImport("This account is not the one that the page showed. Look at the page again.")
    operation = place(customer=locked, kind=OPEN_ACCOUNT, key=str(locked.pk), priority=Operation.Priority.PURCHASE)
    reopen(operation)
    answer = {"user_id": user_id, "is_imported": True}
    settle_as(user=user, operation=operation, outcome="done", reason=reason, answer=answer)
    record_by_staff(
        user=user,
        customer=locked,
        action="customer.imported",
        subject=locked,
        after={"upstream_id": user_id, "owns": str(shown[user_id]), "reason": reason},
    )
    return shown[user_id]


def _key(customer: Customer) -> str:
    return customer.email.strip().lower()
