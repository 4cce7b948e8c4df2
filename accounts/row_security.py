"""Row-level security as a migration operation: enabled, forced, with USING and WITH CHECK."""

from django.db import migrations

# Sub-selects make PostgreSQL read each setting once per statement instead of once per row.
CUSTOMER = "(SELECT NULLIF(current_setting('app.customer_id', true), '')::bigint)"
USER = "(SELECT NULLIF(current_setting('app.user_id', true), '')::bigint)"
STAFF = "(SELECT current_setting('app.staff', true) = 'on')"


def enable_row_security(table: str, *, column: str = "customer_id", also_read: str = "") -> migrations.RunSQL:
    """Only rows of the scoped customer are seen or written; `also_read` widens reading alone."""
    rule = f"({column} = {CUSTOMER} OR {STAFF})"
    statements = [
        f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY",
        f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY",
        f"CREATE POLICY tenant ON {table} USING {rule} WITH CHECK {rule}",
    ]
    undo = [
        f"DROP POLICY tenant ON {table}",
        f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY",
    ]
    if also_read:
        statements.append(f"CREATE POLICY reader ON {table} FOR SELECT USING ({also_read})")
        undo.insert(0, f"DROP POLICY reader ON {table}")
    undo.append(f"ALTER TABLE {table} DISABLE ROW LEVEL SECURITY")
    return migrations.RunSQL("; ".join(statements), "; ".join(undo))


def staff_only(table: str) -> migrations.RunSQL:
    """Rows that belong to no customer yet, such as events: only a staff scope sees or writes them."""
    statements = [
        f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY",
        f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY",
        f"CREATE POLICY staff ON {table} USING ({STAFF}) WITH CHECK ({STAFF})",
    ]
    return migrations.RunSQL("; ".join(statements), f"ALTER TABLE {table} DISABLE ROW LEVEL SECURITY")


def same_customer(child: str, column: str, parent: str) -> migrations.RunSQL:
    """Let the database refuse a row that points at another customer's row: the foreign key carries the customer."""
    name = f"{child}_{column}_same_customer"
    unique = f"CREATE UNIQUE INDEX IF NOT EXISTS {parent}_with_customer ON {parent} (customer_id, id)"
    tie = (
        f"ALTER TABLE {child} ADD CONSTRAINT {name} FOREIGN KEY (customer_id, {column})"
        f" REFERENCES {parent} (customer_id, id) DEFERRABLE INITIALLY DEFERRED"
    )
    return migrations.RunSQL(f"{unique}; {tie}", f"ALTER TABLE {child} DROP CONSTRAINT {name}")
