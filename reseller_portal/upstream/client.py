"""The upstream API, typed: plain Python on requests, usable by itself.

Every call returns frozen dataclasses or raises one of the four errors of `errors`.
"""

from collections.abc import Callable, Mapping, MutableMapping

import requests

from reseller_portal.upstream import bounded
from reseller_portal.upstream.caller import Caller
from reseller_portal.upstream.dns import Dns
from reseller_portal.upstream.domains import Domains
from reseller_portal.upstream.errors import UpstreamError
from reseller_portal.upstream.exports import Exports
from reseller_portal.upstream.geo import Geo
from reseller_portal.upstream.mailboxes import Mailboxes
from reseller_portal.upstream.orders import Orders
from reseller_portal.upstream.placement import Placement
from reseller_portal.upstream.practice import Practice
from reseller_portal.upstream.prewarm import Prewarm
from reseller_portal.upstream.routes import with_paths
from reseller_portal.upstream.subscriptions import Subscriptions
from reseller_portal.upstream.support import Support
from reseller_portal.upstream.transport import Transport
from reseller_portal.upstream.users import Users
from reseller_portal.upstream.wallet import Wallets
from reseller_portal.upstream.warmup import Warmup


class Client:
    """One key at one upstream; one object per thread, as its session is not shared safely.

    `base_url` ends with /api/v1/integration. `timeout` is (connect, read) in seconds. `before_call` hears the name
    of the operation before each request: the place to keep within 5 calls a second. `on_error` hears what went wrong
    before the caller does, and may raise something else instead; `on_answer` hears the name of what was answered.
    `paths` moves operations, by name, to "METHOD /path" or "/path". `found` remembers which alternative of a wrong path
    answered: give one dict to all clients of an upstream that do not live long. `call` is the way to an operation as it
    is on the wire.
    """

    def __init__(
        self,
        base_url: str,
        key: str,
        *,
        session: requests.Session | None = None,
        timeout: tuple[float, float] = (3.05, 25.0),
        before_call: Callable[[str], None] | None = None,
        on_error: Callable[[UpstreamError], None] | None = None,
        on_answer: Callable[[str], None] | None = None,
        paths: Mapping[str, str] | None = None,
        found: MutableMapping[str, str] | None = None,
    ) -> None:
        transport = Transport(base_url, key, session or bounded.session(), timeout, before_call)
        self.call = call = Caller(
            transport, with_paths(paths or {}), {} if found is None else found, on_error, on_answer
        )
        self.users = Users(call)
        self.geo = Geo(call)
        self.domains = Domains(call)
        self.orders = Orders(call)
        self.mailboxes = Mailboxes(call)
        self.subscriptions = Subscriptions(call)
        self.wallet = Wallets(call)
        self.dns = Dns(call)
        self.warmup = Warmup(call)
        self.exports = Exports(call)
        self.prewarm = Prewarm(call)
        self.placement = Placement(call)
        self.support = Support(call)
        self.practice = Practice(call)
