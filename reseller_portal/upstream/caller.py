"""From an operation to its route: the table, what was configured, and what was found out."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from reseller_portal.upstream.answer import Answer
from reseller_portal.upstream.errors import UnknownRoute
from reseller_portal.upstream.routes import Route
from reseller_portal.upstream.transport import FormPart, Transport


@dataclass(frozen=True)
class Caller:
    """`routes` changes only when an alternative answered, or when all of them were tried."""

    transport: Transport
    routes: dict[str, Route] = field(repr=False)

    def __call__(
        self,
        operation: str,
        *,
        query: Mapping[str, Any] | None = None,
        body: Mapping[str, Any] | None = None,
        bodies: Mapping[str, Mapping[str, Any]] | None = None,
        form: Sequence[FormPart] | None = None,
    ) -> Answer:
        """The answer of `operation`. Query values None and "" stay at home; `bodies` replace `body` on the named paths.

        Where the upstream does not know the route, the alternatives are tried in order, once in this object's life.
        """
        asked = {name: value for name, value in (query or {}).items() if value not in (None, "")}
        first = self.routes[operation]
        places = (first.place, *first.alternatives)
        for place in places:
            route = replace(first, place=place, alternatives=())
            sent = (bodies or {}).get(route.path, body)
            try:
                envelope = self.transport.call(operation, route.method, route.path, query=asked, body=sent, form=form)
            except UnknownRoute as refusal:
                refused = refusal
                continue
            self.routes[operation] = route
            return Answer(operation, envelope)
        self.routes[operation] = replace(first, alternatives=())
        raise refused
