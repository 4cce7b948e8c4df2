"""Each kind of operation as staff read it. `{key}` is what it is about, where that is a name and no number of ours."""

LABELS = {
    "account.open": "Opening of an account",
    "account.known": "Question whether an account exists",
    "order.draft": "Draft of an order",
    "order.price": "Reading of the prices of an order",
    "order.process": "Purchase of an order",
    "refund.watch": "Look for a refund of an order",
    "order.end": "End of what failed in an order",
    "domain.suggestions": "Search for names near {key}",
    "domain.availability": "Question whether {key} is free",
    "domain.workspace": "Check of the workspace of {key}",
    "domain.refresh": "Reading of {key}",
    "domain.refresh_records": "Reading of the records of {key}",
    "domain.refresh_mailboxes": "Reading of the mailboxes of {key}",
    "domain.dates": "Reading of the dates of a domain",
    "mailbox.refresh": "Reading of a mailbox",
    "mailbox.fetch": "Reading of new mailboxes",
    "subscription.refresh": "Reading of a subscription",
    "mirror.repair": "Sending of our value",
}


def label_of(kind: str, key: str = "") -> str:
    """*Reading of acme.com*; a kind without words is told by its own name, in words."""
    words = LABELS.get(kind, kind.replace(".", " ").replace("_", " ").capitalize())
    # The key of a check names the provider too.
    return words.format(key=key.rpartition(" ")[2] if kind == "domain.workspace" else key or "a name")
