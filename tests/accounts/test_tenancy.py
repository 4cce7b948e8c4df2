"""No tenant row outside a scope."""

import pytest
from django.apps import apps
from django.db import connection, transaction
from django.db.utils import ProgrammingError

from accounts.models import Customer, Membership
from accounts.roles import Role
from accounts.tenancy import NOBODY, Scope, current_scope, narrowed_to, scope, staff_scope, user_scope
from tests.world import World


def test_without_a_scope_there_are_no_rows(world: World) -> None:
    assert not Customer.objects.exists()
    assert not Membership.objects.exists()


def test_a_scope_shows_one_customer_only(world: World) -> None:
    with scope(world.acme.pk):
        assert [customer.slug for customer in Customer.objects.all()] == ["acme"]
        assert set(Membership.objects.values_list("customer_id", flat=True)) == {world.acme.pk}


def test_a_scope_does_not_write_for_another_customer(world: World) -> None:
    with scope(world.acme.pk), pytest.raises(ProgrammingError, match="row-level security"), transaction.atomic():
        Membership.objects.create(customer=world.initech, user=world.ada, role=Role.OWNER)


def test_a_scope_does_not_change_rows_of_another_customer(world: World) -> None:
    with scope(world.acme.pk):
        assert Customer.objects.filter(pk=world.initech.pk).update(company="Taken") == 0


def test_an_inner_scope_ends_with_the_outer_one_restored(world: World) -> None:
    with scope(world.acme.pk):
        with scope(world.initech.pk):
            assert Customer.objects.get().slug == "initech"
        assert Customer.objects.get().slug == "acme"
    assert current_scope() == NOBODY
    assert not Customer.objects.exists()


def test_an_error_inside_a_scope_ends_it(world: World) -> None:
    with pytest.raises(ZeroDivisionError), scope(world.acme.pk):
        raise ZeroDivisionError
    assert current_scope() == NOBODY
    assert not Customer.objects.exists()


def test_a_customer_scope_inside_a_staff_scope_is_narrow_again(world: World) -> None:
    with staff_scope("test"), scope(world.acme.pk):
        assert Customer.objects.get().slug == "acme"


def test_a_person_reads_own_memberships_but_does_not_write_them(world: World) -> None:
    with user_scope(world.ada.pk):
        assert Membership.objects.select_related("customer").get().customer.slug == "acme"
        assert Membership.objects.update(role=Role.OWNER) == 0


def test_the_run_time_role_owns_nothing_and_cannot_bypass(world: World) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT rolsuper, rolbypassrls, rolcreaterole FROM pg_roles WHERE rolname = current_user")
        assert cursor.fetchone() == (False, False, False)
        cursor.execute(
            "SELECT count(*) FROM pg_class WHERE relowner = (SELECT oid FROM pg_roles WHERE rolname = current_user)"
        )
        assert cursor.fetchone() == (0,)


def tenant_tables() -> list[str]:
    names = ["accounts_customer"]
    for model in apps.get_models(include_auto_created=True):
        if any(getattr(field, "attname", "") == "customer_id" for field in model._meta.get_fields()):
            names.append(model._meta.db_table)
    return sorted(names)


@pytest.mark.parametrize("table", tenant_tables())
def test_every_tenant_table_has_row_security_enabled_and_forced(db: None, table: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT relrowsecurity, relforcerowsecurity FROM pg_class WHERE oid = %s::regclass", [table])
        assert cursor.fetchone() == (True, True)
        cursor.execute(
            "SELECT count(*) FROM pg_policies WHERE tablename = %s AND qual <> '' AND with_check <> ''", [table]
        )
        assert cursor.fetchone() == (1,)


def test_narrowing_leaves_nothing_of_the_scope_before(world: World) -> None:
    with staff_scope("test"):
        Membership.objects.create(customer=world.initech, user=world.ada, role=Role.OWNER)
    with user_scope(world.ada.pk), narrowed_to(world.acme.pk):
        assert [customer.slug for customer in Customer.objects.all()] == ["acme"]
        assert set(Membership.objects.values_list("customer_id", flat=True)) == {world.acme.pk}
        assert current_scope() == Scope(customer_id=world.acme.pk)
    assert current_scope() == NOBODY
    assert not Customer.objects.exists()


def test_an_error_behind_a_narrowing_ends_both(world: World) -> None:
    with pytest.raises(ZeroDivisionError), user_scope(world.ada.pk), narrowed_to(world.acme.pk):
        raise ZeroDivisionError
    assert current_scope() == NOBODY
    assert not Customer.objects.exists()
