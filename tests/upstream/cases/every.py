from tests.upstream.cases import Case, domains, mailboxes, orders, subscriptions, users

CASES: dict[str, Case] = {
    **users.CASES,
    **domains.CASES,
    **orders.CASES,
    **mailboxes.CASES,
    **subscriptions.CASES,
}
