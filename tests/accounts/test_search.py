"""Substring search: served by an index, and of the scoped customer's rows alone."""

from typing import Any

import pytest
from django.db import connection, transaction
from django.db.utils import ProgrammingError

from accounts.models import Customer
from accounts.tenancy import scope, staff_scope
from domains.models import Domain
from domains.selectors import list_domains
from mailboxes.models import Mailbox
from mailboxes.selectors import list_mailboxes
from tests.world import World

FUNCTIONS = ("domains_containing", "mailboxes_containing")
CALL = "SELECT * FROM {}('a', ARRAY['ACTIVE'], '', 0, 51)"


def add(customer: Customer, *names: str, state: str = "ACTIVE") -> None:
    with scope(customer.pk):
        for name in names:
            domain = Domain.objects.create(customer=customer, name=name, state=state)
            Mailbox.objects.create(
                customer=customer, domain=domain, address=f"info@{name}", state=state, provider="GOOGLE"
            )


def domains(customer: Customer, **question: str) -> list[str]:
    with scope(customer.pk):
        return [row.name for row in list_domains(customer=customer, **question).rows]


def mailboxes(customer: Customer, **question: str) -> list[str]:
    with scope(customer.pk):
        return [row.address for row in list_mailboxes(customer=customer, **question).rows]


def ask(statement: str) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement)
        return list(cursor.fetchall())


def test_a_search_finds_what_contains_the_letters_in_order_of_the_names(world: World) -> None:
    add(world.acme, "zebra-north.com", "north.com", "south.com")
    assert domains(world.acme, contains=" NORTH ") == ["north.com", "zebra-north.com"]
    assert mailboxes(world.acme, contains="@zebra") == ["info@zebra-north.com"]
    assert domains(world.acme, contains="th.") == ["north.com", "south.com", "zebra-north.com"]


@pytest.mark.parametrize("needle", ["n", "no"])
def test_one_or_two_letters_find_words_that_begin_with_them(world: World, needle: str) -> None:
    add(world.acme, "north.com", "far-north.com", "anode.eu", "a.no")
    found = ["a.no", "far-north.com", "north.com"]
    assert domains(world.acme, contains=needle) == found
    assert mailboxes(world.acme, contains=needle) == [f"info@{name}" for name in found]


def test_what_is_rare_is_found_beyond_the_rows_that_are_read_first(world: World) -> None:
    with scope(world.acme.pk):
        Domain.objects.bulk_create(
            Domain(customer=world.acme, name=f"a{number:04}.com", state="ACTIVE") for number in range(1200)
        )
    add(world.acme, "zebra.com", "zebra.net")
    assert domains(world.acme, contains="zebra") == ["zebra.com", "zebra.net"]
    assert domains(world.acme, contains="ze") == ["zebra.com", "zebra.net"]
    assert len(domains(world.acme, contains="a1")) == 50


@pytest.mark.parametrize("needle", ["%", "_", "\\", "n%h", "n_rth", "\\n", "%%%", "'", "north.com' OR '1'='1"])
def test_signs_that_mean_something_to_the_database_mean_themselves(world: World, needle: str) -> None:
    add(world.acme, "north.com")
    assert domains(world.acme, contains=needle) == []
    assert mailboxes(world.acme, contains=needle) == []


@pytest.mark.parametrize("needle", ["50%off", "a_b", "a\\b"])
def test_and_are_found_where_they_stand(world: World, needle: str) -> None:
    add(world.acme, f"{needle}.example", "50-off.example", "axb.example")
    assert domains(world.acme, contains=needle) == [f"{needle}.example"]


def test_a_search_keeps_to_the_state_and_leaves_out_what_failed_or_was_removed(world: World) -> None:
    add(world.acme, "north.com")
    add(world.acme, "north.info", state="FAILED")
    add(world.acme, "north.net", state="EXPIRED")
    add(world.acme, "north.org", state="REMOVED")
    assert domains(world.acme, contains="north") == ["north.com", "north.net"]
    assert domains(world.acme, contains="north", state="attention") == ["north.net"]
    assert mailboxes(world.acme, contains="north", state="active") == ["info@north.com"]


def test_a_search_goes_on_after_its_last_row(world: World) -> None:
    names = [f"north{number:03}.com" for number in range(120)]
    add(world.acme, *names)
    found: list[str] = []
    after = ""
    with scope(world.acme.pk):
        for _ in range(3):
            part = list_domains(customer=world.acme, contains="north", after=after)
            found += [row.name for row in part.rows]
            after = part.next_key
    assert found == names
    assert after == ""


def test_a_search_never_finds_rows_of_another_customer(world: World) -> None:
    add(world.acme, "north.com")
    add(world.initech, "northern.com")
    assert domains(world.acme, contains="north") == ["north.com"]
    assert domains(world.initech, contains="north") == ["northern.com"]
    with scope(world.acme.pk):
        ids = {number for (number,) in ask(CALL.format("domains_containing"))}
        seen = set(Domain.objects.values_list("pk", flat=True))
    assert ids <= seen


@pytest.mark.parametrize("function", FUNCTIONS)
def test_a_search_outside_a_scope_is_refused_to_staff_as_well(world: World, function: str) -> None:
    add(world.acme, "alpha.com")
    with pytest.raises(ProgrammingError, match="needs the scope of a customer"), transaction.atomic():
        ask(CALL.format(function))
    with staff_scope("test"), pytest.raises(ProgrammingError, match="needs the scope of"), transaction.atomic():
        ask(CALL.format(function))


def test_a_function_that_reads_as_its_owner_is_closed_but_to_the_run_time_role(world: World) -> None:
    """And looks for nothing on a path that a caller could set."""
    found = ask(
        "SELECT proname, proconfig, proacl::text, provolatile FROM pg_proc"
        " WHERE prosecdef AND pronamespace = 'public'::regnamespace ORDER BY proname"
    )
    assert tuple(name for name, *_ in found) == FUNCTIONS
    for _name, configuration, rights, volatility in found:
        assert "search_path=pg_catalog, pg_temp" in configuration
        assert volatility == "s"
        grantees = {right.partition("=")[0] for right in rights.strip("{}").split(",")}
        assert grantees == {"portal_owner", "portal_app"}


def test_a_table_of_the_callers_own_is_not_read_instead(world: World) -> None:
    """A temporary table of the same name comes first on every path that does not put it last."""
    add(world.acme, "north.com")
    with scope(world.acme.pk):
        with connection.cursor() as cursor:
            cursor.execute("CREATE TEMPORARY TABLE domains_domain AS SELECT 1 AS id")
        assert len(ask(CALL.format("domains_containing").replace("'a'", "'north'"))) == 1
