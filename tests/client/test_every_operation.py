"""No operation of the table is left without a test that calls it by the client."""

from pathlib import Path

from reseller_portal.sandbox.serving import operation_names
from reseller_portal.upstream.routes import ROUTES
from tests.client.conftest import operation_of

HERE = Path(__file__).parent


def test_every_operation_is_driven_by_the_client() -> None:
    lines = [line for path in HERE.glob("test_*.py") for line in path.read_text().splitlines()]
    tests = {line[4:].partition("(")[0] for line in lines if line.startswith("def test_")}
    driven = {operation_of(test) for test in tests} - {""}
    assert driven == operation_names() == set(ROUTES)


def test_a_test_is_about_the_longest_name_that_it_begins_with() -> None:
    assert operation_of("test_create_order_form_keeps_pictures") == "create_order_form"
    assert operation_of("test_create_order_is_free") == "create_order"
    assert operation_of("test_something_else") == ""
