"""What PostgreSQL itself says of every tenant table: rules, indexes, keys. A new table that lacks one fails here."""

from typing import Any

import pytest
from django.apps import apps
from django.db import connection, models

from accounts.tenancy import scope
from tests.shop import Shop
from tests.world import World

# Rows outlive what they speak of, so they hold no foreign key at all.
FREE_OF_KEYS = {"accounts_auditentry"}

TENANT_TABLES = """
    SELECT c.relname, c.relrowsecurity, c.relforcerowsecurity FROM pg_class c
    JOIN pg_namespace n ON n.oid = c.relnamespace AND n.nspname = 'public'
    JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'customer_id' AND NOT a.attisdropped
    WHERE c.relkind IN ('r', 'p') ORDER BY c.relname
"""
POLICIES = """
    SELECT tablename, policyname FROM pg_policies
    WHERE schemaname = 'public' AND cmd = 'ALL' AND permissive = 'PERMISSIVE'
      AND qual LIKE '%%app.customer_id%%' AND qual = with_check
"""
FIRST_COLUMNS = """
    SELECT DISTINCT t.relname FROM pg_index i
    JOIN pg_class t ON t.oid = i.indrelid
    JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum = i.indkey[0]
    WHERE a.attname = 'customer_id' AND i.indpred IS NULL AND i.indisvalid
"""
FOREIGN_KEYS = """
    SELECT child.relname, parent.relname,
           ARRAY(SELECT a.attname::text FROM unnest(k.conkey) AS number
                 JOIN pg_attribute a ON a.attrelid = child.oid AND a.attnum = number) AS columns
    FROM pg_constraint k
    JOIN pg_class child ON child.oid = k.conrelid
    JOIN pg_class parent ON parent.oid = k.confrelid
    WHERE k.contype = 'f' AND k.connamespace = 'public'::regnamespace
"""


def rows(query: str) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(query)
        return list(cursor.fetchall())


def tenant_tables() -> set[str]:
    return {name for name, *_ in rows(TENANT_TABLES)}


def tenant_models() -> list[type[models.Model]]:
    return [
        model
        for model in apps.get_models()
        if model._meta.app_label != "sandbox" and any(field.name == "customer" for field in model._meta.fields)
    ]


@pytest.mark.django_db
def test_every_model_of_a_customer_has_a_table_that_is_looked_at() -> None:
    assert {model._meta.db_table for model in tenant_models()} == tenant_tables()


@pytest.mark.django_db
def test_row_security_is_enabled_and_forced_on_every_table_of_a_customer() -> None:
    open_tables = [name for name, enabled, forced in rows(TENANT_TABLES) if not (enabled and forced)]
    assert open_tables == []


@pytest.mark.django_db
def test_every_table_of_a_customer_has_one_rule_for_reading_and_writing() -> None:
    assert tenant_tables() <= {table for table, _ in rows(POLICIES)}


@pytest.mark.django_db
def test_every_table_of_a_customer_has_an_index_that_starts_with_the_customer() -> None:
    assert tenant_tables() - {name for (name,) in rows(FIRST_COLUMNS)} == set()


@pytest.mark.django_db
def test_keys_between_tables_of_customers_carry_the_customer() -> None:
    tenants = tenant_tables()
    plain: set[tuple[str, str, str]] = set()
    tied: set[tuple[str, str, str]] = set()
    for child, parent, columns in rows(FOREIGN_KEYS):
        if child not in tenants or parent not in tenants:
            continue
        for column in set(columns) - {"customer_id"}:
            (tied if "customer_id" in columns else plain).add((child, parent, column))
    assert len(tied) >= 10
    assert plain - tied == set()


@pytest.mark.django_db
def test_the_run_time_role_is_bound_by_the_rules() -> None:
    role = rows("SELECT rolsuper OR rolbypassrls FROM pg_roles WHERE rolname = current_user")
    owned = rows("SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tableowner = current_user")
    assert role == [(False,)]
    assert owned == []


def test_without_a_scope_no_model_of_a_customer_shows_a_row(shop: Shop) -> None:
    shop.order("first.com")
    shop.finish()
    filled = [model for model in tenant_models() if model._default_manager.using("default").exists()]
    assert filled == []


def test_another_customers_scope_shows_no_row_of_an_order(shop: Shop, world: World) -> None:
    shop.order("first.com")
    shop.finish()
    with scope(world.acme.pk):
        filled = {model._meta.label for model in tenant_models() if model._default_manager.exists()}
    with scope(world.initech.pk):
        seen = {
            model._meta.label
            for model in tenant_models()
            if model._default_manager.exclude(customer_id=world.initech.pk).exists()
        }
    assert len(filled) >= 12
    assert seen == set()
