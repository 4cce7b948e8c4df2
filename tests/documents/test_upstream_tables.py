"""docs/upstream.md tells the truth about every operation, and who uses it."""

import re

import pytest

from reseller_portal.upstream.routes import ROUTES
from tests.documents.client_methods import ROOT, operations_of_methods, uses
from tests.documents.upstream_tables import COMMAND, DOCUMENT, WORDS, replaced, tables

SETTINGS = (ROOT / "reseller_portal" / "settings" / "base.py").read_text()
BEHIND = f"docs/upstream.md has fallen behind: run {COMMAND}"


def rows(table: str) -> list[list[str]]:
    return [line.strip("| ").split(" | ") for line in table.splitlines() if line.startswith("| `")]


def written(name: str) -> list[list[str]]:
    """The rows of a table as they stand in the document."""
    found = re.search(rf"<!-- {name} -->\n(.*?)\n<!-- end -->", DOCUMENT.read_text(), re.DOTALL)
    assert found
    return rows(found[1])


def test_the_guesses_are_those_of_the_source() -> None:
    assert written("guesses") == rows(tables()["guesses"]), BEHIND


def test_the_operations_are_those_of_the_source() -> None:
    """But for the last column, whose words may be better than those of the source."""
    assert [row[:-1] for row in written("operations")] == [row[:-1] for row in rows(tables()["operations"])], BEHIND


def test_whether_the_portal_uses_an_operation_is_told() -> None:
    told = {row[0]: row[-1] != "–" for row in written("operations")}
    assert told == {row[0]: row[-1] != "–" for row in rows(tables()["operations"])}, BEHIND


def test_every_operation_has_a_row_with_its_method_and_its_route_in_the_sandbox() -> None:
    found = rows(tables()["operations"])
    assert [row[0].strip("`") for row in found] == list(ROUTES)
    for row, route in zip(found, ROUTES.values(), strict=True):
        assert row[1].startswith("`")
        assert f"`{route.place}`" in row[2]


def test_every_use_of_the_portal_is_in_the_table() -> None:
    of_method = operations_of_methods()
    users = {row[0].strip("`"): row[-1] for row in rows(tables()["operations"])}
    for file, methods in uses().items():
        for operation in set().union(*(of_method[method] for method in methods)):
            assert WORDS.get(file, file) in users[operation]


def test_the_uses_are_really_found() -> None:
    found = uses()
    assert "orders.process" in found["billing/handlers/processing.py"]
    assert not any("/upstream/" in file or "/sandbox/" in file for file in found)


def test_a_document_that_fell_behind_is_seen() -> None:
    assert replaced("<!-- x -->\nold\n<!-- end -->", "x", "new") == "<!-- x -->\nnew\n<!-- end -->"
    with pytest.raises(LookupError):
        replaced("no place", "x", "new")


def test_every_setting_that_the_page_names_is_read() -> None:
    named = set(re.findall(r"`((?:UPSTREAM|WEBHOOK|MAILBOX)_[A-Z_]*[A-Z])`", DOCUMENT.read_text()))
    assert len(named) >= 10
    assert {name for name in named if f'"{name}"' not in SETTINGS} == set()
