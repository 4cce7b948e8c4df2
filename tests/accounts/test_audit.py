"""Who did what stays as it was written."""

import pytest
from django.db import connection, transaction
from django.db.utils import InternalError, ProgrammingError

from accounts.actors import portal_actor
from accounts.audit import MASK, masked, record
from accounts.models import AuditEntry
from accounts.tenancy import scope
from tests.world import World


def test_an_entry_names_actor_subject_and_change(world: World) -> None:
    with scope(world.acme.pk):
        entry = record(
            actor=portal_actor(world.acme), action="customer.renamed", subject=world.acme, after={"company": "A"}
        )
        assert (entry.actor_label, entry.subject_type, entry.after) == (
            "The portal",
            "accounts.customer",
            {"company": "A"},
        )


@pytest.mark.parametrize(
    "statement", ["UPDATE accounts_auditentry SET action = 'x'", "DELETE FROM accounts_auditentry"]
)
def test_an_entry_cannot_be_changed_or_deleted(world: World, statement: str) -> None:
    with scope(world.acme.pk):
        record(actor=portal_actor(world.acme), action="customer.renamed", subject=world.acme)
        with pytest.raises((ProgrammingError, InternalError)), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)
        assert AuditEntry.objects.count() == 1


def test_secrets_are_masked_at_any_depth() -> None:
    assert masked({"mailboxes": [{"name": "a", "appPassword": "p"}]}) == {
        "mailboxes": [{"name": "a", "appPassword": MASK}]
    }
