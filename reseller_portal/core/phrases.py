"""Audit rows as sentences for people: what customers read in their timelines, and what only staff read."""

from typing import Any

# Things that happened by themselves are told of the thing; nobody reads of the portal's own doings.
PHRASES = {
    "order.placed": "{actor} placed order {subject}",
    "order.delivered": "Order {subject} delivered",
    "order.partly": "Order {subject} partly delivered",
    "order.failed": "Order {subject} could not be delivered",
    "order.price_asked": "A price of order {subject} has risen and waits for an answer",
    "order.price_accepted": "{actor} accepted the new price of order {subject}",
    "order.price_declined": "{actor} left out of order {subject} what became dearer",
    "order.price_unanswered": "Left out of order {subject}: what became dearer, as nobody accepted the new price",
    "order.decided_check": "{actor} checked order {subject} again",
    "order.decided_done": "{actor} settled order {subject} as delivered",
    "order.decided_leave_out": "{actor} left out of order {subject} what became dearer",
    "order.decided_failed": "{actor} gave the money for order {subject} back",
    "order_line.settled_done": "{actor} settled {subject} as delivered",
    "order_line.settled_failed": "{actor} gave the money for {subject} back",
    "order_line.charged_again": "{subject} was delivered after all, and charged",
    "quote.made": "{actor} checked a new order, {subject}",
    "balance.credited": "{actor} added money to the balance",
    "balance.debited": "{actor} took money off the balance",
    "sale.refunded": "{actor} refunded a charge",
    "shortfall.charged": "{actor} charged {subject}, which was delivered after its money had gone back",
    "shortfall.waived": "{actor} let {subject} go without a charge",
    "domain.registered": "{subject} registered",
    "domain.failed": "{subject} could not be registered",
    "domain.changed_upstream": "{subject} changed at the provider",
    "domain.taken_over": "{subject} imported",
    "domain.displaced": "{subject} is not in this account any more",
    "domain.ownership_proved": "{subject} is in this account now",
    "mailbox.created": "{subject} created",
    "mailbox.failed": "{subject} could not be created",
    "mailbox.revealed": "{actor} looked at the credentials of {subject}",
    "mailbox.changed_upstream": "{subject} changed at the provider",
    "mailbox.taken_over": "{subject} imported",
    "mailbox.removed_upstream": "{subject} ended with its subscription",
    "mailbox.displaced": "{subject} is not in this account any more",
    "mailbox.ownership_proved": "{subject} is in this account now",
    "subscription.changed_upstream": "Subscription of {subject} changed",
    "subscription.taken_over": "Subscription of {subject} imported",
    "subscription.displaced": "The subscription of {subject} is not in this account any more",
    "subscription.ownership_proved": "The subscription of {subject} is in this account now",
    "customer.created": "{actor} opened the account of {subject}",
    "customer.changed": "{actor} changed the details of {subject}",
    "customer.taken_over": "{subject} imported",
    "customer.opened_upstream": "Account at the provider opened",
    "membership.added": "{actor} invited {subject}",
    "membership.accepted": "{actor} accepted the invitation",
    "membership.declined": "{actor} declined the invitation",
    "membership.changed": "{actor} changed the role of {subject}",
    "membership.removed": "{actor} took away access: {subject}",
    "user.created": "{actor} made a sign-in for {subject}",
    "user.second_step_taken_off": "{actor} took off the second step of {subject}",
    "owner.invited": "{actor} invited {subject} as the owner",
}
STAFF_PHRASES = {
    "customer.tied": "{subject} tied to its account at the upstream",
    "customer.imported": "{actor} gave {subject} an account that the upstream had already",
    "drift.accepted": "{actor} accepted what the upstream has: {subject}",
    "drift.repaired": "{actor} sent our value back to the upstream: {subject}",
    "operation.looked": "{actor} had checked again: {subject}",
    "operation.settled": "{actor} said how it ended: {subject}",
    "shortfall.opened": "Delivered, not charged: {subject}",
    "event.replayed": "{actor} had handled once more: event {subject}",
    "event.tried_again": "{actor} had handled again: event {subject}",
    "event.put_away": "{actor} put away event {subject}",
    "mail.tried_again": "{actor} had sent again: {subject}",
    "mail.put_away": "{actor} put away the e-mail {subject}",
    "survey.begun": "{actor} began to read the upstream account: {subject}",
    "survey.continued": "{actor} went on reading the upstream account: {subject}",
    "survey.stopped": "{actor} stopped reading the upstream account: {subject}",
    "survey.tried_again": "{actor} had tried again: {subject}",
    "survey.put_away": "{actor} put away: {subject}",
    "user.changed": "{actor} changed {subject}",
    "brand.created": "{actor} made the brand {subject}",
    "brand.changed": "{actor} changed the brand {subject}",
    "brand_host.added": "{actor} added the address {subject}",
    "brand_host.changed": "{actor} changed the address {subject}",
    "brand_host.removed": "{actor} removed the address {subject}",
    "price_rule.created": "{actor} set a price: {subject}",
    "price_rule.changed": "{actor} changed a price: {subject}",
    "unsellable_name.changed": "{actor} decided whether {subject} is sold again",
}
ICONS = {
    "order": "package", "quote": "file-text", "balance": "wallet", "domain": "globe", "mailbox": "mail",
    "customer": "user", "user": "user", "owner": "user", "membership": "users", "subscription": "refresh-cw",
    "drift": "refresh-cw", "order_line": "package", "sale": "wallet", "shortfall": "wallet",
}  # fmt: skip


def phrase_of(entry: Any) -> str:
    """*Ada placed order ORD-…*; an action without a sentence is told by its own words, and by staff pages alone."""
    sentence = PHRASES.get(entry.action) or STAFF_PHRASES.get(entry.action)
    if sentence is None:
        sentence = "{actor}: " + entry.action.replace(".", " ").replace("_", " ") + " {subject}"
    return sentence.format(actor=entry.actor_label, subject=entry.subject_label)


def icon_of(action: str) -> str:
    if action == "mailbox.revealed":
        return "eye"
    return ICONS.get(action.partition(".")[0], "history")
