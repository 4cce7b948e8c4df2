from tests.upstream.cases import Case, dns, domains, exports, mailboxes, orders, prewarm, subscriptions, users

CASES: dict[str, Case] = {
    **users.CASES,
    **domains.CASES,
    **dns.CASES,
    **orders.CASES,
    **mailboxes.CASES,
    **subscriptions.CASES,
    **exports.CASES,
    **prewarm.CASES,
}
