"""The typed client: plain Python on requests, grouped as the API groups its operations."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import requests

from reseller_portal.upstream.calls import Caller
from reseller_portal.upstream.domains import Domains
from reseller_portal.upstream.geo import Geo
from reseller_portal.upstream.mailboxes import Mailboxes
from reseller_portal.upstream.orders import Orders
from reseller_portal.upstream.subscriptions import Subscriptions
from reseller_portal.upstream.transport import Transport
from reseller_portal.upstream.users import Users
from reseller_portal.upstream.wallet import Wallet

TIMEOUT = (3.05, 25.0)


@dataclass(frozen=True, init=False)
class Client:
    """Every method raises one of the four errors of `errors`; none logs a body; all have time-outs."""

    users: Users
    geo: Geo
    domains: Domains
    orders: Orders
    mailboxes: Mailboxes
    subscriptions: Subscriptions
    wallet: Wallet

    def __init__(
        self,
        base_url: str,
        key: str,
        *,
        session: requests.Session | None = None,
        timeout: tuple[float, float] = TIMEOUT,
        before_call: Callable[[str], None] | None = None,
        paths: Mapping[str, str] | None = None,
    ) -> None:
        transport = Transport(base_url, key, session or requests.Session(), timeout, before_call)
        caller = Caller(transport, paths or {})
        groups = {
            "users": Users,
            "geo": Geo,
            "domains": Domains,
            "orders": Orders,
            "mailboxes": Mailboxes,
            "subscriptions": Subscriptions,
            "wallet": Wallet,
        }
        for name, group in groups.items():
            object.__setattr__(self, name, group(caller))
