"""Buying. An order is drafted for free, then processed: only the second call spends money, and it carries an id."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from reseller_portal.upstream.answer import Answer
from reseller_portal.upstream.caller import Caller
from reseller_portal.upstream.errors import Malformed, Refused
from reseller_portal.upstream.models.orders import (
    DraftedOrder,
    MailboxOrderDraft,
    Order,
    OrderDraft,
    PlacedOrder,
    order_state,
)
from reseller_portal.upstream.models.pictures import Picture, mailbox_form, order_form
from reseller_portal.upstream.reader import as_state

ALREADY_PROCESSED = re.compile(r"\balready\b.*\b(process|paid|confirm|complet|queued)", re.IGNORECASE)


@dataclass(frozen=True)
class Orders:
    call: Caller

    def create(self, user_id: str, draft: OrderDraft) -> DraftedOrder:
        """A drafted order (`confirm=False`): free, so an unanswered call may be sent again. Path secondary.

        With `confirm=True` it charges at once; never repeat that. Look at `unavailable` before `process`.
        """
        return _drafted(self.call("create_order", query={"userId": user_id}, body=draft.wire()))

    def create_mailboxes(self, user_id: str, draft: MailboxOrderDraft) -> DraftedOrder:
        """The same for mailboxes on a domain that is there. Path secondary.

        With `confirm=True` it charges at once; never repeat that. Addresses that exist are refused.
        """
        return _drafted(self.call("create_mailbox_order", query={"userId": user_id}, body=draft.wire()))

    def create_with_pictures(
        self, user_id: str, draft: OrderDraft, pictures: Sequence[Picture], *, masked: Mapping[str, bool] | None = None
    ) -> DraftedOrder:
        """`create` by form, with picture files, and forwarding masked by domain name. Assumed.

        With `confirm=True` it charges at once; never repeat that.
        """
        form = order_form(draft, tuple(pictures), masked or {})
        return _drafted(self.call("create_order_form", query={"userId": user_id}, form=form))

    def create_mailboxes_with_pictures(
        self, user_id: str, draft: MailboxOrderDraft, pictures: Sequence[Picture]
    ) -> DraftedOrder:
        """`create_mailboxes` by form, with picture files; deprecated upstream, Google only. Assumed.

        With `confirm=True` it charges at once; never repeat that.
        """
        form = mailbox_form(draft, tuple(pictures))
        return _drafted(self.call("add_mailboxes_form", query={"userId": user_id}, form=form))

    def process(self, user_id: str, order_id: str) -> PlacedOrder:
        """Buys what was drafted: charges the wallet, queues the work. Process within minutes. Path assumed.

        After `Unreachable` ask `status`, then it may be repeated: that the order was processed before is no error.
        """
        try:
            answer = self.call("process_order", query={"userId": user_id}, body={"orderId": order_id})
        except Refused as refusal:
            if refusal.status in {409, 422} and ALREADY_PROCESSED.search(refusal.reason):
                return PlacedOrder(order_id, was_placed_before=True)
            raise
        return PlacedOrder(order_id, answer.action_id)

    def get(self, user_id: str, order_id: str) -> Order:
        """Everything about one order; there is no list of orders. Assumed."""
        answer = self.call("get_order", query={"userId": user_id, "orderId": order_id})
        return _order(answer, answer.one().identifier("orderId"), order_id)

    def status(self, user_id: str, order_id: str) -> Order:
        """The order with as much as its state tells; poll with growing gaps, it may take 40 minutes. Path secondary."""
        answer = self.call("get_order_status", query={"userId": user_id, "orderId": order_id})
        if isinstance(answer.content, str):
            return Order(order_id=order_id, status=order_state(as_state(answer.content)))
        return _order(answer, answer.one().text_or_empty("orderId") or order_id, order_id)


def _drafted(answer: Answer) -> DraftedOrder:
    found = answer.one()
    return DraftedOrder(found.identifier("orderId"), found.texts("unavailableDomains"), answer.action_id)


def _order(answer: Answer, told: str, asked: str) -> Order:
    """Raises `Malformed` for another order than the one asked for: money hangs on its state."""
    if told != asked:
        raise Malformed(answer.operation, "data.orderId")
    return Order.read(answer.one(), asked)
