"""The portal serves only as a role that row-level security holds."""

import pytest
from django.core.exceptions import ImproperlyConfigured

from accounts.role_check import refuse_a_role_that_bypasses


@pytest.mark.django_db
def test_the_run_time_role_may_serve() -> None:
    refuse_a_role_that_bypasses()


@pytest.mark.django_db(databases=["default", "owner"])
def test_the_owner_of_the_tables_may_not_serve() -> None:
    with pytest.raises(ImproperlyConfigured, match="DATABASE_OWNER_URL"):
        refuse_a_role_that_bypasses("owner")
