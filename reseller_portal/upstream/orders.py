"""Buying. An order is drafted for free, then processed: only the second call spends money, and it carries an id."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from reseller_portal.upstream.answer import Answer
from reseller_portal.upstream.caller import Caller
from reseller_portal.upstream.errors import Refused
from reseller_portal.upstream.models.orders import MailboxOrderDraft, Order, OrderAccepted, OrderDraft, order_status
from reseller_portal.upstream.models.pictures import Picture, mailbox_form, order_form

ALREADY_PROCESSED = re.compile(r"\balready\b.*\b(process|paid|confirm|complet|queued)", re.IGNORECASE)


@dataclass(frozen=True)
class Orders:
    call: Caller

    def create(self, draft: OrderDraft) -> OrderAccepted:
        """A drafted order (`confirm=False`): free, so an unanswered call may be sent again. Path secondary.

        With `confirm=True` it charges at once; never repeat that. Compare `unavailable_domains` before `process`.
        """
        answer = self.call("create_order", query={"userId": draft.user_id}, body=draft.wire())
        return _accepted(answer, answer.one().identifier("orderId"))

    def create_mailboxes(self, draft: MailboxOrderDraft) -> OrderAccepted:
        """The same for mailboxes on a domain that is there. Path secondary."""
        answer = self.call("create_mailbox_order", query={"userId": draft.user_id}, body=draft.wire())
        return _accepted(answer, answer.one().identifier("orderId"))

    def create_with_pictures(
        self, draft: OrderDraft, pictures: Sequence[Picture], masked: Mapping[str, bool] | None = None
    ) -> OrderAccepted:
        """`create` by form, with picture files, and forwarding masked by domain name. Assumed."""
        form = order_form(draft, tuple(pictures), masked or {})
        answer = self.call("create_order_form", query={"userId": draft.user_id}, form=form)
        return _accepted(answer, answer.one().identifier("orderId"))

    def create_mailboxes_with_pictures(self, draft: MailboxOrderDraft, pictures: Sequence[Picture]) -> OrderAccepted:
        """`create_mailboxes` by form, with picture files; deprecated upstream. Assumed."""
        form = mailbox_form(draft, tuple(pictures))
        answer = self.call("add_mailboxes_form", query={"userId": draft.user_id}, form=form)
        return _accepted(answer, answer.one().identifier("orderId"))

    def process(self, order_id: str, *, user_id: str) -> OrderAccepted:
        """Buys what was drafted: charges the wallet, queues the work. Process within minutes. Path assumed.

        After `Unreachable` ask `status` first. That the order was processed before is no error.
        """
        try:
            answer = self.call("process_order", query={"userId": user_id}, body={"orderId": order_id})
        except Refused as refusal:
            if refusal.status in {409, 422} and ALREADY_PROCESSED.search(refusal.reason):
                return OrderAccepted(order_id=order_id, was_processed=True)
            raise
        return _accepted(answer, order_id)

    def get(self, order_id: str, *, user_id: str) -> Order:
        """Everything about one order; there is no list of orders. Assumed."""
        answer = self.call("get_order", query={"userId": user_id, "orderId": order_id})
        return _order(answer, answer.one().identifier("orderId"))

    def status(self, order_id: str, *, user_id: str) -> Order:
        """The order with as much as its state tells; poll with growing gaps, it may take 40 minutes. Path secondary."""
        answer = self.call("get_order_status", query={"userId": user_id, "orderId": order_id})
        if isinstance(answer.content, str):
            return Order(id=order_id, status=order_status(answer.content))
        return _order(answer, order_id)


def _accepted(answer: Answer, order_id: str) -> OrderAccepted:
    found = answer.maybe_one()
    left_out = found.texts("unavailableDomains") if found else ()
    return OrderAccepted(order_id=order_id, unavailable_domains=left_out, action_id=answer.action_id)


def _order(answer: Answer, order_id: str) -> Order:
    return Order.read(answer.one(), order_id)
