"""Audit rows as sentences for people."""

from typing import Any

PHRASES = {
    "order.placed": "placed order {subject}",
    "order.delivered": "delivered order {subject}",
    "order.partly": "delivered order {subject} in part",
    "order.failed": "could not deliver order {subject}",
    "order.price_asked": "asked about a new price of order {subject}",
    "order.price_accepted": "accepted the new price of order {subject}",
    "order.price_declined": "left out of order {subject} what became dearer",
    "order.price_unanswered": "left out of order {subject} what became dearer, as nobody accepted the new price",
    "quote.made": "checked a new order, {subject}",
    "balance.credited": "added money to the balance",
    "domain.registered": "registered {subject}",
    "domain.failed": "could not register {subject}",
    "domain.changed_upstream": "noted a change of {subject} at the provider",
    "domain.displaced": "noted that {subject} is not in this account any more",
    "domain.ownership_proved": "noted that {subject} is in this account now",
    "mailbox.displaced": "noted that {subject} is not in this account any more",
    "mailbox.ownership_proved": "noted that {subject} is in this account now",
    "subscription.displaced": "noted that the subscription of {subject} is not in this account any more",
    "subscription.ownership_proved": "noted that the subscription of {subject} is in this account now",
    "domain.taken_over": "took over {subject} from the provider",
    "mailbox.changed_upstream": "noted a change of {subject} at the provider",
    "mailbox.taken_over": "took over {subject} from the provider",
    "mailbox.removed_upstream": "noted that {subject} ended with its subscription",
    "subscription.changed_upstream": "noted a change of the subscription of {subject}",
    "subscription.taken_over": "took over the subscription of {subject}",
    "customer.taken_over": "took over {subject} from the provider",
    "customer.tied": "tied {subject} to its account at the provider",
    "customer.imported": "gave {subject} an account that the provider had already",
    "order.decided_check": "checked {subject} again",
    "order.decided_done": "settled {subject} as delivered",
    "order.decided_leave_out": "left out of {subject} what became dearer",
    "order.decided_failed": "gave the money for {subject} back",
    "order_line.settled_done": "settled {subject} as delivered",
    "order_line.settled_failed": "gave the money for {subject} back",
    "mailbox.created": "created {subject}",
    "mailbox.failed": "could not create {subject}",
    "mailbox.revealed": "looked at the credentials of {subject}",
    "customer.opened_upstream": "opened the account at the provider",
    "user.created": "made an account for {subject}",
    "membership.added": "let in {subject}",
    "membership.changed": "changed the role of {subject}",
    "membership.removed": "took away the access of {subject}",
    "owner.invited": "invited {subject} as the owner",
    "drift.accepted": "accepted what the provider has: {subject}",
    "drift.repaired": "sent our value back to the provider: {subject}",
}
ICONS = {
    "order": "package", "quote": "file-text", "balance": "wallet", "domain": "globe", "mailbox": "mail",
    "customer": "user", "user": "user", "owner": "user", "membership": "users", "subscription": "refresh-cw",
    "drift": "refresh-cw", "order_line": "package",
}  # fmt: skip


def phrase_of(entry: Any) -> str:
    """*Ada placed order ORD-…*; an action without a sentence is shown by its own name."""
    sentence = PHRASES.get(entry.action, entry.action.replace(".", " ").replace("_", " ") + " {subject}")
    return f"{entry.actor_label} {sentence.format(subject=entry.subject_label)}"


def icon_of(action: str) -> str:
    if action == "mailbox.revealed":
        return "eye"
    return ICONS.get(action.partition(".")[0], "history")
