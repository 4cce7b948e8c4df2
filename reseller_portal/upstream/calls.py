"""From an operation's name to a call: route table, overrides, and the other paths of a route that does not exist."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from reseller_portal.upstream.errors import Refused
from reseller_portal.upstream.paths import ROUTES
from reseller_portal.upstream.transport import Transport


@dataclass
class Caller:
    """`paths` overrides the path of an operation; what an unknown route taught is remembered as long as this lives."""

    transport: Transport
    paths: Mapping[str, str] = field(default_factory=dict)
    _learnt: dict[str, str] = field(default_factory=dict)

    def call(
        self, operation: str, *, query: Mapping[str, Any] | None = None, body: Mapping[str, Any] | None = None
    ) -> dict[str, Any]:
        """The envelope of the answer. Raises one of the four errors."""
        route = ROUTES[operation]
        known = self.paths.get(operation) or self._learnt.get(operation)
        candidates = (known,) if known else (route.path, *route.alternatives)
        for number, path in enumerate(candidates, start=1):
            try:
                answer = self.transport.call(operation, route.method, path, query=query, body=body)
            except Refused as refused:
                if refused.unknown_route and number < len(candidates):
                    continue
                raise
            self._learnt[operation] = path
            return answer
        raise AssertionError("a route has at least one path")
