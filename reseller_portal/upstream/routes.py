"""Where each operation of the contract lives, and what may be done with it.

The evidence says how sure method and path are: `documented` by the vendor, `secondary` from its help centre, of its
`sister` product, or `assumed`. A wrong one is mended by configuration (`with_paths`), not by code.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace

# "METHOD /path", or "/path" alone: what stands in a configuration.
PLACE = re.compile(r"(?:(GET|POST|PUT|PATCH|DELETE)\s+)?(/[^\s?#,]*)", re.IGNORECASE)


@dataclass(frozen=True)
class Route:
    """`place` is "METHOD /path"; `alternatives` are the places to try when the upstream does not know that one.

    `repeatable`: `safe` reads, `keyed` may be repeated after a lost answer, `never` may charge or destroy twice.
    `query` names what travels in the URL; all else is body. `charges` spends wallet money, now or by what it starts.
    `group` names the operations that share its quota where that is another one than its nature tells.
    """

    place: str
    evidence: str
    repeatable: str
    query: tuple[str, ...] = ()
    alternatives: tuple[str, ...] = ()
    charges: bool = False
    group: str = ""

    @property
    def limited_with(self) -> str:
        """The group of operations that one quota of the upstream is taken to count together."""
        if self.group:
            return self.group
        if self.charges:
            return "orders"
        return "reads" if self.repeatable == "safe" else "edits"

    @property
    def method(self) -> str:
        return self.place.partition(" ")[0]

    @property
    def path(self) -> str:
        return self.place.partition(" ")[2]

    def moved(self, place: str) -> "Route":
        """The same call at "METHOD /path", or at "/path" with the method kept; without alternatives."""
        found = PLACE.fullmatch(place.strip())
        if found is None:
            raise ValueError(f"{place!r} is neither METHOD /path nor /path")
        method, path = found.groups()
        return replace(self, place=f"{method.upper() if method else self.method} {path}", alternatives=())


def with_paths(paths: Mapping[str, str]) -> dict[str, Route]:
    """The table with the named operations moved. Raises `ValueError` for no operation, or no place."""
    unknown = sorted(set(paths) - set(ROUTES))
    if unknown:
        raise ValueError(f"no such operation: {', '.join(unknown)}")
    return {name: route.moved(paths[name]) if name in paths else route for name, route in ROUTES.items()}


def read_paths(text: str) -> dict[str, str]:
    """`operation=METHOD /path, operation=/path` as a table for `with_paths`. Raises `ValueError`, naming the part."""
    paths: dict[str, str] = {}
    for part in filter(None, (part.strip() for part in text.split(","))):
        name, sign, place = (word.strip() for word in part.partition("="))
        if not sign or not name or not place:
            raise ValueError(f"{part!r} is not operation=/path")
        if name in paths:
            raise ValueError(f"{name} is named twice")
        paths[name] = place
    with_paths(paths)
    return paths


ROUTES: dict[str, Route] = {
    "list_users": Route("GET /users/list", "secondary", "safe", ("page", "limit", "contains"), group="users"),
    "get_user": Route("GET /users", "secondary", "safe", ("userId",), group="users"),
    "create_user": Route("POST /users", "documented", "never", group="users"),
    "update_user": Route("PUT /users", "documented", "keyed", ("userId",), group="users"),
    "delete_user": Route("DELETE /users", "documented", "keyed", ("userId",), group="users"),
    "list_countries": Route("GET /geo/countries", "secondary", "safe"),
    "list_states": Route("GET /geo/states", "secondary", "safe", ("countryCode",)),
    "get_domain_renewal_prices": Route("POST /domains/renewal-price", "documented", "safe"),
    "renew_domains": Route("POST /domains/renew", "documented", "never", charges=True),
    "set_domain_auto_renew": Route(
        "PATCH /domains/toggle-auto-renew", "documented", "keyed", (), ("POST /domains/toggle-auto-renew",)
    ),
    "list_user_domains": Route("GET /domains/by-user", "secondary", "safe", ("userId", "page", "limit", "contains")),
    "get_domain": Route(
        "GET /domains/details", "assumed", "safe", ("userId", "domain"), ("GET /domains", "GET /domains/domain")
    ),
    "suggest_domains": Route(
        "POST /domains/available",
        "sister",
        "safe",
        (),
        ("POST /domains/suggest", "POST /domains/suggestions"),
        group="search",
    ),
    "check_domain_availability": Route(
        "POST /domains/available-single",
        "assumed",
        "safe",
        (),
        ("POST /domains/available/single", "POST /domains/single-available", "POST /domains/available-bulk"),
        group="search",
    ),
    "check_workspace": Route("POST /domains/has-workspace", "secondary", "safe", group="workspaces"),
    "add_domain_forwarding": Route(
        "POST /domains/forwarding",
        "sister",
        "keyed",
        ("userId",),
        ("POST /domains/add-domain-forwarding", "POST /domains/domain-forwarding"),
    ),
    "add_email_forwarding": Route(
        "POST /domains/email-forwarding",
        "sister",
        "keyed",
        ("userId",),
        ("POST /domains/add-email-forwarding", "POST /domains/catch-all"),
    ),
    "add_google_client_id": Route("POST /domains/add-client-id", "secondary", "keyed"),
    "remove_domains": Route(
        "DELETE /domains", "sister", "keyed", ("userId",), ("DELETE /domains/remove", "DELETE /domains/unused")
    ),
    "list_dns_records": Route("GET /dns", "secondary", "safe", ("userId", "domain")),
    "add_dns_records": Route("POST /dns", "secondary", "never", ("userId",)),
    "update_dns_record": Route("PUT /dns", "secondary", "keyed", ("userId",)),
    "delete_dns_record": Route("DELETE /dns", "secondary", "keyed", ("userId", "recordId", "domain")),
    "replace_nameservers": Route("PUT /dns/nameservers", "secondary", "keyed", ("userId", "domain")),
    "get_order": Route(
        "GET /orders", "assumed", "safe", ("userId", "orderId"), ("GET /orders/details",), group="orders"
    ),
    "create_order_form": Route(
        "POST /orders", "assumed", "never", ("userId",), ("POST /orders/form-data", "POST /orders/create"), charges=True
    ),
    "get_order_status": Route("GET /orders/status", "secondary", "safe", ("userId", "orderId"), group="orders"),
    "create_order": Route("POST /orders/json", "secondary", "never", ("userId",), charges=True),
    "create_mailbox_order": Route(
        "POST /orders/create-mailbox-order/json", "secondary", "never", ("userId",), charges=True
    ),
    "process_order": Route(
        "POST /orders/process",
        "assumed",
        "keyed",
        ("userId",),
        ("POST /orders/process-order", "POST /orders/confirm"),
        charges=True,
    ),
    "add_mailboxes_form": Route(
        "POST /orders/create-mailbox-order",
        "assumed",
        "never",
        ("userId",),
        ("POST /orders/create-mailbox-order/form-data", "POST /orders/add-mailboxes"),
        charges=True,
    ),
    "list_user_mailboxes": Route("GET /mailboxes/single", "secondary", "safe", ("userId", "page", "limit", "contains")),
    "list_all_mailboxes": Route("GET /mailboxes", "secondary", "safe", ("userId", "page", "limit", "contains")),
    "get_mailbox": Route("GET /mailboxes/mailbox", "secondary", "safe", ("mailboxId",)),
    "get_mailbox_admin": Route("GET /mailboxes/admin-mailbox-details", "secondary", "safe", ("userId", "mailboxId")),
    "update_mailboxes": Route("PATCH /mailboxes/update-mailbox-details", "secondary", "keyed", ("userId",)),
    "remove_mailbox": Route("DELETE /mailboxes/remove", "documented", "keyed", ("userId",)),
    "validate_mailbox": Route("POST /mailboxes/validate-mailbox", "secondary", "safe", ("userId",)),
    "start_mailbox_warmup": Route("POST /mailboxes/warmup", "secondary", "never", ("mailboxId",), charges=True),
    "remove_mailbox_warmup": Route("DELETE /mailboxes/warmup", "secondary", "keyed", ("mailboxId",)),
    "toggle_mailbox_warmup": Route("POST /mailboxes/warmup/toggle", "secondary", "never", ("mailboxId",)),
    "set_mailbox_warmup_status": Route("PATCH /mailboxes/warmup/status", "secondary", "keyed", ("mailboxId",)),
    "update_mailbox_warmup_settings": Route("PATCH /mailboxes/warmup/settings", "secondary", "keyed", ("mailboxId",)),
    "list_subscriptions": Route(
        "GET /subscriptions", "documented", "safe", ("status", "componentSubscriptionId", "domain", "page", "limit")
    ),
    "renew_subscriptions": Route("POST /subscriptions/renew-subscriptions", "documented", "never", charges=True),
    "set_subscription_auto_renew": Route("POST /subscriptions/toggle-autorenewal", "secondary", "never"),
    "cancel_subscription": Route("POST /subscriptions/cancel", "documented", "keyed"),
    "recreate_subscriptions": Route(
        "POST /component/subscriptions/recreate",
        "documented",
        "never",
        (),
        ("POST /subscriptions/recreate",),
        charges=True,
    ),
    "reexport_mailbox_oauth": Route("POST /mailboxes/oauth", "secondary", "never", ("userId",)),
    "list_platform_credentials": Route("GET /exports/platform-credentials", "documented", "safe", ("userId",)),
    "add_platform_credential": Route("POST /exports/platform-credential", "documented", "never", ("userId",)),
    "update_platform_credential": Route(
        "PUT /exports/platform-credential", "secondary", "keyed", ("userId", "credentialId")
    ),
    "remove_platform_credential": Route(
        "DELETE /exports/platform-credential", "documented", "keyed", ("userId", "credentialId")
    ),
    "export_mailboxes": Route("POST /exports/platform-exports", "documented", "never", ("userId",)),
    "list_platform_workspaces": Route(
        "GET /exports/platform-workspaces", "secondary", "safe", ("userId", "credentialId")
    ),
    "list_prewarmed_domains": Route(
        "GET /pre-warmup", "secondary", "safe", ("serviceProvider", "contains", "page", "limit")
    ),
    "order_prewarmed_domains": Route("POST /pre-warmup/order", "secondary", "never", ("userId",), charges=True),
    "create_placement_test": Route("POST /placement", "secondary", "never", ("userId",), charges=True),
    "list_placement_reports": Route(
        "GET /placement/reports", "secondary", "safe", ("userId", "orderId", "mailboxId", "page", "limit")
    ),
    "get_wallet": Route(
        "GET /wallet", "assumed", "safe", (), ("GET /wallet/balance", "GET /wallet/details"), group="wallet"
    ),
    "send_error": Route(
        "POST /send-error", "assumed", "never", (), ("POST /error", "POST /errors/send", "POST /support/send-error")
    ),
    "list_sandbox_prewarmed_domains": Route(
        "GET /sandbox/pre-warmup", "assumed", "safe", ("serviceProvider", "contains", "page", "limit")
    ),
    "order_sandbox_prewarmed_domains": Route("POST /sandbox/pre-warmup/order", "assumed", "never", ("userId",)),
    "reset_sandbox_prewarmed": Route(
        "POST /sandbox/pre-warmup/reset", "assumed", "keyed", ("userId",), ("DELETE /sandbox/pre-warmup/reset",)
    ),
}
