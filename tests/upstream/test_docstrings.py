"""Each method of the client says how sure its call is, whether it may be repeated, and whether it costs."""

import pytest

from reseller_portal.upstream.routes import ROUTES
from tests.documents.client_methods import docstrings, operations_of_methods

METHODS = {method: next(iter(found)) for method, found in operations_of_methods().items()}
# Those that walk the pages of another one, and promise what that one does.
WALKS = {method for method in METHODS if method.partition(".")[2].startswith("all")}
REPEATING = {
    "safe": (),
    "keyed": ("may be repeated", "on a repeat"),
    "never": ("never repeat", "a repeat", "may be sent again"),
}
COSTS = ("charge", "buys", "buy a", "spends")


def test_every_operation_has_one_method_at_least() -> None:
    assert set(METHODS.values()) == set(ROUTES)
    assert all(len(found) == 1 for found in operations_of_methods().values())


@pytest.mark.parametrize("method", sorted(METHODS))
def test_a_method_says_what_its_signature_does_not(method: str) -> None:
    words, route = docstrings()[method].lower(), ROUTES[METHODS[method]]
    assert words
    if method in WALKS:
        return
    assert route.evidence in words, f"{method} does not say {route.evidence}"
    assert not REPEATING[route.repeatable] or any(each in words for each in REPEATING[route.repeatable])
    assert not route.charges or any(each in words for each in COSTS), f"{method} does not say that it costs"
