"""What the release step lets the run-time role do, and whom it lets in."""

import pytest
from django.db import connections

from accounts.management.commands.prepare import grant

pytestmark = pytest.mark.django_db(databases=["default", "owner"])


def may_connect(role: str) -> bool:
    with connections["owner"].cursor() as cursor:
        cursor.execute("SELECT has_database_privilege(%s, current_database(), 'CONNECT')", [role])
        return bool(cursor.fetchone()[0])


def test_only_the_owner_and_the_run_time_role_enter_the_database() -> None:
    """Another role of the same server, such as that of another application."""
    with connections["owner"].cursor() as cursor:
        cursor.execute("GRANT CONNECT ON DATABASE " + connections["owner"].settings_dict["NAME"] + " TO PUBLIC")
    assert may_connect("sandbox")
    grant(role="portal_app")
    assert [role for role in ("portal_owner", "portal_app", "sandbox") if may_connect(role)] == [
        "portal_owner",
        "portal_app",
    ]


def test_a_second_release_changes_nothing() -> None:
    grant(role="portal_app")
    grant(role="portal_app")
    assert may_connect("portal_app")
