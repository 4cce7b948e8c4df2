"""Substring search under row-level security, as migration operations: one function for each searched table.

LIKE is not leakproof, so under a policy no trigram index serves it. The function runs as the owner, whom the policy
`search` lets read, and filters by the customer itself. It takes that one from the scope, so that nobody can ask about
another.

Under a policy the planner does not look at its statistics either, and takes every needle for a rare one. So the
beginning of the list is read first: 100 rows tell whether a needle is common, and what is common is found in 1,000.
"""

from django.db import migrations

SHORT = """
    found.{column} LIKE letters || '%' OR found.{column} LIKE '%@' || letters || '%'
    OR found.{column} LIKE '%.' || letters || '%' OR found.{column} LIKE '%-' || letters || '%'
"""
FITS = f"""
    (is_short AND ({SHORT}) OR NOT is_short AND found.{{column}} LIKE '%' || letters || '%')
    AND (states IS NULL AND found.state NOT IN ('FAILED', 'REMOVED') OR found.state = ANY (states))
"""
FOLLOWING = "found.customer_id = mine AND (found.{column}, found.id) > (after_text, after_id)"
ORDER = "ORDER BY found.{column}, found.id"
BODY = f"""
    DECLARE
        mine CONSTANT bigint := NULLIF(current_setting('app.customer_id', true), '')::bigint;
        is_short CONSTANT boolean := char_length(needle) < 3;
        letters CONSTANT text := regexp_replace(needle, '([\\\\%_])', '\\\\\\1', 'g');
        few CONSTANT integer := 100;
        many CONSTANT integer := 1000;
        window_size integer;
        ids bigint[];
    BEGIN
        IF mine IS NULL THEN
            RAISE insufficient_privilege USING MESSAGE = 'A search needs the scope of a customer.';
        END IF;
        FOREACH window_size IN ARRAY ARRAY[few, many] LOOP
            ids := ARRAY(
                SELECT found.id FROM (
                    SELECT found.id, found.{{column}}, found.state FROM public.{{table}} AS found
                    WHERE {FOLLOWING} {ORDER} LIMIT window_size
                ) AS found WHERE {FITS} {ORDER} LIMIT most
            );
            EXIT WHEN cardinality(ids) IN (0, most);
        END LOOP;
        IF cardinality(ids) < most THEN
            ids := ARRAY(
                WITH found AS MATERIALIZED (
                    SELECT found.id, found.{{column}} FROM public.{{table}} AS found WHERE {FOLLOWING} AND {FITS}
                )
                SELECT found.id FROM found {ORDER} LIMIT most
            );
        END IF;
        RETURN QUERY SELECT unnest(ids);
    END
"""  # noqa: S608  # the names are ours


def search_extensions() -> migrations.RunSQL:
    """Both are trusted: the owner of the database may make them. Others may use them too, so they are never dropped."""
    return migrations.RunSQL(
        "CREATE EXTENSION IF NOT EXISTS pg_trgm; CREATE EXTENSION IF NOT EXISTS btree_gin", migrations.RunSQL.noop
    )


def search_function(name: str, *, table: str, column: str) -> migrations.RunSQL:
    """`name(needle, states, after_text, after_id, most)`: ids of the scoped customer's rows that contain `needle`,
    in these states, or, without any, in all but FAILED and REMOVED. One or two letters find words that begin with them.
    """
    return migrations.RunSQL(
        [
            f"CREATE POLICY search ON {table} FOR SELECT TO CURRENT_USER USING (true)",
            _searcher(name, table, column),
            f"REVOKE ALL ON FUNCTION {_signature(name)} FROM PUBLIC",
        ],
        [f"DROP FUNCTION {_signature(name)}", f"DROP POLICY search ON {table}"],
    )


def search_function_again(name: str, *, table: str, column: str) -> migrations.RunSQL:
    """The same function as this module has it now. What was granted stays."""
    return migrations.RunSQL(_searcher(name, table, column), migrations.RunSQL.noop)


def _searcher(name: str, table: str, column: str) -> str:
    return f"""
        CREATE OR REPLACE FUNCTION {name}(needle text, states text[], after_text text, after_id bigint, most integer)
        RETURNS SETOF bigint LANGUAGE plpgsql STABLE PARALLEL SAFE SECURITY DEFINER ROWS 51
        SET search_path = pg_catalog, pg_temp SET plan_cache_mode = force_custom_plan
        AS $body${BODY.format(table=table, column=column)}$body$
    """


def _signature(name: str) -> str:
    return f"{name}(text, text[], text, bigint, integer)"
