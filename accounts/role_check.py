"""Refuses to serve as a database role on which row-level security has no hold."""

from django.core.exceptions import ImproperlyConfigured
from django.db import OperationalError, connections

QUESTION = """
    SELECT role.rolsuper OR role.rolbypassrls,
           EXISTS (
               SELECT 1 FROM pg_class
               WHERE relname = 'accounts_customer' AND pg_has_role(current_user, relowner, 'USAGE')
           )
    FROM pg_roles AS role WHERE role.rolname = current_user
"""


def refuse_a_role_that_bypasses(alias: str = "default") -> None:
    """Raises ImproperlyConfigured for a superuser, a role with BYPASSRLS, one that owns the tables, and no answer."""
    try:
        with connections[alias].cursor() as cursor:
            cursor.execute(QUESTION)
            bypasses, owns = cursor.fetchone()
    except OperationalError as error:
        words = str(error).partition("\n")[0]
        raise ImproperlyConfigured(f"DATABASE_URL does not answer, so nothing starts: {words}") from None
    if bypasses or owns:
        raise ImproperlyConfigured(
            "DATABASE_URL names a role that bypasses row security or owns the tables. Give the portal a role of its own"
            " and keep the owner for DATABASE_OWNER_URL."
        )
