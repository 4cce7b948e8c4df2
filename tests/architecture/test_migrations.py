"""Migrations run as the owner, who sees no row of a table with row security either, unless the migration says so."""

import re
from collections.abc import Iterator

import pytest
from django.db import connection, connections
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.operations import RunSQL

WRITES = re.compile(r"\b(?:UPDATE|DELETE\s+FROM|INSERT\s+INTO)\s+([a-z_]+)", re.IGNORECASE)
SECURED = "SELECT relname FROM pg_class WHERE relrowsecurity AND relnamespace = 'public'::regnamespace"
EVENT = """
    SELECT set_config('app.staff', 'on', true);
    ALTER TABLE webhooks_event DROP CONSTRAINT no_secrets_of_an_event_that_ended;
    INSERT INTO webhooks_event (event_id, name, upstream_user_id, payload, secrets, state, attempts, lease, last_error)
    VALUES ('one', 'odd.event', '', '{}', 'sealed', 'ignored', 0, '', ''),
           ('two', 'odd.event', '', '{}', 'sealed', 'failed', 0, '', '');
    SELECT set_config('app.staff', '', true);
"""


def statements() -> Iterator[tuple[str, str]]:
    """(migration, SQL) of every migration of this project that runs SQL of its own."""
    for (app, name), migration in MigrationLoader(connection).disk_migrations.items():
        for operation in migration.operations:
            if isinstance(operation, RunSQL) and app in {
                "accounts",
                "billing",
                "domains",
                "mailboxes",
                "mirror",
                "operations",
                "webhooks",
            }:
                sql = operation.sql
                yield f"{app} {name}", sql if isinstance(sql, str) else ";".join(map(str, sql))


def test_what_a_migration_changes_in_tables_with_row_security_it_may_see(db: None) -> None:
    with connection.cursor() as cursor:
        cursor.execute(SECURED)
        secured = {row[0] for row in cursor.fetchall()}
    writing = {name: sql for name, sql in statements() if secured & set(WRITES.findall(sql))}
    assert len(writing) >= 5
    assert [name for name, sql in writing.items() if "set_config('app.staff', 'on', true)" not in sql] == []


@pytest.mark.django_db(databases=["default", "owner"])
def test_the_owner_drops_the_credentials_of_events_that_ended_and_of_no_others() -> None:
    drop = next(sql for name, sql in statements() if name == "webhooks 0005_no_secrets_kept")
    with connections["owner"].cursor() as cursor:
        cursor.execute(EVENT)
        cursor.execute(drop)
        cursor.execute("SELECT set_config('app.staff', 'on', true)")
        cursor.execute("SELECT event_id, secrets FROM webhooks_event ORDER BY event_id")
        assert cursor.fetchall() == [("one", ""), ("two", "sealed")]
