"""`manage.py prepare`: migrate as the owner, then let the run-time role in, with the least it needs."""

from typing import Any

from django.apps import apps
from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import connections
from psycopg import sql

from accounts import staff_groups

APPEND_ONLY = ("accounts_auditentry", "billing_transaction", "billing_entry")
SEARCHES = """
    SELECT oid::regprocedure::text FROM pg_proc
    WHERE pronamespace = 'public'::regnamespace AND prosecdef AND proname LIKE '%\\_containing'
"""


class Command(BaseCommand):
    help = "Migrate with DATABASE_OWNER_URL and grant the run-time role its rights."

    def handle(self, *args: Any, **options: Any) -> None:
        if "owner" not in settings.DATABASES:
            raise CommandError(
                "Set DATABASE_OWNER_URL to a role that owns the tables; DATABASE_URL is for run time only."
            )
        call_command(
            "migrate",
            database="owner",
            interactive=False,
            verbosity=options["verbosity"],
        )
        staff_groups.fill(using="owner")
        grant(role=settings.DATABASES["default"]["USER"])
        if not settings.UPSTREAM_IS_SANDBOX:
            call_command("check_upstream", brief=True)


def grant(*, role: str) -> None:
    """Rows yes, structure no; history may be written but never changed. Nobody else enters the database."""
    tables = {model._meta.db_table for model in apps.get_models(include_auto_created=True)}
    with connections["owner"].cursor() as cursor:
        known = set(connections["owner"].introspection.table_names(cursor))
        for table in sorted((tables | {"django_migrations"}) & known):
            verbs = "SELECT, INSERT" if table in APPEND_ONLY else "SELECT, INSERT, UPDATE, DELETE"
            verbs = "SELECT" if table == "django_migrations" else verbs
            cursor.execute(
                sql.SQL("REVOKE ALL ON {table} FROM {role}; GRANT " + verbs + " ON {table} TO {role}").format(
                    table=sql.Identifier(table), role=sql.Identifier(role)
                )
            )
        cursor.execute(SEARCHES)
        for (search,) in cursor.fetchall():
            cursor.execute(
                sql.SQL("GRANT EXECUTE ON FUNCTION " + search + " TO {role}").format(role=sql.Identifier(role))
            )
        cursor.execute(
            sql.SQL(
                "GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO {role}; GRANT USAGE ON SCHEMA public TO {role}"
            ).format(role=sql.Identifier(role))
        )
    _admit_only(role)


def _admit_only(role: str) -> None:
    """The owner enters by right. PostgreSQL lets every other role of the server in, unless told otherwise."""
    owner = connections["owner"]
    names = {"database": sql.Identifier(owner.settings_dict["NAME"]), "role": sql.Identifier(role)}
    with owner.cursor() as cursor:
        cursor.execute(sql.SQL("GRANT CONNECT ON DATABASE {database} TO {role}, CURRENT_USER").format(**names))
        cursor.execute(sql.SQL("REVOKE CONNECT, TEMPORARY ON DATABASE {database} FROM PUBLIC").format(**names))
