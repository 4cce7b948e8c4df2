"""The next steps that staff have with one operation: check it again, or say how it ended."""

from collections.abc import Callable, Mapping
from typing import Any

from django.db import transaction

from accounts.audit import record_by_staff
from accounts.models import User
from accounts.steps import Step, allowed_step
from accounts.tenancy import scope
from reseller_portal.operations.deciding import SETTLE, settle_as
from reseller_portal.operations.engine import look_now
from reseller_portal.operations.models import Operation
from reseller_portal.operations.registry import Lookup, handler_of, kinds
from reseller_portal.operations.waking import wake

CHECK = "operations.check_operation"
State = Operation.State
FAILED_AS = "It counts as failed, and whatever was to follow of it does not happen."
DONE_AS = "It counts as done, and what follows of it happens."


def steps_of(operation: Operation) -> list[Step]:
    """What can be done about it, whoever may do it; nothing once it has ended. In a scope that sees its lines."""
    if operation.is_final or operation.kind not in kinds():
        return []
    handler = handler_of(operation.kind)
    effect = "The upstream is asked what became of it; nothing that costs money is repeated unseen."
    steps = [Step("check", "Check again", effect, CHECK, is_final=False)]
    # A setting may have been changed by hand; nobody buys by hand what the upstream refused to sell.
    never_bought = operation.is_known_not_to_have_happened and getattr(handler, "is_purchase", False)
    if not never_bought and answer_if_done(operation) is not None:
        steps.append(Step("done", "Settle as done", getattr(handler, "if_done", DONE_AS), SETTLE))
    return [*steps, Step("failed", "Settle as failed", getattr(handler, "if_failed", FAILED_AS), SETTLE)]


def about(operation: Operation) -> tuple[str, str] | None:
    """What it is about in words, and the address of its page; None where its kind does not say."""
    named: Callable[[Operation], tuple[str, str] | None] | None = None
    if operation.kind in kinds():
        named = getattr(handler_of(operation.kind), "about", None)
    return named(operation) if named else None


def answer_if_done(operation: Operation) -> Mapping[str, Any] | None:
    """What the kind's settlement needs when staff say that it was done; None where nobody can say so."""
    handler = handler_of(operation.kind)
    if isinstance(handler, Lookup):
        return None
    found: Callable[[Operation], Mapping[str, Any]] | None = getattr(handler, "answer_if_done", None)
    if found is None:
        return None
    with scope(operation.customer_id):
        return found(operation)


@transaction.atomic
def take_step(*, user: User, operation: Operation, verb: str, reason: str) -> None:
    """Do it, with the reason in the audit trail. In a staff scope.

    Raises `NoSuchStep`, `NotAllowed`, and what `deciding.settle_as` raises; then nothing has changed.
    """
    allowed_step(steps_of(operation), verb=verb, user=user)
    if verb == "check":
        look_now(operation)
        after = {"reason": reason}
        record_by_staff(
            user=user, customer=operation.customer, action="operation.looked", subject=operation, after=after
        )
        transaction.on_commit(wake)
    elif verb == "done":
        settle_as(user=user, operation=operation, outcome="done", reason=reason, answer=answer_if_done(operation))
    else:
        settle_as(user=user, operation=operation, outcome="failed", reason=reason)
