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


def search_extensions() -> migrations.RunSQL:
    """Both are trusted: the owner of the database may make them. Others may use them too, so they are never dropped."""
    return migrations.RunSQL(
        "CREATE EXTENSION IF NOT EXISTS pg_trgm; CREATE EXTENSION IF NOT EXISTS btree_gin", migrations.RunSQL.noop
    )


def search_function(name: str, *, table: str, column: str) -> migrations.RunSQL:
    """`name(needle, states, after_text, after_id, most)`: ids of the scoped customer's rows that contain `needle`,
    in these states, or, without any, in all but REMOVED. One or two letters find words that begin with them.

    LIKE is not leakproof, so under a policy no trigram index serves it. The function runs as the owner, whom the policy
    `search` lets read, and filters by the customer itself. It takes that one from the scope, so that nobody can ask
    about another.

    Under a policy the planner does not look at its statistics either, and takes every needle for a rare one. What is
    common is found in the next 1,000 rows of the list, so those are read first.
    """
    states = "(states IS NULL AND found.state <> 'REMOVED' OR found.state = ANY (states))"
    letters = f"""(
        is_short AND (
            found.{column} LIKE letters || '%' OR found.{column} LIKE '%@' || letters || '%'
            OR found.{column} LIKE '%.' || letters || '%' OR found.{column} LIKE '%-' || letters || '%'
        ) OR NOT is_short AND found.{column} LIKE '%' || letters || '%'
    )"""
    following = f"found.customer_id = mine AND (found.{column}, found.id) > (after_text, after_id)"
    order = f"ORDER BY found.{column}, found.id"
    searcher = f"""
        CREATE FUNCTION {name}(needle text, states text[], after_text text, after_id bigint, most integer)
        RETURNS SETOF bigint LANGUAGE plpgsql STABLE PARALLEL SAFE SECURITY DEFINER ROWS 51
        SET search_path = pg_catalog, pg_temp SET plan_cache_mode = force_custom_plan
        AS $body$
        DECLARE
            mine CONSTANT bigint := NULLIF(current_setting('app.customer_id', true), '')::bigint;
            is_short CONSTANT boolean := char_length(needle) < 3;
            letters CONSTANT text := regexp_replace(needle, '([\\\\%_])', '\\\\\\1', 'g');
            ids bigint[];
        BEGIN
            IF mine IS NULL THEN
                RAISE insufficient_privilege USING MESSAGE = 'A search needs the scope of a customer.';
            END IF;
            ids := ARRAY(
                SELECT found.id FROM (
                    SELECT found.id, found.{column}, found.state FROM public.{table} AS found
                    WHERE {following} {order} LIMIT 1000
                ) AS found WHERE {letters} AND {states} {order} LIMIT most
            );
            IF cardinality(ids) < most THEN
                ids := ARRAY(
                    WITH found AS MATERIALIZED (
                        SELECT found.id, found.{column} FROM public.{table} AS found
                        WHERE {following} AND {letters} AND {states}
                    )
                    SELECT found.id FROM found {order} LIMIT most
                );
            END IF;
            RETURN QUERY SELECT unnest(ids);
        END
        $body$
    """  # noqa: S608  # the names are ours
    signature = f"{name}(text, text[], text, bigint, integer)"
    return migrations.RunSQL(
        [
            f"CREATE POLICY search ON {table} FOR SELECT TO CURRENT_USER USING (true)",
            searcher,
            f"REVOKE ALL ON FUNCTION {signature} FROM PUBLIC",
        ],
        [f"DROP FUNCTION {signature}", f"DROP POLICY search ON {table}"],
    )
