"""From an operation to its route: the table, what was configured, and what was found out."""

from collections.abc import Callable, Mapping, MutableMapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from reseller_portal.upstream.answer import Answer
from reseller_portal.upstream.errors import UnknownRoute, UpstreamError
from reseller_portal.upstream.routes import Route
from reseller_portal.upstream.transport import FormPart, Transport


@dataclass(frozen=True)
class Caller:
    """`found` keeps, by operation, the place that answered among alternatives, or the first one when none did.

    `on_error` hears what went wrong in the end, before the caller does; what it raises goes to the caller instead.
    `on_answer` hears the name of each operation that was answered.
    """

    transport: Transport
    routes: Mapping[str, Route] = field(repr=False)
    found: MutableMapping[str, str] = field(default_factory=dict)
    on_error: Callable[[UpstreamError], None] | None = None
    on_answer: Callable[[str], None] | None = None

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

        Where the upstream does not know the route, the alternatives are tried in order, once while `found` lives.
        """
        asked = {name: value for name, value in (query or {}).items() if value not in (None, "")}
        try:
            answer = self._first_that_answers(operation, asked, body, bodies or {}, form)
        except UpstreamError as error:
            if self.on_error:
                self.on_error(error)
            raise
        if self.on_answer:
            self.on_answer(operation)
        return answer

    def _first_that_answers(
        self,
        operation: str,
        asked: Mapping[str, Any],
        body: Mapping[str, Any] | None,
        bodies: Mapping[str, Mapping[str, Any]],
        form: Sequence[FormPart] | None,
    ) -> Answer:
        for route in self._candidates(operation):
            sent = bodies.get(route.path, body)
            try:
                envelope = self.transport.call(operation, route.method, route.path, query=asked, body=sent, form=form)
            except UnknownRoute as unknown:
                refusal = unknown
                continue
            self._remember(operation, route)
            return Answer(operation, envelope)
        self._remember(operation, self.routes[operation])
        raise refusal

    def _candidates(self, operation: str) -> list[Route]:
        route = self.routes[operation]
        found = self.found.get(operation)
        places = [found] if found else [route.place, *route.alternatives]
        return [replace(route, place=place) for place in places]

    def _remember(self, operation: str, route: Route) -> None:
        if self.routes[operation].alternatives:
            self.found[operation] = route.place
