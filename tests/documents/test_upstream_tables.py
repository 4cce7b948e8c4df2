"""docs/upstream.md tells the truth about every operation, and who uses it."""

import re

import pytest

from reseller_portal.upstream.routes import ROUTES
from tests.documents.client_methods import ROOT, operations_of_methods, uses
from tests.documents.upstream_tables import COMMAND, DOCUMENT, WORDS, replaced, tables

SETTINGS = (ROOT / "reseller_portal" / "settings" / "base.py").read_text()


@pytest.mark.parametrize("name", ["operations", "guesses"])
def test_the_tables_are_those_of_the_source(name: str) -> None:
    text = DOCUMENT.read_text()
    assert replaced(text, name, tables()[name]) == text, f"docs/upstream.md has fallen behind: run {COMMAND}"


def test_every_operation_has_a_row_with_its_method_and_its_route_in_the_sandbox() -> None:
    rows = [line.split(" | ") for line in tables()["operations"].splitlines()[2:]]
    assert [row[0].strip("| `") for row in rows] == list(ROUTES)
    assert all(
        row[1].strip("`") and f"`{route.place}`" in row[2] for row, route in zip(rows, ROUTES.values(), strict=True)
    )


def test_every_use_of_the_portal_is_in_the_table() -> None:
    of_method = operations_of_methods()
    rows = {line.split(" | ")[0].strip("| `"): line for line in tables()["operations"].splitlines()}
    for file, methods in uses().items():
        for operation in set().union(*(of_method[method] for method in methods)):
            assert WORDS.get(file, file) in rows[operation]


def test_the_uses_are_really_found() -> None:
    found = uses()
    assert "orders.process" in found["billing/handlers/processing.py"]
    assert not any("/upstream/" in file or "/sandbox/" in file for file in found)
    assert set(WORDS) <= set(found), "a file with words that calls nothing"


def test_a_document_that_fell_behind_is_seen() -> None:
    assert replaced("<!-- x -->\nold\n<!-- end -->", "x", "new") == "<!-- x -->\nnew\n<!-- end -->"
    with pytest.raises(LookupError):
        replaced("no place", "x", "new")


def test_every_setting_that_the_page_names_is_read() -> None:
    named = set(re.findall(r"`((?:UPSTREAM|WEBHOOK|MAILBOX)_[A-Z_]*[A-Z])`", DOCUMENT.read_text()))
    assert len(named) >= 10
    assert {name for name in named if f'"{name}"' not in SETTINGS} == set()
