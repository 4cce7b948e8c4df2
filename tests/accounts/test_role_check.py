"""The portal serves only as a role that row-level security holds."""

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.db import OperationalError

from accounts.role_check import refuse_a_role_that_bypasses
from reseller_portal.celery import RoleCheck, app


@pytest.mark.django_db
def test_the_run_time_role_may_serve() -> None:
    refuse_a_role_that_bypasses()


@pytest.mark.django_db(databases=["default", "owner"])
def test_the_owner_of_the_tables_may_not_serve() -> None:
    with pytest.raises(ImproperlyConfigured, match="DATABASE_OWNER_URL"):
        refuse_a_role_that_bypasses("owner")


def test_a_database_that_does_not_answer_is_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    class Away:
        def cursor(self) -> None:
            raise OperationalError("connection timeout expired\nMultiple attempts failed")

    monkeypatch.setattr("accounts.role_check.connections", {"default": Away()})
    with pytest.raises(
        ImproperlyConfigured, match=r"^DATABASE_URL does not answer, so .*: connection timeout expired$"
    ):
        refuse_a_role_that_bypasses()


@pytest.fixture
def kept_connection(monkeypatch: pytest.MonkeyPatch) -> None:
    """A worker starts with connections of its own; a test stands in the middle of a transaction of its."""
    monkeypatch.setattr("django.db.connections.close_all", lambda: None)
    monkeypatch.setattr("reseller_portal.core.time_limits.limit_worker", lambda: None)


@pytest.mark.django_db
def test_a_worker_may_work_as_the_run_time_role(kept_connection: None) -> None:
    RoleCheck(worker=None)


@pytest.mark.django_db
def test_a_worker_does_not_work_as_the_owner(kept_connection: None, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse() -> None:
        raise ImproperlyConfigured("a role that owns the tables")

    monkeypatch.setattr("accounts.role_check.refuse_a_role_that_bypasses", refuse)
    with pytest.raises(SystemExit, match="owns the tables"):
        RoleCheck(worker=None)
    assert RoleCheck in app.steps["worker"]
