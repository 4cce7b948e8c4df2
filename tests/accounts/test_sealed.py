"""Keys of stored secrets: tried at the start, and changed without losing one."""

import json

import pytest
from allauth.mfa.models import Authenticator
from django.core.exceptions import ImproperlyConfigured
from django.core.management import CommandError, call_command
from django.db import connection
from django.utils import timezone
from pytest_django import Settings

from accounts.models import Mail
from accounts.sealed import TOKEN, refuse_keys_that_open_nothing, sealed_models
from accounts.services.resetting import send_link
from accounts.tenancy import staff_scope
from mailboxes.models import Credential, Mailbox
from mailboxes.services.secrets import NoCredentials, keep_newest, reveal
from reseller_portal.core.crypto import decrypt, encrypt
from reseller_portal.settings import env
from reseller_portal.webhooks.models import Event
from tests.shop import Shop
from tests.webhooks.deliveries import body_of, post

NEW = "9tq1bS1d4o0m9dqzJm2s0Xl8S0Jr2cUO0l3X4yq2r7Y="


@pytest.fixture
def filled(shop: Shop) -> Shop:
    """Secrets of every kind: a mailbox's, those of an event and of a mail that wait, a person's second step."""
    shop.order("first.com")
    shop.finish()
    post(body_of("mailbox.created", password="open-sesame", email="a@first.com"))
    data = {"seed": encrypt("seed"), "migrated_codes": [encrypt("one"), encrypt("two")], "used_mask": 0}
    Authenticator.objects.create(user=shop.world.ada, type="recovery_codes", data=data)
    Authenticator.objects.create(user=shop.world.ada, type="totp", data={"secret": encrypt("totp")})
    with staff_scope("test: a link that waits"):
        send_link(shop.world.ada, to=shop.world.ada.email)
    return shop


def tokens() -> list[str]:
    with staff_scope("test: read what is sealed"):
        sealed = [
            *Credential.objects.values_list("password", flat=True),
            *Event.objects.values_list("secrets", flat=True),
            *Mail.objects.values_list("sealed", flat=True),
        ]
        people = json.dumps(list(Authenticator.objects.values_list("data", flat=True)))
    return [*filter(None, sealed), *(part for part in people.split('"') if part.startswith(TOKEN))]


def test_after_a_rotation_the_new_key_alone_opens_everything(filled: Shop, settings: Settings) -> None:
    old = settings.FIELD_KEYS
    before = [decrypt(token) for token in tokens()]
    settings.FIELD_KEYS = [NEW, *old]
    call_command("rotate_field_keys")
    settings.FIELD_KEYS = [NEW]
    assert [decrypt(token) for token in tokens()] == before
    assert {"seed", "one", "two", "totp"} <= set(before)
    assert any("open-sesame" in each for each in before)
    assert any("/account/password/reset/key/" in each for each in before)
    refuse_keys_that_open_nothing()


def test_whatever_is_stored_encrypted_is_rotated(filled: Shop) -> None:
    known = {model._meta.db_table for model, _ in sealed_models()}
    with staff_scope("test: look into every table"), connection.cursor() as cursor:
        cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        tables = [row[0] for row in cursor.fetchall()]
        holding = set()
        for table in tables:
            cursor.execute(f"SELECT EXISTS (SELECT FROM {table} AS row WHERE row::text LIKE '%{TOKEN}%')")
            holding |= {table} if cursor.fetchone()[0] else set()
    assert holding == known


def test_a_credential_that_fits_no_key_stops_no_reading_and_is_written_anew(filled: Shop, settings: Settings) -> None:
    settings.FIELD_KEYS = [NEW]
    with staff_scope("test: it is read again"):
        mailbox = Mailbox.objects.filter(credential__isnull=False).select_related("customer").earliest("pk")
        with pytest.raises(NoCredentials, match="Press Refresh"):
            reveal(actor=filled.actor, mailbox=mailbox)
        keep_newest([(mailbox, {"password": "as-read-now"})], at=timezone.now())
        assert decrypt(Credential.objects.get(mailbox=mailbox).password) == "as-read-now"


def test_what_fits_no_key_stays_and_is_counted(filled: Shop, settings: Settings) -> None:
    settings.FIELD_KEYS = [NEW]
    before = tokens()
    with pytest.raises(CommandError, match=r"^\d+ rows fit none of FIELD_KEYS and stay as they are"):
        call_command("rotate_field_keys")
    assert tokens() == before


def test_the_portal_does_not_start_with_keys_that_open_nothing(filled: Shop, settings: Settings) -> None:
    refuse_keys_that_open_nothing()
    settings.FIELD_KEYS = [NEW]
    with pytest.raises(ImproperlyConfigured, match="FIELD_KEYS does not hold the key"):
        refuse_keys_that_open_nothing()


def test_an_install_without_secrets_starts_with_any_key(db: None, settings: Settings) -> None:
    settings.FIELD_KEYS = [NEW]
    refuse_keys_that_open_nothing()


@pytest.mark.parametrize("value", ["short", "ü" * 44, "a" * 44 + ",b", NEW[:-2], "only-a-word"])
def test_what_is_no_key_is_one_line_at_start(monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    monkeypatch.setenv("FIELD_KEYS", value)
    with pytest.raises(ImproperlyConfigured, match=r"^FIELD_KEYS must hold Fernet keys"):
        env.keys("FIELD_KEYS")


def test_every_column_that_holds_a_sealed_secret_is_known(filled: Shop) -> None:
    known = {f"{model._meta.db_table}.{field}" for model, fields in sealed_models() for field in fields}
    found = set()
    with staff_scope("test: look for sealed secrets"), connection.cursor() as cursor:
        cursor.execute(
            "SELECT table_name, column_name FROM information_schema.columns WHERE table_schema = 'public'"
            " AND data_type IN ('text', 'character varying', 'jsonb') AND table_name <> 'django_session'"
        )
        for table, column in cursor.fetchall():
            cursor.execute(f'SELECT EXISTS (SELECT 1 FROM "{table}" WHERE "{column}"::text LIKE %s)', [f"%{TOKEN}%"])
            if cursor.fetchone()[0]:
                found.add(f"{table}.{column}")
    assert found <= known
    assert len(found) >= 3
