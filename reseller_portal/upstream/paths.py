"""Where each operation lives. Paths of level `sister` and `assumed` are guesses that a setting can override."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Route:
    """`evidence` is how sure the contract is: documented, secondary, sister or assumed."""

    method: str
    path: str
    evidence: str
    alternatives: tuple[str, ...] = ()


ROUTES: Mapping[str, Route] = {
    "create_user": Route("POST", "/users", "documented"),
    "get_user": Route("GET", "/users", "secondary"),
    "list_users": Route("GET", "/users/list", "secondary"),
    "list_countries": Route("GET", "/geo/countries", "secondary"),
    "list_states": Route("GET", "/geo/states", "secondary"),
    "suggest_domains": Route("POST", "/domains/available", "sister", ("/domains/suggest", "/domains/suggestions")),
    "check_domain_availability": Route(
        "POST", "/domains/available-single", "assumed", ("/domains/available/single", "/domains/single-available")
    ),
    "check_workspace": Route("POST", "/domains/has-workspace", "secondary"),
    "list_user_domains": Route("GET", "/domains/by-user", "secondary"),
    "create_order": Route("POST", "/orders/json", "secondary"),
    "create_mailbox_order": Route("POST", "/orders/create-mailbox-order/json", "secondary"),
    "process_order": Route("POST", "/orders/process", "assumed", ("/orders/process-order", "/orders/confirm")),
    "get_order": Route("GET", "/orders", "assumed", ("/orders/details",)),
    "get_order_status": Route("GET", "/orders/status", "secondary"),
    "list_user_mailboxes": Route("GET", "/mailboxes/single", "secondary"),
    "get_mailbox": Route("GET", "/mailboxes/mailbox", "secondary"),
    "list_subscriptions": Route("GET", "/subscriptions", "documented"),
    "get_wallet": Route("GET", "/wallet", "assumed", ("/wallet/balance", "/wallet/details")),
}
